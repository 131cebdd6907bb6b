package dev.spinel.distribution.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** When two replies to the same request count as equal; equal bytes always do. */
enum Comparison {
    /** Only equal bytes. */
    EXACT,
    /** The same elements in any order. */
    UNORDERED,
    /** The same pairs in any order, be they flat, nested or a map. */
    PAIRS,
    /** The same cursor, and the same elements in any order. */
    SCAN,
    /** The same cursor, and the same flat pairs in any order. */
    SCANPAIRS,
    /** As UNORDERED; the request is random in any other form, so the generator leaves it alone. */
    WHOLE,
    /** As PAIRS; the request is random in any other form, so the generator leaves it alone. */
    WHOLEPAIRS,
    /** The same encoding, or a string that Spinel keeps as a number and Redis does not (see DIFFERENCES.md). */
    ENCODING,
    /** The same type and number of elements. */
    SHAPE,
    /** What describes streams: the same but for times and idle times, which lie near each other, and the nodes of a tree. */
    AGED,
    /** Times in seconds that lie as near as those of two servers that run side by side. */
    NEARSECONDS,
    /** Times in milliseconds that lie as near as those of two servers that run side by side. */
    NEARMILLIS;

    private static final long TOLERANCE_SECONDS = 30;

    private static final Pattern LARGE_WHOLE_NUMBER = Pattern.compile("-?(\\d(\\.\\d+)?e\\+1[78]|\\d{18,19})");
    private static final Comparator<String> ORDER = Comparator.naturalOrder();

    /** Whether the replies to a request count as equal. */
    boolean accepts(byte[] expected, byte[] actual) {
        return Arrays.equals(expected, actual) || accepts(Reply.parse(expected), Reply.parse(actual));
    }

    /** Whether the replies to EXEC count as equal, each element by the comparison of its command. */
    static boolean acceptsTransaction(List<Comparison> queued, byte[] expected, byte[] actual) {
        if (Arrays.equals(expected, actual)) {
            return true;
        }
        Reply left = Reply.parse(expected);
        Reply right = Reply.parse(actual);
        if (left.type() != '*' || right.type() != '*' || !left.text().equals(right.text())) {
            return false;
        }
        if (left.children().size() != queued.size()) {
            return false;
        }
        for (int i = 0; i < queued.size(); i++) {
            if (!queued.get(i).accepts(left.children().get(i), right.children().get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean accepts(Reply left, Reply right) {
        Reply expected = withUnsignedZeros(left);
        Reply actual = withUnsignedZeros(right);
        if (expected.equals(actual)) {
            return true;
        }
        if (expected.type() != actual.type()) {
            return false;
        }
        if (expected.type() == '-') {
            return utf8(expected.text()).equals(utf8(actual.text()));
        }
        return switch (this) {
            case EXACT -> false;
            case UNORDERED, WHOLE -> sameElements(expected, actual, 1);
            case PAIRS, WHOLEPAIRS -> sameElements(expected, actual, isFlat(expected) ? 2 : 1);
            case SCAN -> sameScan(expected, actual, 1);
            case SCANPAIRS -> sameScan(withEqualScores(expected), withEqualScores(actual), 2);
            case ENCODING -> expected.text().equals("embstr") && actual.text().equals("int");
            case SHAPE ->
                expected.isAggregate()
                        ? expected.text().equals(actual.text())
                        : expected.type() == '$' || expected.type() == '_';
            case AGED -> sameButForAge(expected, actual);
            case NEARSECONDS -> near(expected, actual, TOLERANCE_SECONDS);
            case NEARMILLIS -> near(expected, actual, TOLERANCE_SECONDS * 1000);
        };
    }

    /** The sign of a score of zero depends on how a sorted set came to be (see DIFFERENCES.md, ZRANGESTORE). */
    private static Reply withUnsignedZeros(Reply reply) {
        if (!reply.isAggregate()) {
            return reply.text().equals("-0") ? new Reply(reply.type(), "0", reply.children()) : reply;
        }
        return new Reply(
                reply.type(),
                reply.text(),
                reply.children().stream().map(Comparison::withUnsignedZeros).toList());
    }

    /** Spinel's errors are UTF-8, even where they quote an argument that is not (see DIFFERENCES.md). */
    private static String utf8(String bytes) {
        return new String(bytes.getBytes(ISO_8859_1), UTF_8);
    }

    private static boolean near(Reply expected, Reply actual, long tolerance) {
        return expected.type() == ':'
                && expected.number() > 0
                && actual.number() > 0
                && Math.abs(expected.number() - actual.number()) <= tolerance;
    }

    private static boolean sameButForAge(Reply expected, Reply actual) {
        if (expected.type() != actual.type() || !expected.text().equals(actual.text())) {
            return false;
        }
        List<Reply> left = expected.children();
        List<Reply> right = actual.children();
        for (int i = 0; i < left.size(); i++) {
            String before = i == 0 ? "" : left.get(i - 1).text();
            boolean number = left.get(i).type() == ':' && right.get(i).type() == ':';
            boolean time = before.equals("idle") || before.equals("seen-time") || isDelivery(left, i);
            boolean same = number && time
                    ? Math.abs(left.get(i).number() - right.get(i).number()) <= TOLERANCE_SECONDS * 1000
                    : (number && before.equals("radix-tree-nodes")) || sameButForAge(left.get(i), right.get(i));
            if (!same) {
                return false;
            }
        }
        return true;
    }

    /** Whether an element is the time in what describes a pending entry: before the number of deliveries, the last one. */
    private static boolean isDelivery(List<Reply> elements, int index) {
        return index == elements.size() - 2
                && index >= 1
                && elements.get(index).type() == ':'
                && elements.get(index + 1).type() == ':';
    }

    private static boolean isFlat(Reply reply) {
        return reply.children().stream().noneMatch(Reply::isAggregate);
    }

    private static boolean sameScan(Reply expected, Reply actual, int groupedBy) {
        return expected.children().size() == 2
                && actual.children().size() == 2
                && expected.children().get(0).equals(actual.children().get(0))
                && sameElements(expected.children().get(1), actual.children().get(1), groupedBy);
    }

    /** ZSCAN writes whole scores from 10^17 on in two ways, on Redis by the encoding (see DIFFERENCES.md). */
    private static Reply withEqualScores(Reply reply) {
        String text = LARGE_WHOLE_NUMBER.matcher(reply.text()).matches()
                ? Double.toString(Double.parseDouble(reply.text()))
                : reply.text();
        return new Reply(
                reply.type(),
                text,
                reply.children().stream().map(Comparison::withEqualScores).toList());
    }

    private static boolean sameElements(Reply expected, Reply actual, int groupedBy) {
        return expected.isAggregate()
                && expected.text().equals(actual.text())
                && sorted(expected, groupedBy).equals(sorted(actual, groupedBy));
    }

    private static List<String> sorted(Reply aggregate, int groupedBy) {
        List<String> groups = new ArrayList<>();
        List<Reply> children = aggregate.children();
        for (int i = 0; i < children.size(); i += groupedBy) {
            groups.add(canonical(children.subList(i, Math.min(i + groupedBy, children.size()))));
        }
        groups.sort(ORDER);
        return groups;
    }

    private static String canonical(List<Reply> replies) {
        StringBuilder text = new StringBuilder();
        for (Reply reply : replies) {
            text.append(reply.type()).append(reply.text().length()).append(':').append(reply.text());
            text.append(canonical(reply.children()));
        }
        return text.toString();
    }
}
