package dev.spinel.rdb;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.dispatch.EngineClock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * MIGRATE: moves keys to another server, all in one round trip. The server waits for the other one meanwhile, at most for the
 * time-out given at each step. Connections are kept a while for the next time. Engine thread only.
 */
final class Migration {
    private static final int DEFAULT_TIMEOUT_MILLIS = 1_000;
    private static final long MAX_IDLE_MILLIS = 10_000;
    private static final int MAX_CONNECTIONS = 64;
    private static final int FIRST_OPTION = 6;
    private static final Bytes DEL = Bytes.of("DEL");

    private final DumpCommands dumps;
    private final EngineClock clock;
    private final Map<String, TargetServer> connections = new HashMap<>();

    Migration(DumpCommands dumps, EngineClock clock) {
        this.dumps = dumps;
        this.clock = clock;
    }

    /** What one call asks for. */
    private static final class Order {
        private boolean copy;
        private boolean replace;
        private @Nullable Bytes user;
        private @Nullable Bytes password;
        private long database;
        private int timeoutMillis;
        private final List<Bytes> keys = new ArrayList<>();

        static Order parse(Call call) {
            Order order = new Order();
            order.parseOptions(call);
            long timeout = call.integerArg(5);
            order.timeoutMillis = timeout <= 0 ? DEFAULT_TIMEOUT_MILLIS : (int) Math.min(timeout, Integer.MAX_VALUE);
            order.database = call.integerArg(4);
            return order;
        }

        private void parseOptions(Call call) {
            ClientCall client = ClientCall.of(call);
            for (int i = FIRST_OPTION; i < call.argCount(); i++) {
                int left = call.argCount() - 1 - i;
                if (call.argIs(i, "COPY")) {
                    copy = true;
                } else if (call.argIs(i, "REPLACE")) {
                    replace = true;
                } else if (call.argIs(i, "AUTH") && left >= 1) {
                    password = secret(client, ++i);
                } else if (call.argIs(i, "AUTH2") && left >= 2) {
                    user = secret(client, ++i);
                    password = secret(client, ++i);
                } else if (call.argIs(i, "KEYS")) {
                    if (!call.arg(3).isEmpty()) {
                        throw Errors.err("When using MIGRATE KEYS option, the key argument must be set to the empty"
                                + " string");
                    }
                    for (int key = i + 1; key < call.argCount(); key++) {
                        keys.add(call.arg(key));
                    }
                    return;
                } else {
                    throw Errors.syntax();
                }
            }
            keys.add(call.arg(3));
        }

        private static Bytes secret(ClientCall call, int index) {
            call.redact(index);
            return call.arg(index);
        }
    }

    /** A key that is to be moved. */
    private record Moving(Bytes key, long timeToLiveMillis, Bytes payload) {}

    void migrate(Call call) {
        Order order = Order.parse(call);
        List<Moving> moving = collect(call, order);
        if (moving.isEmpty()) {
            call.propagateNothing();
            call.reply().simple("NOKEY");
            return;
        }
        closeIdle();
        String address = call.arg(1) + ":" + call.arg(2);
        TargetServer cached = connections.get(address);
        List<Bytes> gone = new ArrayList<>();
        try {
            transfer(call, order, moving, address, cached, gone);
        } finally {
            propagate(call, gone);
        }
        call.reply().ok();
    }

    private List<Moving> collect(Call call, Order order) {
        List<Moving> moving = new ArrayList<>();
        Keyspace keyspace = call.keys();
        for (Bytes key : order.keys) {
            byte[] payload = keyspace.exists(key) ? dumps.payload(keyspace, key) : null;
            if (payload != null) {
                long expiresAt = keyspace.expiresAtMillis(key);
                long timeToLive = expiresAt == Keyspace.NO_EXPIRY ? 0 : Math.max(1, expiresAt - call.nowMillis());
                moving.add(new Moving(key, timeToLive, Bytes.of(payload)));
            }
        }
        return moving;
    }

    /** Sends everything and reads the replies; over a kept connection that turns out to be closed, over a new one again. */
    private void transfer(
            Call call,
            Order order,
            List<Moving> moving,
            String address,
            @Nullable TargetServer cached,
            List<Bytes> gone) {
        TargetServer target = cached == null ? connect(call, order, address) : cached;
        boolean writing = true;
        try {
            target.timeoutMillis(order.timeoutMillis);
            send(target, order, moving);
            writing = false;
            receive(call, target, order, moving, gone);
            target.lastUseMillis = clock.nowMillis();
        } catch (IOException e) {
            forget(address);
            if (cached != null && gone.isEmpty() && !(e instanceof SocketTimeoutException)) {
                transfer(call, order, moving, address, null, gone);
                return;
            }
            throw new CommandException(
                    "IOERR error or timeout " + (writing ? "writing" : "reading") + " to target instance");
        }
    }

    private TargetServer connect(Call call, Order order, String address) {
        if (connections.size() >= MAX_CONNECTIONS) {
            forget(connections.keySet().iterator().next());
        }
        Bytes port = call.arg(2);
        try {
            TargetServer target = TargetServer.connect(
                    call.arg(1).toString(), Numbers.isLong(port) ? Numbers.parseLong(port) : 0, order.timeoutMillis);
            connections.put(address, target);
            return target;
        } catch (ConnectException e) {
            // redis-server connects without waiting, and so notices only when it writes.
            throw new CommandException("IOERR error or timeout writing to target instance");
        } catch (IOException e) {
            throw new CommandException("IOERR error or timeout connecting to the client");
        }
    }

    private static void send(TargetServer target, Order order, List<Moving> moving) throws IOException {
        if (order.password != null) {
            target.authenticate(order.user, order.password);
        }
        if (target.database != order.database) {
            target.select(order.database);
        }
        for (Moving value : moving) {
            target.restore(value.key, value.timeToLiveMillis, value.payload, order.replace);
        }
        target.flush();
    }

    /** Reads the replies; removes what has arrived, whatever became of the other keys. */
    private void receive(Call call, TargetServer target, Order order, List<Moving> moving, List<Bytes> gone)
            throws IOException {
        String notReady = order.password == null ? null : target.readError();
        if (target.database != order.database) {
            String error = target.readError();
            notReady = notReady == null ? error : notReady;
            if (error == null) {
                target.database = order.database;
            }
        }
        String refusal = notReady;
        for (Moving value : moving) {
            String error = target.readError();
            if (error != null) {
                refusal = refusal == null ? error : refusal;
            } else if (notReady == null && !order.copy) {
                call.keys().remove(value.key);
                call.changed(value.key, KeyEvent.GENERIC, "del");
                gone.add(value.key);
            }
        }
        if (refusal != null) {
            target.database = TargetServer.NO_DATABASE;
            throw Errors.err("Target instance replied with error: " + refusal);
        }
    }

    private static void propagate(Call call, List<Bytes> gone) {
        if (gone.isEmpty()) {
            call.propagateNothing();
            return;
        }
        Bytes[] effect = new Bytes[gone.size() + 1];
        effect[0] = DEL;
        for (int i = 0; i < gone.size(); i++) {
            effect[i + 1] = gone.get(i);
        }
        call.propagateAs(effect);
    }

    private void forget(String address) {
        TargetServer target = connections.remove(address);
        if (target != null) {
            target.close();
        }
    }

    private void closeIdle() {
        Iterator<TargetServer> all = connections.values().iterator();
        while (all.hasNext()) {
            TargetServer target = all.next();
            if (clock.nowMillis() - target.lastUseMillis > MAX_IDLE_MILLIS) {
                target.close();
                all.remove();
            }
        }
    }

    void close() {
        connections.values().forEach(TargetServer::close);
        connections.clear();
    }
}
