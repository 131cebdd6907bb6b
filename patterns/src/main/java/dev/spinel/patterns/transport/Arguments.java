package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/** Collects the arguments of an operation in the order in which its script reads them as ARGV. Not thread-safe. */
public final class Arguments {
    private final List<byte[]> values = new ArrayList<>();

    /** No arguments yet. */
    public Arguments() {}

    /** Adds a text as UTF-8. */
    public Arguments add(String value) {
        values.add(value.getBytes(UTF_8));
        return this;
    }

    /** Adds a number as decimal digits. */
    public Arguments add(long value) {
        return add(Long.toString(value));
    }

    /** Adds bytes as they are; the array is not copied. */
    public Arguments add(byte[] value) {
        values.add(value);
        return this;
    }

    /** The arguments collected so far. */
    List<byte[]> values() {
        return values;
    }
}
