package dev.spinel.patterns.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spinel.patterns.transport.Reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An entry of a stream, as delivered to a consumer. */
public final class StreamEntry {
    private final String id;
    private final int deliveries;
    private final Map<String, byte[]> fields;

    private StreamEntry(String id, int deliveries, Map<String, byte[]> fields) {
        this.id = id;
        this.deliveries = deliveries;
        this.fields = fields;
    }

    /** Of a field that comes twice, the last value counts. */
    static StreamEntry read(List<Reply> parts) {
        List<Reply> words = parts.get(2).asItems();
        Map<String, byte[]> fields = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i += 2) {
            fields.put(words.get(i).asText(), words.get(i + 1).asBytes());
        }
        return new StreamEntry(
                parts.get(0).asText(), Math.toIntExact(parts.get(1).asLong()), fields);
    }

    /** The id that the server gave it, such as {@code 1700000000000-0}: the same for each delivery, for use as an idempotency key. */
    public String id() {
        return id;
    }

    /** How often it has been delivered, this time included. */
    public int deliveries() {
        return deliveries;
    }

    /** The names of its fields, in order. */
    public Set<String> fields() {
        return fields.keySet();
    }

    /** The value of a field, not copied; null if it has no such field. */
    public byte @Nullable [] bytes(String field) {
        return fields.get(field);
    }

    /** The value of a field read as UTF-8; null if it has no such field. */
    public @Nullable String text(String field) {
        byte[] value = fields.get(field);
        return value == null ? null : new String(value, UTF_8);
    }

    @Override
    public String toString() {
        return "StreamEntry[" + id + ", delivery " + deliveries + ", " + fields.keySet() + ']';
    }
}
