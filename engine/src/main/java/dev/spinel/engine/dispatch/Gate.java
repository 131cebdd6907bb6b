package dev.spinel.engine.dispatch;

import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.engine.client.ClientFlag;
import java.util.Set;

/**
 * The states of server and client that can keep a command from running, as bits of one int.
 *
 * <p>A command has a mask of the states that concern it; a single AND tells whether any of them holds. The low bits are
 * those of {@link ClientFlag}, the high ones belong to the server.
 */
final class Gate {
    /** A script runs for long. */
    static final int BUSY = 1 << 23;
    /** Used memory is above {@code maxmemory}. */
    static final int OUT_OF_MEMORY = 1 << 24;
    /** CLIENT PAUSE ALL is in force. */
    static final int PAUSE_ALL = 1 << 25;
    /** CLIENT PAUSE WRITE is in force. */
    static final int PAUSE_WRITE = 1 << 26;
    /** Somebody watches with MONITOR. */
    static final int MONITORED = 1 << 27;
    /** Fewer replicas are in step than {@code min-replicas-to-write} asks for. */
    static final int TOO_FEW_REPLICAS = 1 << 28;
    /** Data are being loaded. */
    static final int LOADING = 1 << 29;
    /** What writes change cannot be saved. */
    static final int DISK_ERROR = 1 << 30;
    /** The states that EXEC shares with the commands that it will run. */
    static final int OF_TRANSACTION = OUT_OF_MEMORY | TOO_FEW_REPLICAS | PAUSE_WRITE | LOADING | DISK_ERROR;

    private static final Set<String> RUN_IN_MULTI = Set.of("exec", "discard", "multi", "watch", "quit", "reset");
    private static final Set<String> RUN_WHEN_SUBSCRIBED = Set.of(
            "ping",
            "subscribe",
            "unsubscribe",
            "psubscribe",
            "punsubscribe",
            "ssubscribe",
            "sunsubscribe",
            "quit",
            "reset");

    private Gate() {}

    /** The states that concern a command. */
    static int maskOf(String fullName, CommandSpec spec) {
        int mask = PAUSE_ALL;
        if (!spec.is(CommandFlag.NO_AUTH)) {
            mask |= ClientFlag.UNAUTHENTICATED.bit() | ClientFlag.RESTRICTED.bit();
        }
        if (spec.is(CommandFlag.DENYOOM)) {
            mask |= OUT_OF_MEMORY;
        }
        if (!RUN_IN_MULTI.contains(fullName)) {
            mask |= ClientFlag.MULTI.bit();
        }
        if (!RUN_WHEN_SUBSCRIBED.contains(fullName)) {
            mask |= ClientFlag.SUBSCRIBED.bit();
        }
        if (spec.is(CommandFlag.WRITE)) {
            mask |= TOO_FEW_REPLICAS | DISK_ERROR;
        }
        if (fullName.equals("ping")) {
            mask |= DISK_ERROR;
        }
        if (!spec.is(CommandFlag.ALLOW_BUSY)) {
            mask |= BUSY;
        }
        if (!spec.is(CommandFlag.LOADING)) {
            mask |= LOADING;
        }
        if (spec.is(CommandFlag.WRITE) || spec.is(CommandFlag.MAY_REPLICATE)) {
            mask |= PAUSE_WRITE;
        }
        if (spec.is(CommandFlag.WRITE) || spec.is(CommandFlag.READONLY) || spec.is(CommandFlag.MAY_REPLICATE)) {
            mask |= ClientFlag.MONITOR.bit() | ClientFlag.REPLICA.bit();
        }
        if (!spec.is(CommandFlag.SKIP_MONITOR) && !spec.is(CommandFlag.ADMIN)) {
            mask |= MONITORED;
        }
        return mask;
    }

    static boolean pausesWrite(int mask) {
        return (mask & PAUSE_WRITE) != 0;
    }
}
