package dev.spinel.engine.command.generic;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The subcommands of OBJECT, which tell how a key is held. */
final class KeyInspection {
    private static final List<CommandSpec> ON_KEYS = List.of(
            GenericSpecs.OBJECT_ENCODING,
            GenericSpecs.OBJECT_FREQ,
            GenericSpecs.OBJECT_IDLETIME,
            GenericSpecs.OBJECT_REFCOUNT);
    private static final String SWITCHING = " Please note that when switching between policies at runtime LRU and LFU"
            + " data will take some time to adjust.";

    /** The integers from 0 on that Redis shares. */
    private static final int SHARED_INTEGERS = 10_000;

    private KeyInspection() {}

    /** The description of the key, or null after the absent value was answered. */
    private static @Nullable KeyDescription describe(Call call) {
        KeyDescription description = call.keys().describe(call.arg(2));
        if (description == null) {
            call.reply().nil();
        }
        return description;
    }

    static void encoding(Call call) {
        KeyDescription description = describe(call);
        if (description != null) {
            call.reply().bulk(description.encoding());
        }
    }

    static void idletime(Call call) {
        KeyDescription description = describe(call);
        if (description == null) {
            return;
        }
        if (description.idleSeconds() == KeyDescription.NOT_TRACKED) {
            throw Errors.err("An LFU maxmemory policy is selected, idle time not tracked." + SWITCHING);
        }
        call.reply().integer(description.idleSeconds());
    }

    static void freq(Call call) {
        KeyDescription description = describe(call);
        if (description == null) {
            return;
        }
        if (description.accessFrequency() == KeyDescription.NOT_TRACKED) {
            throw Errors.err("An LFU maxmemory policy is not selected, access frequency not tracked." + SWITCHING);
        }
        call.reply().integer(description.accessFrequency());
    }

    /**
     * No value is shared here, but Redis shares the objects of small integers and answers the largest count for them:
     * clients get the same answers.
     */
    static void refcount(Call call) {
        KeyDescription description = describe(call);
        if (description == null) {
            return;
        }
        long count = 1;
        if (description.encoding().equals("int")) {
            StringValue value = call.keys().modify(ValueType.STRING, call.arg(2));
            if (value != null && value.integer() >= 0 && value.integer() < SHARED_INTEGERS) {
                count = Integer.MAX_VALUE;
            }
        }
        call.reply().integer(count);
    }

    static void help(Call call) {
        ReplyWriter reply = call.reply();
        reply.array(2 * ON_KEYS.size() + 3);
        reply.simple("OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        for (CommandSpec spec : ON_KEYS) {
            reply.simple(spec.name() + " <key>");
            reply.simple("    " + spec.summary());
        }
        reply.simple("HELP");
        reply.simple("    Prints this help.");
    }
}
