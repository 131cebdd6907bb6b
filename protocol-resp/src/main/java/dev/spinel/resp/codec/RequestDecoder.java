package dev.spinel.resp.codec;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection, cut out of the bytes as they arrive: RESP arrays of bulk strings, and inline commands.
 *
 * <p>Use: {@link #receive} a read, call {@link #next} until it answers something else than {@link Result#REQUEST}, then
 * {@link #retain} what is left. The arguments are views on the received bytes, valid until the next call. One thread only.
 * Source: the RESP specification; limits and messages are those of Redis 7.0.
 */
public final class RequestDecoder {
    /*
     * States: at the start of a request (argsExpected == 0), before the head of an argument (bulkLength == -1), inside an
     * argument. They survive reads, so that a request in pieces is never scanned twice: 'at' is behind the last complete
     * element, 'scanned' behind the last byte searched for a line break.
     *
     * Bytes are borrowed from the caller (a buffer shared by all connections) while a read is decoded; only an incomplete
     * request is copied, into an array of the connection's own, which grows by doubling up to the length announced and
     * is given up once empty. The next read takes it back into the shared buffer, if it is not the longer part. Each byte
     * is thus copied a constant number of times, however large an argument is, and an announced length alone reserves no
     * memory.
     *
     * Lines end at \r and the next byte, whatever it is, as in Redis.
     */

    /** What {@link #next} found. */
    public enum Result {
        /** A request: see {@link #args()}. */
        REQUEST,
        /** The rest of a request has not been received yet. */
        INCOMPLETE,
        /** A violation of the protocol, see {@link #error()}; nothing more can be read from this connection. */
        ERROR
    }

    /** The error of a request for which the budget does not pay. */
    public static final String NO_MEMORY = "not enough memory for the request";

    /** The longest line without an end that is kept waiting for it. */
    private static final int MAX_LINE_BYTES = 64 * 1024;

    private static final int MAX_UNAUTHENTICATED_ARGS = 10;
    private static final int MAX_UNAUTHENTICATED_BULK_BYTES = 16384;

    private static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;
    private static final int MIN_OWN_LENGTH = 512;
    /** Arrays longer than this are given up when they have become mostly empty. */
    private static final int LARGE_LENGTH = 64 * 1024;

    private static final byte[] EMPTY = new byte[0];

    private final RequestLimits limits;
    private final RequestViews shared;

    private byte[] buffer = EMPTY;
    private boolean borrowed;
    /** Start of the request at hand. */
    private int start;

    private int at;
    private int end;
    private int scanned;

    /** Length of the request that was cut out last; 0 once its bytes may be gone. */
    private int requestBytes;

    private int argsExpected;
    private int bulkLength = -1;
    private int argCount;
    /** Start relative to {@link #start} and length of each argument so far; null: in the shared room. */
    private int @Nullable [] ownPositions;

    private final BufferBudget budget;
    /** Length of the array that the budget pays for; 0 without one. */
    private int ownLength;

    /** Number of arguments that the budget pays for. */
    private int paidArguments;

    private boolean restricted;
    private Bytes[] args = {};
    private @Nullable String error;

    /** @param budget what pays for bytes that wait; when it does not, that is an error of the request */
    public RequestDecoder(RequestLimits limits, RequestViews shared, BufferBudget budget) {
        this.limits = limits;
        this.shared = shared;
        this.budget = budget;
    }

    /** Gives up all bytes and memory; the connection is gone. */
    public void close() {
        disown();
        giveArguments();
        buffer = EMPTY;
        borrowed = false;
        start = 0;
        at = 0;
        end = 0;
        scanned = 0;
        error = "closed";
    }

    /** Sets whether the client has not authenticated yet where it must: its requests are then to be small. */
    public void restricted(boolean restricted) {
        this.restricted = restricted;
    }

    /**
     * Adds bytes behind those already received. They are borrowed, and inline commands are decoded in place: the array
     * must not be used otherwise before {@link #retain}. Room before {@code offset} is used for the start of a request
     * that these bytes complete.
     *
     * @throws IllegalStateException if more than 2 GiB would wait
     */
    public void receive(byte[] source, int offset, int length) {
        if (error != null) {
            return;
        }
        if (start == end) {
            disown();
            buffer = source;
            borrowed = true;
            start = offset;
            at = offset;
            scanned = offset;
            end = offset + length;
            return;
        }
        if (borrowed) {
            throw new IllegalStateException("retain() is due before the next bytes");
        }
        int waiting = end - start;
        if (waiting <= Math.min(offset, length)) {
            moveTo(source, offset - waiting);
            disown();
            end += length;
            borrowed = true;
        } else {
            append(source, offset, length);
        }
    }

    /** Cuts out the next request. Empty requests are skipped, as in Redis. */
    public Result next() {
        if (error != null) {
            return Result.ERROR;
        }
        while (true) {
            if (argsExpected == 0) {
                giveArguments();
                start = at;
                if (at == end) {
                    return Result.INCOMPLETE;
                }
                argCount = 0;
                if (buffer[at] != '*') {
                    Result result = inline();
                    if (result == Result.REQUEST && argCount == 0) {
                        continue;
                    }
                    return result;
                }
                Result result = arrayHead();
                if (result != Result.REQUEST) {
                    return result;
                }
                if (argsExpected == 0) {
                    continue;
                }
            }
            return arguments();
        }
    }

    /** The arguments of the request; {@link #argCount()} of them, the rest of the array is meaningless. */
    public Bytes[] args() {
        return args;
    }

    /** Number of arguments of the request, at least 1. */
    public int argCount() {
        return argCount;
    }

    /** Whether {@link #error} tells why no further request comes. */
    public boolean hasFailed() {
        return error != null;
    }

    /** The violation, as in {@code Protocol error: <error>}. */
    public String error() {
        if (error == null) {
            throw new IllegalStateException("no protocol error");
        }
        return error;
    }

    /**
     * Copies what has not been decoded out of the borrowed bytes, and gives up memory that is not needed. Without memory for
     * the copy, the decoder {@link #hasFailed}.
     */
    public void retain() {
        requestBytes = 0;
        int waiting = end - start;
        if (waiting == 0) {
            disown();
            buffer = EMPTY;
            borrowed = false;
            start = 0;
            at = 0;
            end = 0;
            scanned = 0;
        } else if (borrowed || (buffer.length > LARGE_LENGTH && waiting < buffer.length / 8)) {
            if (!moveToOwn(capacityFor(waiting, 0))) {
                return;
            }
            borrowed = false;
        }
        if (argsExpected == 0) {
            giveArguments();
            ownPositions = null;
        } else if (ownPositions == null) {
            ownPositions = Arrays.copyOf(shared.positions(), Math.max(8, 2 * argCount));
        }
    }

    /** Whether bytes of the last {@link #receive} must stay where they are until {@link #retain}. */
    public boolean isBorrowing() {
        return borrowed;
    }

    /** Bytes received and not decoded yet, those of an incomplete request included. */
    public int waitingBytes() {
        return end - start;
    }

    /** Of {@link #waitingBytes} those of an incomplete request whose meaning is known: heads and whole arguments. */
    public int decodedBytes() {
        return at - start;
    }

    /**
     * {@link #waitingBytes} without {@link #decodedBytes}, and those of the request that {@link #next} answered last until
     * {@link #retain}.
     */
    public int bufferedBytes() {
        return requestBytes + end - at;
    }

    /** Room behind {@link #waitingBytes} in memory of the decoder's own. */
    public int freeBytes() {
        return borrowed ? 0 : buffer.length - (end - start);
    }

    private void append(byte[] source, int offset, int length) {
        int waiting = end - start;
        if (length > MAX_ARRAY_LENGTH - waiting) {
            throw new IllegalStateException("more than 2 GiB of requests wait");
        }
        if (buffer.length - end < length) {
            int needed = waiting + length;
            // Room made by executed requests is reused only if that is most of the array: moving stays linear.
            if (needed <= buffer.length && start >= buffer.length / 2) {
                moveTo(buffer, 0);
            } else if (!moveToOwn(capacityFor(waiting, length))) {
                return;
            }
        }
        System.arraycopy(source, offset, buffer, end, length);
        end += length;
    }

    /** A length for the buffer that holds {@code waiting + more} bytes, and twice that if more are announced. */
    private int capacityFor(int waiting, int more) {
        long needed = (long) waiting + more;
        long announced = bulkLength < 0 ? 0 : (long) (at - start) + bulkLength + 2;
        // Behind a long argument, room for the rest of the read that ends it.
        long capacity = announced > needed ? Math.min(announced + LARGE_LENGTH, 2 * needed) : 2 * needed;
        return (int) Math.min(MAX_ARRAY_LENGTH, Math.max(Math.max(MIN_OWN_LENGTH, needed), capacity));
    }

    /** Moves what waits to a new array, or fails for lack of memory. */
    private boolean moveToOwn(int length) {
        if (!budget.take(length)) {
            fail(NO_MEMORY);
            return false;
        }
        moveTo(new byte[length], 0);
        disown();
        ownLength = length;
        return true;
    }

    /** Gives back what the last array of the decoder's own cost. */
    private void disown() {
        if (ownLength > 0) {
            budget.give(ownLength);
            ownLength = 0;
        }
    }

    /** Has the budget pay for so many arguments; returns whether it does. Few cost nothing. */
    private boolean payForArguments(int count) {
        if (count > RequestViews.KEPT) {
            if (!budget.takeArguments(count - paidArguments)) {
                return false;
            }
            paidArguments = count;
        }
        return true;
    }

    private void giveArguments() {
        if (paidArguments > 0) {
            budget.giveArguments(paidArguments);
            paidArguments = 0;
        }
    }

    private void moveTo(byte[] target, int offset) {
        System.arraycopy(buffer, start, target, offset, end - start);
        buffer = target;
        int distance = offset - start;
        start += distance;
        at += distance;
        scanned += distance;
        end += distance;
    }

    private Result inline() {
        int lineEnd = find((byte) '\n');
        if (lineEnd < 0) {
            return end - at > MAX_LINE_BYTES ? fail("too big inline request") : Result.INCOMPLETE;
        }
        int next = lineEnd + 1;
        if (lineEnd > at && buffer[lineEnd - 1] == '\r') {
            lineEnd--;
        }
        int[] positions = shared.positions();
        int from = at;
        while (true) {
            from = InlineArguments.skipBlanks(buffer, from, lineEnd);
            if (from == lineEnd) {
                break;
            }
            int argEnd = InlineArguments.end(buffer, from, lineEnd);
            if (argEnd < 0) {
                return fail("unbalanced quotes in request");
            }
            positions = withRoom(positions, argCount);
            positions[2 * argCount] = from - start;
            positions[2 * argCount + 1] = InlineArguments.unquote(buffer, from, argEnd);
            argCount++;
            from = argEnd;
        }
        at = next;
        scanned = next;
        shared.positions(positions);
        args = shared.point(buffer, start, positions, 0, argCount);
        requestBytes = at - start;
        start = at;
        return Result.REQUEST;
    }

    private Result arrayHead() {
        int lineEnd = find((byte) '\r');
        if (lineEnd < 0 || lineEnd + 1 == end) {
            return lineEnd < 0 && end - at > MAX_LINE_BYTES ? fail("too big mbulk count string") : Result.INCOMPLETE;
        }
        if (!Numbers.isLong(buffer, at + 1, lineEnd - at - 1)) {
            return fail("invalid multibulk length");
        }
        long count = Numbers.parseLong(buffer, at + 1, lineEnd - at - 1);
        if (count > Integer.MAX_VALUE) {
            return fail("invalid multibulk length");
        }
        if (restricted && count > MAX_UNAUTHENTICATED_ARGS) {
            return fail("unauthenticated multibulk length");
        }
        at = lineEnd + 2;
        scanned = at;
        argsExpected = (int) Math.max(0, count);
        return Result.REQUEST;
    }

    private Result arguments() {
        int[] positions = ownPositions == null ? shared.positions() : ownPositions;
        while (argCount < argsExpected) {
            if (bulkLength < 0) {
                Result result = bulkHead();
                if (result != Result.REQUEST) {
                    return result;
                }
            }
            if (end - at < bulkLength + 2L) {
                return Result.INCOMPLETE;
            }
            if (positions.length == 2 * argCount) {
                if (!payForArguments(2 * argCount)) {
                    return fail(NO_MEMORY);
                }
                positions = withRoom(positions, argCount);
                if (ownPositions == null) {
                    shared.positions(positions);
                }
                if (shared.positions() != positions) {
                    ownPositions = positions;
                }
            }
            positions[2 * argCount] = at - start;
            positions[2 * argCount + 1] = bulkLength;
            argCount++;
            at += bulkLength + 2;
            scanned = at;
            bulkLength = -1;
        }
        args = shared.point(buffer, start, positions, 0, argCount);
        argsExpected = 0;
        ownPositions = null;
        requestBytes = at - start;
        start = at;
        return Result.REQUEST;
    }

    private Result bulkHead() {
        int lineEnd = find((byte) '\r');
        if (lineEnd < 0 || lineEnd + 1 >= end) {
            return lineEnd < 0 && end - at > MAX_LINE_BYTES ? fail("too big bulk count string") : Result.INCOMPLETE;
        }
        if (buffer[at] != '$') {
            return fail("expected '$', got '" + (char) (buffer[at] & 0xff) + "'");
        }
        if (!Numbers.isLong(buffer, at + 1, lineEnd - at - 1)) {
            return fail("invalid bulk length");
        }
        long length = Numbers.parseLong(buffer, at + 1, lineEnd - at - 1);
        if (length < 0 || length > Math.min(limits.maxBulkBytes(), MAX_ARRAY_LENGTH)) {
            return fail("invalid bulk length");
        }
        if (restricted && length > MAX_UNAUTHENTICATED_BULK_BYTES) {
            return fail("unauthenticated bulk length");
        }
        at = lineEnd + 2;
        scanned = at;
        bulkLength = (int) length;
        return Result.REQUEST;
    }

    /** Index of a byte at or behind what was searched before, or -1. */
    private int find(byte wanted) {
        byte[] bytes = buffer;
        int limit = end;
        for (int i = scanned; i < limit; i++) {
            if (bytes[i] == wanted) {
                scanned = i;
                return i;
            }
        }
        scanned = limit;
        return -1;
    }

    private static int[] withRoom(int[] positions, int count) {
        return positions.length > 2 * count ? positions : Arrays.copyOf(positions, 2 * positions.length);
    }

    private Result fail(String reason) {
        error = reason;
        return Result.ERROR;
    }
}
