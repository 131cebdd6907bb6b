package dev.spinel.engine.command.bitmap;

import static dev.spinel.engine.command.bitmap.Bitmap.WORDS;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * BITOP: several strings combined bit by bit.
 *
 * <p>A shorter string counts as filled up with zero bytes. The result is computed and stored block by block, so that it
 * takes no memory beside the one that holds it; a destination that is also a source is read in each block before that is
 * written.
 */
final class BitCombination {
    private static final int BLOCK_BYTES = 1 << 16;
    private static final int FIRST_SOURCE = 3;

    private final Operation operation;
    private final @Nullable StringValue[] sources;
    /** The block of the result, or of what all sources but the first have in common. */
    private final byte[] block;
    /** For ONE: the bits that more than one source has. Of no use to others, and empty. */
    private final byte[] repeated;

    private BitCombination(Operation operation, @Nullable StringValue[] sources, int length) {
        this.operation = operation;
        this.sources = sources;
        this.block = new byte[Math.min(length, BLOCK_BYTES)];
        this.repeated = new byte[operation == Operation.ONE ? block.length : 0];
    }

    /** How bits are combined; the last four are those of Redis 8.2. */
    private enum Operation {
        AND,
        OR,
        XOR,
        NOT,
        /** In the first source and in no other. */
        DIFF,
        /** In any other source but not in the first. */
        DIFF1,
        /** In the first source and in any other. */
        ANDOR,
        /** In exactly one source. */
        ONE;

        private static final Operation[] ALL = values();

        static Operation of(Call call) {
            for (Operation operation : ALL) {
                if (call.argIs(1, operation.name())) {
                    operation.check(call.argCount() - FIRST_SOURCE);
                    return operation;
                }
            }
            throw Errors.syntax();
        }

        private void check(int sourceCount) {
            if (this == NOT && sourceCount != 1) {
                throw Errors.err("BITOP NOT must be called with a single source key.");
            }
            if (opposesFirst() && sourceCount < 2) {
                throw Errors.err("BITOP " + name() + " must be called with at least two source keys.");
            }
        }

        /** Whether the first source has a part of its own. */
        boolean opposesFirst() {
            return this == DIFF || this == DIFF1 || this == ANDOR;
        }

        long combine(long a, long b) {
            return switch (this) {
                case AND -> a & b;
                case OR, ONE -> a | b;
                case XOR -> a ^ b;
                case NOT -> ~b;
                // What the first source is to the union of the others, a.
                case DIFF -> ~a & b;
                case DIFF1 -> a & ~b;
                case ANDOR -> a & b;
            };
        }
    }

    static void bitop(Call call) {
        Operation operation = Operation.of(call);
        Keyspace keys = call.keys();
        Bytes destination = call.arg(2);
        @Nullable StringValue[] sources = new StringValue[call.argCount() - FIRST_SOURCE];
        boolean inPlace = false;
        int length = 0;
        for (int i = 0; i < sources.length; i++) {
            Bytes key = call.arg(FIRST_SOURCE + i);
            StringValue source = keys.read(ValueType.STRING, key);
            sources[i] = source;
            if (source != null) {
                length = Math.max(length, source.length());
                inPlace |= key.equals(destination);
            }
        }
        if (length > 0) {
            StringValue target = inPlace
                    ? keys.modifyOrCreate(ValueType.STRING, destination)
                    : keys.replace(ValueType.STRING, destination);
            new BitCombination(operation, sources, length).store(target, length);
            keys.expireAt(destination, Keyspace.NO_EXPIRY);
            call.changed(destination, KeyEvent.STRING, "set");
        } else if (keys.remove(destination)) {
            call.changed(destination, KeyEvent.GENERIC, "del");
        }
        call.reply().integer(length);
    }

    private void store(StringValue target, int length) {
        if (target.length() < length) {
            target.resize(length);
        }
        Bytes view = new Bytes();
        for (int from = 0; from < length; from += block.length) {
            int count = Math.min(block.length, length - from);
            compute(from, count);
            view.set(block, 0, count);
            target.setRange(from, view);
        }
    }

    /** Computes {@code count} bytes of the result. */
    private void compute(int from, int count) {
        boolean opposed = operation.opposesFirst();
        Operation gathering = opposed ? Operation.OR : operation;
        int first = opposed ? 1 : 0;
        load(sources[first], from, count);
        Arrays.fill(repeated, (byte) 0);
        for (int i = first + 1; i < sources.length; i++) {
            if (operation == Operation.ONE) {
                noteRepeated(sources[i], from, count);
            }
            combine(gathering, sources[i], from, count);
        }
        if (opposed) {
            combine(operation, sources[0], from, count);
        } else if (operation == Operation.NOT) {
            apply(Operation.NOT, block, 0, count);
        } else if (operation == Operation.ONE) {
            apply(Operation.DIFF1, repeated, 0, count);
        }
    }

    private void load(@Nullable StringValue source, int from, int count) {
        int available = available(source, from, count);
        if (source != null && available > 0) {
            Bytes bytes = source.bytes();
            System.arraycopy(bytes.array(), bytes.offset() + from, block, 0, available);
        }
        Arrays.fill(block, available, count, (byte) 0);
    }

    private void combine(Operation how, @Nullable StringValue source, int from, int count) {
        int available = available(source, from, count);
        if (source != null && available > 0) {
            Bytes bytes = source.bytes();
            apply(how, bytes.array(), bytes.offset() + from, available);
        }
        for (int i = available; i < count; i++) {
            block[i] = (byte) how.combine(block[i], 0);
        }
    }

    private void noteRepeated(@Nullable StringValue source, int from, int count) {
        int available = available(source, from, count);
        if (source != null && available > 0) {
            Bytes bytes = source.bytes();
            int offset = bytes.offset() + from;
            for (int i = 0; i < available; i++) {
                repeated[i] |= (byte) (block[i] & bytes.array()[offset + i]);
            }
        }
    }

    /** The number of bytes, {@code count} at most, that a source has from an index on. */
    private static int available(@Nullable StringValue source, int from, int count) {
        return source == null ? 0 : Math.max(0, Math.min(count, source.length() - from));
    }

    /** Combines the block with as many other bytes. */
    private void apply(Operation how, byte[] other, int offset, int count) {
        int i = 0;
        for (; i <= count - Long.BYTES; i += Long.BYTES) {
            WORDS.set(block, i, how.combine((long) WORDS.get(block, i), (long) WORDS.get(other, offset + i)));
        }
        for (; i < count; i++) {
            block[i] = (byte) how.combine(block[i], other[offset + i]);
        }
    }
}
