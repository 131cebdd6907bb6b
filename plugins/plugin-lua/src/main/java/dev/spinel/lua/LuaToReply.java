package dev.spinel.lua;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.engine.dispatch.ScriptCalls;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;
import org.jspecify.annotations.Nullable;

/** Writes a Lua value as a reply. Source: the manual's page on the Lua API, "Data type conversion". Engine thread only. */
final class LuaToReply {
    private static final int MAX_NESTING = 1000;
    /** The length of the format of a verbatim string. */
    private static final int FORMAT_BYTES = 3;

    private static final LuaString OK = LuaString.of("ok");
    private static final LuaString MAP = LuaString.of("map");
    private static final LuaString SET = LuaString.of("set");
    private static final LuaString DOUBLE = LuaString.of("double");
    private static final LuaString BIG_NUMBER = LuaString.of("big_number");
    private static final LuaString VERBATIM = LuaString.of("verbatim_string");
    private static final LuaString STRING = LuaString.of("string");
    private static final LuaString FORMAT = LuaString.of("format");

    private final Interpreter lua;
    private final ScriptCalls scripts;
    private final ReplyWriter reply;
    /** The version that the script chose, which may differ from the client's. */
    private final int scriptProtocol;

    /** @param scripts is told of errors in the reply */
    LuaToReply(Interpreter lua, ScriptCalls scripts, ReplyWriter reply, int scriptProtocol) {
        this.lua = lua;
        this.scripts = scripts;
        this.reply = reply;
        this.scriptProtocol = scriptProtocol;
    }

    void write(@Nullable Object value) {
        write(value, 0);
    }

    private void write(@Nullable Object value, int nesting) {
        lua.tick();
        if (value instanceof LuaString text) {
            reply.bulk(text.bytes(), 0, text.length());
        } else if (value instanceof Double number) {
            reply.integer(Values.toInteger(number));
        } else if (value instanceof Boolean truth) {
            if (scriptProtocol >= 3) {
                reply.bool(truth);
            } else if (truth) {
                reply.integer(1);
            } else {
                reply.nil();
            }
        } else if (value instanceof LuaTable table) {
            if (nesting > MAX_NESTING) {
                reply.error("ERR reached lua stack limit");
            } else {
                writeTable(table, nesting + 1);
            }
        } else {
            reply.nil();
        }
    }

    private void writeTable(LuaTable table, int nesting) {
        LuaString error = ScriptErrors.errorText(table);
        if (error != null) {
            String message = ScriptErrors.message(error);
            scripts.answersError(ScriptErrors.isCounted(table) ? null : message);
            reply.error(message);
        } else if (table.get(OK) instanceof LuaString status) {
            reply.simple(singleLine(status));
        } else if (table.get(DOUBLE) instanceof Double number) {
            reply.real(number);
        } else if (table.get(MAP) instanceof LuaTable map) {
            writeMap(map, nesting);
        } else if (table.get(SET) instanceof LuaTable set) {
            writeSet(set, nesting);
        } else if (table.get(BIG_NUMBER) instanceof LuaString digits) {
            reply.bigNumber(singleLine(digits));
        } else if (table.get(VERBATIM) instanceof LuaTable verbatim
                && verbatim.get(STRING) instanceof LuaString text
                && verbatim.get(FORMAT) instanceof LuaString format) {
            reply.verbatim(Interpreter.javaText(format, FORMAT_BYTES), lua.javaText(text));
        } else {
            writeArray(table, nesting);
        }
    }

    private String singleLine(LuaString text) {
        return lua.javaText(text).replace('\r', ' ').replace('\n', ' ');
    }

    private void writeMap(LuaTable map, int nesting) {
        int mark = reply.begin();
        int size = 0;
        LuaTable.Traversal pairs = map.traversal();
        while (pairs.next()) {
            write(pairs.key(), nesting);
            write(pairs.value(), nesting);
            size++;
        }
        reply.endMap(mark, size);
    }

    private void writeSet(LuaTable set, int nesting) {
        int mark = reply.begin();
        int size = 0;
        LuaTable.Traversal pairs = set.traversal();
        while (pairs.next()) {
            write(pairs.key(), nesting);
            size++;
        }
        reply.endSet(mark, size);
    }

    private void writeArray(LuaTable table, int nesting) {
        int mark = reply.begin();
        int size = 0;
        for (Object element = table.get(1.0); element != null; element = table.get(size + 1.0)) {
            write(element, nesting);
            size++;
        }
        reply.endArray(mark, size);
    }
}
