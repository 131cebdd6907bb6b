package dev.spinel.distribution.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random arguments by name: mostly such that commands meet the same few keys, now and then at the edge or wrong. */
final class Arguments {
    private static final String KEY_LETTERS = "slhSz";
    private static final long YEAR_2100_SECONDS = 4_102_444_800L;

    private static final List<String> JUNK =
            List.of("", "abc", "1.5", "99999999999999999999", "NaN", "\u00ff\u0000\r\n", "1 ", "0x1", "--1");
    private static final List<String> WHOLE_NUMBERS = List.of(
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "-9223372036854775809",
            "00",
            "-0",
            "+5",
            " 5",
            "5 ",
            "1e3",
            "0x10",
            "1.0",
            "127",
            "128",
            "-128",
            "-129",
            "4095",
            "4096",
            "32767",
            "32768",
            "-32769",
            "65536",
            "8388608",
            "2147483647",
            "2147483648",
            "-2147483649",
            "4294967296",
            "010",
            "");
    private static final List<String> FRACTIONS = List.of(
            "0.1",
            "0.2",
            "-0.3",
            "3.14",
            "1e308",
            "-1e308",
            "1.7976931348623157e308",
            "inf",
            "-inf",
            "+inf",
            "Infinity",
            "nan",
            "1e-10",
            "2.2250738585072014e-308",
            "0.00000000000000001",
            "1e17",
            "1e16",
            "1e21",
            "123456789.123456789",
            "5.0e3",
            "abc",
            "",
            " 1",
            "1 ",
            "0x1p3",
            "0x1A",
            "3.0",
            "-0",
            "-0.0",
            "0",
            "3.1415926535897932",
            "1.1000000000000001",
            "9007199254740993",
            "123456789012345678",
            "1e",
            ".5",
            "5.",
            "9223372036854775807",
            "1_0",
            "infinit");
    private static final List<String> OUTSIDE_OF_DOUBLE = List.of("1e400", "-1e400", "1e5000", "5e-324", "1e-400");
    private static final List<String> PATTERNS = List.of(
            "*",
            "**",
            "s*",
            "?0",
            "[a-h]*",
            "*1",
            "\\*",
            "[^s]*",
            "",
            "m*",
            "f1?",
            "[m",
            "*[0-9]",
            "[z-a]*",
            "m[1\\]2]*",
            "*m*2*",
            "\\",
            "[^",
            "[a-");
    private static final List<String> LEXICOGRAPHIC = List.of(
            "-", "+", "[m1", "(m2", "[m25", "(m3", "[", "(", "[m", "(n", "[a", "abc", "", "+x", "[5", "(10", "-1");
    private static final List<String> ODD_IDS = List.of(
            "0-0",
            "0",
            "-",
            "$",
            "18446744073709551615-18446744073709551615",
            "18446744073709551615",
            "18446744073709551616-1",
            "1-18446744073709551616",
            "1-1-1",
            "-1",
            "1-",
            "0-1",
            "0-*",
            "(",
            "abc",
            "00001-1");
    private static final List<String> TIMEOUTS = List.of("0.001", "0.01", "-1", "abc", "", "0.01s", "1e-3");
    private static final List<String> BAD_TTLS = List.of(
            "0",
            "-1",
            "9223372036854775807",
            "9223372036854775",
            "9223372036854776",
            "-9223372036854775808",
            "99999999999999999",
            "abc",
            "",
            "1.5",
            "1000000000000000000000");

    private final Random random;
    private final int keysPerType;
    private final boolean outsideOfDouble;
    private long entryMillis = 1;
    private long entrySequence;

    /** @param outsideOfDouble whether there are fractions that a double does not hold in full precision */
    Arguments(Random random, int keysPerType, boolean outsideOfDouble) {
        this.random = random;
        this.keysPerType = keysPerType;
        this.outsideOfDouble = outsideOfDouble;
    }

    /** A random argument of the kind that the grammar names. */
    byte[] next(String kind) {
        if (kind.equals("value")) {
            return value();
        }
        return text(kind).getBytes(ISO_8859_1);
    }

    /** An argument that is wrong wherever a number or a word is expected. */
    byte[] junk() {
        return pick(JUNK).getBytes(ISO_8859_1);
    }

    private String text(String kind) {
        return switch (kind) {
            case "str" -> key('s');
            case "list" -> key('l');
            case "hash" -> key('h');
            case "set" -> key('S');
            case "zset" -> key('z');
            case "any" -> anyKey();
            case "text" -> "t" + random.nextInt(3);
            case "lexzset" -> "x" + random.nextInt(3);
            case "sortable" -> "y" + random.nextInt(9);
            case "sortzset" -> "y" + random.nextInt(3);
            case "sortlist" -> "y" + (3 + random.nextInt(3));
            case "sortset" -> "y" + (6 + random.nextInt(3));
            case "badcursor" -> pick(List.of("abc", "1.5", "18446744073709551615x", "0 ", "x0"));
            case "longmember" -> "m".repeat(70) + random.nextInt(3);
            case "field" -> name('f');
            case "member", "element" -> name('m');
            case "line" -> name('m').replace('\0', '0');
            case "int" -> wholeNumber();
            case "float", "score" -> fraction();
            case "bound" -> bound();
            case "lex" -> pick(LEXICOGRAPHIC);
            case "index" -> oneIn(20) ? wholeNumber() : Integer.toString(random.nextInt(40) - 20);
            case "rank" -> Integer.toString(random.nextInt(12) - 6);
            case "count" -> oneIn(10) ? wholeNumber() : Integer.toString(random.nextInt(12) - 1);
            case "limit" -> oneIn(20) ? wholeNumber() : Integer.toString(random.nextInt(9) - 2);
            case "offset" -> offset();
            case "ttl" -> Long.toString(1_000_000 + random.nextInt(1_000_000_000));
            case "time" -> Long.toString(time());
            case "timems" -> Long.toString(time() * 1000 + random.nextInt(1000));
            case "future" -> Long.toString(future());
            case "futurems" -> Long.toString(future() * 1000 + random.nextInt(1000));
            case "badttl" -> pick(BAD_TTLS);
            case "pattern" -> pick(PATTERNS);
            case "timeout" -> pick(TIMEOUTS);
            case "letters" -> letters();
            case "db" -> database();
            case "bit" -> oneIn(20) ? wholeNumber() : Integer.toString(random.nextInt(2));
            case "bitoffset" -> bitOffset();
            case "fieldtype" -> fieldType();
            case "fieldoffset" -> oneIn(3) ? "#" + random.nextInt(20) : bitOffset();
            case "bitindex" -> oneIn(20) ? wholeNumber() : Integer.toString(random.nextInt(200) - 100);
            case "sketch" -> oneIn(20) ? "g0" : "p" + random.nextInt(4);
            case "places" -> oneIn(20) ? "p0" : "g" + random.nextInt(4);
            case "sketched" -> "e" + random.nextInt(3000);
            case "place" -> oneIn(20) ? name('m') : "m" + random.nextInt(60);
            case "longitude" -> degrees(180);
            case "latitude" -> degrees(85);
            case "radius" -> radius();
            case "stream" -> oneIn(40) ? "s" + random.nextInt(keysPerType) : "X" + random.nextInt(4);
            case "group" -> "group" + random.nextInt(oneIn(10) ? 6 : 2);
            case "consumer" -> "consumer" + random.nextInt(3);
            case "newid" -> newId();
            case "entryid" -> entryId();
            case "from" -> rangeEnd("-");
            case "to" -> rangeEnd("+");
            case "threshold" -> random.nextBoolean() ? Integer.toString(random.nextInt(40)) : entryId();
            case "junk" -> pick(JUNK);
            default -> throw new IllegalArgumentException("the grammar names no argument <" + kind + ">");
        };
    }

    private String key(char letter) {
        return oneIn(10) ? anyKey() : letter + Integer.toString(random.nextInt(keysPerType));
    }

    private String anyKey() {
        if (oneIn(30)) {
            return pick(List.of("missing", "", "\u0000\u00ff key"));
        }
        return KEY_LETTERS.charAt(random.nextInt(KEY_LETTERS.length())) + Integer.toString(random.nextInt(keysPerType));
    }

    private String name(char letter) {
        int drawn = random.nextInt(20);
        if (drawn < 10) {
            return letter + Integer.toString(random.nextInt(30));
        }
        if (drawn < 14) {
            return Integer.toString(random.nextInt(60));
        }
        if (drawn < 16) {
            return letter + Integer.toString(random.nextInt(100_000));
        }
        return new String(value(), ISO_8859_1);
    }

    private byte[] value() {
        int drawn = random.nextInt(100);
        if (drawn < 30) {
            return Integer.toString(random.nextInt(120) - 20).getBytes(ISO_8859_1);
        }
        if (drawn < 45) {
            return wholeNumber().getBytes(ISO_8859_1);
        }
        if (drawn < 55) {
            return fraction().getBytes(ISO_8859_1);
        }
        if (drawn < 65) {
            return ("word" + random.nextInt(20)).getBytes(ISO_8859_1);
        }
        if (drawn < 70) {
            return new byte[0];
        }
        int length = drawn < 85 ? 40 + random.nextInt(30) : random.nextInt(20);
        if (oneIn(30)) {
            length = oneIn(10) ? random.nextInt(70_000) : random.nextInt(5_000);
        }
        byte[] bytes = new byte[length];
        if (random.nextBoolean()) {
            random.nextBytes(bytes);
        } else {
            Arrays.fill(bytes, (byte) ('a' + random.nextInt(3)));
        }
        return bytes;
    }

    private String wholeNumber() {
        int drawn = random.nextInt(10);
        if (drawn < 5) {
            return Integer.toString(random.nextInt(40) - 20);
        }
        if (drawn < 8) {
            return pick(WHOLE_NUMBERS);
        }
        return Long.toString(random.nextLong() >> random.nextInt(64));
    }

    private String fraction() {
        int drawn = random.nextInt(12);
        if (drawn < 4) {
            return Integer.toString(random.nextInt(40) - 20);
        }
        if (drawn < 7) {
            return Double.toString((random.nextInt(4000) - 2000) / 8.0);
        }
        if (drawn < 8) {
            return Double.toString((random.nextInt(4000) - 2000) / 100.0);
        }
        if (drawn < 9) {
            return Double.toString(random.nextDouble() * Math.pow(10, random.nextInt(40) - 20));
        }
        return outsideOfDouble && oneIn(8) ? pick(OUTSIDE_OF_DOUBLE) : pick(FRACTIONS);
    }

    private String bound() {
        return switch (random.nextInt(12)) {
            case 0, 1 -> "-inf";
            case 2, 3 -> "+inf";
            case 4, 5, 6 -> "(" + fraction();
            default -> fraction();
        };
    }

    private String offset() {
        if (oneIn(20)) {
            return pick(List.of("-1", "536870912", "536870911111", "70000", "abc", "9223372036854775807"));
        }
        return Integer.toString(random.nextInt(oneIn(10) ? 5000 : 60));
    }

    private String bitOffset() {
        return oneIn(20) ? offset() : Integer.toString(random.nextInt(oneIn(10) ? 50_000 : 300));
    }

    private String fieldType() {
        if (oneIn(20)) {
            return pick(List.of("u64", "i65", "u0", "i0", "x8", "", "i", "u", "u-1", "I8", "u08", "i8x"));
        }
        return random.nextBoolean() ? "u" + (1 + random.nextInt(63)) : "i" + (1 + random.nextInt(64));
    }

    /** Places lie near one position, for searches to find them, or anywhere. */
    private String degrees(int max) {
        if (oneIn(30)) {
            return oneIn(2) ? fraction() : pick(List.of("180", "-180", "85.05112878", "-85.05112878", "85.06"));
        }
        return oneIn(3)
                ? Double.toString((random.nextDouble() * 2 - 1) * max)
                : Double.toString(max / 13.0 + random.nextGaussian() / 50);
    }

    private String radius() {
        if (oneIn(20)) {
            return oneIn(2) ? fraction() : "0";
        }
        return Double.toString(random.nextInt(10_000) * Math.pow(10, random.nextInt(5) - 2));
    }

    private long time() {
        return oneIn(10) ? random.nextInt(1000) + 1L : future();
    }

    private long future() {
        return YEAR_2100_SECONDS + random.nextInt(1000) * 86_400L;
    }

    /** IDs rise most of the time, so that entries can be added. */
    private String newId() {
        if (oneIn(30)) {
            return pick(ODD_IDS);
        }
        if (oneIn(3)) {
            entryMillis += random.nextInt(3);
            entrySequence = 0;
        }
        return oneIn(8) ? entryMillis + "-*" : entryMillis + "-" + entrySequence++;
    }

    private String entryId() {
        if (oneIn(30)) {
            return pick(ODD_IDS);
        }
        long millis = Math.max(0, entryMillis - random.nextInt(oneIn(5) ? 200 : 20));
        return oneIn(5) ? Long.toString(millis) : millis + "-" + random.nextInt(4);
    }

    private String rangeEnd(String open) {
        return random.nextBoolean() ? open : oneIn(4) ? "(" + entryId() : entryId();
    }

    private String letters() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(60); i > 0; i--) {
            text.append((char) ('a' + random.nextInt(4)));
        }
        return text.toString();
    }

    private String database() {
        return oneIn(10) ? pick(List.of("16", "-1", "abc", "9", "")) : Integer.toString(random.nextInt(2));
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private String pick(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }
}
