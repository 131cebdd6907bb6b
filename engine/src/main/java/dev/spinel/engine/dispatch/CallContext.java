package dev.spinel.engine.dispatch;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.blocking.BlockedClients;
import dev.spinel.engine.client.Blocked;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientMemory;
import dev.spinel.engine.client.Request;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.propagate.Audience;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The one call in progress at one depth; reused. Engine thread only. */
final class CallContext implements ClientCall {
    private static final Bytes PUBLISH = Bytes.of("PUBLISH");
    private static final Bytes REDACTED = Bytes.of("(redacted)");

    /** How much heap a command takes without being looked at. */
    private static final long HEAP_STEP_BYTES = 64 << 10;

    private final DispatchServices services;
    private @Nullable Client client;
    private @Nullable RegisteredCommand command;
    private @Nullable ReplyWriter reply;
    private @Nullable Database database;
    private Bytes[] args = new Bytes[0];
    private Bytes[] shownArgs = args;
    private int argCount;
    private long heapBytes;
    private long changesBefore;
    private boolean explicitEffects;
    private boolean ownsArgs;
    private boolean answersError;

    CallContext(DispatchServices services) {
        this.services = services;
    }

    void start(Client caller, RegisteredCommand registered, Bytes[] arguments, int count) {
        client = caller;
        command = registered;
        reply = caller.reply();
        database = services.keyspaces().get(caller.database());
        args = arguments;
        shownArgs = arguments;
        argCount = count;
        heapBytes = 0;
        changesBefore = services.changes().changes();
        ownsArgs = false;
        explicitEffects = false;
        answersError = false;
    }

    /** The handler writes an error into its reply, instead of throwing it. */
    void answersError(boolean value) {
        answersError = value;
    }

    boolean answersError() {
        return answersError;
    }

    /** Whether the handler has told of a change. */
    boolean hasChanged() {
        return services.changes().changes() != changesBefore;
    }

    /** Hands over the effects of the call: the command as it came, unless the handler said otherwise. */
    void finish(int databaseBefore) {
        if (!explicitEffects && hasChanged() && services.propagator().isActive()) {
            services.propagator().add(databaseBefore, args, argCount);
        }
        // A context outlives its call, and must not keep the classes of a plugin that is unloaded meanwhile.
        command = null;
    }

    @Override
    public Client client() {
        return Objects.requireNonNull(client);
    }

    @Override
    public Command command() {
        return Objects.requireNonNull(command).command();
    }

    @Override
    public Bytes[] args() {
        return args;
    }

    @Override
    public void redact(int index) {
        if (shownArgs == args) {
            shownArgs = Arrays.copyOf(args, argCount);
        }
        shownArgs[index] = REDACTED;
    }

    /** Copies the arguments, since what they are views of is about to be overwritten. */
    void keepArguments() {
        boolean same = shownArgs == args;
        Bytes[] shown = shownArgs;
        args = copyOf(args);
        shownArgs = same ? args : copyOf(shown);
    }

    private Bytes[] copyOf(Bytes[] arguments) {
        Bytes[] copies = new Bytes[argCount];
        for (int i = 0; i < argCount; i++) {
            copies[i] = arguments[i].copy();
        }
        return copies;
    }

    /** The arguments without what was redacted, for logs. */
    Bytes[] shownArgs() {
        return shownArgs;
    }

    @Override
    public Keyspaces keyspaces() {
        return services.keyspaces();
    }

    @Override
    public int argCount() {
        return argCount;
    }

    @Override
    public Bytes arg(int index) {
        return args[index];
    }

    @Override
    public long integerArg(int index) {
        Bytes arg = args[index];
        if (!Numbers.isLong(arg)) {
            throw Errors.notAnInteger();
        }
        return Numbers.parseLong(arg);
    }

    @Override
    public long integerArg(int index, long min, long max) {
        long value = integerArg(index);
        if (value < min || value > max) {
            throw Errors.err("value is out of range, value must between " + min + " and " + max);
        }
        return value;
    }

    @Override
    public double realArg(int index) {
        double value = Numbers.parseDouble(args[index]);
        if (Double.isNaN(value)) {
            throw Errors.notAFloat();
        }
        return value;
    }

    @Override
    public boolean argIs(int index, String upperCaseWord) {
        return args[index].isWord(upperCaseWord);
    }

    @Override
    public ReplyWriter reply() {
        return Objects.requireNonNull(reply);
    }

    @Override
    public Keyspace keys() {
        return Objects.requireNonNull(database);
    }

    @Override
    public Keyspace keys(long index) {
        if (index < 0 || index >= services.keyspaces().count()) {
            throw Errors.dbIndexOutOfRange();
        }
        return services.keyspaces().get((int) index);
    }

    @Override
    public boolean isFromLog() {
        return client().is(ClientFlag.LOG);
    }

    @Override
    public boolean isInScript() {
        return client().is(ClientFlag.SCRIPT);
    }

    @Override
    public boolean isRetried() {
        return client().is(ClientFlag.RETRYING);
    }

    @Override
    public boolean mayReadAllKeys() {
        Client caller = client();
        return !caller.is(ClientFlag.RESTRICTED)
                || new AccessCheck()
                        .allowsReadOfAllKeys(caller.user(), Objects.requireNonNull(command), args, argCount);
    }

    @Override
    public long nowMillis() {
        return services.clock().nowMillis();
    }

    @Override
    public long nowMicros() {
        long before = services.clock().nowMillis();
        long micros = services.clock().readMicros();
        if (services.clock().nowMillis() != before) {
            services.keyspaces().now(services.clock().nowMillis());
        }
        return micros;
    }

    @Override
    public RandomGenerator random() {
        return services.random();
    }

    @Override
    public long configNumber(String parameter) {
        return services.configNumbers().applyAsLong(parameter);
    }

    @Override
    public void takeHeap(long bytes) {
        long before = heapBytes;
        heapBytes += bytes;
        if (before / HEAP_STEP_BYTES != heapBytes / HEAP_STEP_BYTES
                && !services.workingHeap().suffices(heapBytes)) {
            throw Errors.outOfMemory();
        }
    }

    @Override
    public void requireRoom(long strings, long bytes) {
        if (!isFromLog() && services.room().lackingBytes(args, argCount, strings, bytes) > 0) {
            throw Errors.outOfMemory();
        }
    }

    @Override
    public void changed(Bytes key, KeyEvent event, String name) {
        changed(keys(), key, event, name);
    }

    @Override
    public void changed(Keyspace keyspace, Bytes key, KeyEvent event, String name) {
        keyspaces().changed(keyspace.index(), key);
        services.changes().changed(keyspace.index(), key, event, name);
    }

    @Override
    public void changed(Bytes key) {
        keyspaces().changed(keys().index(), key);
        services.changes().changed(keys().index(), key);
    }

    @Override
    public void event(Keyspace keyspace, Bytes key, KeyEvent event, String name) {
        services.changes().event(keyspace, key, event, name);
    }

    @Override
    public void changed() {
        services.changes().changed();
    }

    @Override
    public void fieldsExpired(int count) {
        keyspaces().statistics().fieldsExpired(count);
    }

    @Override
    public boolean isPropagated() {
        return services.propagator().isActive();
    }

    @Override
    public void propagateAs(Bytes... arguments) {
        explicitEffects = true;
        if (isPropagated()) {
            services.propagator().add(keys().index(), arguments, arguments.length);
        }
    }

    @Override
    public void propagateToLog(Bytes... arguments) {
        explicitEffects = true;
        services.propagator().add(Audience.LOG, keys().index(), arguments, arguments.length);
    }

    @Override
    public void publish(Bytes channel, Bytes message) {
        explicitEffects = true;
        services.pubSub().publish(channel, message);
        if (isPropagated()) {
            Bytes[] effect = {PUBLISH, channel, message};
            services.propagator().add(Audience.REPLICAS, keys().index(), effect, effect.length);
        }
    }

    @Override
    public void propagateToReplicas() {
        explicitEffects = true;
        services.propagator().add(Audience.REPLICAS, keys().index(), args, argCount);
    }

    @Override
    public void propagateNothing() {
        explicitEffects = true;
    }

    @Override
    public void block(ValueType<?> type, int firstKey, int keyCount, long timeoutMillis, TimeoutReply onTimeout) {
        block(type, firstKey, keyCount, timeoutMillis, onTimeout, null);
    }

    @Override
    public void blockOnExisting(
            ValueType<?> type, int firstKey, int keyCount, long timeoutMillis, TimeoutReply onTimeout, String error) {
        block(type, firstKey, keyCount, timeoutMillis, onTimeout, error);
    }

    @Override
    public void readyAt(Bytes key, long unixMillis) {
        if (unixMillis > nowMillis()) {
            services.blockedClients().keyReadyAt(keys().index(), key, unixMillis);
        } else {
            services.blockedClients().keyReady(keys().index(), key);
        }
    }

    @Override
    public void replaceArg(int index, Bytes value) {
        if (!ownsArgs) {
            // The caller's array belongs to the transport.
            args = Arrays.copyOf(args, argCount);
            ownsArgs = true;
        }
        args[index] = value;
    }

    private void block(
            ValueType<?> type,
            int firstKey,
            int keyCount,
            long timeoutMillis,
            TimeoutReply onTimeout,
            @Nullable String onAbsence) {
        Client caller = client();
        if (caller.is(ClientFlag.RETRYING)) {
            caller.set(ClientFlag.BLOCKED, true);
            waitForMore(caller, type, firstKey, keyCount);
            return;
        }
        if (caller.is(ClientFlag.IN_EXEC)) {
            BlockedClients.replyDenied(caller, onTimeout);
            return;
        }
        if (services.keptRequests().refuses(args, argCount)) {
            throw Errors.outOfMemory();
        }
        services.keptRequests().requireRoom(caller, ClientMemory.waitedBytes(keyCount));
        Request request = services.keptRequests().keep(args, argCount);
        List<Bytes> keys = List.of(request.args()).subList(firstKey, firstKey + keyCount);
        long deadline = timeoutMillis == 0 ? 0 : nowMillis() + timeoutMillis;
        services.blockedClients()
                .block(caller, new Blocked(request, keys().index(), type, keys, deadline, onTimeout, onAbsence));
        waitForMore(caller, type, firstKey, keyCount);
    }

    private void waitForMore(Client caller, ValueType<?> type, int firstKey, int keyCount) {
        for (int i = firstKey; i < firstKey + keyCount; i++) {
            if (keys().typeOf(args[i]) == type) {
                services.blockedClients().waitForMore(caller);
                return;
            }
        }
    }

    @Override
    public long timeoutArg(int index) {
        double millis = Math.ceil(Numbers.parseDouble(args[index]) * 1000);
        if (Double.isNaN(millis)) {
            throw Errors.timeoutNotAFloat();
        }
        // Redis takes what is too large for a long for negative; half of it leaves room for the time of day.
        if (millis < 0 || millis > Long.MAX_VALUE >> 1) {
            throw Errors.timeoutNegative();
        }
        return (long) millis;
    }
}
