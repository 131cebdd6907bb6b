package dev.spinel.lua.vm;

import dev.spinel.lua.vm.Frame.Cell;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A Lua function with the variables that it captured. */
final class Closure extends LuaFunction {
    final Prototype prototype;
    final Cell[] captured;
    LuaTable environment;

    Closure(Prototype prototype, Cell[] captured, LuaTable environment) {
        this.prototype = prototype;
        this.captured = captured;
        this.environment = environment;
    }

    @Override
    LuaTable environment() {
        return environment;
    }

    @Override
    public @Nullable Object call(Interpreter lua, @Nullable Object[] args) {
        return run(lua, slots(args), varargs(lua, args));
    }

    /** The slots of a call with these arguments. */
    @Nullable
    Object[] slots(@Nullable Object[] args) {
        @Nullable Object[] slots = new @Nullable Object[prototype.slots];
        System.arraycopy(args, 0, slots, 0, Math.min(args.length, prototype.parameters));
        return slots;
    }

    /** The arguments behind the parameters, if the function takes them. */
    @Nullable
    Object[] varargs(Interpreter lua, @Nullable Object[] args) {
        if (!prototype.vararg || args.length <= prototype.parameters) {
            return Values.NONE;
        }
        lua.memory().charge((long) (args.length - prototype.parameters) * Frame.BYTES_PER_SLOT);
        return Arrays.copyOfRange(args, prototype.parameters, args.length);
    }

    /** Runs with slots that hold the parameters. */
    @Nullable
    Object run(Interpreter lua, @Nullable Object[] slots, @Nullable Object[] varargs) {
        Frame frame = new Frame(lua, this, slots, varargs);
        lua.enter(frame);
        try {
            while (true) {
                Prototype running = frame.closure.prototype;
                if (running.argSlot >= 0) {
                    frame.slots[running.argSlot] = lua.varargTable(frame.varargs);
                }
                for (int parameter : running.capturedParameters) {
                    frame.slots[parameter] = new Cell(frame.slots[parameter]);
                }
                int outcome = running.body.exec(frame);
                Closure tail = frame.tail;
                if (outcome == Stat.NORMAL) {
                    return Values.NONE;
                }
                if (tail == null) {
                    return frame.result;
                }
                frame = new Frame(lua, tail, frame.tailSlots, frame.tailVarargs);
                lua.replace(frame);
            }
        } catch (LuaError e) {
            e.locate(frame.closure.prototype.chunk.name(), frame.line);
            throw e;
        } finally {
            lua.leave();
        }
    }
}
