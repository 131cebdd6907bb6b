package dev.spinel.rdb;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.ASKING;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.MOVABLEKEYS;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.NO_ASYNC_LOADING;
import static dev.spinel.api.command.CommandFlag.NO_MULTI;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.STALE;
import static dev.spinel.api.command.CommandFlag.SYSTEM;
import static dev.spinel.api.command.CommandFlag.WRITE;
import static dev.spinel.api.command.KeySpec.Flag.ACCESS;
import static dev.spinel.api.command.KeySpec.Flag.DELETE;
import static dev.spinel.api.command.KeySpec.Flag.INCOMPLETE;
import static dev.spinel.api.command.KeySpec.Flag.OW;
import static dev.spinel.api.command.KeySpec.Flag.RO;
import static dev.spinel.api.command.KeySpec.Flag.RW;
import static dev.spinel.api.command.KeySpec.Flag.UPDATE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import java.util.Set;

/**
 * Specifications of the commands on files and on the serialized form of values, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15; the manual of Valkey for BGSAVE CANCEL.
 */
final class RdbSpecs {
    private static final String COMPLEXITY_OF_VALUE = "O(N) for N elements, O(N*log(N)) for those of a sorted set.";

    static final CommandSpec BGSAVE = CommandSpec.named("BGSAVE")
            .group(CommandGroup.SERVER)
            .since("1.0.0")
            .arity(-1)
            .flags(ADMIN, NOSCRIPT, NO_ASYNC_LOADING)
            .arguments(word("schedule", "SCHEDULE").optional().since("3.2.2"))
            .summary("Saves all data to a file in the background.")
            .complexity("O(1)")
            .changed("3.2.2", "Option SCHEDULE.")
            .build();

    static final CommandSpec DUMP = CommandSpec.named("DUMP")
            .group(CommandGroup.GENERIC)
            .since("2.6.0")
            .arity(2)
            .flags(READONLY)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(key("key", 0))
            .summary("Returns the serialized form of a value.")
            .complexity("O(N) for the bytes of the value.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec LASTSAVE = CommandSpec.named("LASTSAVE")
            .group(CommandGroup.SERVER)
            .since("1.0.0")
            .arity(1)
            .flags(LOADING, STALE, FAST)
            .acl(AclCategory.ADMIN, AclCategory.DANGEROUS)
            .summary("Returns the Unix time of the last save that succeeded.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec MIGRATE = CommandSpec.named("MIGRATE")
            .group(CommandGroup.GENERIC)
            .since("2.6.0")
            .arity(-6)
            .flags(WRITE, MOVABLEKEYS)
            .acl(AclCategory.KEYSPACE, AclCategory.DANGEROUS)
            .keys(
                    KeySpec.at(3, RW, ACCESS, DELETE),
                    new KeySpec(
                            Set.of(RW, ACCESS, DELETE, INCOMPLETE),
                            new KeySpec.Begin.Keyword("KEYS", -2),
                            new KeySpec.Find.Range(-1, 1, 0),
                            null))
            .arguments(
                    string("host"),
                    integer("port"),
                    oneOf("key_or_empty_string", key("key", 0), word("empty_string", "")),
                    integer("destination-db"),
                    integer("timeout"),
                    word("copy", "COPY").optional().since("3.0.0"),
                    word("replace", "REPLACE").optional().since("3.0.0"),
                    oneOf(
                                    "authentication",
                                    string("password").token("AUTH").optional().since("4.0.7"),
                                    block("username_password", string("username"), string("password"))
                                            .token("AUTH2")
                                            .optional()
                                            .since("6.0.0"))
                            .optional(),
                    key("key", 1).token("KEYS").optional().multiple().since("3.0.6"))
            .summary("Moves keys to another server.")
            .complexity("Those of DUMP and RESTORE, plus O(N) to transfer N bytes.")
            .changed("3.0.0", "Options COPY and REPLACE.")
            .changed("3.0.6", "Option KEYS.")
            .changed("4.0.7", "Option AUTH.")
            .changed("6.0.0", "Option AUTH2.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec RESTORE = restore("RESTORE", CommandGroup.GENERIC, "2.6.0")
            .summary("Makes a key out of the serialized form of its value.")
            .build();

    static final CommandSpec RESTORE_ASKING = restore("RESTORE-ASKING", CommandGroup.SERVER, "3.0.0")
            .flags(ASKING, SYSTEM)
            .summary("Makes a key of a slot that is being imported out of the serialized form of its value.")
            .build();

    static final CommandSpec SAVE = CommandSpec.named("SAVE")
            .group(CommandGroup.SERVER)
            .since("1.0.0")
            .arity(1)
            .flags(ADMIN, NOSCRIPT, NO_ASYNC_LOADING, NO_MULTI)
            .summary("Saves all data to a file, while clients wait.")
            .complexity("O(N) for N keys.")
            .build();

    private RdbSpecs() {}

    private static CommandSpec.Builder restore(String name, CommandGroup group, String since) {
        Argument seconds = integer("seconds").token("IDLETIME").optional().since("5.0.0");
        return CommandSpec.named(name)
                .group(group)
                .since(since)
                .arity(-4)
                .flags(WRITE, DENYOOM)
                .acl(AclCategory.KEYSPACE, AclCategory.DANGEROUS)
                .keys(KeySpec.at(1, OW, UPDATE))
                .arguments(
                        key("key", 0),
                        integer("ttl"),
                        string("serialized-value"),
                        word("replace", "REPLACE").optional().since("3.0.0"),
                        word("absttl", "ABSTTL").optional().since("5.0.0"),
                        seconds,
                        integer("frequency").token("FREQ").optional().since("5.0.0"))
                .complexity(COMPLEXITY_OF_VALUE)
                .changed("3.0.0", "Option REPLACE.")
                .changed("5.0.0", "Option ABSTTL.")
                .changed("5.0.0", "Options IDLETIME and FREQ.");
    }
}
