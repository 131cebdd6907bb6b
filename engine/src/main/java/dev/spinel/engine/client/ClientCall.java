package dev.spinel.engine.client;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.keyspace.Keyspaces;

/** What a command that steers the server sees beyond {@link Call}. Engine thread only. */
public interface ClientCall extends Call {
    /** The call as the engine's own commands see it. */
    static ClientCall of(Call call) {
        return (ClientCall) call;
    }

    /** The client that sent the command. */
    Client client();

    /** The command that runs. */
    Command command();

    /** All arguments, valid until the handler returns. */
    Bytes[] args();

    /** Has monitors and the slow log show {@code (redacted)} instead of an argument. */
    void redact(int index);

    /** Has replicas run the command as it came, although it changes no data, and no log hear of it. */
    void propagateToReplicas();

    /** All databases. */
    Keyspaces keyspaces();
}
