package dev.spinel.engine.command.hyperloglog;

import static dev.spinel.engine.command.hyperloglog.SketchLayout.CACHED_COUNT_OFFSET;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.CACHE_FLAG_OFFSET;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.CACHE_OUT_OF_DATE;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.HEADER_BYTES;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTERS;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTER_BITS;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTER_MASK;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import java.util.Arrays;

/** PFADD, PFCOUNT and PFMERGE, with the buffers that they reuse. Engine thread only. */
final class SketchCommands {
    private final Sketch sketch = new Sketch();
    /** The union of several sketches. */
    private final byte[] union = new byte[REGISTERS];

    void pfadd(Call call) {
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        StringValue value = keys.modify(ValueType.STRING, key);
        boolean changed;
        if (value == null) {
            sketch.clear();
            addAll(call);
            changed = true;
            value = keys.modifyOrCreate(ValueType.STRING, key);
            store(value);
        } else if (SketchLayout.isDense(SketchLayout.checked(value.bytes()))) {
            changed = addToDense(call, value);
        } else {
            sketch.load(value.bytes());
            changed = addAll(call);
            if (changed) {
                store(value);
            }
        }
        if (changed) {
            call.changed(key, KeyEvent.STRING, "pfadd");
        }
        call.reply().integer(changed ? 1 : 0);
    }

    /** Adds the elements of a call to {@link #sketch}; whether a register was raised. */
    private boolean addAll(Call call) {
        long maxSparseBytes = call.configNumber("hll-sparse-max-bytes");
        boolean changed = false;
        for (int i = 2; i < call.argCount(); i++) {
            long hash = ElementHash.of(call.arg(i));
            changed |= sketch.raise(ElementHash.register(hash), ElementHash.value(hash), maxSparseBytes);
        }
        return changed;
    }

    /** Adds the elements of a call to a dense sketch where it is. */
    private static boolean addToDense(Call call, StringValue value) {
        boolean changed = false;
        for (int i = 2; i < call.argCount(); i++) {
            long hash = ElementHash.of(call.arg(i));
            int register = ElementHash.register(hash);
            int wanted = ElementHash.value(hash);
            Bytes bytes = value.bytes();
            if (SketchLayout.denseRegister(bytes.array(), bytes.offset() + HEADER_BYTES, register) < wanted) {
                setDense(value, register, wanted);
                changed = true;
            }
        }
        if (changed) {
            int flagged = value.bytes().at(CACHE_FLAG_OFFSET) | CACHE_OUT_OF_DATE;
            value.setByte(CACHE_FLAG_OFFSET, (byte) flagged);
        }
        return changed;
    }

    private static void setDense(StringValue value, int register, int wanted) {
        int bit = register * REGISTER_BITS;
        int at = HEADER_BYTES + bit / Byte.SIZE;
        int shift = bit % Byte.SIZE;
        value.setByte(at, (byte) ((value.bytes().at(at) & ~(REGISTER_MASK << shift)) | wanted << shift));
        if (shift > Byte.SIZE - REGISTER_BITS) {
            int up = Byte.SIZE - shift;
            int next = (value.bytes().at(at + 1) & ~(REGISTER_MASK >>> up)) | wanted >>> up;
            value.setByte(at + 1, (byte) next);
        }
    }

    /** Replaces a value by {@link #sketch}, whose cached count is out of date. */
    private void store(StringValue value) {
        sketch.invalidateCache();
        store(sketch, value);
    }

    /** Replaces a value by a sketch. */
    static void store(Sketch source, StringValue value) {
        Bytes bytes = source.bytes();
        if (source.isDense()) {
            // Of its final size, and long enough to be stored as plain bytes.
            value.set(bytes);
            return;
        }
        if (bytes.length() < value.length()) {
            value.resize(bytes.length());
        }
        value.setRange(0, bytes);
    }

    void pfcount(Call call) {
        call.reply().integer(call.argCount() == 2 ? countOne(call) : countUnion(call));
    }

    private static long countOne(Call call) {
        Bytes key = call.arg(1);
        StringValue value = call.keys().modify(ValueType.STRING, key);
        if (value == null) {
            return 0;
        }
        Bytes bytes = SketchLayout.checked(value.bytes());
        if (SketchLayout.isCacheValid(bytes)) {
            return SketchLayout.cachedCount(bytes);
        }
        long count = Registers.count(bytes);
        for (int i = 0; i < Long.BYTES; i++) {
            value.setByte(CACHED_COUNT_OFFSET + i, (byte) (count >>> (i * Byte.SIZE)));
        }
        call.changed(key);
        return count;
    }

    private long countUnion(Call call) {
        Arrays.fill(union, (byte) 0);
        for (int i = 1; i < call.argCount(); i++) {
            StringValue value = call.keys().read(ValueType.STRING, call.arg(i));
            if (value != null) {
                Registers.mergeInto(union, SketchLayout.checked(value.bytes()));
            }
        }
        return Registers.count(union);
    }

    void pfmerge(Call call) {
        Keyspace keys = call.keys();
        Bytes destination = call.arg(1);
        Arrays.fill(union, (byte) 0);
        boolean dense = false;
        for (int i = 1; i < call.argCount(); i++) {
            StringValue value = keys.read(ValueType.STRING, call.arg(i));
            if (value != null) {
                Bytes bytes = SketchLayout.checked(value.bytes());
                dense |= SketchLayout.isDense(bytes);
                Registers.mergeInto(union, bytes);
            }
        }
        StringValue target = keys.modify(ValueType.STRING, destination);
        if (target == null) {
            sketch.clear();
            target = keys.modifyOrCreate(ValueType.STRING, destination);
        } else {
            sketch.load(target.bytes());
        }
        if (dense) {
            sketch.makeDense();
            sketch.packDense(union);
        } else {
            long maxSparseBytes = call.configNumber("hll-sparse-max-bytes");
            for (int i = 0; i < REGISTERS; i++) {
                if (union[i] > 0) {
                    sketch.raise(i, union[i], maxSparseBytes);
                }
            }
        }
        store(target);
        call.changed(destination, KeyEvent.STRING, "pfadd");
        call.reply().ok();
    }
}
