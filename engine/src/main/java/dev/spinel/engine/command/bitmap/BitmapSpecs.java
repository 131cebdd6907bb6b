package dev.spinel.engine.command.bitmap;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.WRITE;
import static dev.spinel.api.command.KeySpec.Flag.ACCESS;
import static dev.spinel.api.command.KeySpec.Flag.OW;
import static dev.spinel.api.command.KeySpec.Flag.RO;
import static dev.spinel.api.command.KeySpec.Flag.RW;
import static dev.spinel.api.command.KeySpec.Flag.UPDATE;
import static dev.spinel.api.command.KeySpec.Flag.VARIABLE_FLAGS;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of the bitmap commands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15; the manual for what 8.2 added to BITOP.
 */
final class BitmapSpecs {
    private static final Argument KEY = key("key", 0);
    private static final Argument UNIT = oneOf("index_unit", word("byte", "BYTE"), word("bit", "BIT"))
            .optional()
            .since("7.0.0");
    private static final Argument ENCODING_OFFSET =
            block("encoding_offset", string("encoding"), integer("offset")).token("GET");

    static final CommandSpec BITCOUNT = command("BITCOUNT")
            .since("2.6.0")
            .arity(-2)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY, block("index", integer("start"), integer("end"), UNIT).optional())
            .summary("Counts the bits of a string that are set, in a range if asked to.")
            .complexity("O(N) for N bytes counted.")
            .changed("7.0.0", "Option BYTE or BIT.")
            .build();

    static final CommandSpec BITFIELD = command("BITFIELD")
            .since("3.2.0")
            .arity(-2)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE, VARIABLE_FLAGS).withNotes("RO and access when there is only GET"))
            .arguments(
                    KEY,
                    oneOf(
                                    "operation",
                                    ENCODING_OFFSET,
                                    block(
                                            "write",
                                            oneOf(
                                                            "wrap_sat_fail",
                                                            word("wrap", "WRAP"),
                                                            word("sat", "SAT"),
                                                            word("fail", "FAIL"))
                                                    .token("OVERFLOW")
                                                    .optional(),
                                            oneOf(
                                                    "write_operation",
                                                    block(
                                                                    "encoding_offset_value",
                                                                    string("encoding"),
                                                                    integer("offset"),
                                                                    integer("value"))
                                                            .token("SET"),
                                                    block(
                                                                    "encoding_offset_increment",
                                                                    string("encoding"),
                                                                    integer("offset"),
                                                                    integer("increment"))
                                                            .token("INCRBY"))))
                            .optional()
                            .multiple())
            .summary("Reads and changes integers of any width at any bit of a string.")
            .complexity("O(1) for each operation.")
            .build();

    static final CommandSpec BITFIELD_RO = command("BITFIELD_RO")
            .since("6.0.0")
            .arity(-2)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, ENCODING_OFFSET.optional().multiple().multipleToken())
            .summary("Reads integers of any width at any bit of a string.")
            .complexity("O(1) for each operation.")
            .build();

    static final CommandSpec BITOP = command("BITOP")
            .since("2.6.0")
            .arity(-4)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(2, OW, UPDATE), KeySpec.range(3, -1, 1, RO, ACCESS))
            .arguments(string("operation"), key("destkey", 0), key("key", 1).multiple())
            .summary("Combines strings bit by bit and stores the result.")
            .complexity("O(N) for N bytes of all strings.")
            .changed("8.2.0", "Operations DIFF, DIFF1, ANDOR and ONE.")
            .build();

    static final CommandSpec BITPOS = command("BITPOS")
            .since("2.8.7")
            .arity(-3)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    integer("bit"),
                    block(
                                    "index",
                                    integer("start"),
                                    block("end_index", integer("end"), UNIT).optional())
                            .optional())
            .summary("Finds the first bit of a string that is set or clear, in a range if asked to.")
            .complexity("O(N) for N bytes looked at.")
            .changed("7.0.0", "Option BYTE or BIT.")
            .build();

    static final CommandSpec GETBIT = command("GETBIT")
            .since("2.2.0")
            .arity(3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, integer("offset"))
            .summary("Returns one bit of a string.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SETBIT = command("SETBIT")
            .since("2.2.0")
            .arity(4)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY, integer("offset"), integer("value"))
            .summary("Sets or clears one bit of a string, creating or growing it when needed.")
            .complexity("O(1)")
            .build();

    private BitmapSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.BITMAP).acl(AclCategory.BITMAP);
    }
}
