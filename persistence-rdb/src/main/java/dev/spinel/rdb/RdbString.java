package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;

/** A string as it was read, in an array that the next one is read into. One thread. */
final class RdbString {
    private static final int INITIAL_BYTES = 256;
    private static final int MAX_KEPT_BYTES = 1 << 20;

    private final Bytes view = new Bytes();
    private byte[] array = new byte[INITIAL_BYTES];

    /** The string, until the next one is read. */
    Bytes view() {
        return view;
    }

    int length() {
        return view.length();
    }

    /** The array to read up to {@code bytes} into, of any size; a large one of a string before is given up. */
    byte[] room(int bytes) {
        if (bytes > array.length || array.length > MAX_KEPT_BYTES) {
            array = new byte[Math.max(bytes, INITIAL_BYTES)];
        }
        return array;
    }

    /** Takes the start of an array as the string. */
    void set(byte[] newArray, int length) {
        if (newArray == view.array()) {
            // What most strings need, and what the engine's thread does not use, see RdbInput.
            view.setLength(length);
        } else {
            array = newArray;
            view.set(newArray, 0, length);
        }
    }
}
