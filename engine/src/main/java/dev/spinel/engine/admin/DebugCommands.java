package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyDescription;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.config.ConfigValue;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.Keyspaces;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * DEBUG: the tools that tests of Redis clients and servers use, as far as they make sense here. Engine thread only.
 *
 * <p>Subcommands that steer something that does not exist here, such as the threshold of plain list nodes, check their
 * arguments and do nothing.
 */
public final class DebugCommands implements ServerPlugin {
    private static final int CLOCK_MASK = 0xffffff;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int ANY_NUMBER = Integer.MAX_VALUE;
    private static final long PACKED_THRESHOLD_END_BYTES = 4L << 30;

    private final ConfigRegistry config;
    private final Keyspaces keyspaces;
    private final ServerProcess process;
    private final Switch activeExpire;
    private final Switch cronPause;
    private final Map<String, Subcommand> subcommands;

    /** A subcommand and how many arguments may follow its name. */
    private record Subcommand(int minArguments, int maxArguments, CommandHandler handler) {}

    /**
     * @param activeExpire turns the removal of expired keys in the background on or off
     * @param cronPause stops or resumes all that is done by the clock
     * @param more subcommands of other parts of the server, by their names in upper case
     */
    public DebugCommands(
            ConfigRegistry config,
            Keyspaces keyspaces,
            ServerProcess process,
            Switch activeExpire,
            Switch cronPause,
            Map<String, CommandHandler> more) {
        this.config = config;
        this.keyspaces = keyspaces;
        this.process = process;
        this.activeExpire = activeExpire;
        this.cronPause = cronPause;
        this.subcommands = new HashMap<>(Map.ofEntries(
                Map.entry("DIGEST", new Subcommand(0, 0, this::digest)),
                Map.entry("DIGEST-VALUE", new Subcommand(1, ANY_NUMBER, this::digestValue)),
                Map.entry("ERROR", new Subcommand(1, 1, DebugCommands::error)),
                Map.entry("HELP", new Subcommand(0, 0, help())),
                Map.entry("JMAP", new Subcommand(0, 0, DebugCommands::nothing)),
                Map.entry("LISTPACK", new Subcommand(1, 1, DebugCommands::listpack)),
                Map.entry("LOG", new Subcommand(1, 1, this::log)),
                Map.entry("OBJECT", new Subcommand(1, 2, this::object)),
                Map.entry("PAUSE-CRON", new Subcommand(1, 1, this::pauseCron)),
                Map.entry("POPULATE", new Subcommand(1, 3, DebugCommands::populate)),
                Map.entry("PROTOCOL", new Subcommand(1, 1, DebugCommands::protocol)),
                Map.entry("QUICKLIST-PACKED-THRESHOLD", new Subcommand(1, 1, DebugCommands::packedThreshold)),
                Map.entry("REPLYBUFFER", new Subcommand(2, 2, DebugCommands::replyBuffer)),
                Map.entry("SET-ACTIVE-EXPIRE", new Subcommand(1, 1, this::setActiveExpire)),
                Map.entry("SET-DISABLE-DENY-SCRIPTS", new Subcommand(1, 1, DebugCommands::nothing)),
                Map.entry("SLEEP", new Subcommand(1, 1, DebugCommands::sleep)),
                Map.entry("STRINGMATCH-LEN", new Subcommand(2, 2, DebugCommands::nothing))));
        more.forEach((name, handler) -> subcommands.put(name, new Subcommand(0, ANY_NUMBER, handler)));
    }

    @Override
    public String name() {
        return "debug";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.of(ServerSpecs.DEBUG, this::debug));
    }

    private void debug(Call call) {
        ProtectedAccess.require(config, "DEBUG", ClientCall.of(call).client());
        String name = call.arg(1).toString();
        Subcommand subcommand = subcommands.get(name.toUpperCase(Locale.ROOT));
        int arguments = call.argCount() - 2;
        if (subcommand == null || arguments < subcommand.minArguments || arguments > subcommand.maxArguments) {
            throw Errors.err("unknown subcommand or wrong number of arguments for '" + name + "'. Try DEBUG HELP.");
        }
        subcommand.handler.handle(call);
    }

    private static CommandHandler help() {
        return HelpText.of(
                "DEBUG",
                "AOF-FLUSH-SLEEP <microseconds>",
                "    Stop the server before each write to the append-only file.",
                "CHANGE-REPL-ID",
                "    Start another replication history.",
                "CONFIG-REWRITE-FORCE-ALL",
                "    As CONFIG REWRITE, but write all directives, those with their defaults included.",
                "DIGEST",
                "    Return a fingerprint of all data.",
                "DIGEST-VALUE <key> [<key> ...]",
                "    Return a fingerprint of each value.",
                "ERROR <string>",
                "    Answer an error with <string> as its message.",
                "JMAP",
                "    Accepted without effect.",
                "LISTPACK <key>",
                "    Check that the value of <key> is a listpack.",
                "LOADAOF",
                "    Write what is to be written to the append-only file, and load it in place of all data.",
                "LOG <message>",
                "    Write <message> to the server's log.",
                "OBJECT <key>",
                "    Describe the value of <key>.",
                "PAUSE-CRON <0|1>",
                "    Whether nothing is done by the clock.",
                "POPULATE <count> [<prefix>] [<size>]",
                "    Create <count> string keys <prefix>:<number> (default: key) that do not exist yet.",
                "PROTOCOL <type>",
                "    Reply with a test value: string, integer, double, bignum, null, array, set, map, attrib, push,",
                "    verbatim, true, false.",
                "QUICKLIST-PACKED-THRESHOLD <size>",
                "    Accepted without effect.",
                "RELOAD [MERGE] [NOFLUSH] [NOSAVE]",
                "    Save all data and load them again. MERGE replaces keys that exist, NOFLUSH keeps the data in memory",
                "    while loading, NOSAVE loads the file that there is.",
                "REPLYBUFFER (PEAK-RESET-TIME (NEVER|RESET|<milliseconds>) | RESIZING <0|1>)",
                "    Accepted without effect: an idle client has no reply buffer.",
                "SET-ACTIVE-EXPIRE <0|1>",
                "    Whether expired keys are removed in the background.",
                "SET-DISABLE-DENY-SCRIPTS <0|1>",
                "    Whether scripts may call commands that are denied to them.",
                "SET-SKIP-CHECKSUM-VALIDATION <0|1>",
                "    Whether checksums of snapshots and of what RESTORE gets are taken as right.",
                "SLEEP <seconds>",
                "    Stop the server for <seconds>, decimals allowed.",
                "STRINGMATCH-LEN <pattern> <string>",
                "    Accepted without effect.");
    }

    private static void nothing(Call call) {
        call.reply().ok();
    }

    private void log(Call call) {
        process.log("DEBUG LOG: " + call.arg(2));
        call.reply().ok();
    }

    private void setActiveExpire(Call call) {
        activeExpire.set(!call.arg(2).toString().equals("0"));
        call.reply().ok();
    }

    private void pauseCron(Call call) {
        cronPause.set(!call.arg(2).toString().equals("0"));
        call.reply().ok();
    }

    private static void replyBuffer(Call call) {
        if (call.argIs(2, "PEAK-RESET-TIME")) {
            if (!call.argIs(3, "NEVER") && !call.argIs(3, "RESET")) {
                call.integerArg(3);
            }
        } else if (!call.argIs(2, "RESIZING")) {
            throw Errors.syntax();
        }
        call.reply().ok();
    }

    private void digest(Call call) {
        call.reply().simple(DatasetDigest.of(keyspaces, call.nowMillis()));
    }

    private void digestValue(Call call) {
        Database database = keyspaces.get(call.keys().index());
        call.reply().array(call.argCount() - 2);
        for (int i = 2; i < call.argCount(); i++) {
            call.reply().simple(DatasetDigest.of(database, call.arg(i)));
        }
    }

    /** Answers an error that does not count as one. */
    private static void error(Call call) {
        call.reply().error(call.arg(2).toString());
    }

    private static KeyDescription describe(Call call) {
        KeyDescription description = call.keys().describe(call.arg(2));
        if (description == null) {
            throw Errors.noSuchKey();
        }
        return description;
    }

    /** Tells of a key that has expired, too, as long as it is there. */
    private void object(Call call) {
        KeyDescription description;
        keyspaces.expires(false);
        try {
            description = describe(call);
        } finally {
            keyspaces.expires(true);
        }
        long idle = Math.max(0, description.idleSeconds());
        long clock = call.nowMillis() / 1000 - idle & CLOCK_MASK;
        call.reply()
                .simple("Value at:0x0 refcount:1 encoding:" + description.encoding() + " serializedlength:"
                        + description.memoryBytes() + " lru:" + clock + " lru_seconds_idle:" + idle);
    }

    private static void listpack(Call call) {
        if (!describe(call).encoding().equals("listpack")) {
            throw Errors.err("Not a listpack encoded object.");
        }
        call.reply().simple("The value is one listpack");
    }

    private static void sleep(Call call) {
        double seconds = Numbers.parseDouble(call.arg(2));
        if (!(seconds > 0)) {
            seconds = 0;
        }
        long deadlineNanos = System.nanoTime() + (long) (seconds * NANOS_PER_SECOND);
        for (long left = deadlineNanos - System.nanoTime(); left > 0; left = deadlineNanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        call.reply().ok();
    }

    private static void packedThreshold(Call call) {
        String error = "argument must be a memory value bigger than 1 and smaller than 4gb";
        long bytes;
        try {
            bytes = ConfigValue.bytes(call.arg(2).toString());
        } catch (IllegalArgumentException e) {
            throw Errors.err(error);
        }
        if (bytes < 0 || bytes >= PACKED_THRESHOLD_END_BYTES) {
            throw Errors.err(error);
        }
        call.reply().ok();
    }

    private static void populate(Call call) {
        long count = call.integerArg(2, 0, Long.MAX_VALUE, "value is out of range, must be positive");
        String prefix = call.argCount() > 3 ? call.arg(3).toString() : "key";
        int size = call.argCount() > 4
                ? (int) call.integerArg(4, 0, Integer.MAX_VALUE, "value is out of range, must be positive")
                : 0;
        for (long i = 0; i < count; i++) {
            Bytes key = Bytes.of(prefix + ":" + i);
            if (call.keys().typeOf(key) == null) {
                call.keys().setString(key, Bytes.of(valueOf(i, size)), false);
            }
        }
        call.reply().ok();
    }

    private static byte[] valueOf(long number, int size) {
        byte[] value = ("value:" + number).getBytes(StandardCharsets.US_ASCII);
        return size == 0 ? value : Arrays.copyOf(value, size);
    }

    private static void protocol(Call call) {
        ReplyWriter reply = call.reply();
        switch (call.arg(2).toString().toLowerCase(Locale.ROOT)) {
            case "string" -> reply.bulk("Hello World");
            case "integer" -> reply.integer(12345);
            case "double" -> reply.real(3.141);
            case "bignum" -> reply.bigNumber("1234567999999999999999999999999999999");
            case "null" -> reply.nil();
            case "array" -> {
                reply.array(3);
                numbers(reply);
            }
            case "set" -> {
                reply.set(3);
                numbers(reply);
            }
            case "map" -> {
                reply.map(3);
                for (int i = 0; i < 3; i++) {
                    reply.integer(i);
                    reply.bool(i == 1);
                }
            }
            case "attrib" -> attribute(reply);
            case "push" -> push(reply);
            case "true" -> reply.bool(true);
            case "false" -> reply.bool(false);
            case "verbatim" -> reply.verbatim("txt", "This is a verbatim\nstring");
            default ->
                throw Errors.err("Wrong protocol type name. Please use one of the following: "
                        + "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false");
        }
    }

    private static void numbers(ReplyWriter reply) {
        for (int i = 0; i < 3; i++) {
            reply.integer(i);
        }
    }

    private static void attribute(ReplyWriter reply) {
        if (reply.protocol() == 3) {
            reply.attribute(1);
            reply.bulk("key-popularity");
            reply.array(2);
            reply.bulk("key:123");
            reply.integer(90);
        }
        reply.bulk("Some real reply following the attribute");
    }

    private static void push(ReplyWriter reply) {
        if (reply.protocol() == 2) {
            throw Errors.err("RESP2 is not supported by this command");
        }
        reply.push(2);
        reply.bulk("server-cpu-usage");
        reply.integer(42);
        reply.bulk("Some real reply following the push reply");
    }
}
