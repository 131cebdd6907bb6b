package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.NumberText;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Makes a Lua value of one JSON text. */
final class JsonDecoder {
    private final Interpreter lua;
    private final byte[] text;
    private final int maxDepth;
    private final boolean allowsInvalidNumbers;
    private int at;
    private int depth;

    JsonDecoder(Interpreter lua, byte[] text, int maxDepth, boolean allowsInvalidNumbers) {
        this.lua = lua;
        this.text = text;
        this.maxDepth = maxDepth;
        this.allowsInvalidNumbers = allowsInvalidNumbers;
    }

    @Nullable
    Object decode() {
        if (text.length >= 2 && (text[0] == 0 || text[1] == 0)) {
            throw lua.error("JSON parser does not support UTF-16 or UTF-32");
        }
        Object value = value();
        skipBlanks();
        if (at < text.length) {
            throw expected("the end");
        }
        return value;
    }

    private void skipBlanks() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) {
            at++;
        }
    }

    private int peek() {
        skipBlanks();
        return at < text.length ? text[at] & 0xFF : -1;
    }

    private LuaError expected(String what) {
        return lua.error("Expected " + what + " but found " + tokenName() + " at character " + (at + 1));
    }

    private String tokenName() {
        return switch (peek()) {
            case -1 -> "T_END";
            case '{' -> "T_OBJ_BEGIN";
            case '}' -> "T_OBJ_END";
            case '[' -> "T_ARR_BEGIN";
            case ']' -> "T_ARR_END";
            case '"' -> "T_STRING";
            case ',' -> "T_COMMA";
            case ':' -> "T_COLON";
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> "T_NUMBER";
            default ->
                startsWith("true") || startsWith("false")
                        ? "T_BOOLEAN"
                        : startsWith("null") ? "T_NULL" : "invalid token";
        };
    }

    private boolean startsWith(String word) {
        if (text.length - at < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (text[at + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Object value() {
        lua.tick();
        int c = peek();
        return switch (c) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> startsWith("nan") ? number() : word("null", JsonLibrary.NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', 'i', 'I', 'N' -> number();
            default -> throw expected("value");
        };
    }

    private Object word(String word, Object value) {
        if (!startsWith(word)) {
            throw expected("value");
        }
        at += word.length();
        return value;
    }

    private void enter() {
        if (++depth > maxDepth) {
            throw lua.error("Found too many nested data structures (" + depth + ") at character " + (at + 1));
        }
    }

    private Object object() {
        enter();
        at++;
        LuaTable table = lua.newTable();
        if (peek() == '}') {
            at++;
            depth--;
            return table;
        }
        while (true) {
            if (peek() != '"') {
                throw expected("object key string");
            }
            LuaString key = string();
            if (peek() != ':') {
                throw expected("colon");
            }
            at++;
            table.put(key, value());
            int c = peek();
            if (c == '}') {
                at++;
                depth--;
                return table;
            }
            if (c != ',') {
                throw expected("comma or object end");
            }
            at++;
        }
    }

    private Object array() {
        enter();
        at++;
        LuaTable table = lua.newTable();
        if (peek() == ']') {
            at++;
            depth--;
            return table;
        }
        for (int i = 1; ; i++) {
            table.put(i, value());
            int c = peek();
            if (c == ']') {
                at++;
                depth--;
                return table;
            }
            if (c != ',') {
                throw expected("comma or array end");
            }
            at++;
        }
    }

    private Object number() {
        int from = at;
        while (at < text.length && isNumberPart(text[at])) {
            at++;
        }
        Double value = NumberText.parse(lua.newString(text, from, at - from));
        byte first = text[from] == '-' && at > from + 1 ? text[from + 1] : text[from];
        boolean invalid = first < '0' || first > '9' || (first == '0' && hasLeadingZero(from));
        if (value == null || (invalid && !allowsInvalidNumbers)) {
            at = from;
            throw lua.error("Expected value but found invalid number at character " + (at + 1));
        }
        return value;
    }

    private boolean hasLeadingZero(int from) {
        int i = text[from] == '-' ? from + 1 : from;
        return i + 1 < at && ((text[i + 1] >= '0' && text[i + 1] <= '9') || (text[i + 1] | 0x20) == 'x');
    }

    private static boolean isNumberPart(byte b) {
        return (b >= '0' && b <= '9')
                || b == '+'
                || b == '-'
                || b == '.'
                || (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z');
    }

    private LuaString string() {
        at++;
        int from = at;
        while (at < text.length && text[at] != '"' && text[at] != '\\' && text[at] != 0) {
            at++;
        }
        if (at < text.length && text[at] == '"') {
            return lua.newString(text, from, at++ - from);
        }
        ByteBuilder out = new ByteBuilder(lua);
        out.append(text, from, at - from);
        while (true) {
            if (at >= text.length) {
                throw lua.error("Expected value but found unexpected end of string at character " + (at + 1));
            }
            byte b = text[at];
            if (b == '"') {
                at++;
                return out.toLuaString();
            }
            if (b == '\\') {
                escape(out);
            } else if (b == 0) {
                throw lua.error("Expected value but found unexpected end of string at character " + (at + 1));
            } else {
                out.append(b);
                at++;
            }
        }
    }

    private void escape(ByteBuilder out) {
        int c = at + 1 < text.length ? text[at + 1] : -1;
        switch (c) {
            case '"', '\\', '/' -> out.append(c);
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'u' -> {
                unicode(out);
                return;
            }
            default -> throw invalidEscape("escape code");
        }
        at += 2;
    }

    private LuaError invalidEscape(String what) {
        return lua.error("Expected value but found invalid " + what + " at character " + (at + 1));
    }

    private void unicode(ByteBuilder out) {
        int code = hex(at + 2);
        if (code < 0) {
            throw invalidEscape("unicode escape code");
        }
        int length = 6;
        if (code >= 0xD800 && code < 0xE000) {
            boolean paired = code < 0xDC00 && at + 7 < text.length && text[at + 6] == '\\' && text[at + 7] == 'u';
            int low = paired ? hex(at + 8) : -1;
            if (low < 0xDC00 || low > 0xDFFF) {
                throw invalidEscape("unicode escape code");
            }
            code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
            length = 12;
        }
        byte[] utf8 = new String(Character.toChars(code)).getBytes(StandardCharsets.UTF_8);
        out.append(utf8, 0, utf8.length);
        at += length;
    }

    private int hex(int from) {
        if (from + 4 > text.length) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit(text[i], 16);
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }
}
