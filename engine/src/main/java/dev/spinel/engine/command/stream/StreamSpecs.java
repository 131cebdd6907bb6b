package dev.spinel.engine.command.stream;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.unixTime;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.BLOCKING;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.MOVABLEKEYS;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.STALE;
import static dev.spinel.api.command.CommandFlag.WRITE;
import static dev.spinel.api.command.KeySpec.Flag.ACCESS;
import static dev.spinel.api.command.KeySpec.Flag.DELETE;
import static dev.spinel.api.command.KeySpec.Flag.INSERT;
import static dev.spinel.api.command.KeySpec.Flag.RO;
import static dev.spinel.api.command.KeySpec.Flag.RW;
import static dev.spinel.api.command.KeySpec.Flag.UPDATE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of the stream commands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15; for what came later, the command pages of Redis.
 */
final class StreamSpecs {
    private static final Argument KEY = key("key", 0);

    private static final Argument STREAMS =
            block("streams", KEY.multiple(), string("id").multiple()).token("STREAMS");

    private static final Argument GROUP_ID = oneOf("id", string("id"), word("new_id", "$"));

    private static final Argument TRIM = block(
            "trim",
            oneOf("strategy", word("maxlen", "MAXLEN"), word("minid", "MINID").since("6.2.0")),
            oneOf("operator", word("equal", "="), word("approximately", "~")).optional(),
            string("threshold"),
            integer("count").token("LIMIT").optional().since("6.2.0"));

    private static final Argument REFERENCES = oneOf(
                    "condition", word("keepref", "KEEPREF"), word("delref", "DELREF"), word("acked", "ACKED"))
            .optional();

    private static final Argument IDEMPOTENCE = oneOf(
                    "idmp",
                    string("producer-id").token("IDMPAUTO"),
                    block("idmp-manual", string("producer-id"), string("idempotent-id"))
                            .token("IDMP"))
            .optional();

    private static final Argument MAX_COUNT =
            integer("maxcount").token("MAXCOUNT").optional().since("8.10.0");

    private static final Argument MAX_SIZE =
            integer("maxsize").token("MAXSIZE").optional().since("8.10.0");

    private static final Argument IDS =
            block("ids", integer("numids"), string("id").multiple()).token("IDS");

    static final CommandSpec XACK = command("XACK")
            .since("5.0.0")
            .arity(-4)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, string("group"), string("id").multiple())
            .summary("Acknowledges entries that were delivered to a consumer group.")
            .complexity("O(1) for each ID.")
            .build();

    static final CommandSpec XACKDEL = command("XACKDEL")
            .since("8.2.0")
            .arity(-6)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, UPDATE, DELETE))
            .arguments(KEY, string("group"), REFERENCES, IDS)
            .summary("Acknowledges entries and removes them from a stream, if references allow.")
            .complexity("O(1) for each ID.")
            .build();

    static final CommandSpec XADD = command("XADD")
            .since("5.0.0")
            .arity(-5)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, UPDATE).withNotes("UPDATE, because it may trim the stream that it adds to."))
            .arguments(
                    KEY,
                    word("nomkstream", "NOMKSTREAM").optional().since("6.2.0"),
                    REFERENCES.since("8.2.0"),
                    IDEMPOTENCE.since("8.6.0"),
                    TRIM.optional(),
                    oneOf("id_or_auto", word("auto_id", "*"), string("id")),
                    block("field_value", string("field"), string("value")).multiple())
            .summary("Adds an entry to a stream, creating it when absent.")
            .complexity("O(1) to add; O(N) to trim N entries.")
            .tips("nondeterministic_output")
            .changed("6.2.0", "Options NOMKSTREAM, MINID and LIMIT.")
            .changed("7.0.0", "The second number of an ID may be *.")
            .changed("8.2.0", "Options KEEPREF, DELREF and ACKED.")
            .changed("8.6.0", "Options IDMPAUTO and IDMP.")
            .build();

    static final CommandSpec XAUTOCLAIM = command("XAUTOCLAIM")
            .since("6.2.0")
            .arity(-6)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(
                    KEY,
                    string("group"),
                    string("consumer"),
                    string("min-idle-time"),
                    string("start"),
                    integer("count").token("COUNT").optional(),
                    word("justid", "JUSTID").optional())
            .summary("Gives entries that are pending for a while to a consumer.")
            .complexity("O(1) for a small count.")
            .tips("nondeterministic_output")
            .changed("7.0.0", "The reply names entries that were deleted and are no longer pending.")
            .build();

    static final CommandSpec XCFGSET = command("XCFGSET")
            .since("8.6.0")
            .arity(-2)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(
                    KEY,
                    integer("idmp-duration").token("IDMP-DURATION").optional(),
                    integer("idmp-maxsize").token("IDMP-MAXSIZE").optional())
            .summary("Sets how long and how many idempotent IDs a stream keeps of each producer.")
            .complexity("O(1)")
            .build();

    static final CommandSpec XCLAIM = command("XCLAIM")
            .since("5.0.0")
            .arity(-6)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(
                    KEY,
                    string("group"),
                    string("consumer"),
                    string("min-idle-time"),
                    string("id").multiple(),
                    integer("ms").token("IDLE").optional(),
                    unixTime("unix-time-milliseconds").token("TIME").optional(),
                    integer("count").token("RETRYCOUNT").optional(),
                    word("force", "FORCE").optional(),
                    word("justid", "JUSTID").optional(),
                    string("id").token("LASTID").optional())
            .summary("Gives named pending entries to a consumer.")
            .complexity("O(log(N)) for N pending entries.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec XDEL = command("XDEL")
            .since("5.0.0")
            .arity(-3)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, string("id").multiple())
            .summary("Removes entries from a stream.")
            .complexity("O(1) for each ID.")
            .build();

    static final CommandSpec XDELEX = command("XDELEX")
            .since("8.2.0")
            .arity(-5)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, REFERENCES, IDS)
            .summary("Removes entries from a stream, with or without the references to them.")
            .complexity("O(1) for each ID.")
            .build();

    static final CommandSpec XGROUP_CREATE = command("CREATE")
            .since("5.0.0")
            .arity(-5)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(2, RW, INSERT))
            .arguments(
                    KEY,
                    string("groupname"),
                    GROUP_ID,
                    word("mkstream", "MKSTREAM").optional(),
                    integer("entries_read").token("ENTRIESREAD").optional())
            .summary("Creates a consumer group.")
            .complexity("O(1)")
            .changed("7.0.0", "Option ENTRIESREAD.")
            .build();

    static final CommandSpec XGROUP_CREATECONSUMER = command("CREATECONSUMER")
            .since("6.2.0")
            .arity(5)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(2, RW, INSERT))
            .arguments(KEY, string("groupname"), string("consumername"))
            .summary("Creates a consumer of a group.")
            .complexity("O(1)")
            .build();

    static final CommandSpec XGROUP_DELCONSUMER = command("DELCONSUMER")
            .since("5.0.0")
            .arity(5)
            .flags(WRITE)
            .keys(KeySpec.at(2, RW, DELETE))
            .arguments(KEY, string("groupname"), string("consumername"))
            .summary("Removes a consumer and what is pending for it.")
            .complexity("O(1)")
            .build();

    static final CommandSpec XGROUP_DESTROY = command("DESTROY")
            .since("5.0.0")
            .arity(4)
            .flags(WRITE)
            .keys(KeySpec.at(2, RW, DELETE))
            .arguments(KEY, string("groupname"))
            .summary("Removes a consumer group.")
            .complexity("O(N) for N pending entries.")
            .build();

    static final CommandSpec XGROUP_SETID = command("SETID")
            .since("5.0.0")
            .arity(-5)
            .flags(WRITE)
            .keys(KeySpec.at(2, RW, UPDATE))
            .arguments(
                    KEY,
                    string("groupname"),
                    GROUP_ID,
                    integer("entries_read").token("ENTRIESREAD").optional())
            .summary("Sets the ID of the last entry delivered to a group.")
            .complexity("O(1)")
            .changed("7.0.0", "Option ENTRIESREAD.")
            .build();

    static final CommandSpec XGROUP_HELP = help();

    static final CommandSpec XINFO_CONSUMERS = command("CONSUMERS")
            .since("5.0.0")
            .arity(4)
            .flags(READONLY)
            .keys(KeySpec.at(2, RO, ACCESS))
            .arguments(KEY, string("groupname"))
            .summary("Describes the consumers of a group.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec XINFO_GROUPS = command("GROUPS")
            .since("5.0.0")
            .arity(3)
            .flags(READONLY)
            .keys(KeySpec.at(2, RO, ACCESS))
            .arguments(KEY)
            .summary("Describes the groups of a stream.")
            .complexity("O(1)")
            .changed("7.0.0", "The reply has the entries read and the lag.")
            .build();

    static final CommandSpec XINFO_HELP = help();

    static final CommandSpec XINFO_STREAM = command("STREAM")
            .since("5.0.0")
            .arity(-3)
            .flags(READONLY)
            .keys(KeySpec.at(2, RO, ACCESS))
            .arguments(
                    KEY,
                    block("full", integer("count").token("COUNT").optional())
                            .token("FULL")
                            .optional())
            .summary("Describes a stream.")
            .complexity("O(1)")
            .changed("6.0.0", "Option FULL.")
            .changed("7.0.0", "The reply has counts of entries, the first ID and the greatest one deleted.")
            .changed("8.6.0", "The reply tells what is kept of idempotent producers.")
            .changed("8.8.0", "The reply counts released entries.")
            .build();

    static final CommandSpec XIDMPRECORD = command("XIDMPRECORD")
            .since("8.6.2")
            .arity(5)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, string("pid"), string("iid"), string("stream-id"))
            .summary("Records the idempotent ID of an entry that was added; for logs.")
            .complexity("O(1)")
            .build();

    static final CommandSpec XLEN = command("XLEN")
            .since("5.0.0")
            .arity(2)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO))
            .arguments(KEY)
            .summary("Returns the number of entries of a stream.")
            .complexity("O(1)")
            .build();

    static final CommandSpec XNACK = command("XNACK")
            .since("8.8.0")
            .arity(-7)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(
                    KEY,
                    string("group"),
                    oneOf("mode", word("silent", "SILENT"), word("fail", "FAIL"), word("fatal", "FATAL")),
                    IDS,
                    integer("count").token("RETRYCOUNT").optional(),
                    word("force", "FORCE").optional())
            .summary("Releases pending entries, for any consumer to claim.")
            .complexity("O(1) for each ID.")
            .build();

    static final CommandSpec XPENDING = command("XPENDING")
            .since("5.0.0")
            .arity(-3)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    string("group"),
                    block(
                                    "filters",
                                    integer("min-idle-time")
                                            .token("IDLE")
                                            .optional()
                                            .since("6.2.0"),
                                    string("start"),
                                    string("end"),
                                    integer("count"),
                                    string("consumer").optional())
                            .optional())
            .summary("Tells what is pending for a group.")
            .complexity("O(N) for N entries.")
            .tips("nondeterministic_output")
            .changed("6.2.0", "Option IDLE; the range may exclude its ends.")
            .build();

    static final CommandSpec XRANGE = command("XRANGE")
            .since("5.0.0")
            .arity(-4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    string("start"),
                    string("end"),
                    integer("count").token("COUNT").optional())
            .summary("Returns the entries between two IDs.")
            .complexity("O(N) for N entries.")
            .changed("6.2.0", "The range may exclude its ends.")
            .build();

    static final CommandSpec XREAD = command("XREAD")
            .since("5.0.0")
            .arity(-4)
            .flags(READONLY, BLOCKING, MOVABLEKEYS)
            .keys(KeySpec.halfAfter("STREAMS", 1, RO, ACCESS))
            .arguments(
                    integer("count").token("COUNT").optional(),
                    MAX_COUNT,
                    MAX_SIZE,
                    integer("milliseconds").token("BLOCK").optional(),
                    STREAMS)
            .summary("Returns the entries of streams behind an ID, waiting for some.")
            .complexity("O(N) for N entries.")
            .changed("8.10.0", "Options MAXCOUNT and MAXSIZE.")
            .build();

    static final CommandSpec XREADGROUP = command("XREADGROUP")
            .since("5.0.0")
            .arity(-7)
            .flags(WRITE, BLOCKING, MOVABLEKEYS)
            .keys(KeySpec.halfAfter("STREAMS", 4, RO, ACCESS))
            .arguments(
                    block("group_consumer", string("group"), string("consumer")).token("GROUP"),
                    integer("count").token("COUNT").optional(),
                    MAX_COUNT,
                    MAX_SIZE,
                    integer("milliseconds").token("BLOCK").optional(),
                    integer("min-idle-time").token("CLAIM").optional().since("8.4.0"),
                    word("noack", "NOACK").optional(),
                    STREAMS)
            .summary("Returns entries for a consumer of a group, waiting for some.")
            .complexity("O(N) for N entries; with CLAIM, for N entries pending.")
            .changed("8.4.0", "Option CLAIM.")
            .changed("8.10.0", "Options MAXCOUNT and MAXSIZE.")
            .build();

    static final CommandSpec XREVRANGE = command("XREVRANGE")
            .since("5.0.0")
            .arity(-4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    string("end"),
                    string("start"),
                    integer("count").token("COUNT").optional())
            .summary("Returns the entries between two IDs, the last one first.")
            .complexity("O(N) for N entries.")
            .changed("6.2.0", "The range may exclude its ends.")
            .build();

    static final CommandSpec XSETID = command("XSETID")
            .since("5.0.0")
            .arity(-3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(
                    KEY,
                    string("last-id"),
                    integer("entries_added").token("ENTRIESADDED").optional().since("7.0.0"),
                    string("max_deleted_entry_id")
                            .token("MAXDELETEDID")
                            .optional()
                            .since("7.0.0"))
            .summary("Sets the last ID of a stream.")
            .complexity("O(1)")
            .changed("7.0.0", "Options ENTRIESADDED and MAXDELETEDID.")
            .build();

    static final CommandSpec XTRIM = command("XTRIM")
            .since("5.0.0")
            .arity(-4)
            .flags(WRITE)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, TRIM, REFERENCES.since("8.2.0"))
            .summary("Removes the oldest entries of a stream.")
            .complexity("O(N) for N entries removed.")
            .tips("nondeterministic_output")
            .changed("6.2.0", "Options MINID and LIMIT.")
            .changed("8.2.0", "Options KEEPREF, DELREF and ACKED.")
            .build();

    static final CommandSpec XGROUP =
            container("XGROUP").summary("Manages consumer groups.").build();

    static final CommandSpec XINFO =
            container("XINFO").summary("Describes streams.").build();

    private StreamSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.STREAM).acl(AclCategory.STREAM);
    }

    private static CommandSpec.Builder container(String name) {
        return CommandSpec.named(name)
                .group(CommandGroup.STREAM)
                .since("5.0.0")
                .arity(-2)
                .complexity("Depends on subcommand.");
    }

    private static CommandSpec help() {
        return command("HELP")
                .since("5.0.0")
                .arity(2)
                .flags(LOADING, STALE)
                .summary("Lists the subcommands.")
                .complexity("O(1)")
                .build();
    }
}
