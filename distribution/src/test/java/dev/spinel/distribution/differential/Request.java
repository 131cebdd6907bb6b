package dev.spinel.distribution.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A command with its arguments, and how the replies of two servers to it are compared. */
record Request(Comparison comparison, List<byte[]> arguments) {
    private static final int LONGEST_PRINTED = 200;

    /** A request of plain words whose replies must be equal byte by byte. */
    static Request of(String... words) {
        return of(Comparison.EXACT, words);
    }

    /** A request of words, each character one byte. */
    static Request of(Comparison comparison, String... words) {
        return new Request(
                comparison,
                Arrays.stream(words).map(word -> word.getBytes(ISO_8859_1)).toList());
    }

    /** The name in upper case. */
    String name() {
        return new String(arguments.get(0), ISO_8859_1).toUpperCase(Locale.ROOT);
    }

    /** Appends the request in the form that clients send. */
    void writeTo(ByteArrayOutputStream out) {
        out.writeBytes(("*" + arguments.size() + "\r\n").getBytes(ISO_8859_1));
        for (byte[] argument : arguments) {
            out.writeBytes(("$" + argument.length + "\r\n").getBytes(ISO_8859_1));
            out.writeBytes(argument);
            out.write('\r');
            out.write('\n');
        }
    }

    /** The request as one would type it into redis-cli. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder();
        for (byte[] argument : arguments) {
            if (line.length() > 20 * LONGEST_PRINTED) {
                return line.append(" ... ")
                        .append(arguments.size())
                        .append(" arguments in all")
                        .toString();
            }
            line.append(line.isEmpty() ? "" : " ").append(printable(argument));
        }
        return line.toString();
    }

    /** The bytes as redis-cli quotes them; only the first ones of a long run. */
    static String printable(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        boolean plain = bytes.length > 0;
        for (int i = 0; i < Math.min(bytes.length, LONGEST_PRINTED); i++) {
            char c = (char) (bytes[i] & 0xff);
            plain &= c > ' ' && c < 0x7f && c != '"' && c != '\\';
            if (c < ' ' || c >= 0x7f) {
                text.append(String.format("\\x%02x", (int) c));
            } else {
                text.append(c == '"' || c == '\\' ? "\\" : "").append(c);
            }
        }
        String rest = bytes.length > LONGEST_PRINTED ? "..(" + bytes.length + " bytes)" : "";
        return (plain ? text : "\"" + text + "\"") + rest;
    }
}
