package dev.spinel.lua.vm;

import java.util.Arrays;
import java.util.Map;
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
     * value, until the table is rebuilt on the way to a new key: a traversal may therefore remove what it meets. An index
     * that follows the array part is never in the hash part.
     */
    private static final @Nullable Object[] EMPTY = new @Nullable Object[0];
    private static final int MIN_SLOTS = 4;
    private static final int SLOTS_OF_ONE = 2;
    private static final int BYTES = 48;
    /** The number that an element of an array, a key or a value of a table may refer to. */
    private static final int BYTES_PER_NUMBER = 16;

    private final MemoryBudget budget;
    private @Nullable Object[] array = EMPTY;
    private int arrayCount;
    private @Nullable Object[] keys = EMPTY;
    private @Nullable Object[] values = EMPTY;
    private int usedSlots;
    /** Whether the hash part may have numbers as keys. */
    private boolean hashesNumbers;

    private @Nullable LuaTable metatable;
    private boolean readOnly;

    LuaTable(MemoryBudget budget) {
        this.budget = budget;
        budget.charge(BYTES);
    }

    /** A table with elements, in an array that is its own from now on, and room for so many other keys. */
    LuaTable(MemoryBudget budget, @Nullable Object[] elements, int fields) {
        this.budget = budget;
        budget.charge(BYTES + (long) elements.length * Frame.BYTES_PER_SLOT);
        array = elements;
        arrayCount = elements.length;
        trim();
        reserve(0, fields);
    }

    /** A table with one field, and room for no more. */
    LuaTable(MemoryBudget budget, LuaString key, Object value) {
        this.budget = budget;
        budget.charge(BYTES);
        newSlots(SLOTS_OF_ONE);
        insert(key, value);
    }

    /** Makes room in a new table for so many elements from 1 on, and so many other keys. */
    void reserve(int elements, int fields) {
        if (elements > 0) {
            budget.charge((long) elements * BYTES_PER_NUMBER);
            array = budget.newArray(elements);
        }
        if (fields > 0) {
            int size = MIN_SLOTS;
            while (isTooFull(fields, size)) {
                size *= 2;
            }
            newSlots(size);
        }
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
        while (getInHash(border + 1.0) != null) {
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
        return getInHash(key);
    }

    private @Nullable Object getInHash(Object key) {
        int i = slot(key);
        return i < 0 ? null : values[i];
    }

    private @Nullable Object getInHash(double key) {
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

    private int slot(double key) {
        if (!hashesNumbers) {
            return -1;
        }
        int mask = keys.length - 1;
        int i = hash(key) & mask;
        for (Object found = keys[i]; found != null; found = keys[i]) {
            if (found instanceof Double number && number == key) {
                return i;
            }
            i = i + 1 & mask;
        }
        return -1;
    }

    private static int hash(double key) {
        // 0 and -0 are the same key.
        long bits = Double.doubleToLongBits(key + 0.0);
        int h = (int) (bits ^ bits >>> 32) * 0x9E3779B1;
        return h ^ h >>> 15;
    }

    private static int hash(Object key) {
        if (key instanceof Double number) {
            return hash(number.doubleValue());
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
        putInHash(slot(key), key, value);
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
            }
        } else {
            putInHash(slot((double) index), (double) index, value);
        }
    }

    private void trim() {
        while (arrayCount > 0 && array[arrayCount - 1] == null) {
            arrayCount--;
        }
    }

    private void append(Object value) {
        addLast(value);
        while (hashesNumbers) {
            int following = slot(arrayCount + 1.0);
            Object moved = following < 0 ? null : values[following];
            if (moved == null) {
                return;
            }
            addLast(moved);
            values[following] = null;
        }
    }

    private void addLast(Object value) {
        if (arrayCount == array.length) {
            int size = Math.max(4, 2 * arrayCount);
            budget.charge((long) (size - arrayCount) * BYTES_PER_NUMBER);
            @Nullable Object[] larger = budget.newArray(size);
            System.arraycopy(array, 0, larger, 0, arrayCount);
            array = larger;
        }
        array[arrayCount++] = value;
    }

    /** Sets the value of a key of which the {@linkplain #slot slot} is given. */
    private void putInHash(int slot, Object key, @Nullable Object value) {
        if (slot >= 0) {
            values[slot] = value;
        } else if (value != null) {
            if (isTooFull(usedSlots + 1, keys.length)) {
                rebuild();
            }
            insert(key, value);
        }
    }

    private static boolean isTooFull(int used, int slots) {
        return used * 4L > slots * 3L;
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
        hashesNumbers |= key instanceof Double;
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
        @Nullable Object[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        newSlots(size);
        usedSlots = 0;
        hashesNumbers = false;
        for (int i = 0; i < oldKeys.length; i++) {
            Object key = oldKeys[i];
            Object value = oldValues[i];
            if (key != null && value != null) {
                insert(key, value);
            }
        }
    }

    private void newSlots(int size) {
        budget.charge((long) size * BYTES_PER_NUMBER);
        @Nullable Object[] newKeys = budget.newArray(size);
        values = budget.newArray(size);
        keys = newKeys;
    }

    /** Has names that others use, too, be the same objects as theirs: a look for them then compares no bytes. */
    void shareNames(Map<LuaString, LuaString> names) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] instanceof LuaString name) {
                LuaString known = names.putIfAbsent(name, name);
                keys[i] = known == null ? name : known;
            }
        }
    }

    /** Has all keys and values change places with those of another table. */
    public void exchange(LuaTable other) {
        @Nullable Object[] otherArray = other.array;
        @Nullable Object[] otherKeys = other.keys;
        @Nullable Object[] otherValues = other.values;
        int otherArrayCount = other.arrayCount;
        int otherUsedSlots = other.usedSlots;
        boolean otherHashesNumbers = other.hashesNumbers;
        other.array = array;
        other.keys = keys;
        other.values = values;
        other.arrayCount = arrayCount;
        other.usedSlots = usedSlots;
        other.hashesNumbers = hashesNumbers;
        array = otherArray;
        keys = otherKeys;
        values = otherValues;
        arrayCount = otherArrayCount;
        usedSlots = otherUsedSlots;
        hashesNumbers = otherHashesNumbers;
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

    /**
     * The position of the pair behind a key, 0 at the end.
     *
     * @param position where the key was found, 0 if that is not known; it need not be there any more
     * @throws IllegalArgumentException if there is no such key
     */
    int following(int position, Object key) {
        return following(isAt(position, key) ? position : position(key));
    }

    private boolean isAt(int position, Object key) {
        if (position <= array.length) {
            return position > 0 && key instanceof Double number && number == position;
        }
        return position - array.length <= keys.length && keys[position - array.length - 1] == key;
    }

    /** The position of the first pair behind a position, 0 at the end; positions count from 1, through both parts. */
    int following(int position) {
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

    Object keyAt(int position) {
        Object key = position <= array.length ? (Object) (double) position : keys[position - array.length - 1];
        return Objects.requireNonNull(key);
    }

    Object valueAt(int position) {
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
        int index = 0;
        if (key instanceof Double number && number == (int) number.doubleValue()) {
            index = (int) number.doubleValue();
        }
        if (index > 0 && index <= arrayCount) {
            return index;
        }
        int i = slot(key);
        if (i >= 0 && values[i] != null) {
            return array.length + i + 1;
        }
        // It was removed since.
        if (index > 0 && index <= array.length) {
            return index;
        }
        if (i >= 0) {
            return array.length + i + 1;
        }
        throw new IllegalArgumentException("no such key");
    }
}
