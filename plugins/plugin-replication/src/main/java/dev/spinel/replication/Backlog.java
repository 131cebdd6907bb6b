package dev.spinel.replication;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.util.Arrays;

/**
 * The last bytes of a stream, found by their offset in it. Several readers read it, each at its own pace; who owns it says
 * what nobody needs any more.
 *
 * <p>Engine thread only. Chunks are used again, so that a stream in steady state allocates nothing.
 */
final class Backlog {
    /*
     * The byte with the offset o is the one with the index o mod 16384 of the chunk with the number o div 16384. Chunks that
     * are kept stand in a ring by their numbers, so that finding one is arithmetic, and a reader is nothing but an offset.
     *
     *     start              end
     *       v                 v
     *   [..###][######][######.]     chunks first to last; # bytes that are kept
     */
    private static final int CHUNK_SHIFT = 14;

    static final int CHUNK_BYTES = 1 << CHUNK_SHIFT;
    private static final int INITIAL_CHUNKS = 16;
    private static final byte[] LINE_END = {'\r', '\n'};

    /** Room for the type, the digits of an int and the end of a line. */
    private final byte[] head = new byte[1 + Numbers.MAX_LONG_LENGTH + LINE_END.length];

    private byte[][] ring = new byte[INITIAL_CHUNKS][];
    private byte[] spare = new byte[0];
    private int chunks;
    private long start;
    private long end;

    /** @param offset offset of the first byte that will be appended */
    Backlog(long offset) {
        start = offset;
        end = offset;
    }

    /** Offset of the first byte that is kept. */
    long start() {
        return start;
    }

    /** Offset of the next byte to be appended. */
    long end() {
        return end;
    }

    /** Heap that the bytes take. */
    long heapBytes() {
        return (long) (chunks + (spare.length > 0 ? 1 : 0)) * CHUNK_BYTES;
    }

    void append(byte[] source, int offset, int length) {
        int from = offset;
        int left = length;
        while (left > 0) {
            int index = index(end);
            if (index == 0 || chunks == 0) {
                addChunk();
            }
            int count = Math.min(left, CHUNK_BYTES - index);
            System.arraycopy(source, from, chunk(end), index, count);
            end += count;
            from += count;
            left -= count;
        }
    }

    /** Appends a command of {@code argCount} arguments as clients send it. */
    void append(Bytes[] args, int argCount) {
        int index = index(end);
        if (chunks > 0 && index > 0 && mostBytes(args, argCount) <= CHUNK_BYTES - index) {
            end += write(args, argCount, chunk(end), index) - index;
            return;
        }
        append(head, 0, writeHead(head, 0, '*', argCount));
        for (int i = 0; i < argCount; i++) {
            Bytes arg = args[i];
            append(head, 0, writeHead(head, 0, '$', arg.length()));
            append(arg.array(), arg.offset(), arg.length());
            append(LINE_END, 0, LINE_END.length);
        }
    }

    /** A number of bytes that a command does not exceed. */
    private long mostBytes(Bytes[] args, int argCount) {
        long bytes = head.length;
        for (int i = 0; i < argCount; i++) {
            bytes += head.length + args[i].length() + LINE_END.length;
        }
        return bytes;
    }

    /** Writes a command into an array; returns the index behind it. */
    private static int write(Bytes[] args, int argCount, byte[] target, int index) {
        int at = writeHead(target, index, '*', argCount);
        for (int i = 0; i < argCount; i++) {
            Bytes arg = args[i];
            int length = arg.length();
            at = writeHead(target, at, '$', length);
            System.arraycopy(arg.array(), arg.offset(), target, at, length);
            at = endLine(target, at + length);
        }
        return at;
    }

    /** Writes the head of an array or a string; returns the index behind it. */
    private static int writeHead(byte[] target, int index, char type, int count) {
        int at = index;
        target[at++] = (byte) type;
        if (count < 10) {
            target[at++] = (byte) ('0' + count);
        } else {
            at += Numbers.formatLong(count, target, at);
        }
        return endLine(target, at);
    }

    private static int endLine(byte[] target, int index) {
        target[index] = '\r';
        target[index + 1] = '\n';
        return index + LINE_END.length;
    }

    /** Inserts bytes before those from an offset on, which no reader has been given. */
    void insert(long offset, byte[] inserted) {
        long from = end;
        append(inserted, 0, inserted.length);
        // From the end on, so that nothing is written over before it was moved.
        long to = end;
        while (from > offset) {
            int count = (int) Math.min(from - offset, 1 + Math.min(index(from - 1), index(to - 1)));
            from -= count;
            to -= count;
            System.arraycopy(chunk(from), index(from), chunk(to), index(to), count);
        }
        for (int i = 0; i < inserted.length; i++) {
            chunk(offset + i)[index(offset + i)] = inserted[i];
        }
    }

    private void addChunk() {
        if (chunks == ring.length) {
            grow();
        }
        byte[] chunk = spare.length > 0 ? spare : new byte[CHUNK_BYTES];
        spare = new byte[0];
        ring[slot(end)] = chunk;
        chunks++;
    }

    private void grow() {
        byte[][] old = ring;
        ring = new byte[2 * old.length][];
        long first = start >> CHUNK_SHIFT;
        for (long number = first; number < first + chunks; number++) {
            ring[(int) (number & (ring.length - 1))] = old[(int) (number & (old.length - 1))];
        }
    }

    private int slot(long offset) {
        return (int) ((offset >> CHUNK_SHIFT) & (ring.length - 1));
    }

    /** Lets go of the bytes before an offset, which is at most {@link #end}. */
    void discardBefore(long offset) {
        while (chunks > 0 && start < offset) {
            long chunkEnd = ((start >> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
            if (offset < chunkEnd) {
                start = offset;
                return;
            }
            spare = ring[slot(start)];
            Arrays.fill(ring, slot(start), slot(start) + 1, null);
            chunks--;
            start = chunkEnd;
        }
    }

    /** The chunk with the byte of an offset that is kept; read only, and until that is discarded. */
    byte[] chunk(long offset) {
        return ring[slot(offset)];
    }

    /** The index of the byte of an offset in its chunk. */
    int index(long offset) {
        return (int) (offset & (CHUNK_BYTES - 1));
    }

    /** How many bytes from an offset on are in its chunk; 0 at the end. */
    int contiguous(long offset) {
        return (int) Math.min(CHUNK_BYTES - index(offset), end - offset);
    }
}
