package dev.spinel.resp.transport;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.resp.codec.BufferBudget;
import dev.spinel.resp.codec.BufferPool;
import dev.spinel.resp.codec.RequestDecoder;
import dev.spinel.resp.codec.RequestViews;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decoded requests of one connection on their way from its I/O loop to the engine, with bytes of their own; reused.
 *
 * <p>It has one owner at a time: the loop's thread fills and empties it, the engine's thread reads it in between.
 */
final class RequestBatch {
    /** Room for more numbers than this is given up after the batch. */
    private static final int KEPT = 1024;

    private static final byte[] EMPTY = new byte[0];

    private final BufferPool arrays;
    private final BufferBudget budget;
    private byte[] bytes = EMPTY;
    /** Start in {@link #bytes} and length of each argument. */
    private int[] positions = new int[16];
    /** Number of arguments of each request, and how many bytes waited in the decoder behind it. */
    private int[] requests = new int[8];

    private int positionsEnd;
    /** Number of arguments that the budget pays for. */
    private int paidArguments;

    private int requestsEnd;
    private @Nullable String error;

    /** The engine's place in {@link #positions} and {@link #requests}. */
    private int nextPosition;

    private int nextRequest;
    private int waitingBefore;

    /**
     * An empty batch.
     *
     * @param arrays the loop's stock
     * @param budget what pays for the arguments; when it does not, or not for their bytes, that is an error of the requests
     */
    RequestBatch(BufferPool arrays, BufferBudget budget) {
        this.arrays = arrays;
        this.budget = budget;
    }

    /**
     * Takes requests out of a decoder, until it has no complete one, fails, or has given {@code maxRequests} or at least
     * {@code maxBytes}.
     *
     * @return whether there is something for the engine in it
     */
    boolean fill(RequestDecoder decoder, int maxRequests, int maxBytes) {
        int leave = decoder.waitingBytes() - maxBytes;
        byte[] source = EMPTY;
        int from = 0;
        int to = 0;
        waitingBefore = decoder.waitingBytes();
        boolean more = true;
        while (more && requestsEnd < 2 * maxRequests && decoder.waitingBytes() > leave) {
            switch (decoder.next()) {
                case REQUEST -> {
                    // All requests that are decoded between two reads lie in the same array, in order.
                    Bytes[] args = decoder.args();
                    if (requestsEnd == 0) {
                        source = args[0].array();
                        from = args[0].offset();
                    }
                    to = add(args, decoder.argCount(), from, decoder.waitingBytes());
                }
                case INCOMPLETE -> more = false;
                case ERROR -> {
                    error = decoder.error();
                    more = false;
                }
            }
        }
        if (requestsEnd > 0 && pay(to - from)) {
            System.arraycopy(source, from, bytes, 0, to - from);
        }
        return requestsEnd > 0 || error != null;
    }

    /** Takes memory for the requests; without it, they are dropped. */
    private boolean pay(int byteCount) {
        int arguments = positionsEnd / 2;
        try {
            if (arguments <= RequestViews.KEPT || budget.takeArguments(arguments)) {
                paidArguments = arguments <= RequestViews.KEPT ? 0 : arguments;
                bytes = arrays.take(byteCount);
                return true;
            }
        } catch (CommandException e) {
            // As below.
        }
        clear();
        error = RequestDecoder.NO_MEMORY;
        return false;
    }

    private int add(Bytes[] args, int argCount, int base, int waitingBytes) {
        int end = positionsEnd;
        if (positions.length < end + 2 * argCount) {
            positions = Arrays.copyOf(positions, Math.max(2 * positions.length, end + 2 * argCount));
        }
        for (int i = 0; i < argCount; i++) {
            positions[end++] = args[i].offset() - base;
            positions[end++] = args[i].length();
        }
        positionsEnd = end;
        if (requests.length == requestsEnd) {
            requests = Arrays.copyOf(requests, 2 * requestsEnd);
        }
        requests[requestsEnd++] = argCount;
        requests[requestsEnd++] = waitingBytes;
        Bytes last = args[argCount - 1];
        return last.offset() + last.length();
    }

    /** Whether requests are left; then {@link #nextArgCount} and {@link #nextArgs}, in this order, take one. */
    boolean hasNext() {
        return nextRequest < requestsEnd;
    }

    int nextArgCount() {
        return requests[nextRequest];
    }

    /** The arguments of the next request, which counts as executed now. */
    Bytes[] nextArgs(RequestViews views) {
        int argCount = requests[nextRequest];
        Bytes[] args = views.point(bytes, 0, positions, nextPosition, argCount);
        nextPosition += 2 * argCount;
        waitingBefore = requests[nextRequest + 1];
        nextRequest += 2;
        return args;
    }

    /** Bytes of the requests that are left. */
    int remainingBytes() {
        return requestsEnd == 0 ? 0 : waitingBefore - requests[requestsEnd - 1];
    }

    /** The violation of the protocol behind the requests, or null. */
    @Nullable
    String error() {
        return error;
    }

    /** Empties the batch and gives up what it does not need. */
    void clear() {
        if (bytes.length > 0) {
            arrays.give(bytes);
            bytes = EMPTY;
        }
        if (paidArguments > 0) {
            budget.giveArguments(paidArguments);
            paidArguments = 0;
        }
        if (positions.length > KEPT) {
            positions = new int[16];
        }
        if (requests.length > KEPT) {
            requests = new int[8];
        }
        positionsEnd = 0;
        requestsEnd = 0;
        nextPosition = 0;
        nextRequest = 0;
        error = null;
    }
}
