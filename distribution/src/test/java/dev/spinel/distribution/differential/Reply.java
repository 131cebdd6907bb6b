package dev.spinel.distribution.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;

/**
 * A reply as a tree.
 *
 * @param type the first byte on the wire, such as {@code '+'} or {@code '*'}
 * @param text the text of a scalar; of an aggregate its count, {@code -1} for the null array
 * @param children the elements of an aggregate; a map has its keys and values in turn
 */
record Reply(char type, String text, List<Reply> children) {
    /** The tree of a whole reply in RESP2 or RESP3. */
    static Reply parse(byte[] wire) {
        return new Parser(wire).reply();
    }

    boolean isAggregate() {
        return type == '*' || type == '~' || type == '%' || type == '>';
    }

    /** The whole number of an integer reply. */
    long number() {
        return Long.parseLong(text);
    }

    /** One line for people; bytes that do not print are escaped. */
    @Override
    public String toString() {
        if (isAggregate() && !children.isEmpty()) {
            StringBuilder line = new StringBuilder().append(type).append('[');
            for (int i = 0; i < children.size(); i++) {
                line.append(i == 0 ? "" : ", ").append(i == 20 ? "... " + children.size() + " in all" : "");
                if (i == 20) {
                    break;
                }
                line.append(children.get(i));
            }
            return line.append(']').toString();
        }
        return type + Request.printable(text.getBytes(ISO_8859_1));
    }

    private static final class Parser {
        private final byte[] wire;
        private int at;

        Parser(byte[] wire) {
            this.wire = wire;
        }

        Reply reply() {
            char type = (char) wire[at++];
            String line = line();
            return switch (type) {
                case '$', '=', '!' -> bulk(type, Integer.parseInt(line));
                case '*', '~', '>' -> aggregate(type, line, Integer.parseInt(line));
                case '%' -> aggregate(type, line, 2 * Integer.parseInt(line));
                default -> new Reply(type, line, List.of());
            };
        }

        private Reply bulk(char type, int length) {
            if (length < 0) {
                return new Reply('_', "null bulk", List.of());
            }
            String text = new String(wire, at, length, ISO_8859_1);
            at += length + 2;
            return new Reply(type, text, List.of());
        }

        private Reply aggregate(char type, String count, int elements) {
            List<Reply> children = new ArrayList<>();
            for (int i = 0; i < elements; i++) {
                children.add(reply());
            }
            return new Reply(type, count, children);
        }

        private String line() {
            int start = at;
            while (wire[at] != '\r') {
                at++;
            }
            String line = new String(wire, start, at - start, ISO_8859_1);
            at += 2;
            return line;
        }
    }
}
