package dev.spinel.distribution.differential;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/**
 * Several connections to one server that send requests in turn, so that each outcome is determined, and a record of
 * what each of them received and when.
 */
final class InterleavedClients implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration POLL_INTERVAL = Duration.ofNanos(20_000);
    private static final String BLOCKED_CLIENTS = "blocked_clients:";

    private final RespConnection control;
    private final List<RespConnection> clients = new ArrayList<>();
    private final SortedSet<Integer> blocked = new TreeSet<>();
    private final List<String> record = new ArrayList<>();

    /** Connects to an emptied server. */
    InterleavedClients(int port, int count) throws IOException {
        control = new RespConnection(port);
        control.call("FLUSHALL");
        for (int i = 0; i < count; i++) {
            clients.add(new RespConnection(port));
        }
    }

    /** A request of one of the clients. */
    record Step(int client, Request request) {
        @Override
        public String toString() {
            return "client " + client + ": " + request;
        }
    }

    /** Takes the steps, without those of clients that are blocked at that time, and returns the record. */
    List<String> run(List<Step> steps) throws IOException {
        for (Step step : steps) {
            if (!blocked.contains(step.client)) {
                run(step);
            }
        }
        return record;
    }

    private void run(Step step) throws IOException {
        RespConnection client = clients.get(step.client);
        client.send(List.of(step.request));
        await(() -> client.hasReply() || blockedClients() > blocked.size());
        if (!client.hasReply()) {
            blocked.add(step.client);
            record.add(step + " -> waits");
            return;
        }
        record.add(step + " -> " + Reply.parse(client.receive()));
        int stillBlocked = blockedClients();
        while (blocked.size() > stillBlocked) {
            await(() -> firstServed() >= 0);
            int served = firstServed();
            blocked.remove(served);
            record.add("  client " + served + " receives "
                    + Reply.parse(clients.get(served).receive()));
        }
    }

    /** The first blocked client that has received something, or -1. */
    private int firstServed() throws IOException {
        for (int client : blocked) {
            if (clients.get(client).hasReply()) {
                return client;
            }
        }
        return -1;
    }

    private int blockedClients() throws IOException {
        String info = control.call("INFO", "clients").text();
        int start = info.indexOf(BLOCKED_CLIENTS) + BLOCKED_CLIENTS.length();
        return Integer.parseInt(info.substring(start, info.indexOf('\r', start)));
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL_INTERVAL)
                .until(condition);
    }

    @Override
    public void close() throws IOException {
        for (RespConnection client : clients) {
            client.close();
        }
        await(() -> blockedClients() == 0);
        control.close();
    }
}
