package dev.spinel.rdb;

import static dev.spinel.rdb.RdbBytes.entry;
import static dev.spinel.rdb.RdbBytes.file;
import static dev.spinel.rdb.RdbBytes.listpack;
import static dev.spinel.rdb.RdbBytes.nothing;
import static dev.spinel.rdb.RdbBytes.ziplist;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.HashValue;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.ValueSink;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RdbReaderTest {
    private static final String STREAM_ID = "00".repeat(16);

    private final List<String> heard = new ArrayList<>();
    private boolean takingAnyVersion;

    private final RdbReader.Observer observer = new RdbReader.Observer() {
        @Override
        public void about(String name, String value) {
            heard.add(name + "=" + value);
        }

        @Override
        public void warning(String text) {
            heard.add(text);
        }
    };

    private Map<String, String> read(byte[] bytes) throws IOException {
        DatasetFormat.Reader reader = new RdbReader(
                new RdbInput(new ByteArrayInputStream(bytes)), "dump.rdb", true, takingAnyVersion, observer);
        RecordedDataset dataset = new RecordedDataset();
        while (reader.next(dataset)) {
            assertThat(reader.position()).isLessThan(bytes.length);
        }
        assertThat(reader.position()).isEqualTo(bytes.length);
        return dataset.values();
    }

    private void assertRead(RdbBytes bytes, String key, String value) throws IOException {
        assertThat(read(bytes.end())).containsExactly(Map.entry(key, value));
    }

    private void assertRefused(byte[] bytes, String... parts) {
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(InvalidDatasetException.class)
                .hasMessageContainingAll(parts)
                .hasMessageContaining("dump.rdb, offset ");
    }

    @Nested
    class Strings {
        @Test
        void plain_ofEveryFormOfLength() throws IOException {
            assertRead(file(9).value(0, "k").string("v"), "0/k", "string v");
            String longer = "x".repeat(300);
            assertRead(file(9).value(0, "k").string(longer), "0/k", "string " + longer);
            assertRead(file(9).value(0, "k").hex("80 00000002").ascii("ab"), "0/k", "string ab");
            assertRead(file(9).value(0, "k").hex("81 0000000000000002").ascii("ab"), "0/k", "string ab");
        }

        @Test
        void integers_ofEveryWidth() throws IOException {
            assertRead(file(9).value(0, "k").hex("C0 80"), "0/k", "string -128");
            assertRead(file(9).value(0, "k").hex("C1 0080"), "0/k", "string -32768");
            assertRead(file(9).value(0, "k").hex("C2 00000080"), "0/k", "string -2147483648");
        }

        @Test
        void integerAsKey_isItsDecimalForm() throws IOException {
            assertRead(file(9).u8(0).hex("C0 07").string("v"), "0/7", "string v");
        }

        @Test
        void compressed() throws IOException {
            assertRead(file(9).value(0, "k").hex("C3 05 0A 0061E00000"), "0/k", "string aaaaaaaaaa");
        }

        @Test
        void longerThanTheBuffer() throws IOException {
            String text = "0123456789".repeat(20_000);
            assertRead(
                    file(9).value(0, "k")
                            .u8(0x80)
                            .hex(String.format("%08x", text.length()))
                            .ascii(text),
                    "0/k",
                    "string " + text);
        }
    }

    @Nested
    class Lists {
        @Test
        void linked() throws IOException {
            assertRead(file(1).value(1, "k").length(2).string("b").string("a"), "0/k", "list [b, a]");
        }

        @Test
        void ziplist_withEveryKindOfEntry() throws IOException {
            String medium = "m".repeat(70);
            String longer = "l".repeat(300);
            RdbBytes list = ziplist(
                    entry("a"),
                    nothing().hex("40 46").ascii(medium),
                    nothing().hex("80 0000012C").ascii(longer),
                    nothing().hex("C0 0080"),
                    nothing().hex("D0 00000080"),
                    nothing().hex("E0 0000000000000080"),
                    nothing().hex("F0 000080"),
                    nothing().hex("FE 80"),
                    nothing().hex("F1"),
                    nothing().hex("FD"));
            String expected = "list [a, " + medium + ", " + longer
                    + ", -32768, -2147483648, -9223372036854775808, -8388608, -128, 0, 12]";
            assertRead(file(2).value(10, "k").string(list), "0/k", expected);
            assertRead(file(7).value(14, "k").length(1).string(list), "0/k", expected);
        }

        @Test
        void quicklist_ofSeveralNodes() throws IOException {
            assertRead(
                    file(7).value(14, "k")
                            .length(2)
                            .string(ziplist(entry("a")))
                            .string(ziplist(entry("b"), entry("c"))),
                    "0/k",
                    "list [a, b, c]");
        }

        @Test
        void quicklist_withEmptyNodesAtItsHead() throws IOException {
            assertRead(
                    file(7).value(14, "k").length(2).string(ziplist()).string(ziplist(entry("b"))), "0/k", "list [b]");
        }

        @Test
        void quicklist_withEmptyNodesAnywhere() throws IOException {
            assertRead(
                    file(7).value(14, "k")
                            .length(5)
                            .string(ziplist())
                            .string(ziplist(entry("a")))
                            .string(ziplist())
                            .string(ziplist(entry("b")))
                            .string(ziplist()),
                    "0/k",
                    "list [a, b]");
        }

        @Test
        void quicklist2_packedAndPlain() throws IOException {
            assertRead(
                    file(10).value(18, "k")
                            .length(2)
                            .length(2)
                            .string(listpack("a", "b"))
                            .length(1)
                            .string("plain"),
                    "0/k",
                    "list [a, b, plain]");
        }

        @Test
        void quicklist2_withAnEmptyPlainNode_isRefused() {
            assertRefused(
                    file(10).value(18, "k").length(1).length(1).string("").end(), "Quicklist integrity check failed.");
        }

        @Test
        void ziplist_withAWrongLengthOfTheEntryBefore_isRefused() {
            RdbBytes broken = nothing().hex("11000000 0D000000 0200 00 0161 04 0162 FF");
            assertRefused(file(7).value(10, "k").string(broken).end(), "Ziplist integrity check failed.");
        }

        @Test
        void ziplist_withAWrongOffsetOfTheLastEntry_isRefused() {
            RdbBytes broken = nothing().hex("11000000 0A000000 0200 00 0161 03 0162 FF");
            assertRefused(file(7).value(10, "k").string(broken).end(), "Ziplist integrity check failed.");
        }

        @Test
        void quicklist2_ofAnUnknownContainer_isRefused() {
            assertRefused(
                    file(10).value(18, "k").length(1).length(3).string("x").end(), "Quicklist integrity check failed.");
        }
    }

    @Nested
    class Sets {
        @Test
        void table() throws IOException {
            assertRead(file(1).value(2, "k").length(2).string("b").hex("C0 05"), "0/k", "set [5, b]");
        }

        @Test
        void intset() throws IOException {
            assertRead(
                    file(2).value(11, "k")
                            .string(nothing().u32(2).u32(2).u16(-1).u16(7)),
                    "0/k",
                    "set [-1, 7]");
        }

        @Test
        void packed() throws IOException {
            assertRead(file(11).value(20, "k").string(listpack("a", "b")), "0/k", "set [a, b]");
        }
    }

    @Nested
    class Hashes {
        @Test
        void table() throws IOException {
            assertRead(file(1).value(4, "k").length(1).string("f").string("v"), "0/k", "hash [f=v]");
        }

        @Test
        void zipmap_withALengthOfFiveBytesThatFitsOne_isRefused() throws IOException {
            String longest = "v".repeat(254);
            RdbBytes zipmap = nothing().hex("01 01").ascii("f").hex("FE FE000000 00");
            assertRead(
                    file(1).value(9, "k").string(zipmap.ascii(longest).hex("FF")), "0/k", "hash [f=" + longest + "]");
            RdbBytes overlong =
                    nothing().hex("01 01").ascii("f").hex("FE 01000000 00").ascii("v");
            assertRefused(file(9).value(9, "k").string(overlong.hex("FF")).end(), "Zipmap integrity check failed.");
        }

        @Test
        void zipmap_withFreeBytes() throws IOException {
            RdbBytes zipmap = nothing()
                    .hex("02 01")
                    .ascii("f")
                    .hex("01 02")
                    .ascii("v??")
                    .hex("01")
                    .ascii("g")
                    .hex("01 00")
                    .ascii("w")
                    .hex("FF");
            assertRead(file(1).value(9, "k").string(zipmap), "0/k", "hash [f=v, g=w]");
        }

        @Test
        void ziplist_andListpack() throws IOException {
            assertRead(
                    file(4).value(13, "k").string(ziplist(entry("f"), nothing().hex("F3"))), "0/k", "hash [f=2]");
            assertRead(file(10).value(16, "k").string(listpack("f", "v")), "0/k", "hash [f=v]");
        }

        @Test
        void withExpiringFields_relativeToTheEarliest() throws IOException {
            assertRead(
                    file(12).value(24, "k")
                            .u64(1_700_000_000_000L)
                            .length(3)
                            .length(1)
                            .string("f")
                            .string("v")
                            .length(0)
                            .string("g")
                            .string("w")
                            .length(51)
                            .string("h")
                            .string("x"),
                    "0/k",
                    "hash [f=v@1700000000000, g=w, h=x@1700000000050]");
        }

        @Test
        void withExpiringFields_inAListpack() throws IOException {
            RdbBytes listpack = nothing().u32(24).u16(6).hex("81 66 02 81 76 02 C3 E8 02 81 67 02 81 77 02 00 01 FF");
            assertRead(file(12).value(25, "k").u64(1000).string(listpack), "0/k", "hash [f=v@1000, g=w]");
            assertRead(file(12).value(23, "k").string(listpack), "0/k", "hash [f=v@1000, g=w]");
        }

        @Test
        void withExpiringFields_ofReleaseCandidatesAndOfValkey() throws IOException {
            assertRead(
                    file(12).value(22, "k").length(1).length(1000).string("f").string("v"), "0/k", "hash [f=v@1000]");
            assertRead(
                    nothing()
                            .ascii("VALKEY080")
                            .value(22, "k")
                            .length(2)
                            .string("f")
                            .string("v")
                            .u64(1000)
                            .string("g")
                            .string("w")
                            .u64(-1),
                    "0/k",
                    "hash [f=v@1000, g=w]");
        }

        /** Redis has no times beyond 2^46 - 1, Valkey has. */
        @Test
        void withTimesBeyondTheLatest_isRefusedOfRedisOnly() throws IOException {
            long latest = HashValue.MAX_EXPIRY_MILLIS;
            RdbBytes hash =
                    nothing().u64(latest).length(2).length(1).string("f").string("v");
            assertRead(
                    file(12).value(24, "k")
                            .raw(hash.length(1).string("g").string("w").toByteArray()),
                    "0/k",
                    "hash [f=v@" + latest + ", g=w@" + latest + "]");
            assertRefused(
                    file(12).value(24, "k")
                            .u64(latest)
                            .length(1)
                            .length(2)
                            .string("f")
                            .string("v")
                            .end(),
                    "A field of a hash expires at " + (latest + 1));
            assertRead(
                    nothing()
                            .ascii("VALKEY080")
                            .value(22, "k")
                            .length(1)
                            .string("f")
                            .string("v")
                            .u64(latest + 1),
                    "0/k",
                    "hash [f=v@" + (latest + 1) + "]");
        }

        /** The sum must not be taken for "no expiry", which is -1. */
        @Test
        void withTimesThatAreNotPositive_isRefused() {
            String minusFive = "81 FFFFFFFFFFFFFFFB";
            assertRefused(
                    file(12).value(24, "key")
                            .u64(5)
                            .length(1)
                            .hex(minusFive)
                            .string("f")
                            .string("v")
                            .end(),
                    "A field of a hash expires at -1");
            assertRefused(
                    file(12).value(22, "key")
                            .length(1)
                            .hex("81 FFFFFFFFFFFFFFFF")
                            .string("f")
                            .string("v")
                            .end(),
                    "A field of a hash expires at -1");
        }

        @Test
        void withExpiringFields_inABrokenListpack_isRefused() {
            assertRefused(file(12).value(25, "key").u64(1000).string("abc").end(), "Listpack integrity check failed.");
        }

        @Test
        void withFieldsThatDoNotExpire_isLoaded() throws IOException {
            assertRead(
                    file(12).value(24, "k")
                            .u64(0)
                            .length(1)
                            .length(0)
                            .string("f")
                            .string("v"),
                    "0/k",
                    "hash [f=v]");
            assertRead(file(12).value(22, "k").length(1).length(0).string("f").string("v"), "0/k", "hash [f=v]");
            RdbBytes listpack = nothing().u32(15).u16(3).hex("81 66 02 81 76 02 00 01 FF");
            assertRead(file(12).value(25, "k").u64(0).string(listpack), "0/k", "hash [f=v]");
            assertRead(file(12).value(23, "k").string(listpack), "0/k", "hash [f=v]");
            assertRead(
                    nothing()
                            .ascii("VALKEY080")
                            .value(22, "k")
                            .length(1)
                            .string("f")
                            .string("v")
                            .u64(-1),
                    "0/k",
                    "hash [f=v]");
        }
    }

    @Nested
    class SortedSets {
        @Test
        void scoresAsText() throws IOException {
            assertRead(
                    file(1).value(3, "k")
                            .length(3)
                            .string("a")
                            .hex("03")
                            .ascii("1.5")
                            .string("b")
                            .hex("FE")
                            .string("c")
                            .hex("FF"),
                    "0/k",
                    "zset [a=1.5, b=inf, c=-inf]");
        }

        @Test
        void scoresAsBits() throws IOException {
            assertRead(
                    file(8).value(5, "k").length(1).string("a").u64(Double.doubleToLongBits(-0.25)),
                    "0/k",
                    "zset [a=-0.25]");
        }

        @Test
        void notANumber_isRefused() {
            assertRefused(
                    file(8).value(5, "k")
                            .length(1)
                            .string("a")
                            .u64(Double.doubleToLongBits(Double.NaN))
                            .end(),
                    "Zset with NAN score detected");
            assertRefused(file(1).value(3, "k").length(1).string("a").hex("FD").end(), "Zset with NAN score detected");
        }

        @Test
        void ziplist_andListpack() throws IOException {
            assertRead(
                    file(4).value(12, "k")
                            .string(ziplist(
                                    entry("a"),
                                    entry("1.5"),
                                    nothing().hex("F3"),
                                    nothing().hex("FE F6"))),
                    "0/k",
                    "zset [2=-10, a=1.5]");
            assertRead(file(10).value(17, "k").string(listpack("a", "1.5")), "0/k", "zset [a=1.5]");
        }
    }

    @Nested
    class CollectionsWithNothingInThem {
        @Test
        void arePassedOver() throws IOException {
            RdbBytes bytes = file(10);
            for (int type : new int[] {1, 2, 3, 4, 5, 14, 18}) {
                bytes.value(type, "empty" + type).length(0);
            }
            bytes.value(10, "l")
                    .string(ziplist())
                    .value(12, "z")
                    .string(ziplist())
                    .value(13, "h")
                    .string(ziplist());
            bytes.value(16, "h2")
                    .string(listpack())
                    .value(17, "z2")
                    .string(listpack())
                    .value(20, "s2")
                    .string(listpack());
            bytes.value(11, "i")
                    .string(nothing().u32(2).u32(0))
                    .value(9, "m")
                    .string(nothing().hex("00 FF"));
            assertRead(bytes.value(0, "k").string("v"), "0/k", "string v");
            assertThat(heard).hasSize(15).contains("RDB: skipping empty key: empty18");
        }
    }

    @Nested
    class Streams {
        private final RdbBytes group = nothing().string("g").hex("00 00");

        @Test
        void ofEveryVersion_areRead() throws IOException {
            RdbBytes node = nothing().length(16).hex(STREAM_ID).string(listpack("entry"));
            for (int version = 1; version <= 3; version++) {
                int type = version == 1 ? 15 : version == 2 ? 19 : 21;
                RdbBytes bytes = file(11).value(type, "stream")
                        .length(1)
                        .raw(node.toByteArray())
                        .hex("01 05 00");
                if (version >= 2) {
                    bytes.hex("05 00 03 00 09");
                }
                bytes.length(1).raw(group.toByteArray());
                if (version >= 2) {
                    bytes.length(1);
                }
                bytes.length(1).hex(STREAM_ID).u64(1).length(1);
                bytes.length(1).string("consumer").u64(2);
                if (version >= 3) {
                    bytes.u64(3);
                }
                bytes.length(1).hex(STREAM_ID);
                String firstAndDeleted =
                        version >= 2 ? "firstId=5-0, maxDeletedId=3-0" : "firstId=0-0, maxDeletedId=0-0";
                assertRead(
                        bytes,
                        "0/stream",
                        String.join(
                                "\n",
                                "stream 1",
                                "node 0-0 "
                                        + HexFormat.of()
                                                .formatHex(listpack("entry").toByteArray()),
                                "StreamState[size=1, lastId=5-0, " + firstAndDeleted + ", entriesAdded="
                                        + (version >= 2 ? 9 : 1) + ", groups=1]",
                                "group g 0-0 " + (version >= 2 ? 1 : ValueSink.ESTIMATED) + " 1",
                                "pending 0-0 1 1",
                                "consumers 1",
                                "consumer consumer 2 1",
                                "owned 0-0"));
            }
        }

        @Test
        void groupThatReadANegativeNumber_isRefused() {
            assertRefused(
                    file(11).value(19, "s")
                            .hex("00 00 0000 0000 0000 00 01")
                            .string("g")
                            .hex("00 00 81 FFFFFFFFFFFFFFFE 00 00")
                            .end(),
                    "Stream group has read a negative number of entries");
        }

        @Test
        void withAListpackThatIsNone_isRefused() {
            assertRefused(
                    file(11).value(15, "s")
                            .length(1)
                            .length(16)
                            .hex(STREAM_ID)
                            .string("abc")
                            .end(),
                    "Listpack integrity check failed.");
        }
    }

    @Nested
    class Modules {
        /** Nine characters in six bits each, version 3 in ten. */
        private final String id = "81 " + String.format("%016x", ModuleName.pack("test-type", 3));

        @Test
        void value_isGivenWithItsParts() throws IOException {
            assertRead(
                    file(9).value(7, "k")
                            .hex(id)
                            .hex("01 05 02 06 03 0000003F 04 000000000000E03F 05")
                            .string("text")
                            .hex("00"),
                    "0/k",
                    "custom test-type 3 "
                            + "010000000000000005"
                            + "010000000000000006"
                            + "023fe0000000000000"
                            + "023fe0000000000000"
                            + "030000000474657874");
        }

        @Test
        void value_ofThePreRelease_isRefused() {
            assertRefused(file(8).value(6, "k").hex(id).end(), "Pre-release module format not supported");
        }

        @Test
        void aux_isPassedOverWithAWarning() throws IOException {
            assertRead(
                    file(9).u8(247)
                            .hex(id)
                            .hex("02 02 05")
                            .string("text")
                            .hex("00")
                            .value(0, "k")
                            .string("v"),
                    "0/k",
                    "string v");
            assertThat(heard).singleElement().asString().contains("'test-type'");
        }
    }

    @Nested
    class Opcodes {
        @Test
        void expiryAndIdleTime_belongToTheNextKey() throws IOException {
            byte[] bytes = file(9).u8(253)
                    .u32(5)
                    .value(0, "a")
                    .string("v")
                    .u8(252)
                    .u64(7)
                    .u8(248)
                    .length(9)
                    .value(0, "b")
                    .string("v")
                    .u8(249)
                    .u8(200)
                    .value(0, "c")
                    .string("v")
                    .end();
            assertThat(read(bytes)).containsOnlyKeys("0/a@5000", "0/b@7~9", "0/c*200");
        }

        @Test
        void databases_sizesAndFieldsAndSlots() throws IOException {
            byte[] bytes = file(11).u8(250)
                    .string("redis-ver")
                    .string("7.2.0")
                    .u8(254)
                    .length(3)
                    .u8(251)
                    .length(1)
                    .length(0)
                    .u8(244)
                    .length(5)
                    .length(1)
                    .length(0)
                    .value(0, "k")
                    .string("v")
                    .end();
            assertThat(read(bytes)).containsOnlyKeys("3/k");
            assertThat(heard).containsExactly("redis-ver=7.2.0");
        }

        @Test
        void functionsBeforeGeneralAvailability_areRefused() {
            assertRefused(file(10).u8(246).string("x").end(), "Pre-release function format not supported.");
        }

        @Test
        void unknown_isRefused() {
            assertRefused(file(10).u8(200).end(), "Unknown RDB encoding type 200", "offset 10)");
        }
    }

    @Nested
    class Frame {
        @Test
        void fileOfVersion4_endsWithoutChecksum() throws IOException {
            assertThat(read(file(4).value(0, "k").string("v").u8(255).toByteArray()))
                    .containsOnlyKeys("0/k");
        }

        @Test
        void signature_ofSomethingElse_isRefused() {
            assertRefused(
                    "SQLite format 3".getBytes(StandardCharsets.US_ASCII),
                    "Wrong signature trying to load DB from file");
        }

        @Test
        void version_thatIsNotKnown_isRefused() {
            for (int version : new int[] {0, 13, 79, 80, 9999}) {
                assertRefused(file(version).end(), "Can't handle RDB format version " + version);
            }
            assertRefused(nothing().ascii("VALKEY012").end(), "Can't handle RDB format version 12");
            assertRefused(nothing().ascii("REDIS00x1").end(), "Can't handle RDB format version 0");
        }

        @Test
        void version_thatIsNotKnown_isReadOnDemandAsLongAsWhatIsInItIs() throws IOException {
            takingAnyVersion = true;
            assertRead(file(13).value(0, "k").string("v"), "0/k", "string v");
            assertRead(file(79).value(22, "k").length(1).length(0).string("f").string("v"), "0/k", "hash [f=v]");
            assertRead(
                    nothing()
                            .ascii("VALKEY987")
                            .value(22, "k")
                            .length(1)
                            .string("f")
                            .string("v")
                            .u64(-1),
                    "0/k",
                    "hash [f=v]");
            assertRefused(file(13).value(26, "k").end(), "Unknown RDB encoding type 26");
            for (int version : new int[] {0, 80, 9999}) {
                assertRefused(file(version).end(), "Can't handle RDB format version " + version);
            }
            assertRefused(nothing().ascii("VALKEY079").end(), "Can't handle RDB format version 79");
        }

        @Test
        void itemsOfTheOtherFamily_areRefused() {
            takingAnyVersion = true;
            for (int type : new int[] {23, 24, 25}) {
                assertRefused(nothing().ascii("VALKEY081").value(type, "k").end(), "Unknown RDB encoding type " + type);
            }
            assertRefused(
                    file(13).u8(243).string("job").length(0).end(), "Unknown RDB encoding type 243", "offset 10)");
        }

        @Test
        void checksum_thatIsWrong_isRefused() {
            byte[] bytes = file(9).value(0, "k").string("v").u8(255).u64(1).toByteArray();
            assertRefused(bytes, "Wrong RDB checksum expected: (", ") but got (1). Aborting now.");
        }

        @Test
        void anEarlyEnd_isRefusedWithItsOffset() {
            assertRefused(
                    file(9).value(0, "k").length(10).ascii("12").toByteArray(),
                    "Short read or OOM loading DB. Unrecoverable error, aborting now.",
                    "offset 15)");
        }
    }

    @Nested
    class LyingLengths {
        @Test
        void aHugeString_isRefusedWithoutRoomForIt() {
            assertRefused(file(9).value(0, "k").hex("80 7FFFFFF0").ascii("x").toByteArray(), "Short read");
            assertRefused(file(9).value(0, "k").hex("81 7FFFFFFFFFFFFFFF").toByteArray(), "A string of ");
            assertRefused(file(9).value(0, "k").hex("81 FFFFFFFFFFFFFFFF").toByteArray(), "A string of ");
        }

        @Test
        void aHugeCompressedString_isRefusedWithoutRoomForIt() {
            assertRefused(
                    file(9).value(0, "k").hex("C3 05 80 7FFFFFF0 0061E00000").toByteArray(),
                    "Invalid LZF compressed string");
        }

        @Test
        void aHugeCollection_isRefused() {
            for (int type : new int[] {1, 2, 3, 4, 5, 14, 15, 18, 22}) {
                assertRefused(
                        file(12).value(type, "k").hex("81 7FFFFFFFFFFFFFFF").toByteArray(), "Short read");
                assertRefused(
                        file(12).value(type, "k").hex("81 FFFFFFFFFFFFFFFF").toByteArray(), "A collection of ");
            }
        }
    }
}
