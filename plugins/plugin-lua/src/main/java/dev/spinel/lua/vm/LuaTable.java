package dev.spinel.lua.vm;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Lua table: an array for the indices from 1 on, and a hash table for all other keys. One thread only.
 *
 * <p>None of the methods knows metamethods; {@link Interpreter#index} and {@link Interpreter#setIndex} do.
 */
public final class LuaTable {
    /*
     * The array part is dense from 1 to arrayCount, but for holes that removals left; its last element is never nil, so
     * that arrayCount is a border. The hash part is open addressing with linear probing. A removed key stays, without a
     * value, until the table is rebuilt on the way to a new key: a traversal may therefore remove what it meets.
     */
    private static final @Nullable Object[] EMPTY = new @Nullable Object[0];
    private static final int MIN_SLOTS = 4;
    private static final int BYTES = 48;
    /** The number that an element of an array, a key or a value of a table may refer to. */
    private static final int BYTES_PER_NUMBER = 16;

    private final MemoryBudget budget;
    private @Nullable Object[] array = EMPTY;
    private int arrayCount;
    private @Nullable Object[] keys = EMPTY;
    private @Nullable Object[] values = EMPTY;
    private int usedSlots;
    private @Nullable LuaTable metatable;
    private boolean readOnly;

    LuaTable(MemoryBudget budget) {
        this.budget = budget;
        budget.charge(BYTES);
    }

    LuaTable(MemoryBudget budget, @Nullable Object[] elements, int count) {
        this.budget = budget;
        budget.charge(BYTES + (long) count * Frame.BYTES_PER_SLOT);
        this.array = elements;
        this.arrayCount = count;
        trim();
    }

    public @Nullable LuaTable metatable() {
        return metatable;
    }

    public void metatable(@Nullable LuaTable table) {
        metatable = table;
    }

    /** Whether scripts may not change it. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** Sets whether scripts may not change it; {@link #put} always may. */
    public void readOnly(boolean value) {
        readOnly = value;
    }

    /** A border: 0, or the index of an element that is followed by nil. */
    public int length() {
        if (arrayCount > 0 || usedSlots == 0) {
            return arrayCount;
        }
        int border = 0;
        while (getInHash((double) (border + 1)) != null) {
            border++;
        }
        return border;
    }

    public @Nullable Object get(@Nullable Object key) {
        if (key instanceof LuaString string) {
            return get(string);
        }
        if (key instanceof Double number) {
            return get(number.doubleValue());
        }
        return key == null || usedSlots == 0 ? null : getInHash(key);
    }

    public @Nullable Object get(LuaString key) {
        @Nullable Object[] table = keys;
        int mask = table.length - 1;
        if (mask < 0) {
            return null;
        }
        int i = key.hashCode() & mask;
        for (Object found = table[i]; found != null; found = table[i]) {
            if (found == key || (found instanceof LuaString string && string.contentEquals(key))) {
                return values[i];
            }
            i = i + 1 & mask;
        }
        return null;
    }

    public @Nullable Object get(double key) {
        int index = (int) key;
        if (index == key && index > 0 && index <= arrayCount) {
            return array[index - 1];
        }
        return usedSlots == 0 ? null : getInHash(key);
    }

    private @Nullable Object getInHash(Object key) {
        int i = slot(key);
        return i < 0 ? null : values[i];
    }

    /** The slot of a key in the hash part, or a negative number. */
    private int slot(Object key) {
        int mask = keys.length - 1;
        if (mask < 0) {
            return -1;
        }
        int i = hash(key) & mask;
        for (Object found = keys[i]; found != null; found = keys[i]) {
            if (found == key || Values.rawEquals(found, key)) {
                return i;
            }
            i = i + 1 & mask;
        }
        return -1;
    }

    private static int hash(Object key) {
        if (key instanceof Double number) {
            // 0 and -0 are the same key.
            long bits = Double.doubleToLongBits(number + 0.0);
            int h = (int) (bits ^ bits >>> 32) * 0x9E3779B1;
            return h ^ h >>> 15;
        }
        int h = key.hashCode();
        return key instanceof LuaString ? h : h ^ h >>> 7;
    }

    /** Sets a value, nil to remove the key, which must be neither nil nor NaN. */
    public void put(Object key, @Nullable Object value) {
        if (key instanceof Double number) {
            double d = number;
            int index = (int) d;
            if (index == d && index > 0) {
                put(index, value);
                return;
            }
        }
        putInHash(key, value);
    }

    /** Sets the value of an index from 1 on. */
    public void put(int index, @Nullable Object value) {
        if (index <= arrayCount) {
            array[index - 1] = value;
            if (value == null && index == arrayCount) {
                trim();
            }
        } else if (index == arrayCount + 1) {
            if (value != null) {
                append(value);
            } else if (usedSlots > 0) {
                putInHash((double) index, null);
            }
        } else {
            putInHash((double) index, value);
        }
    }

    private void trim() {
        while (arrayCount > 0 && array[arrayCount - 1] == null) {
            arrayCount--;
        }
    }

    private void append(Object value) {
        if (arrayCount == array.length) {
            int size = Math.max(4, 2 * arrayCount);
            budget.charge((long) (size - arrayCount) * BYTES_PER_NUMBER);
            @Nullable Object[] larger = budget.newArray(size);
            System.arraycopy(array, 0, larger, 0, arrayCount);
            array = larger;
        }
        array[arrayCount++] = value;
        if (usedSlots > 0) {
            moveFromHash();
        }
    }

    /** The element just added may have been in the hash part, and those behind it may be. */
    private void moveFromHash() {
        int same = slot((double) arrayCount);
        if (same >= 0) {
            values[same] = null;
        }
        int next = slot((double) (arrayCount + 1));
        if (next >= 0 && values[next] != null) {
            Object value = values[next];
            values[next] = null;
            append(value);
        }
    }

    private void putInHash(Object key, @Nullable Object value) {
        int i = slot(key);
        if (i >= 0) {
            values[i] = value;
            return;
        }
        if (value == null) {
            return;
        }
        if ((usedSlots + 1) * 4 > keys.length * 3) {
            rebuild();
        }
        insert(key, value);
    }

    private void insert(Object key, Object value) {
        int mask = keys.length - 1;
        int i = hash(key) & mask;
        while (keys[i] != null) {
            i = i + 1 & mask;
        }
        keys[i] = key;
        values[i] = value;
        usedSlots++;
    }

    private void rebuild() {
        int live = 0;
        for (Object value : values) {
            if (value != null) {
                live++;
            }
        }
        int size = MIN_SLOTS;
        while ((live + 1) * 4L > size * 2L) {
            size *= 2;
        }
        budget.charge((long) size * BYTES_PER_NUMBER);
        @Nullable Object[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        @Nullable Object[] newKeys = budget.newArray(size);
        values = budget.newArray(size);
        keys = newKeys;
        usedSlots = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            Object key = oldKeys[i];
            Object value = oldValues[i];
            if (key != null && value != null) {
                insert(key, value);
            }
        }
    }

    /** Inserts at an index from 1 to {@link #length()} + 1, moving later elements up. */
    public void insert(int index, @Nullable Object value) {
        int length = length();
        for (int i = length; i >= index; i--) {
            put(i + 1, get((double) i));
        }
        put(index, value);
    }

    /** The elements 1 to {@link #length()}, in order, for sorting: a copy. */
    public @Nullable Object[] elements() {
        budget.charge((long) length() * Frame.BYTES_PER_SLOT);
        return length() == arrayCount ? Arrays.copyOf(array, arrayCount) : copyOfElements();
    }

    private @Nullable Object[] copyOfElements() {
        @Nullable Object[] elements = new @Nullable Object[length()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = get((double) (i + 1));
        }
        return elements;
    }

    /** A traversal of all keys with values; what it meets may be changed and removed, but nothing added. */
    public Traversal traversal() {
        return new Traversal();
    }

    /** Goes through the pairs of a table. */
    public final class Traversal {
        private int at;

        /** Goes to the next pair; false at the end. */
        public boolean next() {
            at = following(at);
            return at > 0;
        }

        public Object key() {
            return keyAt(at);
        }

        public Object value() {
            return valueAt(at);
        }
    }

    /** The position of the first pair behind a position, 0 at the end; positions count from 1, through both parts. */
    private int following(int position) {
        int at = position;
        for (; at < arrayCount; at++) {
            if (array[at] != null) {
                return at + 1;
            }
        }
        for (int i = Math.max(0, at - array.length); i < keys.length; i++) {
            if (values[i] != null) {
                return array.length + i + 1;
            }
        }
        return 0;
    }

    private Object keyAt(int position) {
        Object key = position <= array.length ? (Object) (double) position : keys[position - array.length - 1];
        return Objects.requireNonNull(key);
    }

    private Object valueAt(int position) {
        Object value = position <= array.length ? array[position - 1] : values[position - array.length - 1];
        return Objects.requireNonNull(value);
    }

    /**
     * The pair behind a key, as {@code next} answers it.
     *
     * @param key the key before, nil to begin
     * @return key and value, or nil at the end
     * @throws IllegalArgumentException if there is no such key
     */
    public @Nullable Object next(@Nullable Object key) {
        int position = following(key == null ? 0 : position(key));
        return position == 0 ? null : new Object[] {keyAt(position), valueAt(position)};
    }

    private int position(Object key) {
        if (key instanceof Double number) {
            int index = (int) number.doubleValue();
            if (index == number && index > 0 && index <= array.length) {
                return index;
            }
        }
        int i = slot(key);
        if (i < 0) {
            throw new IllegalArgumentException("no such key");
        }
        return array.length + i + 1;
    }
}
