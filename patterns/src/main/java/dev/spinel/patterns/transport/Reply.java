package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.List;

/** What a server answered, in the five shapes that a script's result can have. */
public sealed interface Reply {
    /** The absent value. */
    record Null() implements Reply {}

    /** An integer. */
    record Int(long value) implements Reply {}

    /** An array; or a map, as an array of its keys, each with its value after it. */
    record Items(List<Reply> values) implements Reply {
        /** Keeps a copy of the list. */
        public Items {
            values = List.copyOf(values);
        }
    }

    /** An error of the server, with its text: a code, a space, a message. */
    record Failure(String message) implements Reply {
        /** The first word of the message, such as {@code NOSCRIPT}. */
        public String code() {
            int space = message.indexOf(' ');
            return space < 0 ? message : message.substring(0, space);
        }
    }

    /** A string of bytes, or a status such as OK. */
    final class Bulk implements Reply {
        private final byte[] bytes;

        /** A reply of these bytes, which are not copied. */
        public Bulk(byte[] bytes) {
            this.bytes = requireNonNull(bytes, "bytes");
        }

        /** The bytes, not copied. */
        public byte[] bytes() {
            return bytes;
        }

        /** The bytes read as UTF-8. */
        public String text() {
            return new String(bytes, UTF_8);
        }

        @Override
        public String toString() {
            return "Bulk[" + bytes.length + " bytes]";
        }
    }

    /**
     * The value of an integer reply.
     *
     * @throws IllegalStateException if this is not an integer
     */
    default long asLong() {
        if (this instanceof Int number) {
            return number.value();
        }
        throw new IllegalStateException("Expected an integer reply, got " + this);
    }

    /**
     * The text of a string reply.
     *
     * @throws IllegalStateException if this is not a string
     */
    default String asText() {
        if (this instanceof Bulk bulk) {
            return bulk.text();
        }
        throw new IllegalStateException("Expected a string reply, got " + this);
    }

    /**
     * The bytes of a string reply, not copied.
     *
     * @throws IllegalStateException if this is not a string
     */
    default byte[] asBytes() {
        if (this instanceof Bulk bulk) {
            return bulk.bytes();
        }
        throw new IllegalStateException("Expected a string reply, got " + this);
    }

    /**
     * The elements of an array reply.
     *
     * @throws IllegalStateException if this is not an array
     */
    default List<Reply> asItems() {
        if (this instanceof Items items) {
            return items.values();
        }
        throw new IllegalStateException("Expected an array reply, got " + this);
    }
}
