package dev.spinel.replication;

import dev.spinel.api.command.Call;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.client.Blocked;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.Request;
import java.util.ArrayList;
import java.util.List;

/** The clients that wait in WAIT for replicas to have their writes. Engine thread only. */
final class WaitingClients {
    private final EnginePorts ports;
    private final Replicas replicas;
    private final List<Waiting> waiting = new ArrayList<>();

    private record Waiting(Client client, Request request, long offset, long wanted) {
        /** Whether it still waits: its time may be over, or the client gone. */
        boolean isCurrent() {
            Blocked blocked = client.blocked();
            return blocked != null && blocked.request() == request;
        }
    }

    WaitingClients(EnginePorts ports, Replicas replicas) {
        this.ports = ports;
        this.replicas = replicas;
    }

    /**
     * Has a client wait until some replicas have all changes up to an offset; it is answered how many have.
     *
     * @param timeoutMillis how long it waits at most, 0 for no limit
     */
    void add(ClientCall call, long wanted, long offset, long timeoutMillis) {
        Client client = call.client();
        Request request = ports.keptRequests().keep(call.args(), call.argCount());
        long deadlineMillis = timeoutMillis == 0 ? 0 : call.nowMillis() + timeoutMillis;
        Blocked blocked =
                Blocked.untilAnswered(request, client.database(), deadlineMillis, answered -> answer(answered, offset));
        ports.blockedClients().block(client, blocked);
        waiting.add(new Waiting(client, request, offset, wanted));
    }

    private void answer(Client client, long offset) {
        client.reply().integer(replicas.acknowledged(offset));
    }

    /** Answers those for whom enough replicas have told what they have. */
    void serve() {
        if (waiting.isEmpty()) {
            return;
        }
        waiting.removeIf(one -> !one.isCurrent());
        for (Waiting one : List.copyOf(waiting)) {
            if (replicas.acknowledged(one.offset) >= one.wanted) {
                waiting.remove(one);
                ports.blockedClients().timeOut(one.client);
            }
        }
    }

    /** Milliseconds of the argument of a command that says how long to wait. */
    static long timeoutMillis(Call call, int index) {
        return call.integerArg(index, Long.MIN_VALUE, Long.MAX_VALUE / 2, "timeout is not an integer or out of range");
    }
}
