package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes data sets as the engine does, as text that does not depend on encodings or on the order of what has none. Bytes are shown
 * as Latin-1. Checks what the engine would check.
 */
final class RecordedDataset implements DatasetSink {
    private final Map<String, String> values = new TreeMap<>();
    private final List<String> elements = new ArrayList<>();
    private final ListpackCursor cursor = new ListpackCursor();
    private String key = "";
    private String kind = "";
    private long missing;
    private String producersOfStream = "";

    /** The values by {@code database/key}, followed by {@code @expiry} and {@code ~idle} where known. */
    Map<String, String> values() {
        if (missing != 0) {
            throw new IllegalStateException(missing + " elements of " + key + " are missing");
        }
        return values;
    }

    private static String text(Bytes bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.ISO_8859_1);
    }

    private static String number(double score) {
        byte[] digits = new byte[Numbers.MAX_DOUBLE_LENGTH];
        return new String(digits, 0, Numbers.formatScore(score, digits, 0), StandardCharsets.US_ASCII);
    }

    @Override
    public void announceExpiringFields() {}

    @Override
    public void library(Bytes code) {}

    @Override
    public void key(int database, Bytes newKey, long expiresAtMillis, long use) {
        if (missing != 0) {
            throw new IllegalStateException("a key in the middle of " + key);
        }
        key = database + "/" + text(newKey)
                + (expiresAtMillis == NO_EXPIRY ? "" : "@" + expiresAtMillis)
                + (KeyUse.isIdle(use) ? "~" + KeyUse.idleSeconds(use) : "")
                + (KeyUse.isFrequency(use) ? "*" + KeyUse.counter(use) : "");
    }

    private void begin(String newKind, long count) throws InvalidDatasetException {
        if (count < 1) {
            throw new IllegalStateException("a " + newKind + " of " + count + " elements");
        }
        kind = newKind;
        elements.clear();
        missing = count;
    }

    private void element(String text) throws InvalidDatasetException {
        elements.add(text);
    }

    private void endPart() throws InvalidDatasetException {
        missing--;
        if (kind.equals("list")) {
            // May have fewer parts than were announced.
            missing = 0;
            values.put(key, kind + " " + elements);
        } else if (missing == 0) {
            elements.sort(null);
            put(kind + " " + elements);
        }
    }

    private void put(String value) throws InvalidDatasetException {
        if (values.put(key, value) != null) {
            throw new InvalidDatasetException("the key comes twice");
        }
    }

    private List<String> entries(Bytes listpack, int groupSize) throws InvalidDatasetException {
        cursor.start(listpack);
        int count = cursor.count();
        if (count < 1 || count % groupSize != 0) {
            throw new InvalidDatasetException("malformed listpack");
        }
        List<String> entries = new ArrayList<>();
        while (cursor.next()) {
            entries.add(text(cursor.element()));
        }
        return entries;
    }

    @Override
    public void string(Bytes value) throws InvalidDatasetException {
        put("string " + text(value));
    }

    @Override
    public void integer(long value) throws InvalidDatasetException {
        put("string " + value);
    }

    @Override
    public void list(long parts) throws InvalidDatasetException {
        begin("list", parts);
        put("list of nothing");
    }

    @Override
    public void listPage(Bytes listpack) throws InvalidDatasetException {
        for (String entry : entries(listpack, 1)) {
            element(entry);
        }
        endPart();
    }

    @Override
    public void listElement(Bytes element) throws InvalidDatasetException {
        element(text(element));
        endPart();
    }

    @Override
    public void intset(Bytes intset) throws InvalidDatasetException {
        ByteBuffer numbers = ByteBuffer.wrap(intset.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        int width = numbers.getInt();
        int count = numbers.getInt();
        if ((width != 2 && width != 4 && width != 8) || count < 1 || numbers.remaining() != (long) width * count) {
            throw new InvalidDatasetException("malformed intset");
        }
        begin("set", 1);
        while (numbers.hasRemaining()) {
            element(String.valueOf(
                    width == 2 ? numbers.getShort() : width == 4 ? numbers.getInt() : numbers.getLong()));
        }
        endPart();
    }

    @Override
    public void set(Bytes listpack) throws InvalidDatasetException {
        begin("set", 1);
        elements.addAll(entries(listpack, 1));
        endPart();
    }

    @Override
    public void set(long members) throws InvalidDatasetException {
        begin("set", members);
    }

    @Override
    public void member(Bytes member) throws InvalidDatasetException {
        element(text(member));
        endPart();
    }

    @Override
    public void hash(Bytes listpack) throws InvalidDatasetException {
        begin("hash", 1);
        List<String> entries = entries(listpack, 2);
        for (int i = 0; i < entries.size(); i += 2) {
            element(entries.get(i) + "=" + entries.get(i + 1));
        }
        endPart();
    }

    @Override
    public void hash(long fields) throws InvalidDatasetException {
        begin("hash", fields);
    }

    @Override
    public void field(Bytes field, Bytes value) throws InvalidDatasetException {
        element(text(field) + "=" + text(value));
        endPart();
    }

    @Override
    public void expiringHash(Bytes listpack) throws InvalidDatasetException {
        begin("hash", 1);
        List<String> entries = entries(listpack, 3);
        for (int i = 0; i < entries.size(); i += 3) {
            String expiry = entries.get(i + 2);
            element(entries.get(i) + "=" + entries.get(i + 1) + (expiry.equals("0") ? "" : "@" + expiry));
        }
        endPart();
    }

    @Override
    public void expiringHash(long fields, long earliestMillis) throws InvalidDatasetException {
        begin("hash", fields);
    }

    @Override
    public void expiringField(Bytes field, Bytes value, long expiresAtMillis) throws InvalidDatasetException {
        element(text(field) + "=" + text(value) + "@" + expiresAtMillis);
        endPart();
    }

    @Override
    public void sortedSet(Bytes listpack) throws InvalidDatasetException {
        begin("zset", 1);
        List<String> entries = entries(listpack, 2);
        for (int i = 0; i < entries.size(); i += 2) {
            byte[] score = entries.get(i + 1).getBytes(StandardCharsets.ISO_8859_1);
            element(entries.get(i) + "=" + number(Numbers.parseDouble(score, 0, score.length)));
        }
        endPart();
    }

    @Override
    public void sortedSet(long members) throws InvalidDatasetException {
        begin("zset", members);
    }

    @Override
    public void scored(Bytes member, double score) throws InvalidDatasetException {
        element(text(member) + "=" + number(score));
        endPart();
    }

    @Override
    public void stream(long nodes) throws InvalidDatasetException {
        put("stream " + nodes + producersOfStream);
        producersOfStream = "";
    }

    @Override
    public void streamNode(long millis, long sequence, Bytes listpack) {
        addLine("node " + new StreamId(millis, sequence) + " " + HexFormat.of().formatHex(listpack.toByteArray()));
    }

    @Override
    public void streamState(StreamState state) {
        addLine(state.toString());
    }

    @Override
    public void streamGroup(Bytes name, StreamId lastId, long entriesRead, long pending) {
        addLine("group " + name + " " + lastId + " " + entriesRead + " " + pending);
    }

    @Override
    public void streamPending(long millis, long sequence, long deliveredMillis, long deliveries) {
        addLine("pending " + new StreamId(millis, sequence) + " " + deliveredMillis + " " + deliveries);
    }

    @Override
    public void streamConsumers(long consumers) {
        addLine("consumers " + consumers);
    }

    @Override
    public void streamConsumer(Bytes name, long seenMillis, long pending) {
        addLine("consumer " + name + " " + seenMillis + " " + pending);
    }

    @Override
    public void streamOwned(long millis, long sequence) {
        addLine("owned " + new StreamId(millis, sequence));
    }

    private void addLine(String line) {
        values.merge(key, line, (before, added) -> before + "\n" + added);
    }

    @Override
    public void streamProducers(SavedValue producers) {
        producersOfStream += " producers " + HexFormat.of().formatHex(producers.toByteArray());
    }

    @Override
    public void custom(String typeName, int version, SavedValue value) throws InvalidDatasetException {
        put("custom " + typeName + " " + version + " " + HexFormat.of().formatHex(value.toByteArray()));
    }
}
