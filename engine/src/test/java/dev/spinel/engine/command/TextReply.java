package dev.spinel.engine.command;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A reply writer that makes text: {@code 1}, {@code a}, {@code ''}, {@code OK}, {@code nil}, {@code -ERR text}, {@code 1.5d} for a
 * RESP3 double, {@code [a b [c 1]]} for arrays, {@code {a b}} for RESP3 sets, {@code <a 1>} for RESP3 maps.
 */
final class TextReply implements ReplyWriter {
    private final StringBuilder text = new StringBuilder();
    private final Deque<Open> open = new ArrayDeque<>();
    private int protocol = 2;
    private int room = Integer.MAX_VALUE;

    private static final class Open {
        private final char end;
        private int left;

        Open(char end, int left) {
            this.end = end;
            this.left = left;
        }
    }

    void protocol(int version) {
        protocol = version;
    }

    /** Sets how many parts of replies can be written. */
    void room(int parts) {
        room = parts;
    }

    /** What was written since the last call. */
    String take() {
        String taken = text.toString();
        text.setLength(0);
        open.clear();
        return taken;
    }

    int mark() {
        return text.length();
    }

    void rollback(int mark) {
        text.setLength(mark);
        open.clear();
    }

    private void item(String item) {
        separate();
        text.append(item.isEmpty() ? "''" : item);
        closeFull();
    }

    private void separate() {
        if (room == 0) {
            throw new CommandException("OOM not enough memory for the reply");
        }
        room--;
        if (!text.isEmpty() && "[{<".indexOf(text.charAt(text.length() - 1)) < 0) {
            text.append(' ');
        }
    }

    private void closeFull() {
        while (!open.isEmpty() && --open.element().left == 0) {
            text.append(open.remove().end);
        }
    }

    private void head(char start, char end, int size) {
        separate();
        text.append(start);
        if (size == 0) {
            text.append(end);
            closeFull();
        } else {
            open.push(new Open(end, size));
        }
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public void ok() {
        item("OK");
    }

    @Override
    public void simple(String value) {
        item(value);
    }

    @Override
    public void error(String message) {
        item("-" + message);
    }

    @Override
    public void integer(long value) {
        item(Long.toString(value));
    }

    @Override
    public void bulk(Bytes value) {
        item(value.toString());
    }

    @Override
    public void bulk(byte[] array, int offset, int length) {
        item(new String(array, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void bulk(String value) {
        item(value);
    }

    @Override
    public void bulkInteger(long value) {
        item(Long.toString(value));
    }

    @Override
    public void real(double value) {
        item(shortForm(value) + (protocol == 3 ? "d" : ""));
    }

    @Override
    public void realDigits(byte[] array, int offset, int length) {
        item(new String(array, offset, length, StandardCharsets.US_ASCII) + (protocol == 3 ? "d" : ""));
    }

    @Override
    public void bulkReal(double value) {
        item(shortForm(value));
    }

    private static String shortForm(double value) {
        String sign = Double.doubleToRawLongBits(value) == Double.doubleToRawLongBits(-0.0) ? "-" : "";
        return value == (long) value ? sign + (long) value : Double.toString(value);
    }

    @Override
    public void nil() {
        item("nil");
    }

    @Override
    public void nilArray() {
        item(protocol == 2 ? "nil-array" : "nil");
    }

    @Override
    public void bool(boolean value) {
        item(protocol == 2 ? value ? "1" : "0" : Boolean.toString(value));
    }

    @Override
    public void bigNumber(String digits) {
        item(digits);
    }

    @Override
    public void verbatim(String format, String value) {
        item(value);
    }

    @Override
    public void array(int size) {
        head('[', ']', size);
    }

    @Override
    public void map(int size) {
        if (protocol == 2) {
            array(2 * size);
        } else {
            head('<', '>', 2 * size);
        }
    }

    @Override
    public void set(int size) {
        if (protocol == 2) {
            array(size);
        } else {
            head('{', '}', size);
        }
    }

    @Override
    public void push(int size) {
        array(size);
    }

    @Override
    public void attribute(int size) {
        throw new UnsupportedOperationException("attributes");
    }

    @Override
    public int begin() {
        separate();
        int mark = text.length();
        text.append('[');
        open.push(new Open(']', Integer.MAX_VALUE));
        return mark;
    }

    @Override
    public void endArray(int mark, int size) {
        end(mark, '[', ']');
    }

    @Override
    public void endSet(int mark, int size) {
        end(mark, protocol == 2 ? '[' : '{', protocol == 2 ? ']' : '}');
    }

    @Override
    public void endMap(int mark, int size) {
        end(mark, protocol == 2 ? '[' : '<', protocol == 2 ? ']' : '>');
    }

    private void end(int mark, char start, char end) {
        text.setCharAt(mark, start);
        text.append(end);
        open.remove();
        closeFull();
    }
}
