package dev.spinel.lua.vm;

import dev.spinel.lua.vm.Operators.Arithmetic;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One Lua: what all functions of a set of scripts share. It calls functions, applies metamethods, makes errors, and keeps
 * scripts from running too deep, too large or for ever.
 *
 * <p>One thread at a time, with a stack of {@value #STACK_BYTES} bytes for scripts that recurse as deep as they may.
 */
public final class Interpreter {
    /*
     * The interpreter walks a tree of nodes, so that a call of a script takes as many frames of the thread's stack as its
     * nodes nest. A prototype therefore knows its weight, that of the heaviest way down its tree, and calls are limited by
     * the sum of weights: no script can overflow the stack, least of all while a command runs. Lua's own limit of calls holds too.
     */
    /** The stack that the thread should have. */
    public static final long STACK_BYTES = 64L << 20;

    private static final int MAX_CALLS = 20_000;
    private static final int MAX_WEIGHT = 150_000;
    private static final int MAX_METATABLES = 100;
    private static final int TICKS_PER_CHECK = 1000;

    /** The frames of calls that nest deeper than that are counted as memory. */
    private static final int COUNTED_DEPTH = 100;

    private static final int FRAME_BYTES = 80;
    private static final int COROUTINE_BYTES = 200;

    /** What a string takes beside its bytes. */
    private static final int STRING_BYTES = 40;

    /** Texts up to here are made into Java's without counting. */
    private static final int SHORT_TEXT = 256;

    /** What a byte takes at most while it becomes a part of a Java text, and that part of another. */
    private static final long JAVA_BYTES_PER_BYTE = 6;

    private static final LuaString COUNT = LuaString.of("n");
    private static final LuaString INDEX = LuaString.of("__index");
    private static final LuaString NEW_INDEX = LuaString.of("__newindex");
    private static final LuaString CALL = LuaString.of("__call");
    private static final LuaString EQ = LuaString.of("__eq");
    private static final LuaString LT = LuaString.of("__lt");
    private static final LuaString LE = LuaString.of("__le");
    private static final LuaString CONCAT = LuaString.of("__concat");
    private static final LuaString LEN = LuaString.of("__len");
    private static final LuaString TO_STRING = LuaString.of("__tostring");

    private final MemoryBudget memory;
    private final Coroutines coroutines;
    private final Supplier<Boolean> check;
    private @Nullable Frame[] frames = new @Nullable Frame[32];
    private int depth;
    private int weight;
    private int maxWeight = MAX_WEIGHT;
    private int boundaries;
    private int ticks = TICKS_PER_CHECK;
    private final Map<LuaString, LuaString> names = new HashMap<>();
    private @Nullable LuaTable stringMetatable;

    /**
     * An interpreter without any functions.
     *
     * @param heap how much may still be allocated, see {@link MemoryBudget}
     * @param check called every {@value #TICKS_PER_CHECK} loops and calls; may throw to end the script
     */
    public Interpreter(HeapGauge heap, Runnable check) {
        this.memory = new MemoryBudget(heap, this::work);
        this.coroutines = new Coroutines(memory);
        this.check = () -> {
            check.run();
            return true;
        };
    }

    public MemoryBudget memory() {
        return memory;
    }

    public LuaTable newTable() {
        return new LuaTable(memory);
    }

    /** A table of elements from 1 on; the array is the table's from now on. */
    public LuaTable newTable(@Nullable Object... elements) {
        return new LuaTable(memory, elements, 0);
    }

    /** A table of elements from 1 on, in an array that is the table's from now on, with room for so many fields. */
    LuaTable newTable(@Nullable Object[] elements, int fields) {
        return new LuaTable(memory, elements, fields);
    }

    /** A table with one field. */
    public LuaTable newTable(LuaString field, Object value) {
        return new LuaTable(memory, field, value);
    }

    /** An empty table with room for so many elements from 1 on, and so many other keys. */
    public LuaTable newTableFor(int elements, int fields) {
        LuaTable table = new LuaTable(memory);
        table.reserve(elements, fields);
        return table;
    }

    /** The table {@code arg} of a function with varargs, as Lua 5.0 had it. */
    LuaTable varargTable(@Nullable Object[] varargs) {
        LuaTable table = newTable(varargs.clone());
        table.put(COUNT, (double) varargs.length);
        return table;
    }

    /** A string of a part of an array. */
    public LuaString newString(byte[] array, int offset, int length) {
        if (length == 0) {
            return LuaString.EMPTY;
        }
        byte[] bytes = memory.newBytes(length);
        System.arraycopy(array, offset, bytes, 0, length);
        return LuaString.of(bytes);
    }

    /** A string of a text in UTF-8. */
    public LuaString newString(String text) {
        memory.charge(STRING_BYTES + 2L * text.length());
        return LuaString.of(text);
    }

    /** The bytes of a string from {@code from} to {@code to}, exclusive. */
    public LuaString substring(LuaString string, int from, int to) {
        return from == 0 && to == string.length() ? string : newString(string.bytes(), from, to - from);
    }

    /** A string as Java has it, for messages and names: bytes read as UTF-8. */
    public String javaText(LuaString string) {
        if (string.length() > SHORT_TEXT) {
            memory.charge(JAVA_BYTES_PER_BYTE * string.length());
        }
        return string.toString();
    }

    /** The first bytes of a string as Java has it. */
    public static String javaText(LuaString string, int maxBytes) {
        return string.length() <= maxBytes
                ? string.toString()
                : new String(string.bytes(), 0, maxBytes, StandardCharsets.UTF_8);
    }

    /** The metatable of all strings. */
    public void stringMetatable(LuaTable table) {
        stringMetatable = table;
    }

    /**
     * Compiles a source text into a function.
     *
     * @param chunkName what messages call it: {@code @name}, or the text itself
     * @throws LuaError if it is no Lua
     */
    public LuaFunction compile(LuaString source, String chunkName, LuaTable globals) {
        Prototype main = new Parser(source, Chunk.named(chunkName), memory, names).parse();
        return new Closure(main, new Frame.Cell[0], globals);
    }

    /** Has names that several tables of globals have be the same objects in all of them and in the texts compiled later. */
    public void shareNames(LuaTable table) {
        table.shareNames(names);
    }

    /** Counts a loop or a call, and now and then looks whether the script may go on. */
    public void tick() {
        if (--ticks <= 0) {
            ticks = TICKS_PER_CHECK;
            coroutines.onHost(check);
        }
    }

    /** Counts work that takes as long as some loops. */
    public void tick(int loops) {
        work(loops);
        tick();
    }

    /** Counts work where the script cannot end. */
    private void work(long loops) {
        ticks = loops >= ticks ? 0 : ticks - (int) loops;
    }

    /** A coroutine that runs a function; null if that is none of Lua's. */
    public @Nullable Coroutine newCoroutine(@Nullable Object function) {
        memory.charge(COROUTINE_BYTES);
        return function instanceof Closure closure ? new Coroutine(coroutines, closure) : null;
    }

    /** The coroutine that runs, null if the script itself does. */
    public @Nullable Coroutine runningCoroutine() {
        return coroutines.current();
    }

    /**
     * Runs a coroutine until it yields or ends.
     *
     * @return what it yields or returns
     * @throws LuaError that it raised, or because it cannot be resumed
     */
    public @Nullable Object[] resume(Coroutine coroutine, @Nullable Object[] args) {
        return coroutine.resume(this, args);
    }

    /**
     * Has what resumed the running coroutine go on.
     *
     * @return what it is resumed with
     */
    public @Nullable Object[] suspend(@Nullable Object[] values) {
        Coroutine running = coroutines.current();
        if (running == null || boundaries > 0) {
            throw new LuaError("attempt to yield across metamethod/C-call boundary");
        }
        return running.suspend(values);
    }

    /** Does something that needs the thread on which the script, not one of its coroutines, runs. */
    public <T> T onHost(Supplier<T> work) {
        return coroutines.onHost(work);
    }

    /** The script has ended: ends the coroutines that it leaves behind. On the thread on which it ran. */
    public void endCoroutines() {
        coroutines.endAll(this);
    }

    /** Goes on with other calls, and leaves those in progress there. */
    void exchange(CallStack other) {
        @Nullable Frame[] otherFrames = other.frames;
        int otherDepth = other.depth;
        int otherWeight = other.weight;
        int otherMaxWeight = other.maxWeight;
        int otherBoundaries = other.boundaries;
        other.frames = frames;
        other.depth = depth;
        other.weight = weight;
        other.maxWeight = maxWeight;
        other.boundaries = boundaries;
        frames = otherFrames;
        depth = otherDepth;
        weight = otherWeight;
        maxWeight = otherMaxWeight;
        boundaries = otherBoundaries;
    }

    void enter(Frame frame) {
        int added = frame.closure.prototype.weight;
        if (depth >= MAX_CALLS || weight + added > maxWeight) {
            throw error("stack overflow");
        }
        // Before the frame is there, as this may end the script.
        tick();
        push(frame, added);
    }

    private void push(@Nullable Frame frame, int added) {
        if (frame != null && depth >= COUNTED_DEPTH) {
            memory.charge(FRAME_BYTES + (long) frame.slots.length * Frame.BYTES_PER_SLOT);
        }
        if (depth == frames.length) {
            frames = Arrays.copyOf(frames, 2 * depth);
        }
        frames[depth++] = frame;
        weight += added;
    }

    /** Has a tail call's frame take the place of its caller's. */
    void replace(Frame frame) {
        Frame old = frames[depth - 1];
        int added = frame.closure.prototype.weight - (old == null ? 0 : old.closure.prototype.weight);
        if (weight + added > maxWeight) {
            throw error("stack overflow");
        }
        weight += added;
        frames[depth - 1] = frame;
        tick();
    }

    void leave() {
        Frame frame = frames[--depth];
        frames[depth] = null;
        weight -= frame == null ? BUILTIN_WEIGHT : frame.closure.prototype.weight;
    }

    /** The stack that a function of Java takes which calls a function. */
    private static final int BUILTIN_WEIGHT = 8;

    /** The error with the position of the call in progress before it. */
    public LuaError error(String message) {
        return new LuaError(where(1) + message);
    }

    /**
     * The position in the function that called, {@code name:line: }; empty if that is none of Lua's.
     *
     * @param level 1 for the function that called the running function of Java, 2 for its caller, and so on
     */
    public String where(int level) {
        Frame frame = frame(level);
        return frame == null ? "" : frame.closure.prototype.chunk.name() + ":" + frame.line + ": ";
    }

    /** The line at which a function of Lua makes its call; 0 if it is none. */
    public int line(int level) {
        Frame frame = frame(level);
        return frame == null ? 0 : frame.line;
    }

    /** The name of the source text of a function that called; empty if it is none of Lua's. */
    public String chunk(int level) {
        Frame frame = frame(level);
        return frame == null ? "" : frame.closure.prototype.chunk.name();
    }

    private @Nullable Frame frame(int level) {
        return level < 1 || level > depth ? null : frames[depth - level];
    }

    /** Calls a value from a function of Java. */
    public @Nullable Object call(@Nullable Object function, @Nullable Object... args) {
        if (depth >= MAX_CALLS || weight + BUILTIN_WEIGHT > maxWeight) {
            throw error("stack overflow");
        }
        push(null, BUILTIN_WEIGHT);
        boundaries++;
        try {
            return function instanceof LuaFunction callee ? callee.call(this, args) : call(function, args, null);
        } finally {
            boundaries--;
            leave();
        }
    }

    /** Calls a metamethod, which cannot yield. */
    private @Nullable Object callWithin(LuaFunction function, @Nullable Object... args) {
        boundaries++;
        try {
            return function.call(this, args);
        } finally {
            boundaries--;
        }
    }

    /** Calls something that is no function. */
    @Nullable
    Object call(@Nullable Object value, @Nullable Object[] args, Calls.@Nullable AnyCall site) {
        Object handler = metamethod(value, CALL);
        if (!(handler instanceof LuaFunction callee)) {
            String name = site == null ? null : site.describeFunction();
            throw typeError("call", value, name);
        }
        @Nullable Object[] withSelf = new @Nullable Object[args.length + 1];
        withSelf[0] = value;
        System.arraycopy(args, 0, withSelf, 1, args.length);
        return callee.call(this, withSelf);
    }

    private LuaError typeError(String operation, @Nullable Object value, @Nullable String name) {
        String type = Values.typeName(value);
        return error("attempt to " + operation + " "
                + (name == null ? "a " + type + " value" : name + " (a " + type + " value)"));
    }

    /** The metatable of a value, null if it has none. */
    public @Nullable LuaTable metatable(@Nullable Object value) {
        if (value instanceof LuaTable table) {
            return table.metatable();
        }
        return value instanceof LuaString ? stringMetatable : null;
    }

    /** A field of the metatable of a value. */
    public @Nullable Object metamethod(@Nullable Object value, LuaString event) {
        LuaTable metatable = metatable(value);
        return metatable == null ? null : metatable.get(event);
    }

    /** The value of a key, by metamethods too. */
    public @Nullable Object index(@Nullable Object object, @Nullable Object key) {
        return index(object, key, null);
    }

    @Nullable
    Object index(@Nullable Object object, @Nullable Object key, @Nullable Expr site) {
        Object target = object;
        for (int i = 0; i < MAX_METATABLES; i++) {
            Object handler;
            if (target instanceof LuaTable table) {
                Object value = table.get(key);
                if (value != null || table.metatable() == null) {
                    return value;
                }
                handler = table.metatable().get(INDEX);
                if (handler == null) {
                    return null;
                }
            } else {
                handler = metamethod(target, INDEX);
                if (handler == null) {
                    throw typeError("index", target, site == null ? null : site.describe());
                }
            }
            if (handler instanceof LuaFunction function) {
                return Values.first(callWithin(function, target, key));
            }
            target = handler;
        }
        throw error("loop in gettable");
    }

    void setIndex(@Nullable Object object, @Nullable Object key, @Nullable Object value) {
        setIndex(object, key, value, null);
    }

    void setIndex(@Nullable Object object, @Nullable Object key, @Nullable Object value, @Nullable Expr site) {
        Object target = object;
        for (int i = 0; i < MAX_METATABLES; i++) {
            Object handler;
            if (target instanceof LuaTable table) {
                LuaTable metatable = table.metatable();
                handler = metatable == null || table.get(key) != null ? null : metatable.get(NEW_INDEX);
                if (handler == null) {
                    rawSet(table, key, value);
                    return;
                }
            } else {
                handler = metamethod(target, NEW_INDEX);
                if (handler == null) {
                    throw typeError("index", target, site == null ? null : site.describe());
                }
            }
            if (handler instanceof LuaFunction function) {
                callWithin(function, target, key, value);
                return;
            }
            target = handler;
        }
        throw error("loop in settable");
    }

    /** Sets a value of a table for a script, without metamethods. */
    public void rawSet(LuaTable table, @Nullable Object key, @Nullable Object value) {
        if (table.isReadOnly()) {
            throw error("Attempt to modify a readonly table");
        }
        if (key == null) {
            throw error("table index is nil");
        }
        if (key instanceof Double number && number.isNaN()) {
            throw error("table index is NaN");
        }
        table.put(key, value);
    }

    @Nullable
    Object arithmetic(Arithmetic operator, @Nullable Object a, @Nullable Object b, Expr left, Expr right) {
        Double x = Values.toNumber(a);
        Double y = Values.toNumber(b);
        if (x != null && y != null) {
            return operator.apply(x, y);
        }
        Object handler = binaryHandler(a, b, operator.event);
        if (handler != null) {
            return Values.first(callHandler(handler, a, b));
        }
        // As in Lua, the second operand is at fault unless the first is.
        boolean first = x == null;
        throw typeError("perform arithmetic on", first ? a : b, first ? left.describe() : right.describe());
    }

    private @Nullable Object binaryHandler(@Nullable Object a, @Nullable Object b, LuaString event) {
        Object handler = metamethod(a, event);
        return handler == null ? metamethod(b, event) : handler;
    }

    private @Nullable Object callHandler(Object handler, @Nullable Object a, @Nullable Object b) {
        return handler instanceof LuaFunction function ? callWithin(function, a, b) : call(handler, a, b);
    }

    /** Equality, by metamethods too. */
    public boolean equal(@Nullable Object a, @Nullable Object b) {
        if (a == b || !(a instanceof LuaTable x) || !(b instanceof LuaTable y)) {
            return Values.rawEquals(a, b);
        }
        Object handler = sameHandler(x, y, EQ);
        return handler != null && Values.isTrue(Values.first(callHandler(handler, a, b)));
    }

    /** The metamethod for a comparison, which both must share. */
    private @Nullable Object sameHandler(@Nullable Object a, @Nullable Object b, LuaString event) {
        Object handler = metamethod(a, event);
        return handler != null && Values.rawEquals(handler, metamethod(b, event)) ? handler : null;
    }

    /** Order for a function of Java, whose errors have no position. */
    public boolean less(@Nullable Object a, @Nullable Object b) {
        return less(a, b, false, false);
    }

    /** Order, by metamethods too. */
    boolean less(@Nullable Object a, @Nullable Object b, boolean orEqual) {
        return less(a, b, orEqual, true);
    }

    private boolean less(@Nullable Object a, @Nullable Object b, boolean orEqual, boolean isNode) {
        if (a instanceof Double x && b instanceof Double y) {
            return orEqual ? x <= y : x < y;
        }
        if (a instanceof LuaString x && b instanceof LuaString y) {
            int order = x.compareTo(y);
            return orEqual ? order <= 0 : order < 0;
        }
        Object handler = sameHandler(a, b, orEqual ? LE : LT);
        if (handler != null) {
            return Values.isTrue(Values.first(callHandler(handler, a, b)));
        }
        if (orEqual) {
            handler = sameHandler(b, a, LT);
            if (handler != null) {
                return !Values.isTrue(Values.first(callHandler(handler, b, a)));
            }
        }
        String first = Values.typeName(a);
        String second = Values.typeName(b);
        String text = first.equals(second)
                ? "attempt to compare two " + first + " values"
                : "attempt to compare " + first + " with " + second;
        throw isNode ? error(text) : new LuaError(text);
    }

    @Nullable
    Object length(@Nullable Object value, Expr site) {
        if (value instanceof LuaString string) {
            return (double) string.length();
        }
        Object handler = metamethod(value, LEN);
        if (handler == null) {
            throw typeError("get length of", value, site.describe());
        }
        return Values.first(callHandler(handler, value, null));
    }

    @Nullable
    Object concat(@Nullable Object[] values, Expr[] sites) {
        int end = values.length;
        while (end > 1) {
            // Joins from the right, as many at once as are texts.
            int from = end;
            long length = 0;
            while (from > 0) {
                LuaString text = Values.toText(values[from - 1]);
                if (text == null) {
                    break;
                }
                values[from - 1] = text;
                length += text.length();
                from--;
            }
            if (end - from >= 2) {
                values[from] = join(values, from, end, length);
                end = from + 1;
            } else {
                Object a = values[end - 2];
                Object b = values[end - 1];
                Object handler = binaryHandler(a, b, CONCAT);
                if (handler == null) {
                    int fault = Values.toText(a) == null ? end - 2 : end - 1;
                    throw typeError(
                            "concatenate", values[fault], fault < sites.length ? sites[fault].describe() : null);
                }
                values[end - 2] = Values.first(callHandler(handler, a, b));
                end--;
            }
        }
        return values[0];
    }

    private LuaString join(@Nullable Object[] values, int from, int to, long length) {
        byte[] bytes = memory.newBytes(length);
        int at = 0;
        for (int i = from; i < to; i++) {
            if (values[i] instanceof LuaString text) {
                System.arraycopy(text.bytes(), 0, bytes, at, text.length());
                at += text.length();
            }
        }
        return LuaString.of(bytes);
    }

    /** Two strings in one. */
    public LuaString concat(LuaString a, LuaString b) {
        byte[] bytes = memory.newBytes((long) a.length() + b.length());
        System.arraycopy(a.bytes(), 0, bytes, 0, a.length());
        System.arraycopy(b.bytes(), 0, bytes, a.length(), b.length());
        return LuaString.of(bytes);
    }

    /** What {@code tostring} answers. */
    public @Nullable Object toText(@Nullable Object value) {
        Object handler = metamethod(value, TO_STRING);
        if (handler != null) {
            return Values.first(call(handler, value));
        }
        memory.charge(2 * STRING_BYTES);
        LuaString text = Values.toText(value);
        if (text != null) {
            return text;
        }
        if (value == null) {
            return LuaString.of("nil");
        }
        if (value instanceof Boolean) {
            return LuaString.of(value.toString());
        }
        if (Values.typeName(value).equals("userdata")) {
            return LuaString.of(value.toString());
        }
        return LuaString.of(
                Values.typeName(value) + ": 0x" + String.format("%012x", System.identityHashCode(value) & 0xFFFFFFFFL));
    }
}
