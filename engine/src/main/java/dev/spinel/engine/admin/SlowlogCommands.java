package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.stats.SlowLog;
import java.util.List;

/** SLOWLOG and its subcommands. Engine thread only. */
public final class SlowlogCommands implements ServerPlugin {
    private static final int DEFAULT_COUNT = 10;
    private static final int FIELDS = 6;

    private final SlowLog slowLog;

    public SlowlogCommands(SlowLog slowLog) {
        this.slowLog = slowLog;
    }

    @Override
    public String name() {
        return "slowlog";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                SlowlogSpecs.SLOWLOG,
                Command.of(SlowlogSpecs.SLOWLOG_GET, this::get),
                Command.of(
                        SlowlogSpecs.SLOWLOG_HELP,
                        HelpText.of(
                                "SLOWLOG",
                                "GET [<count>]",
                                "    Return the newest <count> entries (default: 10, -1 means all): id, Unix time,",
                                "    microseconds, arguments, address and name of the client.",
                                "LEN",
                                "    Return the number of entries.",
                                "RESET",
                                "    Drop all entries.")),
                Command.of(SlowlogSpecs.SLOWLOG_LEN, call -> call.reply().integer(slowLog.size())),
                Command.of(SlowlogSpecs.SLOWLOG_RESET, this::reset)));
    }

    private void get(Call call) {
        if (call.argCount() > 3) {
            throw HelpText.unknownOrWrongArity("SLOWLOG", call.arg(1));
        }
        long count = DEFAULT_COUNT;
        if (call.argCount() == 3) {
            count = call.integerArg(2, -1, Long.MAX_VALUE, "count should be greater than or equal to -1");
        }
        long shown = count == -1 ? slowLog.size() : Math.min(count, slowLog.size());
        ReplyWriter reply = call.reply();
        reply.array((int) shown);
        for (SlowLog.Entry entry : slowLog.entries()) {
            if (shown-- == 0) {
                break;
            }
            reply.array(FIELDS);
            reply.integer(entry.id());
            reply.integer(entry.unixSeconds());
            reply.integer(entry.micros());
            reply.array(entry.arguments().size());
            for (byte[] argument : entry.arguments()) {
                reply.bulk(argument, 0, argument.length);
            }
            reply.bulk(entry.clientAddress());
            reply.bulk(entry.clientName());
        }
    }

    private void reset(Call call) {
        slowLog.clear();
        call.reply().ok();
    }
}
