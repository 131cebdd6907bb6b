package dev.spinel.api.command;

import dev.spinel.api.data.Bytes;
import java.util.Arrays;

/**
 * The reply of SCAN, HSCAN, SSCAN and ZSCAN: the next cursor and what was found.
 *
 * <p>The cursor stands first in the reply but is known last, so the elements are gathered here. Engine thread only.
 */
public final class ScanReply {
    private byte[] content = new byte[256];
    private int contentBytes;
    private int[] ends = new int[32];
    private int size;

    /** Adds an element, which is copied. */
    public void add(Bytes element) {
        int length = element.length();
        if (length > content.length - contentBytes) {
            content = Arrays.copyOf(content, Math.max(content.length * 2, Math.addExact(contentBytes, length)));
        }
        if (size == ends.length) {
            ends = Arrays.copyOf(ends, size * 2);
        }
        System.arraycopy(element.array(), element.offset(), content, contentBytes, length);
        contentBytes += length;
        ends[size++] = contentBytes;
    }

    /** Writes the reply: an array of the cursor in decimal and the array of the elements. */
    public void write(ReplyWriter reply, long nextCursor) {
        reply.array(2);
        reply.bulk(Long.toUnsignedString(nextCursor));
        reply.array(size);
        int start = 0;
        for (int i = 0; i < size; i++) {
            reply.bulk(content, start, ends[i] - start);
            start = ends[i];
        }
    }

    /** Writes the reply of a key that does not exist: cursor 0 and nothing found. */
    public static void writeEmpty(ReplyWriter reply) {
        reply.array(2);
        reply.bulk("0");
        reply.array(0);
    }
}
