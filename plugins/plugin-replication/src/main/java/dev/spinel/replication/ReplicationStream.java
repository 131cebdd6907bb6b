package dev.spinel.replication;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.admin.ServerIdentity;
import dev.spinel.engine.propagate.Audience;
import dev.spinel.engine.propagate.WriteSink;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The changes of all data as one stream of bytes that every replica reads, and the end of it that is kept.
 *
 * <p>A SELECT precedes the first command and every change of the database; several effects of one unit stand between MULTI
 * and EXEC, a single one does not. The stream has a name, the replication id, and counts its bytes: both together say what a
 * replica has. Engine thread only.
 */
final class ReplicationStream implements WriteSink {
    /*
     * Whether a unit needs MULTI is known at its second effect, which inserts it before the first. Nothing is given to replicas
     * while a unit is in progress.
     *
     * Nor is anything before the end of a turn, and replicas that are behind by more than the heap has room for are closed
     * then. So a turn that adds more than that, as a script can, tears the stream at once, rather than fill the heap for
     * nobody: it goes on under another name, with what comes after the turn.
     */
    private static final byte[] MULTI = ascii("*1\r\n$5\r\nMULTI\r\n");
    private static final byte[] EXEC = ascii("*1\r\n$4\r\nEXEC\r\n");
    private static final byte[] PING = ascii("*1\r\n$4\r\nPING\r\n");
    private static final byte[] GET_ACK = ascii("*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n");
    private static final int NO_DATABASE = -1;

    private final RandomGenerator random;
    private final Bytes[] select = {Bytes.of("SELECT"), Bytes.of("0")};

    private String id;
    private @Nullable Backlog backlog;
    /** Number of bytes so far, while there is no backlog. */
    private long restingOffset;

    private int selectedDatabase = NO_DATABASE;
    private long unitStart;
    private int effectsInUnit;
    private long maxTurnBytes = Long.MAX_VALUE;
    private long turnStart;
    private boolean torn;

    ReplicationStream(RandomGenerator random) {
        this.random = random;
        this.id = ServerIdentity.id(random);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public Audience audience() {
        return Audience.REPLICAS;
    }

    /** The name of the stream, 40 hexadecimal digits. */
    String id() {
        return id;
    }

    /** Gives the stream another name, so that no replica can go on where it stopped. */
    void changeId() {
        id = ServerIdentity.id(random);
    }

    /** Whether the stream goes on, and is kept. */
    boolean isActive() {
        return backlog != null;
    }

    /** Begins to keep the stream, under a new name since nobody knows what went before. */
    void begin() {
        changeId();
        backlog = new Backlog(restingOffset);
        turnStart = restingOffset;
        torn = false;
    }

    /** Ends it; what was kept is forgotten. */
    void end() {
        restingOffset = offset();
        backlog = null;
        changeId();
    }

    /** Sets how many bytes may be added in one turn. */
    void maxTurnBytes(long bytes) {
        maxTurnBytes = bytes;
    }

    /** Whether more would have been added in this turn than may be, so that what is kept has no use for any replica. */
    boolean isTorn() {
        return torn;
    }

    /** Begins the next turn. */
    void nextTurn() {
        turnStart = offset();
        torn = false;
    }

    /** Number of bytes of the stream so far. */
    long offset() {
        Backlog kept = backlog;
        return kept == null ? restingOffset : kept.end();
    }

    /** What is kept of it. */
    Backlog backlog() {
        return Objects.requireNonNull(backlog, "the stream has not begun");
    }

    /** Has the next command be preceded by SELECT, for a replica that starts here. */
    void selectAgain() {
        selectedDatabase = NO_DATABASE;
    }

    /** Lets replicas, and their timeouts, know that the link is up. */
    void ping() {
        backlog().append(PING, 0, PING.length);
    }

    /** Asks replicas to tell what they have. */
    void requestAcknowledgement() {
        backlog().append(GET_ACK, 0, GET_ACK.length);
    }

    @Override
    public void effect(int database, Bytes[] args, int argCount) {
        if (!torn && offset() - turnStart + sizeOf(args, argCount) > maxTurnBytes) {
            tear();
        }
        if (torn) {
            return;
        }
        if (effectsInUnit == 0) {
            select(database);
            unitStart = offset();
        } else {
            if (effectsInUnit == 1) {
                backlog().insert(unitStart, MULTI);
            }
            select(database);
        }
        effectsInUnit++;
        backlog().append(args, argCount);
    }

    private static long sizeOf(Bytes[] args, int argCount) {
        long bytes = 0;
        for (int i = 0; i < argCount; i++) {
            bytes += args[i].length();
        }
        return bytes;
    }

    private void tear() {
        torn = true;
        effectsInUnit = 0;
        changeId();
        selectAgain();
        backlog = new Backlog(offset());
    }

    private void select(int database) {
        if (database != selectedDatabase) {
            selectedDatabase = database;
            select[1] = Bytes.of(Integer.toString(database));
            backlog().append(select, select.length);
        }
    }

    @Override
    public void endUnit() {
        if (effectsInUnit > 1) {
            backlog().append(EXEC, 0, EXEC.length);
        }
        effectsInUnit = 0;
    }
}
