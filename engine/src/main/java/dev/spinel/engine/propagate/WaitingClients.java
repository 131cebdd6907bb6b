package dev.spinel.engine.propagate;

import dev.spinel.api.command.Call;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.blocking.BlockedClients;
import dev.spinel.engine.client.Blocked;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.KeptRequests;
import dev.spinel.engine.client.Request;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The clients that wait until changes are where they are to be: in a log, at replicas. Engine thread only. */
public final class WaitingClients {
    private final BlockedClients blockedClients;
    private final KeptRequests keptRequests;
    private final Map<Client, Waiting> waiting = new LinkedHashMap<>();

    private record Waiting(Request request, BooleanSupplier isOver) {}

    public WaitingClients(BlockedClients blockedClients, KeptRequests keptRequests) {
        this.blockedClients = blockedClients;
        this.keptRequests = keptRequests;
    }

    /**
     * The argument of a command that says how many milliseconds it waits.
     *
     * @throws dev.spinel.api.error.CommandException if it is not a number, or negative
     */
    public static long timeoutMillis(Call call, int index) {
        long millis =
                call.integerArg(index, Long.MIN_VALUE, Long.MAX_VALUE / 2, "timeout is not an integer or out of range");
        if (millis < 0) {
            throw Errors.timeoutNegative();
        }
        return millis;
    }

    /**
     * Has a client wait.
     *
     * @param timeoutMillis how long at most, 0 for no limit
     * @param isOver what {@link #serve} asks
     * @param answer answers it, whether its wait or its time is over
     */
    public void add(ClientCall call, long timeoutMillis, BooleanSupplier isOver, Consumer<Client> answer) {
        Client client = call.client();
        Request request = keptRequests.keep(call.args(), call.argCount());
        long deadlineMillis = timeoutMillis == 0 ? 0 : call.nowMillis() + timeoutMillis;
        blockedClients.block(client, Blocked.untilAnswered(request, client.database(), deadlineMillis, answered -> {
            waiting.remove(answered);
            answer.accept(answered);
        }));
        waiting.put(client, new Waiting(request, isOver));
    }

    /** Answers those whose wait is over. */
    public void serve() {
        if (waiting.isEmpty()) {
            return;
        }
        for (Iterator<Map.Entry<Client, Waiting>> i = waiting.entrySet().iterator(); i.hasNext(); ) {
            Map.Entry<Client, Waiting> next = i.next();
            boolean isCurrent = isCurrent(next.getKey(), next.getValue());
            if (!isCurrent || next.getValue().isOver.getAsBoolean()) {
                i.remove();
                if (isCurrent) {
                    blockedClients.timeOut(next.getKey());
                }
            }
        }
    }

    /** Whether a client still waits, and was not answered an error by others. */
    private static boolean isCurrent(Client client, Waiting wait) {
        Blocked blocked = client.blocked();
        return blocked != null && blocked.request() == wait.request;
    }

    /** Answers all of them an error. */
    public void fail(String error) {
        waiting.forEach((client, wait) -> {
            if (isCurrent(client, wait)) {
                blockedClients.fail(client, error);
            }
        });
        waiting.clear();
    }

    /** Forgets a client that is gone. */
    public void disconnected(Client client) {
        waiting.remove(client);
    }
}
