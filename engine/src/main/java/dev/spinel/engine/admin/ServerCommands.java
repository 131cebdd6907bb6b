package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.admin.ServerProcess.Save;
import dev.spinel.engine.admin.ServerProcess.ShutdownMode;
import dev.spinel.engine.blocking.BlockedClients;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.dispatch.Monitors;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.tracking.ClientTracking;
import dev.spinel.engine.transaction.WatchedKeys;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** DBSIZE, FLUSHALL, FLUSHDB, LOLWUT, MONITOR, SHUTDOWN, SWAPDB and TIME. Engine thread only. */
public final class ServerCommands implements ServerPlugin {
    private static final int MICROS_PER_SECOND = 1_000_000;

    private final Keyspaces keyspaces;
    private final WatchedKeys watchedKeys;
    private final BlockedClients blockedClients;
    private final ClientTracking tracking;
    private final Monitors monitors;
    private final ServerIdentity identity;
    private final Predicate<ShutdownMode> shutdown;
    private final Supplier<@Nullable String> busyError;
    private final Runnable flushedAll;

    /**
     * @param shutdown stops the server, or answers false when something keeps it from stopping
     * @param busyError answers the error for clients while a script takes long, null while none does
     * @param flushedAll tells others that all keys are gone
     */
    public ServerCommands(
            Keyspaces keyspaces,
            WatchedKeys watchedKeys,
            BlockedClients blockedClients,
            ClientTracking tracking,
            Monitors monitors,
            ServerIdentity identity,
            Predicate<ShutdownMode> shutdown,
            Supplier<@Nullable String> busyError,
            Runnable flushedAll) {
        this.keyspaces = keyspaces;
        this.watchedKeys = watchedKeys;
        this.blockedClients = blockedClients;
        this.tracking = tracking;
        this.monitors = monitors;
        this.identity = identity;
        this.shutdown = shutdown;
        this.busyError = busyError;
        this.flushedAll = flushedAll;
    }

    @Override
    public String name() {
        return "server";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(ServerSpecs.DBSIZE, call -> call.reply()
                        .integer(call.keys().size())),
                Command.of(ServerSpecs.FLUSHALL, this::flushall),
                Command.of(ServerSpecs.FLUSHDB, this::flushdb),
                Command.of(ServerSpecs.LOLWUT, this::lolwut),
                Command.of(ServerSpecs.MONITOR, this::monitor),
                Command.of(ServerSpecs.SHUTDOWN, this::shutdown),
                Command.of(ServerSpecs.SWAPDB, this::swapdb),
                Command.of(ServerSpecs.TIME, this::time));
    }

    private void flushall(Call call) {
        boolean lazily = flushesLazily(call);
        for (int i = 0; i < keyspaces.count(); i++) {
            flush(i, lazily);
        }
        tracking.flushed();
        call.changed();
        flushedAll.run();
        call.reply().ok();
    }

    private void flushdb(Call call) {
        boolean lazily = flushesLazily(call);
        flush(call.keys().index(), lazily);
        tracking.flushed();
        call.changed();
        call.reply().ok();
    }

    private static boolean flushesLazily(Call call) {
        if (call.argCount() == 1) {
            return call.configNumber("lazyfree-lazy-user-flush") != 0;
        }
        boolean lazily = call.argIs(1, "ASYNC");
        if (call.argCount() > 2 || (!lazily && !call.argIs(1, "SYNC"))) {
            throw Errors.syntax();
        }
        return lazily;
    }

    private void flush(int index, boolean lazily) {
        Database database = keyspaces.get(index);
        if (database.size() > 0) {
            watchedKeys.touchAll(database, database);
            keyspaces.flush(index, lazily);
            blockedClients.databaseReplaced(index);
        }
    }

    private void swapdb(Call call) {
        int first = (int) call.integerArg(1, Integer.MIN_VALUE, Integer.MAX_VALUE, "invalid first DB index");
        int second = (int) call.integerArg(2, Integer.MIN_VALUE, Integer.MAX_VALUE, "invalid second DB index");
        checkDatabaseIndex(first);
        checkDatabaseIndex(second);
        if (first != second) {
            Database before = keyspaces.get(first);
            Database after = keyspaces.get(second);
            watchedKeys.touchAll(before, after);
            watchedKeys.touchAll(after, before);
            keyspaces.swap(first, second);
            blockedClients.databaseReplaced(first);
            blockedClients.databaseReplaced(second);
        }
        call.changed();
        call.reply().ok();
    }

    private void checkDatabaseIndex(int index) {
        if (index < 0 || index >= keyspaces.count()) {
            throw Errors.dbIndexOutOfRange();
        }
    }

    private void time(Call call) {
        long micros = call.nowMicros();
        call.reply().array(2);
        call.reply().bulkInteger(micros / MICROS_PER_SECOND);
        call.reply().bulkInteger(micros % MICROS_PER_SECOND);
    }

    private void lolwut(Call call) {
        boolean draws = call.argCount() == 1;
        int size = SpinelDrawing.DEFAULT_SIZE;
        if (call.argCount() > 2 && call.argIs(1, "VERSION")) {
            long version = call.integerArg(2);
            draws = version == 5 || version == 6;
            if (draws && call.argCount() > 3) {
                size = (int) Math.max(1, Math.min(SpinelDrawing.MAX_SIZE, call.integerArg(3)));
            }
        }
        String drawing = draws ? SpinelDrawing.draw(size) + "\n" : "";
        call.reply().verbatim("txt", drawing + "Redis ver. " + identity.redisVersion() + "\n");
    }

    private void monitor(Call call) {
        Client client = ClientCall.of(call).client();
        if (client.is(ClientFlag.IN_EXEC)) {
            throw Errors.err("MONITOR isn't allowed for DENY BLOCKING client");
        }
        // As in Redis, a monitor that asks again gets no reply.
        if (!client.is(ClientFlag.MONITOR)) {
            monitors.add(client);
            call.reply().ok();
        }
    }

    private void shutdown(Call call) {
        Save save = Save.CONFIGURED;
        boolean now = false;
        boolean force = false;
        boolean abort = false;
        for (int i = 1; i < call.argCount(); i++) {
            if (call.argIs(i, "NOSAVE") && save != Save.ALWAYS) {
                save = Save.NEVER;
            } else if (call.argIs(i, "SAVE") && save != Save.NEVER) {
                save = Save.ALWAYS;
            } else if (call.argIs(i, "NOW")) {
                now = true;
            } else if (call.argIs(i, "FORCE")) {
                force = true;
            } else if (call.argIs(i, "ABORT")) {
                abort = true;
            } else {
                throw Errors.syntax();
            }
        }
        if (abort) {
            throw call.argCount() > 2 ? Errors.syntax() : Errors.err("No shutdown in progress.");
        }
        String busy = busyError.get();
        if (busy != null && save != Save.NEVER) {
            // Half of what the script is to change would be saved.
            throw new CommandException(busy);
        }
        if (!shutdown.test(new ShutdownMode(save, now, force))) {
            throw Errors.err("Errors trying to SHUTDOWN. Check logs.");
        }
    }
}
