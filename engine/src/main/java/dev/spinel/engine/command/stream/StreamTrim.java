package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options of XADD and XTRIM that tell how much of a stream may stay. */
final class StreamTrim {
    private static final long DEFAULT_NODES = 100;
    private static final long DEFAULT_LIMIT = 10_000;
    private static final long MAX_DEFAULT_LIMIT = 1_000_000;
    private static final long NOT_GIVEN = -1;

    private final boolean forAdd;
    private long maxSize = NOT_GIVEN;
    private @Nullable StreamId minId;
    private boolean approximate;
    private long limit = NOT_GIVEN;
    private @Nullable References references;
    private @Nullable IdempotentAdd idempotent;
    private boolean noMakeStream;
    private AddedId id = AddedId.AUTOMATIC;
    private int next;

    private StreamTrim(boolean forAdd) {
        this.forAdd = forAdd;
    }

    /** Reads options up to the first argument that is none, which only XADD has: the ID, which is read, too. */
    static StreamTrim parse(Call call, boolean forAdd) {
        StreamTrim trim = new StreamTrim(forAdd);
        trim.next = 2;
        while (trim.next < call.argCount() && trim.parseOption(call)) {
            trim.next++;
        }
        if (forAdd && trim.next < call.argCount()) {
            trim.id = AddedId.parse(call, trim.next);
        }
        trim.check(call);
        return trim;
    }

    private boolean parseOption(Call call) {
        boolean more = next + 1 < call.argCount();
        if (forAdd && call.argIs(next, "*")) {
            return false;
        }
        if (more && (call.argIs(next, "MAXLEN") || call.argIs(next, "MINID"))) {
            parseThreshold(call, call.argIs(next, "MAXLEN"));
        } else if (more && call.argIs(next, "LIMIT")) {
            limit = call.integerArg(++next);
            if (limit < 0) {
                throw Errors.err("The LIMIT argument must be >= 0.");
            }
        } else if (forAdd && call.argIs(next, "NOMKSTREAM")) {
            noMakeStream = true;
        } else if (!parseReferences(call) && !(forAdd && parseIdempotent(call))) {
            if (forAdd) {
                return false;
            }
            throw Errors.syntax();
        }
        return true;
    }

    private boolean parseReferences(Call call) {
        References named = References.named(call, next);
        if (named == null) {
            return false;
        }
        if (references != null) {
            throw Errors.syntax();
        }
        references = named;
        return true;
    }

    private boolean parseIdempotent(Call call) {
        IdempotentAdd parsed = IdempotentAdd.parse(call, next);
        if (parsed == null) {
            return false;
        }
        if (idempotent != null) {
            throw Errors.err("IDMP/IDMPAUTO specified multiple times");
        }
        idempotent = parsed;
        next += parsed.arguments();
        return true;
    }

    private void parseThreshold(Call call, boolean bySize) {
        if (isGiven()) {
            throw Errors.err("syntax error, MAXLEN and MINID options at the same time are not compatible");
        }
        approximate = false;
        next++;
        if (next + 1 < call.argCount() && (call.argIs(next, "~") || call.argIs(next, "="))) {
            approximate = call.argIs(next, "~");
            next++;
        }
        if (bySize) {
            maxSize = call.integerArg(next);
            if (maxSize < 0) {
                throw Errors.err("The MAXLEN argument must be >= 0.");
            }
        } else {
            minId = StreamArguments.strictId(call, next, 0);
        }
    }

    private void check(Call call) {
        if (idempotent != null && !id.equals(AddedId.AUTOMATIC) && !call.isFromLog()) {
            throw Errors.err("IDMP/IDMPAUTO can be used only with auto-generated IDs");
        }
        if (limit > 0 && !isGiven()) {
            throw Errors.err("syntax error, LIMIT cannot be used without specifying a trimming strategy");
        }
        if (!forAdd && !isGiven()) {
            throw Errors.err("syntax error, XTRIM must be called with a trimming strategy");
        }
        // Redis logs what an approximate trim came to as an exact one, and leaves the limit where it was.
        if (limit != NOT_GIVEN && !approximate && !call.isFromLog()) {
            throw Errors.err("syntax error, LIMIT cannot be used without the special ~ option");
        }
        if (!approximate || call.isFromLog()) {
            limit = 0;
        } else if (limit == NOT_GIVEN) {
            long entries = DEFAULT_NODES * call.configNumber("stream-node-max-entries");
            limit = entries <= 0 ? DEFAULT_LIMIT : Math.min(MAX_DEFAULT_LIMIT, entries);
        }
    }

    /** Whether there is something to trim to. */
    boolean isGiven() {
        return maxSize != NOT_GIVEN || minId != null;
    }

    /** Whether the log can have the call as it came: it always leads to the same, on any server. */
    boolean isLoggedAsGiven() {
        return !approximate && references == null && idempotent == null;
    }

    /** Whether references to entries matter for what is trimmed, and are trimmed. */
    boolean dependsOnReferences(StreamValue stream) {
        return isGiven()
                && references != null
                && references != References.KEEP
                && !stream.groups().isEmpty();
    }

    boolean noMakeStream() {
        return noMakeStream;
    }

    /** What is to be added once only; null for what may be added again. */
    @Nullable
    IdempotentAdd idempotent() {
        return idempotent;
    }

    /** Index of the argument after the options, the ID. */
    int next() {
        return next;
    }

    /** The ID that an entry is to have. */
    AddedId id() {
        return id;
    }

    /** Trims and tells of it; returns how many entries were removed. What references led to is logged, too. */
    long apply(Call call, Bytes key, StreamValue stream) {
        StreamId least = minId;
        if (references != null && dependsOnReferences(stream)) {
            StreamRemoval removal = new StreamRemoval(call, key, stream);
            try {
                StreamId end = least == null ? StreamId.MAX : least.previous();
                return end == null ? 0 : removal.trim(references, most(stream), end);
            } finally {
                tell(call, key, removal.end());
            }
        }
        long removed = least != null
                ? stream.trimBelow(least, approximate, limit)
                : stream.trimToSize(maxSize, approximate, limit);
        tell(call, key, removed);
        return removed;
    }

    private void tell(Call call, Bytes key, long removed) {
        if (removed > 0 && forAdd) {
            call.event(call.keys(), key, KeyEvent.STREAM, "xtrim");
        } else if (removed > 0) {
            call.changed(key, KeyEvent.STREAM, "xtrim");
        }
    }

    /** How many entries may be removed. */
    private long most(StreamValue stream) {
        StreamId least = minId;
        if (!approximate) {
            return least == null ? Math.max(0, stream.size() - maxSize) : Long.MAX_VALUE;
        }
        return least == null ? stream.trimmableToSize(maxSize, limit) : stream.trimmableBelow(least, limit);
    }

    /** Options, none if there is nothing to trim to, that lead elsewhere to what these led to here. */
    List<Bytes> exact(StreamValue stream) {
        if (!isGiven()) {
            return List.of();
        }
        boolean bySize = minId == null;
        return List.of(
                Bytes.of(bySize ? "MAXLEN" : "MINID"),
                Bytes.of("="),
                bySize
                        ? Bytes.of(Long.toString(stream.size()))
                        : minIdOf(stream).text());
    }

    /** The ID below which there is nothing. */
    private static StreamId minIdOf(StreamValue stream) {
        return stream.size() == 0 ? StreamId.MAX : stream.firstId();
    }
}
