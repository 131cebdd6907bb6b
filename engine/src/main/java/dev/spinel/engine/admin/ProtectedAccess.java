package dev.spinel.engine.admin;

import dev.spinel.api.error.Errors;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.Connection;
import dev.spinel.engine.config.ConfigRegistry;
import java.util.Locale;

/** The directives that open dangerous commands to nobody, to clients of this machine, or to all. */
public final class ProtectedAccess {
    private ProtectedAccess() {}

    /** Whether a directive that is {@code no}, {@code local} or {@code yes} lets a client in. */
    static boolean isAllowed(ConfigRegistry config, String directive, Client client) {
        return switch (config.get(directive).text()) {
            case "yes" -> true;
            case "local" -> isLocal(client.connection());
            default -> false;
        };
    }

    /** Whether a connection comes from this machine. */
    public static boolean isLocal(Connection connection) {
        String address = connection.remoteAddress();
        return connection.isUnixSocket()
                || address.startsWith("127.0.0.1:")
                || address.startsWith("::1:")
                || address.startsWith("[::1]:");
    }

    /** Refuses a command of a family unless its directive lets the client in. */
    static void require(ConfigRegistry config, String family, Client client) {
        String directive = "enable-" + family.toLowerCase(Locale.ROOT) + "-command";
        if (!isAllowed(config, directive, client)) {
            throw Errors.err(family + " command not allowed. If the " + directive
                    + " option is set to \"local\", you can run it from a local connection, otherwise you need to set"
                    + " this option in the configuration file, and then restart the server.");
        }
    }
}
