package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.stats.CommandLog;
import dev.spinel.engine.stats.CommandLogs;
import java.util.List;

/** COMMANDLOG, by which Valkey asks for three logs, and SLOWLOG, by which one asks for the first. Engine thread only. */
public final class CommandLogCommands implements ServerPlugin {
    private static final int DEFAULT_COUNT = 10;
    private static final int FIELDS = 6;

    private final CommandLogs logs;

    public CommandLogCommands(CommandLogs logs) {
        this.logs = logs;
    }

    @Override
    public String name() {
        return "commandlog";
    }

    @Override
    public List<Command> commands() {
        return List.of(commandlog(), slowlog());
    }

    private Command commandlog() {
        return Command.container(
                CommandLogSpecs.COMMANDLOG,
                Command.of(CommandLogSpecs.COMMANDLOG_GET, call -> reply(call, log(call, 3), count(call))),
                Command.of(
                        CommandLogSpecs.COMMANDLOG_HELP,
                        HelpText.of(
                                "COMMANDLOG",
                                "GET <count> <type>",
                                "    Return the newest <count> entries (-1 means all): id, Unix time, microseconds or bytes,",
                                "    arguments, address and name of the client. Types are slow, large-request and",
                                "    large-reply.",
                                "LEN <type>",
                                "    Return the number of entries.",
                                "RESET <type>",
                                "    Drop all entries.")),
                Command.of(CommandLogSpecs.COMMANDLOG_LEN, call -> call.reply()
                        .integer(log(call, 2).size())),
                Command.of(CommandLogSpecs.COMMANDLOG_RESET, call -> reset(call, log(call, 2))));
    }

    private Command slowlog() {
        return Command.container(
                CommandLogSpecs.SLOWLOG,
                Command.of(CommandLogSpecs.SLOWLOG_GET, this::getSlow),
                Command.of(
                        CommandLogSpecs.SLOWLOG_HELP,
                        HelpText.of(
                                "SLOWLOG",
                                "GET [<count>]",
                                "    Return the newest <count> entries (default: 10, -1 means all): id, Unix time,",
                                "    microseconds, arguments, address and name of the client.",
                                "LEN",
                                "    Return the number of entries.",
                                "RESET",
                                "    Drop all entries.")),
                Command.of(CommandLogSpecs.SLOWLOG_LEN, call -> call.reply()
                        .integer(logs.slow().size())),
                Command.of(CommandLogSpecs.SLOWLOG_RESET, call -> reset(call, logs.slow())));
    }

    /** The log that an argument names. */
    private CommandLog log(Call call, int index) {
        if (call.argIs(index, "SLOW")) {
            return logs.slow();
        }
        if (call.argIs(index, "LARGE-REQUEST")) {
            return logs.largeRequests();
        }
        if (call.argIs(index, "LARGE-REPLY")) {
            return logs.largeReplies();
        }
        throw Errors.err("type should be one of the following: slow, large-request, large-reply");
    }

    private static long count(Call call) {
        return call.integerArg(2, -1, Long.MAX_VALUE, "count should be greater than or equal to -1");
    }

    private void getSlow(Call call) {
        if (call.argCount() > 3) {
            throw HelpText.unknownOrWrongArity("SLOWLOG", call.arg(1));
        }
        reply(call, logs.slow(), call.argCount() == 3 ? count(call) : DEFAULT_COUNT);
    }

    /** Answers the newest entries; all when {@code count} is -1. */
    private static void reply(Call call, CommandLog log, long count) {
        long shown = count == -1 ? log.size() : Math.min(count, log.size());
        ReplyWriter reply = call.reply();
        reply.array((int) shown);
        for (CommandLog.Entry entry : log.entries()) {
            if (shown-- == 0) {
                break;
            }
            reply.array(FIELDS);
            reply.integer(entry.id());
            reply.integer(entry.unixSeconds());
            reply.integer(entry.amount());
            reply.array(entry.arguments().size());
            for (byte[] argument : entry.arguments()) {
                reply.bulk(argument, 0, argument.length);
            }
            reply.bulk(entry.clientAddress());
            reply.bulk(entry.clientName());
        }
    }

    private static void reset(Call call, CommandLog log) {
        log.clear();
        call.reply().ok();
    }
}
