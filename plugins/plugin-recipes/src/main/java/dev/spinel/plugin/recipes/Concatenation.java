package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;

/** Texts one after the other, as {@code ..} joins them in a script. Any thread. */
final class Concatenation {
    private Concatenation() {}

    static Bytes of(Bytes... parts) {
        int length = 0;
        for (Bytes part : parts) {
            length += part.length();
        }
        byte[] text = new byte[length];
        int at = 0;
        for (Bytes part : parts) {
            System.arraycopy(part.array(), part.offset(), text, at, part.length());
            at += part.length();
        }
        return Bytes.of(text);
    }
}
