package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaFunction;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.NumberText;
import dev.spinel.lua.vm.Values;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The library {@code string}. Source: the Lua 5.1 reference manual, section 5.4. */
final class StringLibrary {
    private static final byte[] PATTERN_CHARACTERS = "^$*+?.([%-".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_FORMAT_NUMBER = 99;
    /** Longer strings are not made by C's {@code sprintf}, and so may hold zero bytes. */
    private static final int MIN_WHOLE_STRING = 100;
    /** The most results of {@code byte}. */
    private static final int MAX_BYTES = 7999;

    private static final int BYTES_PER_ITERATOR = 400;

    /** The signature of compiled code, which nothing loads. */
    private static final LuaString DUMPED = LuaString.of("\033Lua");

    /** So many bytes are compared in the time of a loop. */
    private static final int BYTES_PER_TICK = 64;

    private StringLibrary() {}

    /** The library, which all strings have as the index of their metatable too. */
    static LuaTable create(Interpreter lua) {
        LuaTable string = lua.newTable();
        Builtin.define(string, "byte", StringLibrary::bytes);
        Builtin.define(string, "char", StringLibrary::character);
        Builtin.define(string, "dump", (l, args) -> {
            args.function(0);
            return DUMPED;
        });
        Builtin.define(string, "find", (l, args) -> find(l, args, true));
        Builtin.define(string, "format", StringLibrary::format);
        Builtin.define(string, "gfind", StringLibrary::gmatch);
        Builtin.define(string, "gmatch", StringLibrary::gmatch);
        Builtin.define(string, "gsub", StringLibrary::gsub);
        Builtin.define(string, "len", (l, args) -> (double) args.string(0).length());
        Builtin.define(string, "lower", (l, args) -> mapCase(l, args.string(0), 'A', 'Z'));
        Builtin.define(string, "match", (l, args) -> find(l, args, false));
        Builtin.define(string, "rep", StringLibrary::repeat);
        Builtin.define(string, "reverse", StringLibrary::reverse);
        Builtin.define(string, "sub", StringLibrary::sub);
        Builtin.define(string, "upper", (l, args) -> mapCase(l, args.string(0), 'a', 'z'));
        LuaTable metatable = lua.newTable();
        metatable.put(LuaString.of("__index"), string);
        metatable.readOnly(true);
        lua.stringMetatable(metatable);
        return string;
    }

    /** A position of a script, negative ones counted from the end, as an offset; may be outside. */
    private static long offset(long position, int length) {
        return position >= 0 ? position - 1 : Math.max(position + length, -1);
    }

    private static Object bytes(Interpreter lua, Arguments args) {
        LuaString text = args.string(0);
        long from = args.integer(1, 1);
        long to = Math.min(offset(args.integer(2, from), text.length()), text.length() - 1);
        from = Math.max(offset(from, text.length()), 0);
        if (from > to) {
            return Values.NONE;
        }
        if (to - from >= MAX_BYTES) {
            throw lua.error("string slice too long");
        }
        lua.memory().charge((to - from) * 20);
        @Nullable Object[] values = new @Nullable Object[(int) (to - from + 1)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (double) text.at((int) from + i);
        }
        return values;
    }

    private static Object character(Interpreter lua, Arguments args) {
        byte[] bytes = lua.memory().newBytes(args.count());
        for (int i = 0; i < bytes.length; i++) {
            long code = args.integer(i);
            if (code < 0 || code > 255) {
                throw args.error(i, "invalid value");
            }
            bytes[i] = (byte) code;
        }
        return LuaString.of(bytes);
    }

    private static Object mapCase(Interpreter lua, LuaString text, char first, char last) {
        byte[] bytes = lua.memory().newBytes(text.length());
        for (int i = 0; i < bytes.length; i++) {
            byte b = text.bytes()[i];
            bytes[i] = b >= first && b <= last ? (byte) (b ^ 0x20) : b;
        }
        return LuaString.of(bytes);
    }

    private static Object repeat(Interpreter lua, Arguments args) {
        LuaString text = args.string(0);
        long count = Math.max(0, args.integer(1));
        if (text.length() > 0 && count > Integer.MAX_VALUE / text.length()) {
            throw lua.error("not enough memory");
        }
        byte[] bytes = lua.memory().newBytes(text.length() == 0 ? 0 : count * text.length());
        int filled = Math.min(text.length(), bytes.length);
        System.arraycopy(text.bytes(), 0, bytes, 0, filled);
        while (filled < bytes.length) {
            int copied = Math.min(filled, bytes.length - filled);
            System.arraycopy(bytes, 0, bytes, filled, copied);
            filled += copied;
        }
        return LuaString.of(bytes);
    }

    private static Object reverse(Interpreter lua, Arguments args) {
        byte[] source = args.string(0).bytes();
        byte[] bytes = lua.memory().newBytes(source.length);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = source[source.length - 1 - i];
        }
        return LuaString.of(bytes);
    }

    private static Object sub(Interpreter lua, Arguments args) {
        LuaString text = args.string(0);
        long from = Math.max(offset(args.integer(1), text.length()), 0);
        long to = Math.min(offset(args.integer(2, -1), text.length()), text.length() - 1);
        if (from > to) {
            return LuaString.EMPTY;
        }
        return lua.substring(text, (int) from, (int) to + 1);
    }

    private static @Nullable Object find(Interpreter lua, Arguments args, boolean positions) {
        LuaString text = args.string(0);
        LuaString pattern = args.string(1);
        long start = offset(args.integer(2, 1), text.length());
        start = start < 0 ? 0 : Math.min(start, text.length());
        if (positions && (Values.isTrue(args.get(3)) || isPlain(pattern))) {
            int at = indexOf(lua, text.bytes(), pattern.bytes(), (int) start);
            return at < 0 ? null : new @Nullable Object[] {(double) (at + 1), (double) (at + pattern.length())};
        }
        PatternMatcher matcher = new PatternMatcher(lua, text.bytes(), pattern.bytes());
        for (int at = (int) start; at <= text.length(); at++) {
            int end = matcher.match(at);
            if (end >= 0) {
                @Nullable Object[] captures = matcher.captures(positions ? -1 : at, end);
                if (!positions) {
                    return captures;
                }
                @Nullable Object[] values = new @Nullable Object[captures.length + 2];
                values[0] = (double) (at + 1);
                values[1] = (double) end;
                System.arraycopy(captures, 0, values, 2, captures.length);
                return values;
            }
            if (matcher.isAnchored()) {
                break;
            }
        }
        return null;
    }

    private static boolean isPlain(LuaString pattern) {
        for (int i = 0; i < pattern.length(); i++) {
            for (byte special : PATTERN_CHARACTERS) {
                if (pattern.bytes()[i] == special) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int indexOf(Interpreter lua, byte[] text, byte[] part, int from) {
        int compared = 0;
        for (int at = from; at <= text.length - part.length; at++) {
            int i = 0;
            while (i < part.length && text[at + i] == part[i]) {
                i++;
            }
            if (i == part.length) {
                return at;
            }
            compared += i + 1;
            if (compared >= BYTES_PER_TICK) {
                lua.tick(compared / BYTES_PER_TICK);
                compared = 0;
            }
        }
        return -1;
    }

    private static Object gmatch(Interpreter lua, Arguments args) {
        LuaString text = args.string(0);
        lua.memory().charge(BYTES_PER_ITERATOR);
        PatternMatcher matcher =
                new PatternMatcher(lua, text.bytes(), args.string(1).bytes(), false);
        return new LuaFunction() {
            private int next;

            @Override
            public @Nullable Object call(Interpreter l, @Nullable Object[] ignored) {
                for (int at = next; at <= text.length(); at++) {
                    int end = matcher.match(at);
                    if (end >= 0) {
                        next = end == at ? end + 1 : end;
                        return matcher.captures(at, end);
                    }
                }
                next = text.length() + 1;
                return null;
            }
        };
    }

    private static Object gsub(Interpreter lua, Arguments args) {
        LuaString text = args.string(0);
        PatternMatcher matcher =
                new PatternMatcher(lua, text.bytes(), args.string(1).bytes());
        Object replacement = args.get(2);
        if (replacement instanceof Double number) {
            replacement = NumberText.of(number);
        }
        if (!(replacement instanceof LuaString)
                && !(replacement instanceof LuaTable)
                && !(replacement instanceof LuaFunction)) {
            throw args.error(2, "string/function/table expected");
        }
        long max = args.integer(3, text.length() + 1L);
        ByteBuilder out = new ByteBuilder(lua);
        int at = 0;
        long count = 0;
        while (count < max) {
            int end = matcher.match(at);
            if (end >= 0) {
                count++;
                replace(lua, out, matcher, replacement, text, at, end);
            }
            if (end >= 0 && end > at) {
                at = end;
            } else if (at < text.length()) {
                out.append(text.at(at++));
            } else {
                break;
            }
            if (matcher.isAnchored()) {
                break;
            }
        }
        if (at < text.length()) {
            out.append(text.bytes(), at, text.length() - at);
        }
        return new @Nullable Object[] {out.toLuaString(), (double) count};
    }

    private static void replace(
            Interpreter lua,
            ByteBuilder out,
            PatternMatcher matcher,
            Object replacement,
            LuaString text,
            int from,
            int to) {
        Object value;
        if (replacement instanceof LuaString template) {
            expand(out, matcher, template, text, from, to);
            return;
        }
        @Nullable Object[] captures = matcher.captures(from, to);
        value = replacement instanceof LuaTable
                ? lua.index(replacement, captures[0])
                : Values.first(lua.call(replacement, captures));
        if (!Values.isTrue(value)) {
            out.append(text.bytes(), from, to - from);
            return;
        }
        LuaString string = Values.toText(value);
        if (string == null) {
            throw lua.error("invalid replacement value (a " + Values.typeName(value) + ")");
        }
        out.append(string);
    }

    private static void expand(
            ByteBuilder out, PatternMatcher matcher, LuaString template, LuaString text, int from, int to) {
        int i = 0;
        while (i < template.length()) {
            int c = template.at(i++);
            if (c != '%') {
                out.append(c);
                continue;
            }
            int digit = i < template.length() ? template.at(i) : 0;
            i++;
            if (digit == '0') {
                out.append(text.bytes(), from, to - from);
            } else if (digit >= '1' && digit <= '9') {
                LuaString capture = Values.toText(matcher.capture(digit - '1', from, to));
                out.append(capture == null ? LuaString.EMPTY : capture);
            } else {
                out.append(digit);
            }
        }
    }

    private static Object format(Interpreter lua, Arguments args) {
        LuaString template = args.string(0);
        ByteBuilder out = new ByteBuilder(lua);
        int arg = 0;
        int i = 0;
        while (i < template.length()) {
            int c = template.at(i++);
            if (c != '%') {
                out.append(c);
                continue;
            }
            if (i < template.length() && template.at(i) == '%') {
                out.append('%');
                i++;
                continue;
            }
            arg++;
            if (arg >= args.count()) {
                throw args.error(arg, "no value");
            }
            FormatItem item = new FormatItem();
            i = item.parse(lua, template, i);
            item.append(lua, out, args, arg);
        }
        return out.toLuaString();
    }

    /** A conversion of {@code string.format}. */
    private static final class FormatItem {
        private boolean left;
        private boolean plus;
        private boolean blank;
        private boolean alternative;
        private boolean zeros;
        private int width;
        private int precision = -1;
        private int conversion;

        int parse(Interpreter lua, LuaString template, int from) {
            int at = from;
            while (at < template.length() && "-+ #0".indexOf(template.at(at)) >= 0) {
                switch (template.at(at++)) {
                    case '-' -> left = true;
                    case '+' -> plus = true;
                    case ' ' -> blank = true;
                    case '#' -> alternative = true;
                    default -> zeros = true;
                }
                if (at - from > 5) {
                    throw lua.error("invalid format (repeated flags)");
                }
            }
            while (at < template.length() && Character.isDigit(template.at(at))) {
                width = width * 10 + template.at(at++) - '0';
                if (width > MAX_FORMAT_NUMBER) {
                    throw lua.error("invalid format (width or precision too long)");
                }
            }
            if (at < template.length() && template.at(at) == '.') {
                at++;
                precision = 0;
                while (at < template.length() && Character.isDigit(template.at(at))) {
                    precision = precision * 10 + template.at(at++) - '0';
                    if (precision > MAX_FORMAT_NUMBER) {
                        throw lua.error("invalid format (width or precision too long)");
                    }
                }
            }
            conversion = at < template.length() ? template.at(at) : 0;
            return at + 1;
        }

        void append(Interpreter lua, ByteBuilder out, Arguments args, int arg) {
            switch (conversion) {
                case 'c' -> appendCharacter(out, (byte) args.integer(arg));
                case 'd', 'i' -> appendNumber(out, integer(Long.toString(args.integer(arg))), true);
                case 'u' -> appendNumber(out, integer(Long.toUnsignedString(args.integer(arg))), false);
                case 'o' -> appendNumber(out, integer(Long.toOctalString(args.integer(arg))), false);
                case 'x' -> appendNumber(out, hex(args.integer(arg), "0x"), false);
                case 'X' -> appendNumber(out, hex(args.integer(arg), "0X").toUpperCase(Locale.ROOT), false);
                case 'e', 'f', 'g' -> appendNumber(out, real(args.number(arg)), true);
                case 'E', 'G' -> appendNumber(out, real(args.number(arg)).toUpperCase(Locale.ROOT), true);
                case 'q' -> quote(out, args.string(arg));
                case 's' -> {
                    LuaString text = args.string(arg);
                    if (precision >= 0 || text.length() < MIN_WHOLE_STRING) {
                        text = lua.substring(text, 0, lengthInC(text));
                    }
                    pad(
                            out,
                            precision >= 0 && precision < text.length()
                                    ? lua.substring(text, 0, precision).bytes()
                                    : text.bytes());
                }
                default ->
                    throw lua.error("invalid option '%" + (conversion == 0 ? "" : (char) conversion) + "' to 'format'");
            }
        }

        private String integer(String digits) {
            if (precision < 0) {
                return digits;
            }
            boolean negative = digits.startsWith("-");
            String plain = negative ? digits.substring(1) : digits;
            String padded = "0".repeat(Math.max(0, precision - plain.length())) + plain;
            return negative ? "-" + padded : padded;
        }

        private String hex(long value, String prefix) {
            String digits = integer(Long.toHexString(value));
            return alternative && value != 0 ? prefix + digits : digits;
        }

        private String real(double value) {
            int digits = precision < 0 ? 6 : precision;
            return switch (conversion | 0x20) {
                case 'e' -> NumberText.exponential(value, digits);
                case 'f' -> NumberText.fixed(value, digits);
                default -> NumberText.general(value, digits, alternative);
            };
        }

        private void appendNumber(ByteBuilder out, String number, boolean signed) {
            String text = number;
            if (signed && !text.startsWith("-")) {
                text = plus ? "+" + text : blank ? " " + text : text;
            }
            boolean isInteger = "diuoxX".indexOf(conversion) >= 0;
            if (zeros && !left && text.length() < width && !(isInteger && precision >= 0)) {
                int sign = text.startsWith("-") || text.startsWith("+") || text.startsWith(" ") ? 1 : 0;
                text = text.substring(0, sign) + "0".repeat(width - text.length()) + text.substring(sign);
            }
            pad(out, text.getBytes(StandardCharsets.US_ASCII));
        }

        private void pad(ByteBuilder out, byte[] text) {
            int blanks = width - text.length;
            if (!left) {
                appendBlanks(out, blanks);
            }
            out.append(text, 0, text.length);
            if (left) {
                appendBlanks(out, blanks);
            }
        }

        private static void appendBlanks(ByteBuilder out, int count) {
            for (int i = 0; i < count; i++) {
                out.append(' ');
            }
        }

        /** C's strings end at a zero byte. */
        private static int lengthInC(LuaString text) {
            int length = 0;
            while (length < text.length() && text.at(length) != 0) {
                length++;
            }
            return length;
        }

        private void appendCharacter(ByteBuilder out, byte character) {
            if (character != 0) {
                pad(out, new byte[] {character});
            } else if (!left) {
                appendBlanks(out, width - 1);
            }
        }

        private static void quote(ByteBuilder out, LuaString text) {
            out.append('"');
            for (int i = 0; i < text.length(); i++) {
                int c = text.at(i);
                switch (c) {
                    case '"', '\\', '\n' -> {
                        out.append('\\');
                        out.append(c);
                    }
                    case '\r' -> out.append("\\r");
                    case 0 -> out.append("\\000");
                    default -> out.append(c);
                }
            }
            out.append('"');
        }
    }
}
