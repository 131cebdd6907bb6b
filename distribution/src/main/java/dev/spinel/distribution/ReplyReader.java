package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spinel.patterns.transport.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads replies and messages of RESP2 and RESP3 as recipes see them: maps are arrays of their keys and values, numbers of other kinds than
 * integers are texts, and an error within an array makes the whole an error. One thread.
 */
final class ReplyReader {
    private static final byte[] NOTHING = {};

    /** Thrown within this class when a reply has not arrived as a whole. */
    private static final class IncompleteException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        IncompleteException() {
            super(null, null, false, false);
        }
    }

    private byte[] received = NOTHING;
    private int at;

    /**
     * What a connection received.
     *
     * @param isPush whether it is a message of RESP3, not a reply
     */
    record Received(Reply reply, boolean isPush) {}

    /** Adds what arrived. */
    void receive(byte[] part) {
        int left = received.length - at;
        byte[] joined = Arrays.copyOfRange(received, at, at + left + part.length);
        System.arraycopy(part, 0, joined, left, part.length);
        received = joined;
        at = 0;
    }

    /** The next reply or message that is there as a whole, or null. */
    @Nullable
    Received next() {
        int start = at;
        if (start == received.length) {
            return null;
        }
        try {
            boolean isPush = received[start] == '>';
            return new Received(read(), isPush);
        } catch (IncompleteException e) {
            at = start;
            return null;
        }
    }

    private Reply read() {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+', ',', '(', '#' -> new Reply.Bulk(rest.getBytes(UTF_8));
            case '-' -> new Reply.Failure(rest);
            case ':' -> new Reply.Int(Long.parseLong(rest));
            case '_' -> new Reply.Null();
            case '$', '=' -> rest.equals("-1") ? new Reply.Null() : new Reply.Bulk(bytes(Integer.parseInt(rest)));
            case '*', '~', '>' -> rest.equals("-1") ? new Reply.Null() : items(Integer.parseInt(rest));
            case '%' -> items(2 * Integer.parseInt(rest));
            default -> throw new IllegalStateException("Unexpected in a reply: " + line);
        };
    }

    private Reply items(int count) {
        List<Reply> items = new ArrayList<>(count);
        Reply failure = null;
        for (int i = 0; i < count; i++) {
            Reply item = read();
            items.add(item);
            if (item instanceof Reply.Failure) {
                failure = item;
            }
        }
        return failure != null ? failure : new Reply.Items(items);
    }

    private String line() {
        for (int end = at; end + 1 < received.length; end++) {
            if (received[end] == '\r' && received[end + 1] == '\n') {
                String line = new String(received, at, end - at, UTF_8);
                at = end + 2;
                return line;
            }
        }
        throw new IncompleteException();
    }

    private byte[] bytes(int length) {
        if (received.length - at < length + 2) {
            throw new IncompleteException();
        }
        byte[] bytes = Arrays.copyOfRange(received, at, at + length);
        at += length + 2;
        return bytes;
    }
}
