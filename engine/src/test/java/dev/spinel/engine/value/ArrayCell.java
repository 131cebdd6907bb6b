package dev.spinel.engine.value;

import dev.spinel.engine.memory.Arena;
import java.util.Arrays;

/** A cell in an array of its own, which moves at each change of its size so that stale positions show. */
final class ArrayCell implements ValueCell {
    private static final int ALIGNMENT = 8;

    private byte[] array = new byte[0];
    private int offset;
    private int length;
    private int encoding;
    private int resizes;
    private boolean memoryIsExhausted;

    /** Whether there is no memory for a greater length. */
    void memoryIsExhausted(boolean value) {
        memoryIsExhausted = value;
    }

    /** How often the length was changed. */
    int resizes() {
        return resizes;
    }

    @Override
    public byte[] array() {
        return array;
    }

    @Override
    public int offset() {
        return offset;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int capacity() {
        return length;
    }

    @Override
    public void resize(int newLength) {
        if (memoryIsExhausted && newLength > length) {
            new Arena(1).allocate(1);
        }
        resizes++;
        byte[] old = array;
        int movedOffset = (offset + 3) % ALIGNMENT;
        array = new byte[movedOffset + newLength + 1];
        Arrays.fill(array, (byte) 0x55);
        int kept = Math.min(length, newLength);
        System.arraycopy(old, offset, array, movedOffset, kept);
        Arrays.fill(old, (byte) 0xEE);
        offset = movedOffset;
        length = newLength;
    }

    @Override
    public int encoding() {
        return encoding;
    }

    @Override
    public void encoding(int newEncoding) {
        encoding = newEncoding;
    }
}
