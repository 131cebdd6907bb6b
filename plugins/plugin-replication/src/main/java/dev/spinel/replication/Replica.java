package dev.spinel.replication;

import dev.spinel.engine.client.Client;
import dev.spinel.engine.snapshot.SnapshotTarget.Contents;
import org.jspecify.annotations.Nullable;

/** One replica, from what it first tells of itself to the end of its connection. Engine thread only. */
final class Replica {
    private static final String UNKNOWN_PORT = "<unknown-replica-port>";

    private final Client client;
    private State state = State.INTRODUCED;
    private String announcedAddress = "";
    private int port;
    private boolean readsToMark;
    private boolean knowsIds;
    private boolean wantsDataOnly;
    private Contents contents = Contents.ALL;
    private boolean acknowledges;

    private @Nullable FullSync fullSync;
    /** How many bytes of the data set were given to the connection. */
    private long syncedBytes;

    private boolean holdsStream;
    private long sentOffset;
    private boolean awaitsAcknowledgement;
    private long receivedBytes;
    private long acknowledgedOffset;
    private long acknowledgedMillis;
    private long waitingSinceMillis;
    private boolean gone;

    /** How far a replica has come, with the word of INFO for it. */
    enum State {
        /** It told of itself, and follows nothing yet. */
        INTRODUCED("handshake"),
        /** It needs all data, of which no snapshot has begun. */
        WAITING("wait_bgsave"),
        /** A snapshot for it is being made. */
        SAVING("wait_bgsave"),
        /** It is being given the snapshot. */
        SENDING("send_bulk"),
        /** It is given changes as they come. */
        ONLINE("online");

        private final String word;

        State(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    Replica(Client client) {
        this.client = client;
    }

    Client client() {
        return client;
    }

    State state() {
        return state;
    }

    boolean is(State other) {
        return state == other;
    }

    /** Whether it follows the stream, or will as soon as it has all data. */
    boolean follows() {
        return state != State.INTRODUCED;
    }

    /** Whether the stream has to be kept from {@link #sentOffset} on for it. */
    boolean holdsStream() {
        return holdsStream;
    }

    /** Where others reach it, by what it says or the connection shows. */
    String address() {
        if (!announcedAddress.isEmpty()) {
            return announcedAddress;
        }
        String peer = client.connection().remoteAddress();
        return peer.substring(0, Math.max(0, peer.lastIndexOf(':')));
    }

    void announceAddress(String address) {
        announcedAddress = address;
    }

    /** The port that it listens on, 0 when it has not told. */
    int port() {
        return port;
    }

    void announcePort(int value) {
        port = value;
    }

    /** Its name for the log. */
    String name() {
        return address() + ":" + (port == 0 ? UNKNOWN_PORT : Integer.toString(port));
    }

    /** Whether it can read data whose length is not known when they begin. */
    boolean readsToMark() {
        return readsToMark;
    }

    void readsToMark(boolean value) {
        readsToMark = value;
    }

    /** Whether it expects the name of the stream when it goes on where it stopped. */
    boolean knowsIds() {
        return knowsIds;
    }

    void knowsIds(boolean value) {
        knowsIds = value;
    }

    /** Whether it wants a snapshot and no changes. */
    boolean wantsDataOnly() {
        return wantsDataOnly;
    }

    void wantsDataOnly(boolean value) {
        wantsDataOnly = value;
    }

    /** What its snapshot is to hold. */
    Contents contents() {
        return contents;
    }

    void contents(Contents value) {
        contents = value;
    }

    /** Whether it came by PSYNC, and so tells regularly what it has. */
    boolean acknowledges() {
        return acknowledges;
    }

    void acknowledges(boolean value) {
        acknowledges = value;
    }

    /** Has it wait for a snapshot. */
    void waits(long nowMillis) {
        state = State.WAITING;
        waitingSinceMillis = nowMillis;
    }

    long waitingSinceMillis() {
        return waitingSinceMillis;
    }

    /** Takes it into a snapshot that was cut at an offset of the stream. */
    void joins(FullSync sync) {
        state = State.SAVING;
        fullSync = sync;
        syncedBytes = 0;
        sentOffset = sync.offset();
        holdsStream = !wantsDataOnly;
    }

    /** The snapshot that it is given, null before and after. */
    @Nullable
    FullSync fullSync() {
        return fullSync;
    }

    /** Notes that its snapshot is on the way. */
    void sending() {
        state = State.SENDING;
    }

    long syncedBytes() {
        return syncedBytes;
    }

    void synced(int bytes) {
        syncedBytes += bytes;
    }

    /**
     * Has it follow the changes from an offset on.
     *
     * @param onceItAcknowledges whether it must say first that it has loaded what it was given
     */
    void goesOnline(long offset, boolean onceItAcknowledges, long nowMillis) {
        state = State.ONLINE;
        fullSync = null;
        sentOffset = offset;
        holdsStream = true;
        awaitsAcknowledgement = onceItAcknowledges;
        acknowledgedMillis = nowMillis;
    }

    /** Offset in the stream of the first byte that its connection was not given. */
    long sentOffset() {
        return sentOffset;
    }

    void sent(int bytes) {
        sentOffset += bytes;
    }

    /** Whether it may be given changes now. */
    boolean takesChanges() {
        return state == State.ONLINE && !awaitsAcknowledgement;
    }

    /** Notes what it has. */
    void acknowledged(long offset, long nowMillis) {
        acknowledgedOffset = Math.max(acknowledgedOffset, offset);
        acknowledgedMillis = nowMillis;
        if (state == State.ONLINE) {
            awaitsAcknowledgement = false;
        }
    }

    /** Notes how many bytes it has sent: even the empty lines that it sends while it loads data show that it is there. */
    void heard(long bytes, long nowMillis) {
        if (bytes != receivedBytes) {
            receivedBytes = bytes;
            acknowledgedMillis = nowMillis;
        }
    }

    /** Notes that it took all of its snapshot that there is, or some: that shows that it is there, as telling what it has does. */
    void progressed(long nowMillis) {
        acknowledgedMillis = nowMillis;
    }

    long acknowledgedOffset() {
        return acknowledgedOffset;
    }

    /** Unix time at which it last told what it has, or took some of its snapshot. */
    long acknowledgedMillis() {
        return acknowledgedMillis;
    }

    /** Whether its connection is closed or about to be. */
    boolean isGone() {
        return gone;
    }

    void leaves() {
        gone = true;
    }
}
