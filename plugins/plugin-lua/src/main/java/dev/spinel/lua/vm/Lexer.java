package dev.spinel.lua.vm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cuts a source text into tokens. One thread. Source: the Lua 5.1 reference manual, section 2.1. */
final class Lexer {
    private static final Map<String, Token> KEYWORDS = Map.ofEntries(
            Map.entry("and", Token.AND),
            Map.entry("break", Token.BREAK),
            Map.entry("do", Token.DO),
            Map.entry("else", Token.ELSE),
            Map.entry("elseif", Token.ELSEIF),
            Map.entry("end", Token.END),
            Map.entry("false", Token.FALSE),
            Map.entry("for", Token.FOR),
            Map.entry("function", Token.FUNCTION),
            Map.entry("if", Token.IF),
            Map.entry("in", Token.IN),
            Map.entry("local", Token.LOCAL),
            Map.entry("nil", Token.NIL),
            Map.entry("not", Token.NOT),
            Map.entry("or", Token.OR),
            Map.entry("repeat", Token.REPEAT),
            Map.entry("return", Token.RETURN),
            Map.entry("then", Token.THEN),
            Map.entry("true", Token.TRUE),
            Map.entry("until", Token.UNTIL),
            Map.entry("while", Token.WHILE));

    /** How many copies of the text there are at a time: strings, and the buffers and messages that they are read into. */
    private static final int SOURCE_COPIES = 4;

    /** What the nodes of a token take. */
    private static final int BYTES_PER_TOKEN = 160;

    private final byte[] source;
    private final Chunk chunk;
    private final MemoryBudget memory;
    private final Map<LuaString, LuaString> names;
    private int at;
    private int line = 1;
    private Token token = Token.END_OF_TEXT;
    private int tokenStart;
    private int tokenLine = 1;
    private @Nullable LuaString string;
    private double number;
    private @Nullable Saved ahead;
    private int previousLine = 1;

    /** What a token is. */
    enum Token {
        AND("and"),
        BREAK("break"),
        DO("do"),
        ELSE("else"),
        ELSEIF("elseif"),
        END("end"),
        FALSE("false"),
        FOR("for"),
        FUNCTION("function"),
        IF("if"),
        IN("in"),
        LOCAL("local"),
        NIL("nil"),
        NOT("not"),
        OR("or"),
        REPEAT("repeat"),
        RETURN("return"),
        THEN("then"),
        TRUE("true"),
        UNTIL("until"),
        WHILE("while"),
        CONCAT(".."),
        DOTS("..."),
        EQUAL("=="),
        GREATER_EQUAL(">="),
        LESS_EQUAL("<="),
        NOT_EQUAL("~="),
        NUMBER("<number>"),
        NAME("<name>"),
        STRING("<string>"),
        END_OF_TEXT("<eof>"),
        ASSIGN("="),
        LESS("<"),
        GREATER(">"),
        PLUS("+"),
        MINUS("-"),
        STAR("*"),
        SLASH("/"),
        PERCENT("%"),
        CARET("^"),
        HASH("#"),
        OPEN("("),
        CLOSE(")"),
        OPEN_BRACKET("["),
        CLOSE_BRACKET("]"),
        OPEN_BRACE("{"),
        CLOSE_BRACE("}"),
        SEMICOLON(";"),
        COLON(":"),
        COMMA(","),
        DOT("."),
        OTHER("");

        final String text;

        Token(String text) {
            this.text = text;
        }
    }

    private record Saved(Token token, int start, int end, int line, @Nullable LuaString string, double number) {}

    /**
     * @param memory counts what is made of the text
     * @param names those that are to be the same objects
     */
    Lexer(LuaString source, Chunk chunk, MemoryBudget memory, Map<LuaString, LuaString> names) {
        this.names = names;
        this.source = source.bytes();
        this.chunk = chunk;
        this.memory = memory;
        memory.charge((long) SOURCE_COPIES * this.source.length);
        if (this.source.length > 0 && this.source[0] == '#') {
            while (at < this.source.length && this.source[at] != '\n') {
                at++;
            }
        }
    }

    Token token() {
        return token;
    }

    /** The line of the token. */
    int line() {
        return tokenLine;
    }

    /** The line of the token before. */
    int previousLine() {
        return previousLine;
    }

    double number() {
        return number;
    }

    /** The name or string. */
    LuaString string() {
        return string == null ? LuaString.EMPTY : string;
    }

    /** Goes to the next token. */
    void next() {
        previousLine = tokenLine;
        Saved saved = ahead;
        if (saved != null) {
            ahead = null;
            token = saved.token;
            tokenStart = saved.start;
            at = saved.end;
            tokenLine = saved.line;
            line = saved.line;
            string = saved.string;
            number = saved.number;
            return;
        }
        token = read();
        tokenLine = line;
    }

    /** The token behind the current one. */
    Token peek() {
        Saved current = new Saved(token, tokenStart, at, tokenLine, string, number);
        Token following = read();
        ahead = new Saved(following, tokenStart, at, line, string, number);
        token = current.token;
        tokenStart = current.start;
        at = current.end;
        line = current.line;
        string = current.string;
        number = current.number;
        return following;
    }

    /** An error at the current token. */
    LuaError error(String message) {
        return new LuaError(chunk.name() + ":" + line + ": " + message + " near '" + tokenText() + "'");
    }

    /** An error that names no token. */
    LuaError errorWithoutToken(String message) {
        return new LuaError(chunk.name() + ":" + line + ": " + message);
    }

    private String tokenText() {
        return switch (token) {
            case NAME, STRING, NUMBER -> text(tokenStart, at);
            case OTHER -> {
                int c = source[tokenStart] & 0xFF;
                yield c < 0x20 || c == 0x7F ? "char(" + c + ")" : text(tokenStart, tokenStart + 1);
            }
            default -> token.text;
        };
    }

    private String text(int from, int to) {
        return new String(source, from, to - from, StandardCharsets.UTF_8);
    }

    /** An error within a token that began at {@code from}. */
    private LuaError errorIn(int from, String message, boolean atEnd) {
        return new LuaError(chunk.name() + ":" + line + ": " + message + " near '"
                + (atEnd ? Token.END_OF_TEXT.text : text(from, Math.min(at, source.length))) + "'");
    }

    private int current() {
        return at < source.length ? source[at] & 0xFF : -1;
    }

    private int following() {
        return at + 1 < source.length ? source[at + 1] & 0xFF : -1;
    }

    private Token read() {
        memory.charge(BYTES_PER_TOKEN);
        while (true) {
            int c = current();
            tokenStart = at;
            switch (c) {
                case -1 -> {
                    return Token.END_OF_TEXT;
                }
                case '\n', '\r' -> newLine();
                case ' ', '\t', '\f', 0x0B -> at++;
                case '-' -> {
                    at++;
                    if (current() != '-') {
                        return Token.MINUS;
                    }
                    at++;
                    skipComment();
                }
                case '[' -> {
                    int level = longBracketLevel();
                    if (level >= 0) {
                        string = readLong(level, "string");
                        return Token.STRING;
                    }
                    if (level == -1) {
                        at++;
                        return Token.OPEN_BRACKET;
                    }
                    at++;
                    throw errorIn(tokenStart, "invalid long string delimiter", false);
                }
                case '=' -> {
                    return pair('=', Token.EQUAL, Token.ASSIGN);
                }
                case '<' -> {
                    return pair('=', Token.LESS_EQUAL, Token.LESS);
                }
                case '>' -> {
                    return pair('=', Token.GREATER_EQUAL, Token.GREATER);
                }
                case '~' -> {
                    return pair('=', Token.NOT_EQUAL, Token.OTHER);
                }
                case '"', '\'' -> {
                    string = readString(c);
                    return Token.STRING;
                }
                case '.' -> {
                    if (following() >= '0' && following() <= '9') {
                        return readNumber();
                    }
                    at++;
                    if (current() != '.') {
                        return Token.DOT;
                    }
                    at++;
                    if (current() != '.') {
                        return Token.CONCAT;
                    }
                    at++;
                    return Token.DOTS;
                }
                default -> {
                    if (c >= '0' && c <= '9') {
                        return readNumber();
                    }
                    if (isNameStart(c)) {
                        return readName();
                    }
                    at++;
                    return single(c);
                }
            }
        }
    }

    private static Token single(int c) {
        return switch (c) {
            case '+' -> Token.PLUS;
            case '*' -> Token.STAR;
            case '/' -> Token.SLASH;
            case '%' -> Token.PERCENT;
            case '^' -> Token.CARET;
            case '#' -> Token.HASH;
            case '(' -> Token.OPEN;
            case ')' -> Token.CLOSE;
            case ']' -> Token.CLOSE_BRACKET;
            case '{' -> Token.OPEN_BRACE;
            case '}' -> Token.CLOSE_BRACE;
            case ';' -> Token.SEMICOLON;
            case ':' -> Token.COLON;
            case ',' -> Token.COMMA;
            default -> Token.OTHER;
        };
    }

    private Token pair(char second, Token both, Token one) {
        at++;
        if (current() == second) {
            at++;
            return both;
        }
        return one;
    }

    private static boolean isNameStart(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    }

    private static boolean isNamePart(int c) {
        return isNameStart(c) || (c >= '0' && c <= '9');
    }

    private void newLine() {
        int first = current();
        at++;
        if ((current() == '\n' || current() == '\r') && current() != first) {
            at++;
        }
        line++;
    }

    private void skipComment() {
        if (current() == '[') {
            int level = longBracketLevel();
            if (level >= 0) {
                readLong(level, "comment");
                return;
            }
        }
        while (current() != -1 && current() != '\n' && current() != '\r') {
            at++;
        }
    }

    /** The number of equals signs in a long bracket that opens here, -1 for a single bracket, -2 for half a long one. */
    private int longBracketLevel() {
        int i = at + 1;
        while (i < source.length && source[i] == '=') {
            i++;
        }
        if (i < source.length && source[i] == '[') {
            return i - at - 1;
        }
        return i == at + 1 ? -1 : -2;
    }

    private LuaString readLong(int level, String what) {
        at += level + 2;
        if (current() == '\n' || current() == '\r') {
            newLine();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (true) {
            int c = current();
            if (c == -1) {
                throw errorIn(tokenStart, "unfinished long " + what, true);
            }
            if (c == ']' && closes(level)) {
                at += level + 2;
                return LuaString.of(bytes.toByteArray());
            }
            if (c == '\n' || c == '\r') {
                newLine();
                bytes.write('\n');
            } else {
                bytes.write(c);
                at++;
            }
        }
    }

    private boolean closes(int level) {
        int end = at + level + 1;
        if (end >= source.length || source[end] != ']') {
            return false;
        }
        for (int i = at + 1; i < end; i++) {
            if (source[i] != '=') {
                return false;
            }
        }
        return true;
    }

    private LuaString readString(int quote) {
        int start = at;
        at++;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (current() != quote) {
            int c = current();
            switch (c) {
                case -1 -> throw errorIn(start, "unfinished string", true);
                case '\n', '\r' -> throw errorIn(start, "unfinished string", false);
                case '\\' -> readEscape(start, bytes);
                default -> {
                    bytes.write(c);
                    at++;
                }
            }
        }
        at++;
        return LuaString.of(bytes.toByteArray());
    }

    private void readEscape(int start, ByteArrayOutputStream bytes) {
        at++;
        int c = current();
        switch (c) {
            case 'a' -> bytes.write(7);
            case 'b' -> bytes.write('\b');
            case 'f' -> bytes.write('\f');
            case 'n' -> bytes.write('\n');
            case 'r' -> bytes.write('\r');
            case 't' -> bytes.write('\t');
            case 'v' -> bytes.write(0x0B);
            case '\n', '\r' -> {
                newLine();
                bytes.write('\n');
                return;
            }
            case -1 -> {
                return;
            }
            default -> {
                if (c < '0' || c > '9') {
                    bytes.write(c);
                    break;
                }
                int value = 0;
                for (int i = 0; i < 3 && current() >= '0' && current() <= '9'; i++) {
                    value = value * 10 + current() - '0';
                    at++;
                }
                if (value > 255) {
                    throw errorIn(start, "escape sequence too large", false);
                }
                bytes.write(value);
                return;
            }
        }
        at++;
    }

    private Token readNumber() {
        int start = at;
        while ((current() >= '0' && current() <= '9') || current() == '.') {
            at++;
        }
        if (current() == 'e' || current() == 'E') {
            at++;
            if (current() == '+' || current() == '-') {
                at++;
            }
        }
        while (isNamePart(current())) {
            at++;
        }
        Double value = NumberText.parse(LuaString.of(source, start, at - start));
        if (value == null) {
            throw errorIn(start, "malformed number", false);
        }
        number = value;
        return Token.NUMBER;
    }

    private Token readName() {
        int start = at;
        while (isNamePart(current())) {
            at++;
        }
        Token keyword = KEYWORDS.get(new String(source, start, at - start, StandardCharsets.ISO_8859_1));
        if (keyword != null) {
            return keyword;
        }
        LuaString name = LuaString.of(source, start, at - start);
        string = names.getOrDefault(name, name);
        return Token.NAME;
    }
}
