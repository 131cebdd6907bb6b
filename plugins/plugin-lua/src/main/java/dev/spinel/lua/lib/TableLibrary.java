package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;
import org.jspecify.annotations.Nullable;

/** The library {@code table}. Source: the Lua 5.1 reference manual, section 5.5. */
final class TableLibrary {
    /** So many elements are moved in the time of a loop, as a power of two. */
    private static final int TICK_SHIFT = 4;

    private TableLibrary() {}

    static LuaTable create(Interpreter lua) {
        LuaTable table = lua.newTable();
        Builtin.define(table, "concat", TableLibrary::concat);
        Builtin.define(table, "foreach", TableLibrary::foreach);
        Builtin.define(table, "foreachi", TableLibrary::foreachi);
        Builtin.define(table, "getn", (l, args) -> (double) args.table(0).length());
        Builtin.define(table, "insert", TableLibrary::insert);
        Builtin.define(table, "maxn", TableLibrary::maxn);
        Builtin.define(table, "remove", TableLibrary::remove);
        Builtin.define(table, "setn", (l, args) -> {
            throw l.error("'setn' is obsolete");
        });
        Builtin.define(table, "sort", TableLibrary::sort);
        return table;
    }

    private static Object concat(Interpreter lua, Arguments args) {
        LuaTable table = args.table(0);
        LuaString separator = args.string(1, LuaString.EMPTY);
        long from = args.integer(2, 1);
        long to = args.isNil(3) ? table.length() : args.integer(3);
        ByteBuilder text = new ByteBuilder(lua);
        for (long i = from; i <= to; i++) {
            lua.tick();
            Object value = table.get((double) i);
            LuaString element = Values.toText(value);
            if (element == null) {
                throw lua.error(
                        "invalid value (" + Values.typeName(value) + ") at index " + i + " in table for 'concat'");
            }
            text.append(element);
            if (i != to) {
                text.append(separator);
            }
        }
        return text.toLuaString();
    }

    private static @Nullable Object foreach(Interpreter lua, Arguments args) {
        LuaTable.Traversal pairs = args.table(0).traversal();
        Object function = args.function(1);
        while (pairs.next()) {
            Object result = Values.first(lua.call(function, pairs.key(), pairs.value()));
            if (result != null) {
                return result;
            }
        }
        return null;
    }

    private static @Nullable Object foreachi(Interpreter lua, Arguments args) {
        LuaTable table = args.table(0);
        Object function = args.function(1);
        int length = table.length();
        for (int i = 1; i <= length; i++) {
            Object result = Values.first(lua.call(function, (double) i, table.get((double) i)));
            if (result != null) {
                return result;
            }
        }
        return null;
    }

    private static void requireWritable(Interpreter lua, LuaTable table) {
        if (table.isReadOnly()) {
            throw lua.error("Attempt to modify a readonly table");
        }
    }

    private static Object insert(Interpreter lua, Arguments args) {
        LuaTable table = args.table(0);
        int end = table.length() + 1;
        requireWritable(lua, table);
        switch (args.count()) {
            case 2 -> table.put(end, args.get(1));
            case 3 -> {
                long position = args.integer(1);
                if (position < 1 || position > end) {
                    lua.rawSet(table, (double) position, args.get(2));
                } else {
                    lua.tick((end - (int) position) >> TICK_SHIFT);
                    table.insert((int) position, args.get(2));
                }
            }
            default -> throw lua.error("wrong number of arguments to 'insert'");
        }
        return Values.NONE;
    }

    private static Object maxn(Interpreter lua, Arguments args) {
        double max = 0;
        LuaTable.Traversal pairs = args.table(0).traversal();
        while (pairs.next()) {
            lua.tick();
            if (pairs.key() instanceof Double number) {
                max = Math.max(max, number);
            }
        }
        return max;
    }

    private static @Nullable Object remove(Interpreter lua, Arguments args) {
        LuaTable table = args.table(0);
        int length = table.length();
        long position = args.integer(1, length);
        if (position < 1 || position > length) {
            return Values.NONE;
        }
        requireWritable(lua, table);
        Object removed = table.get((double) position);
        lua.tick((length - (int) position) >> TICK_SHIFT);
        for (int i = (int) position; i < length; i++) {
            table.put(i, table.get((double) (i + 1)));
        }
        table.put(length, null);
        return removed;
    }

    private static Object sort(Interpreter lua, Arguments args) {
        LuaTable table = args.table(0);
        Object order = args.isNil(1) ? null : args.function(1);
        requireWritable(lua, table);
        @Nullable Object[] elements = table.elements();
        sort(lua, elements, new @Nullable Object[elements.length], 0, elements.length, order);
        for (int i = 0; i < elements.length; i++) {
            table.put(i + 1, elements[i]);
        }
        return Values.NONE;
    }

    /** Merge sort: a comparison that contradicts itself gives some order, and never an exception. */
    private static void sort(
            Interpreter lua,
            @Nullable Object[] elements,
            @Nullable Object[] spare,
            int from,
            int to,
            @Nullable Object order) {
        if (to - from < 2) {
            return;
        }
        lua.tick(to - from);
        int middle = (from + to) >>> 1;
        sort(lua, elements, spare, from, middle, order);
        sort(lua, elements, spare, middle, to, order);
        System.arraycopy(elements, from, spare, from, to - from);
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            boolean takesRight = left >= middle || (right < to && isLess(lua, spare[right], spare[left], order));
            elements[i] = takesRight ? spare[right++] : spare[left++];
        }
    }

    private static boolean isLess(Interpreter lua, @Nullable Object a, @Nullable Object b, @Nullable Object order) {
        return order == null ? lua.less(a, b) : Values.isTrue(Values.first(lua.call(order, a, b)));
    }
}
