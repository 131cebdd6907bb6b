package dev.spinel.rdb;

import static dev.spinel.rdb.RdbBytes.entry;
import static dev.spinel.rdb.RdbBytes.file;
import static dev.spinel.rdb.RdbBytes.listpack;
import static dev.spinel.rdb.RdbBytes.nothing;
import static dev.spinel.rdb.RdbBytes.ziplist;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Small files with one value each, of every type that there is. */
final class SampleFiles {
    private static final String STREAM_ID = "00".repeat(16);
    private static final String MODULE_ID = String.format("81 %016x", ModuleName.pack("test-type", 3));

    private SampleFiles() {}

    /** All of them, the checksum left out. */
    static List<byte[]> all() {
        List<byte[]> files = new ArrayList<>();
        for (RdbBytes value : values()) {
            byte[] bytes = value.toByteArray();
            files.add(file(12).u8(250)
                    .string("redis-ver")
                    .string("7.0.15")
                    .u8(254)
                    .length(1)
                    .u8(251)
                    .length(1)
                    .length(0)
                    .u8(252)
                    .u64(4_000_000_000_000L)
                    .u8(248)
                    .length(5)
                    .u8(bytes[0])
                    .string("key")
                    .raw(Arrays.copyOfRange(bytes, 1, bytes.length))
                    .end());
        }
        files.add(file(12).u8(247)
                .hex(MODULE_ID)
                .hex("02 02 05")
                .string("text")
                .hex("00")
                .end());
        files.add(file(12).u8(245).string("#!lua name=x").end());
        files.add(nothing()
                .ascii("VALKEY080")
                .u8(243)
                .string("job")
                .length(1)
                .length(5)
                .length(9)
                .value(22, "key")
                .length(1)
                .string("f")
                .string("v")
                .u64(-1)
                .end());
        return files;
    }

    /** Types, each followed by a value. */
    static List<RdbBytes> values() {
        RdbBytes ziplist =
                ziplist(entry("a"), entry("1.5"), nothing().hex("F3"), nothing().hex("C0 0080"));
        RdbBytes intset = nothing().u32(2).u32(3).u16(-1).u16(7).u16(9);
        RdbBytes expiringFields = nothing().u32(15).u16(3).hex("81 66 02 81 76 02 00 01 FF");
        RdbBytes zipmap = nothing()
                .hex("02 01")
                .ascii("f")
                .hex("01 02")
                .ascii("v??")
                .hex("01")
                .ascii("g")
                .hex("00 00 FF");
        return List.of(
                type(0).string("value"),
                type(0).hex("C1 0080"),
                type(0).hex("C3 05 0A 0061E00000"),
                type(1).length(2).string("a").string("b"),
                type(2).length(2).string("a").string("b"),
                type(3).length(2).string("a").hex("03").ascii("1.5").string("b").hex("FE"),
                type(4).length(1).string("f").string("v"),
                type(5).length(1).string("a").u64(Double.doubleToLongBits(-0.25)),
                type(7).hex(MODULE_ID)
                        .hex("01 05 02 06 03 0000003F 04 000000000000E03F 05")
                        .string("text")
                        .hex("00"),
                type(9).string(zipmap),
                type(10).string(ziplist),
                type(11).string(intset),
                type(12).string(ziplist),
                type(13).string(ziplist),
                type(14).length(2).string(ziplist).string(ziplist),
                stream(1),
                type(16).string(listpack("f", "v")),
                type(17).string(listpack("a", "1.5")),
                type(18).length(2)
                        .length(2)
                        .string(listpack("a", "b"))
                        .length(1)
                        .string("plain"),
                stream(2),
                type(20).string(listpack("a", "b")),
                stream(3),
                type(22).length(1).length(0).string("f").string("v"),
                type(23).string(expiringFields),
                type(24).u64(0).length(1).length(0).string("f").string("v"),
                type(25).u64(0).string(expiringFields));
    }

    private static RdbBytes type(int type) {
        return nothing().u8(type);
    }

    private static RdbBytes stream(int version) {
        RdbBytes bytes = type(version == 1 ? 15 : version == 2 ? 19 : 21)
                .length(1)
                .length(16)
                .hex(STREAM_ID)
                .string(listpack("entry"))
                .hex("01 05 00");
        if (version >= 2) {
            bytes.hex("05 00 00 00 01");
        }
        bytes.length(1).string("group").hex("00 00");
        if (version >= 2) {
            bytes.length(1);
        }
        bytes.length(1)
                .hex(STREAM_ID)
                .u64(1)
                .length(1)
                .length(1)
                .string("consumer")
                .u64(1);
        if (version >= 3) {
            bytes.u64(1);
        }
        return bytes.length(1).hex(STREAM_ID);
    }
}
