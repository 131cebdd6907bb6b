package dev.spinel.patterns.lettuce;

import dev.spinel.patterns.transport.Reply;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the events of Lettuce's decoder into one {@link Reply}. An error inside an array makes the whole reply an error.
 */
final class ReplyOutput extends CommandOutput<byte[], byte[], Reply> {
    /** The arrays that are open, outermost last. */
    private final Deque<List<Reply>> open = new ArrayDeque<>();

    ReplyOutput() {
        super(ByteArrayCodec.INSTANCE, new Reply.Null());
    }

    private void add(Reply reply) {
        List<Reply> innermost = open.peek();
        if (innermost == null) {
            output = reply;
        } else {
            innermost.add(reply);
        }
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        if (bytes == null) {
            add(new Reply.Null());
        } else {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            add(new Reply.Bulk(copy));
        }
    }

    @Override
    public void set(long integer) {
        add(new Reply.Int(integer));
    }

    @Override
    public void multi(int count) {
        if (count < 0) {
            add(new Reply.Null());
        } else {
            open.push(new ArrayList<>(count));
        }
    }

    /** The decoder calls this after each element with its depth; the innermost open array ends at its own depth. */
    @Override
    public void complete(int depth) {
        while (open.size() > depth) {
            add(new Reply.Items(open.pop()));
        }
    }
}
