package dev.spinel.engine.admin;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.CustomType;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SetValue;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.Keyspaces;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * A fingerprint of the data that does not depend on encodings or on the order in tables: equal to DEBUG DIGEST of a
 * redis-server that holds the same data.
 *
 * <p>Elements without an order are added by exclusive or of their SHA-1; ordered ones by hashing the sum again. Source:
 * the behaviour of redis-server 7.0.15. Engine thread only.
 */
final class DatasetDigest {
    private static final int LENGTH = 20;
    private static final byte[] EXPIRE_MARK = "!!expire!!".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FIELD_EXPIRE_MARK = "!!hexpire!!".getBytes(StandardCharsets.US_ASCII);
    private static final int SCAN_COUNT = 1000;

    private final MessageDigest sha1;
    private final byte[] sum = new byte[LENGTH];

    private DatasetDigest(MessageDigest sha1) {
        this.sha1 = sha1;
    }

    private static DatasetDigest empty() {
        try {
            return new DatasetDigest(MessageDigest.getInstance("SHA-1"));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }

    /** The digest of all databases in hexadecimal digits. */
    static String of(Keyspaces keyspaces, long nowMillis) {
        DatasetDigest digest = empty();
        for (int i = 0; i < keyspaces.count(); i++) {
            Database database = keyspaces.get(i);
            if (database.size() > 0) {
                digest.mix(number(i));
                for (Bytes key : keys(database)) {
                    keyspaces.begin(nowMillis);
                    if (database.typeOf(key) == null) {
                        // All fields of a hash were over.
                        continue;
                    }
                    DatasetDigest entry = empty();
                    entry.mix(key);
                    entry.addValue(database, key);
                    digest.add(entry.sum, 0, LENGTH);
                }
            }
        }
        return HexFormat.of().formatHex(digest.sum);
    }

    /** The digest of the value of one key; all zeros when there is none. */
    static String of(Database database, Bytes key) {
        DatasetDigest digest = empty();
        digest.addValue(database, key);
        return HexFormat.of().formatHex(digest.sum);
    }

    private static List<Bytes> keys(Database database) {
        List<Bytes> keys = new ArrayList<>();
        long cursor = 0;
        do {
            cursor = database.scan(cursor, SCAN_COUNT, (key, type) -> keys.add(key.copy()));
        } while (cursor != 0);
        return keys;
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    private void addValue(Database database, Bytes key) {
        ValueType<?> type = database.typeOf(key);
        if (type == null) {
            return;
        }
        mix(number(type.id()));
        if (type == ValueType.STRING) {
            mix(Objects.requireNonNull(database.inspect(ValueType.STRING, key)).bytes());
        } else if (type == ValueType.LIST) {
            addList(Objects.requireNonNull(database.inspect(ValueType.LIST, key)));
        } else if (type == ValueType.SET) {
            addSet(Objects.requireNonNull(database.inspect(ValueType.SET, key)));
        } else if (type == ValueType.SORTED_SET) {
            addSortedSet(Objects.requireNonNull(database.inspect(ValueType.SORTED_SET, key)));
        } else if (type == ValueType.STREAM) {
            addStream(Objects.requireNonNull(database.inspect(ValueType.STREAM, key)));
        } else if (type.id() == ValueType.CUSTOM_ID) {
            addCustom(database, key, type);
        } else {
            addHash(Objects.requireNonNull(database.inspect(ValueType.HASH, key)));
        }
        if (database.expiresAtMillis(key) != Keyspace.NO_EXPIRY) {
            add(EXPIRE_MARK, 0, EXPIRE_MARK.length);
        }
    }

    private <V> void addCustom(Database database, Bytes key, ValueType<V> type) {
        SavedValue saved = new SavedValue();
        CustomType<V> custom = Objects.requireNonNull(type.custom());
        custom.save(Objects.requireNonNull(database.inspect(type, key)), saved);
        mix(saved.toByteArray());
    }

    private void addStream(StreamValue stream) {
        StreamValue.Cursor cursor = stream.cursor(StreamId.MIN, StreamId.MAX, false);
        while (cursor.next()) {
            mix(Bytes.of(cursor.id().toString().replace('-', '.')));
            cursor.strings(this::mix);
        }
    }

    private void addList(ListValue list) {
        ListValue.Cursor cursor = list.cursor(0, false);
        while (cursor.next()) {
            mix(cursor.element());
        }
    }

    private void addSet(SetValue set) {
        SetValue.Cursor cursor = set.cursor();
        while (cursor.next()) {
            Bytes member = cursor.member();
            add(member.array(), member.offset(), member.length());
        }
    }

    private void addSortedSet(SortedSetValue sortedSet) {
        byte[] score = new byte[Numbers.MAX_DOUBLE_LENGTH];
        SortedSetValue.Cursor cursor = sortedSet.cursor(0, false);
        while (cursor.next()) {
            DatasetDigest element = empty();
            element.mix(cursor.member());
            element.mix(score, 0, Numbers.formatDouble(cursor.score(), score, 0));
            add(element.sum, 0, LENGTH);
        }
    }

    private void addHash(HashValue hash) {
        boolean expires = hash.hasExpiringFields();
        HashValue.Cursor cursor = hash.cursor();
        while (cursor.next()) {
            DatasetDigest element = empty();
            element.mix(cursor.field());
            element.mix(cursor.value());
            if (expires && hash.expiresAtMillis(cursor.field()) != HashValue.NO_EXPIRY) {
                element.add(FIELD_EXPIRE_MARK, 0, FIELD_EXPIRE_MARK.length);
            }
            add(element.sum, 0, LENGTH);
        }
    }

    private void add(byte[] array, int offset, int length) {
        sha1.reset();
        sha1.update(array, offset, length);
        byte[] hash = sha1.digest();
        for (int i = 0; i < LENGTH; i++) {
            sum[i] ^= hash[i];
        }
    }

    private void mix(byte[] array, int offset, int length) {
        add(array, offset, length);
        sha1.reset();
        sha1.update(sum);
        System.arraycopy(sha1.digest(), 0, sum, 0, LENGTH);
    }

    private void mix(byte[] array) {
        mix(array, 0, array.length);
    }

    private void mix(Bytes bytes) {
        mix(bytes.array(), bytes.offset(), bytes.length());
    }
}
