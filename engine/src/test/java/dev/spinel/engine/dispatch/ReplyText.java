package dev.spinel.engine.dispatch;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import java.nio.charset.StandardCharsets;

/** A reply writer that keeps what it writes as words: RESP's heads and simple types, and bulk strings in quotes. */
final class ReplyText implements ReplyWriter {
    private final StringBuilder text = new StringBuilder();
    private final int protocol;

    ReplyText(int protocol) {
        this.protocol = protocol;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public void ok() {
        simple("OK");
    }

    @Override
    public void simple(String value) {
        word('+', value);
    }

    @Override
    public void error(String message) {
        word('-', message);
    }

    @Override
    public void integer(long value) {
        word(':', Long.toString(value));
    }

    @Override
    public void bulk(Bytes value) {
        bulk(value.toString());
    }

    @Override
    public void bulk(byte[] array, int offset, int length) {
        bulk(new String(array, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void bulk(String value) {
        text.append('\'').append(value).append("' ");
    }

    @Override
    public void bulkInteger(long value) {
        bulk(Long.toString(value));
    }

    @Override
    public void real(double value) {
        throw unused();
    }

    @Override
    public void realDigits(byte[] array, int offset, int length) {
        throw unused();
    }

    @Override
    public void bulkReal(double value) {
        throw unused();
    }

    @Override
    public void nil() {
        throw unused();
    }

    @Override
    public void nilArray() {
        throw unused();
    }

    @Override
    public void bool(boolean value) {
        throw unused();
    }

    @Override
    public void bigNumber(String digits) {
        throw unused();
    }

    @Override
    public void verbatim(String format, String value) {
        throw unused();
    }

    @Override
    public void array(int size) {
        word('*', Integer.toString(size));
    }

    @Override
    public void map(int size) {
        text.append(mapHead(size));
    }

    @Override
    public void set(int size) {
        text.append(head('~', size));
    }

    @Override
    public void push(int size) {
        throw unused();
    }

    @Override
    public void attribute(int size) {
        throw unused();
    }

    @Override
    public int begin() {
        return text.length();
    }

    @Override
    public void endArray(int mark, int size) {
        text.insert(mark, head('*', size));
    }

    @Override
    public void endSet(int mark, int size) {
        text.insert(mark, head('~', size));
    }

    @Override
    public void endMap(int mark, int size) {
        text.insert(mark, mapHead(size));
    }

    /** What was written. */
    @Override
    public String toString() {
        return text.toString().strip();
    }

    private String mapHead(int size) {
        return protocol == 2 ? head('*', 2 * size) : head('%', size);
    }

    private String head(char type, int size) {
        return (protocol == 2 ? '*' : type) + Integer.toString(size) + " ";
    }

    private void word(char type, String value) {
        text.append(type).append(value).append(' ');
    }

    private static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("no description of a command holds this type");
    }
}
