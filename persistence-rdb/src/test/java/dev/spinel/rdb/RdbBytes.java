package dev.spinel.rdb;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Puts files together by hand, byte for byte, so that what is read does not come from what is written here. */
final class RdbBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean withChecksum = true;

    static RdbBytes file(int version) {
        RdbBytes file = new RdbBytes().ascii(String.format("REDIS%04d", version));
        file.withChecksum = version >= 5;
        return file;
    }

    static RdbBytes nothing() {
        return new RdbBytes();
    }

    RdbBytes hex(String digits) {
        bytes.writeBytes(HexFormat.of().parseHex(digits.replace(" ", "")));
        return this;
    }

    RdbBytes ascii(String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    RdbBytes raw(byte[] array) {
        bytes.writeBytes(array);
        return this;
    }

    RdbBytes u8(int value) {
        bytes.write(value);
        return this;
    }

    RdbBytes u16(int value) {
        return raw(ByteBuffer.allocate(2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) value)
                .array());
    }

    RdbBytes u32(int value) {
        return raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    RdbBytes u64(long value) {
        return raw(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    /** A length below 16384. */
    RdbBytes length(int value) {
        return value < 64 ? u8(value) : u8(0x40 | (value >> 8)).u8(value & 0xff);
    }

    /** A plain string. */
    RdbBytes string(String text) {
        return length(text.length()).ascii(text);
    }

    /** A plain string. */
    RdbBytes string(RdbBytes content) {
        byte[] array = content.toByteArray();
        return length(array.length).raw(array);
    }

    /** A type and a key. */
    RdbBytes value(int type, String key) {
        return u8(type).string(key);
    }

    /** The end of a file, with a checksum that says not to verify it where there is one. */
    byte[] end() {
        u8(RdbType.EOF);
        return withChecksum ? u64(0).toByteArray() : toByteArray();
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }

    int size() {
        return bytes.size();
    }

    /** A listpack of short strings that are no numbers. */
    static RdbBytes listpack(String... entries) {
        RdbBytes content = nothing();
        for (String entry : entries) {
            content.u8(0x80 | entry.length()).ascii(entry).u8(entry.length() + 1);
        }
        return nothing()
                .u32(7 + content.size())
                .u16(entries.length)
                .raw(content.toByteArray())
                .u8(0xff);
    }

    /** A ziplist of entries, each given without the length of the one before. */
    static RdbBytes ziplist(RdbBytes... entries) {
        RdbBytes content = nothing();
        int previous = 0;
        int last = 0;
        for (RdbBytes entry : entries) {
            last = content.size();
            if (previous < 254) {
                content.u8(previous);
            } else {
                content.u8(254).u32(previous);
            }
            content.raw(entry.toByteArray());
            previous = content.size() - last;
        }
        return nothing()
                .u32(11 + content.size())
                .u32(10 + last)
                .u16(entries.length)
                .raw(content.toByteArray())
                .u8(0xff);
    }

    /** A short string as a ziplist's entry. */
    static RdbBytes entry(String text) {
        return nothing().u8(text.length()).ascii(text);
    }
}
