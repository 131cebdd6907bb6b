package dev.spinel.plugin.example;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.real;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Call.TimeoutReply;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.command.KeySpec.Flag;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;

/**
 * EXAMPLE.BATCH: waits until a list has so many elements, then takes them all at once, for consumers that work in batches.
 * Blocks its client, never the server.
 */
final class Batch {
    private static final int KEY = 1;
    private static final int COUNT = 2;
    private static final int TIMEOUT = 3;
    private static final Bytes LPOP = Bytes.of("LPOP");

    static final CommandSpec SPEC = CommandSpec.named("EXAMPLE.BATCH")
            .arity(4)
            .flags(CommandFlag.WRITE, CommandFlag.BLOCKING, CommandFlag.NOSCRIPT)
            .keys(KeySpec.at(KEY, Flag.RW, Flag.ACCESS, Flag.DELETE))
            .arguments(key("key", 0), integer("count"), real("timeout"))
            .summary("Waits until a list has a number of elements and takes them all at once.")
            .complexity("O(N) for N elements.")
            .build();

    private long maxCount;
    private long taken;

    void batch(Call call) {
        int count = (int) call.integerArg(COUNT, 1, maxCount, "count must be between 1 and " + maxCount);
        long timeoutMillis = call.timeoutArg(TIMEOUT);
        Bytes key = call.arg(KEY);
        ListValue list = call.keys().modify(ValueType.LIST, key);
        if (list == null || list.size() < count) {
            // The server runs the handler again after each push to the key; blocking again keeps the place in the
            // queue.
            call.block(ValueType.LIST, KEY, 1, timeoutMillis, TimeoutReply.NIL_ARRAY);
            return;
        }
        ReplyWriter reply = call.reply();
        reply.array(count);
        for (int i = 0; i < count; i++) {
            reply.bulk(list.popHead());
        }
        taken++;
        call.changed(key, KeyEvent.LIST, "lpop");
        call.keys().removeIfEmpty(key);
        call.propagateAs(LPOP, key, Bytes.of(Integer.toString(count)));
    }

    /** Takes over {@code example.max-batch}, the largest count. */
    void maxCount(long value) {
        maxCount = value;
    }

    /** Number of batches that were taken. */
    long taken() {
        return taken;
    }
}
