package dev.spinel.api.command;

import dev.spinel.api.data.Bytes;

/**
 * Writes one reply in the protocol version of its client; a RESP3 form has the RESP2 form that Redis uses.
 *
 * <p>An aggregate announces its size first and its elements follow. A handler writes exactly one reply. Source: the RESP
 * specification, versions 2 and 3. Engine thread only.
 */
public interface ReplyWriter {
    /** The protocol version, 2 or 3. */
    int protocol();

    /** {@code +OK}. */
    void ok();

    /** A simple string: ASCII without line breaks. */
    void simple(String text);

    /** An error: code and text without the leading {@code -}; line breaks become spaces. */
    void error(String message);

    void integer(long value);

    void bulk(Bytes value);

    void bulk(byte[] array, int offset, int length);

    /** A bulk string of UTF-8 text. */
    void bulk(String text);

    /** A bulk string of the decimal form of an integer. */
    void bulkInteger(long value);

    /** A double: RESP3 double, or a bulk string of the shortest form that reads back as the same value. */
    void real(double value);

    /**
     * A double in a decimal form that the caller chose, such as a fixed number of digits: RESP3 double, or a bulk string
     * in RESP2.
     */
    void realDigits(byte[] array, int offset, int length);

    /** A bulk string of a score as RESP2 writes it, in both versions. */
    void bulkReal(double value);

    /** The absent value: {@code _}, or {@code $-1} in RESP2. */
    void nil();

    /** The absent aggregate: {@code _}, or {@code *-1} in RESP2. */
    void nilArray();

    /** A boolean: {@code #t} and {@code #f}, or {@code :1} and {@code :0} in RESP2. */
    void bool(boolean value);

    /** A big number: digits with an optional minus sign; a bulk string in RESP2. */
    void bigNumber(String digits);

    /** Text with a three-letter format such as {@code txt}; a bulk string in RESP2. */
    void verbatim(String format, String text);

    /** The head of an array; {@code size} replies follow. */
    void array(int size);

    /** The head of a map; {@code size} pairs of replies follow; a flat array in RESP2. */
    void map(int size);

    /** The head of a set; {@code size} replies follow; an array in RESP2. */
    void set(int size);

    /** The head of an out-of-band message; {@code size} replies follow; an array in RESP2. */
    void push(int size);

    /** The head of attributes of the reply that follows them; RESP3 only. */
    void attribute(int size);

    /**
     * Opens an aggregate whose size is known only at the end.
     *
     * @return a mark for {@link #endArray}, {@link #endSet} or {@link #endMap}
     */
    int begin();

    /** Closes the aggregate opened at {@code mark} as an array of {@code size} replies. */
    void endArray(int mark, int size);

    /** Closes the aggregate opened at {@code mark} as a set of {@code size} replies. */
    void endSet(int mark, int size);

    /** Closes the aggregate opened at {@code mark} as a map of {@code size} pairs. */
    void endMap(int mark, int size);
}
