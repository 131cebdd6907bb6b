package dev.spinel.engine.client;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.acl.User;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the engine keeps of one connected client.
 *
 * <p>Engine thread only.
 */
public final class Client {
    private final long id;
    private final Connection connection;
    private final long connectedAtMillis;
    private final Set<Bytes> channels = new LinkedHashSet<>(0);
    private final Set<Bytes> patterns = new LinkedHashSet<>(0);
    private final Set<Bytes> shardChannels = new LinkedHashSet<>(0);
    private final List<WatchedKey> watchedKeys = new ArrayList<>(0);
    private final Map<Bytes, Bytes[]> fieldsets = new HashMap<>(0);
    private int flags;
    private int database;
    private int protocol = 2;
    private String name = "";
    private String libraryName = "";
    private String libraryVersion = "";
    private User user;
    private long lastInteractionMillis;
    private String lastCommand = "NULL";
    private ReplyMode replyMode = ReplyMode.ON;
    private @Nullable Transaction transaction;
    private @Nullable Blocked blocked;
    private long blockingOrder;
    private @Nullable TrackingState tracking;
    private long softLimitSinceMillis;
    private boolean outputRefused;
    private long owedBytes;
    private long writePosition;
    private long keptBytes;

    Client(long id, Connection connection, User user, long nowMillis) {
        this.id = id;
        this.user = user;
        set(ClientFlag.RESTRICTED, !user.isUnrestricted());
        this.connection = connection;
        this.connectedAtMillis = nowMillis;
        this.lastInteractionMillis = nowMillis;
    }

    /** What CLIENT REPLY set. */
    public enum ReplyMode {
        ON,
        OFF,
        /** The current command is CLIENT REPLY SKIP: skip the reply of the next one. */
        SKIP_NEXT,
        /** The reply of the current command is skipped. */
        SKIP
    }

    /** A key that a transaction watches. */
    public record WatchedKey(int database, Bytes key, boolean absentWhenWatched) {}

    public long id() {
        return id;
    }

    public Connection connection() {
        return connection;
    }

    /** The reply of the connection. */
    public ReplyWriter reply() {
        return connection.reply();
    }

    public long connectedAtMillis() {
        return connectedAtMillis;
    }

    public boolean is(ClientFlag flag) {
        return (flags & flag.bit()) != 0;
    }

    public void set(ClientFlag flag, boolean on) {
        flags = on ? flags | flag.bit() : flags & ~flag.bit();
    }

    /** Sets whether the client has yet to authenticate, and may only send small requests therefore. */
    public void unauthenticated(boolean value) {
        set(ClientFlag.UNAUTHENTICATED, value);
        connection.restrictRequests(value);
    }

    /** The bits of all flags, see {@link ClientFlag#bit}. */
    public int flagBits() {
        return flags;
    }

    /** Index of the selected database. */
    public int database() {
        return database;
    }

    public void database(int index) {
        database = index;
    }

    /** Protocol version of replies, 2 or 3. */
    public int protocol() {
        return protocol;
    }

    public void protocol(int version) {
        protocol = version;
        connection.protocol(version);
    }

    public String name() {
        return name;
    }

    public void name(String value) {
        name = value;
    }

    public String libraryName() {
        return libraryName;
    }

    public void libraryName(String value) {
        libraryName = value;
    }

    public String libraryVersion() {
        return libraryVersion;
    }

    public void libraryVersion(String value) {
        libraryVersion = value;
    }

    /** The user that the client acts as. */
    public User user() {
        return user;
    }

    /** Has the client act as a user, or as the same one after its rules were changed. */
    public void user(User value) {
        user = value;
        set(ClientFlag.RESTRICTED, !value.isUnrestricted());
    }

    public long lastInteractionMillis() {
        return lastInteractionMillis;
    }

    /** The full name of the last command in lower case. */
    public String lastCommand() {
        return lastCommand;
    }

    /** Notes that a command arrived. */
    public void interacted(long nowMillis, String command) {
        lastInteractionMillis = nowMillis;
        lastCommand = command;
    }

    /** Notes that output was taken by the peer or input arrived. */
    public void interacted(long nowMillis) {
        lastInteractionMillis = nowMillis;
    }

    public ReplyMode replyMode() {
        return replyMode;
    }

    public void replyMode(ReplyMode mode) {
        replyMode = mode;
    }

    /**
     * Ends the reply of a command, which begins at a mark of the connection: drops it if the client asked for none. The reply
     * of a blocked client has yet to come. What CLIENT REPLY SKIP skips is the reply of the next request: not that of the
     * EXEC which runs it, and not those of the commands behind it.
     *
     * @param repliedByPush whether it is one that CLIENT REPLY does not concern
     */
    public void endReply(int mark, boolean repliedByPush) {
        if (replyMode == ReplyMode.ON || is(ClientFlag.BLOCKED)) {
            return;
        }
        if (!repliedByPush && replyMode != ReplyMode.SKIP_NEXT) {
            connection.rollback(mark);
        }
        if (is(ClientFlag.IN_EXEC)) {
            return;
        }
        if (replyMode == ReplyMode.SKIP_NEXT) {
            replyMode = ReplyMode.SKIP;
        } else if (replyMode == ReplyMode.SKIP) {
            replyMode = ReplyMode.ON;
        }
    }

    /** The open transaction, null outside MULTI. */
    public @Nullable Transaction transaction() {
        return transaction;
    }

    public void transaction(@Nullable Transaction value) {
        transaction = value;
        set(ClientFlag.MULTI, value != null);
    }

    /** Why the client is blocked, null when it is not. */
    public @Nullable Blocked blocked() {
        return blocked;
    }

    public void blocked(@Nullable Blocked value) {
        blocked = value;
        set(ClientFlag.BLOCKED, value != null);
    }

    /** When the client blocked last, as a number that grows with each client that blocks. */
    public long blockingOrder() {
        return blockingOrder;
    }

    /** Changed by the registry of blocked clients only. */
    public void blockingOrder(long value) {
        blockingOrder = value;
    }

    /** How the client is told which keys change that it caches, null when it is not. */
    public @Nullable TrackingState tracking() {
        return tracking;
    }

    /** Changed by the registry of tracking clients only. */
    public void tracking(@Nullable TrackingState value) {
        tracking = value;
        set(ClientFlag.TRACKING, value != null);
    }

    /** The channels that the client subscribed to; changed by the publish/subscribe registry only. */
    public Set<Bytes> channels() {
        return channels;
    }

    /** The patterns that the client subscribed to; changed by the publish/subscribe registry only. */
    public Set<Bytes> patterns() {
        return patterns;
    }

    /** The shard channels that the client subscribed to; changed by the publish/subscribe registry only. */
    public Set<Bytes> shardChannels() {
        return shardChannels;
    }

    /** The keys that the client watches; changed by the registry of watched keys only. */
    public List<WatchedKey> watchedKeys() {
        return watchedKeys;
    }

    /** The fields that the client has prepared for HIMPORT, by names; changed by the registry of fieldsets only. */
    public Map<Bytes, Bytes[]> fieldsets() {
        return fieldsets;
    }

    public int subscriptionCount() {
        return channels.size() + patterns.size();
    }

    /** What the names of keys, channels and fields take of the heap that are kept for the client, in bytes. */
    public long keptBytes() {
        return keptBytes;
    }

    /** Changed by {@link KeptRequests} only. */
    void keptBytes(long bytes) {
        keptBytes = bytes;
    }

    /** Bytes that wait for the client: those of its connection, and those of buffers that it shares with others. */
    public long outputBytes() {
        return connection.outputBytes() + owedBytes;
    }

    /** Sets how many bytes of shared buffers have yet to be given to the connection. */
    public void owedBytes(long bytes) {
        owedBytes = bytes;
    }

    /** Where the stream of replicas ended after the last command of the client that changed data, in bytes. */
    public long writePosition() {
        return writePosition;
    }

    public void writePosition(long bytes) {
        writePosition = bytes;
    }

    /** Since when the output has been above the soft limit, 0 when it is not. */
    public long softLimitSinceMillis() {
        return softLimitSinceMillis;
    }

    public void softLimitSinceMillis(long millis) {
        softLimitSinceMillis = millis;
    }

    /** Whether a reply was given up for good, so that the client is going to be closed and gets no other one. */
    public boolean isOutputRefused() {
        return outputRefused;
    }

    void refuseOutput() {
        outputRefused = true;
    }
}
