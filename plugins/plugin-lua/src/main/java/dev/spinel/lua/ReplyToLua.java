package dev.spinel.lua;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.CommandException;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.NumberText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the reply of a command as a Lua value, without a form on the wire between them. Source: the manual's page on the Lua
 * API, "Data type conversion". Engine thread only.
 */
final class ReplyToLua implements ReplyWriter {
    /*
     * An aggregate that is written is on the stack until it has all its elements. One whose size is told at its end is
     * an array until then, and converted if it turns out to be a map or a set.
     */
    private static final String NO_MEMORY = "ERR not enough memory";
    /** Room for more is made once it is needed. */
    private static final int MAX_RESERVED = 1 << 20;

    private static final LuaString OK_FIELD = LuaString.of("ok");
    private static final LuaString MAP_FIELD = LuaString.of("map");
    private static final LuaString SET_FIELD = LuaString.of("set");
    private static final LuaString DOUBLE_FIELD = LuaString.of("double");
    private static final LuaString BIG_NUMBER_FIELD = LuaString.of("big_number");
    private static final LuaString VERBATIM_FIELD = LuaString.of("verbatim_string");
    private static final LuaString STRING_FIELD = LuaString.of("string");
    private static final LuaString FORMAT_FIELD = LuaString.of("format");
    private static final LuaString OK = LuaString.of("OK");

    private final Interpreter lua;
    /** The error when there is no room for another one. */
    private final LuaTable noMemory;

    private final List<Open> open = new ArrayList<>();
    private int protocol = 2;
    private @Nullable Object value;

    /** Has commands fail, not scripts, when there is no room for their replies. */
    void expectReply() {
        clear();
        lua.memory().refusesWith(() -> new CommandException(NO_MEMORY));
    }

    private enum Kind {
        ARRAY,
        MAP,
        SET,
        /** Elements that are dropped, as attributes are. */
        IGNORED
    }

    private static final class Open {
        final LuaTable table;
        Kind kind;
        /** How many values are missing, negative if that is told at the end. */
        long missing;

        int count;

        @Nullable
        Object key;

        Open(LuaTable table, Kind kind, long missing) {
            this.table = table;
            this.kind = kind;
            this.missing = missing;
        }
    }

    ReplyToLua(Interpreter lua) {
        this.lua = lua;
        this.noMemory = ScriptErrors.counted(lua, NO_MEMORY);
        noMemory.readOnly(true);
    }

    /** Takes the reply out. */
    @Nullable
    Object take() {
        Object taken = value;
        clear();
        return taken;
    }

    /** Forgets what was written. */
    void clear() {
        value = null;
        open.clear();
    }

    /** Sets the version, 2 or 3, that the commands write. */
    void protocol(int version) {
        protocol = version;
    }

    private void add(@Nullable Object element) {
        Object added = element;
        while (true) {
            int top = open.size() - 1;
            if (top < 0) {
                value = added;
                return;
            }
            Open into = open.get(top);
            put(into, added);
            if (into.missing < 0 || --into.missing > 0) {
                return;
            }
            open.remove(top);
            if (into.kind == Kind.IGNORED) {
                return;
            }
            added = wrap(into);
        }
    }

    private static void put(Open into, @Nullable Object element) {
        into.count++;
        switch (into.kind) {
            case ARRAY -> into.table.put(into.count, element);
            case MAP -> {
                if ((into.count & 1) == 1) {
                    into.key = element;
                } else if (into.key != null) {
                    into.table.put(into.key, element);
                }
            }
            case SET -> {
                if (element != null) {
                    into.table.put(element, true);
                }
            }
            case IGNORED -> {}
        }
    }

    private Object wrap(Open finished) {
        return switch (finished.kind) {
            case MAP -> single(MAP_FIELD, finished.table);
            case SET -> single(SET_FIELD, finished.table);
            case ARRAY, IGNORED -> finished.table;
        };
    }

    private LuaTable single(LuaString field, Object content) {
        return lua.newTable(field, content);
    }

    private void open(Kind kind, long values) {
        int expected = (int) Math.min(values, MAX_RESERVED);
        LuaTable table =
                switch (kind) {
                    case ARRAY -> lua.newTableFor(expected, 0);
                    case MAP -> lua.newTableFor(0, expected / 2);
                    case SET -> lua.newTableFor(0, expected);
                    case IGNORED -> lua.newTable();
                };
        Open opened = new Open(table, kind, values);
        if (values == 0) {
            if (kind != Kind.IGNORED) {
                add(wrap(opened));
            }
        } else {
            open.add(opened);
        }
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public void ok() {
        add(single(OK_FIELD, OK));
    }

    @Override
    public void simple(String text) {
        add(single(OK_FIELD, lua.newString(text)));
    }

    @Override
    public void error(String message) {
        LuaTable table;
        try {
            table = ScriptErrors.counted(lua, message);
        } catch (CommandException e) {
            table = noMemory;
        }
        add(table);
    }

    @Override
    public void integer(long number) {
        add((double) number);
    }

    @Override
    public void bulk(Bytes bytes) {
        bulk(bytes.array(), bytes.offset(), bytes.length());
    }

    @Override
    public void bulk(byte[] array, int offset, int length) {
        add(lua.newString(array, offset, length));
    }

    @Override
    public void bulk(String text) {
        add(lua.newString(text));
    }

    @Override
    public void bulkInteger(long number) {
        add(lua.newString(Long.toString(number)));
    }

    @Override
    public void real(double number) {
        if (protocol == 2) {
            bulkReal(number);
        } else {
            add(single(DOUBLE_FIELD, number));
        }
    }

    @Override
    public void realDigits(byte[] array, int offset, int length) {
        LuaString digits = lua.newString(array, offset, length);
        Double number = protocol == 2 ? null : NumberText.parse(digits);
        add(number == null ? digits : single(DOUBLE_FIELD, number));
    }

    @Override
    public void bulkReal(double number) {
        byte[] digits = new byte[Numbers.MAX_DOUBLE_LENGTH];
        add(lua.newString(digits, 0, Numbers.formatDouble(number, digits, 0)));
    }

    @Override
    public void nil() {
        add(protocol == 2 ? Boolean.FALSE : null);
    }

    @Override
    public void nilArray() {
        nil();
    }

    @Override
    public void bool(boolean truth) {
        add(protocol == 2 ? (Object) (truth ? 1.0 : 0.0) : (Object) truth);
    }

    @Override
    public void bigNumber(String digits) {
        LuaString text = lua.newString(digits);
        add(protocol == 2 ? text : single(BIG_NUMBER_FIELD, text));
    }

    @Override
    public void verbatim(String format, String text) {
        if (protocol == 2) {
            bulk(text);
            return;
        }
        LuaTable content = lua.newTable();
        content.put(STRING_FIELD, lua.newString(text));
        content.put(FORMAT_FIELD, LuaString.of(format));
        add(single(VERBATIM_FIELD, content));
    }

    @Override
    public void array(int size) {
        open(Kind.ARRAY, size);
    }

    @Override
    public void map(int size) {
        open(protocol == 2 ? Kind.ARRAY : Kind.MAP, 2L * size);
    }

    @Override
    public void set(int size) {
        open(protocol == 2 ? Kind.ARRAY : Kind.SET, size);
    }

    @Override
    public void push(int size) {
        open(Kind.ARRAY, size);
    }

    @Override
    public void attribute(int size) {
        open(Kind.IGNORED, 2L * size);
    }

    @Override
    public int begin() {
        open.add(new Open(lua.newTable(), Kind.ARRAY, -1));
        return open.size() - 1;
    }

    @Override
    public void endArray(int mark, int size) {
        add(open.remove(mark).table);
    }

    @Override
    public void endSet(int mark, int size) {
        end(mark, protocol == 2 ? Kind.ARRAY : Kind.SET);
    }

    @Override
    public void endMap(int mark, int size) {
        end(mark, protocol == 2 ? Kind.ARRAY : Kind.MAP);
    }

    private void end(int mark, Kind kind) {
        Open written = open.remove(mark);
        if (kind == Kind.ARRAY) {
            add(written.table);
            return;
        }
        Open converted = new Open(lua.newTable(), kind, -1);
        for (int i = 1; i <= written.count; i++) {
            put(converted, written.table.get((double) i));
        }
        add(wrap(converted));
    }
}
