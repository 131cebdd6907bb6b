package dev.spinel.engine.dispatch;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/** The clients that watch all commands (MONITOR). Engine thread only. */
public final class Monitors {
    private static final long MICROS_PER_SECOND = 1_000_000;

    private final Set<Client> clients = new LinkedHashSet<>();
    private Runnable change = () -> {};

    /** Sets what is told when a client starts or stops to watch. */
    void onChange(Runnable value) {
        change = value;
    }

    public void add(Client client) {
        clients.add(client);
        client.set(ClientFlag.MONITOR, true);
        change.run();
    }

    public void remove(Client client) {
        if (clients.remove(client)) {
            client.set(ClientFlag.MONITOR, false);
            change.run();
        }
    }

    boolean isEmpty() {
        return clients.isEmpty();
    }

    /** Shows a command to all monitors but the one that sent it. */
    void feed(EngineClock clock, Client sender, Bytes[] args, int argCount) {
        StringBuilder line = new StringBuilder();
        long micros = clock.nowMicros();
        line.append(String.format(
                        Locale.ROOT,
                        "%d.%06d [%d ",
                        micros / MICROS_PER_SECOND,
                        micros % MICROS_PER_SECOND,
                        sender.database()))
                .append(sender.connection().isUnixSocket() ? "unix:" : "")
                .append(sender.connection().remoteAddress())
                .append(']');
        for (int i = 0; i < argCount; i++) {
            line.append(' ').append(quote(args[i]));
        }
        String text = line.toString();
        for (Client client : clients) {
            try {
                client.reply().simple(text);
            } catch (CommandException noRoom) {
                // It is the monitor that fails, not the client whose command it watches.
                client.connection().close();
            }
        }
    }

    /** An argument between double quotes, everything but printable ASCII escaped. */
    private static String quote(Bytes arg) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < arg.length(); i++) {
            int b = arg.at(i) & 0xff;
            switch (b) {
                case '\\', '"' -> text.append('\\').append((char) b);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case 7 -> text.append("\\a");
                case '\b' -> text.append("\\b");
                default -> {
                    if (b >= ' ' && b < 127) {
                        text.append((char) b);
                    } else {
                        text.append(String.format(Locale.ROOT, "\\x%02x", b));
                    }
                }
            }
        }
        return text.append('"').toString();
    }
}
