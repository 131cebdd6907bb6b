package dev.spinel.engine.command.list;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.real;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.BLOCKING;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.MOVABLEKEYS;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.READONLY;
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
 * Specifications of the list commands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class ListSpecs {
    private static final Argument KEY = key("key", 0);
    private static final Argument WHERE = oneOf("where", word("left", "LEFT"), word("right", "RIGHT"));
    private static final Argument WHERETO = oneOf("whereto", word("left", "LEFT"), word("right", "RIGHT"));
    private static final Argument WHEREFROM = oneOf("wherefrom", word("left", "LEFT"), word("right", "RIGHT"));

    private static final Argument HOW_MANY = block(
                    "how-many",
                    oneOf(
                            "selector",
                            integer("count").token("COUNT"),
                            integer("exactly").token("EXACTLY")),
                    oneOf("ordering", word("obo", "OBO"), word("bulk", "BULK")))
            .optional();

    static final CommandSpec BLMOVE = command("BLMOVE")
            .since("6.2.0")
            .arity(6)
            .flags(WRITE, DENYOOM, NOSCRIPT, BLOCKING)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT))
            .arguments(key("source", 0), key("destination", 1), WHEREFROM, WHERETO, real("timeout"))
            .summary("Moves an element between the ends of two lists, waiting until there is one.")
            .complexity("O(1)")
            .build();

    static final CommandSpec BLMOVEM = command("BLMOVEM")
            .since("8.10.0")
            .arity(-6)
            .flags(WRITE, DENYOOM, BLOCKING)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT))
            .arguments(key("source", 0), key("destination", 1), WHEREFROM, WHERETO, real("timeout"), HOW_MANY)
            .summary("Moves elements between the ends of two lists, waiting until there are some, or enough.")
            .complexity("O(N) for N elements moved.")
            .build();

    static final CommandSpec BLMPOP = command("BLMPOP")
            .since("7.0.0")
            .arity(-5)
            .flags(WRITE, BLOCKING, MOVABLEKEYS)
            .keys(KeySpec.counted(2, RW, ACCESS, DELETE))
            .arguments(
                    real("timeout"),
                    integer("numkeys"),
                    KEY.multiple(),
                    WHERE,
                    integer("count").token("COUNT").optional())
            .summary("Pops elements from the first of several lists that has any, waiting until one has.")
            .complexity("O(N+M) for N keys and M elements popped.")
            .build();

    static final CommandSpec BLPOP = command("BLPOP")
            .since("2.0.0")
            .arity(-3)
            .flags(WRITE, NOSCRIPT, BLOCKING)
            .keys(KeySpec.range(1, -2, 1, RW, ACCESS, DELETE))
            .arguments(KEY.multiple(), real("timeout"))
            .summary("Pops the head of the first of several lists that has elements, waiting until one has.")
            .complexity("O(N) for N keys.")
            .changed("6.0.0", "The timeout may be a fraction.")
            .build();

    static final CommandSpec BRPOP = command("BRPOP")
            .since("2.0.0")
            .arity(-3)
            .flags(WRITE, NOSCRIPT, BLOCKING)
            .keys(KeySpec.range(1, -2, 1, RW, ACCESS, DELETE))
            .arguments(KEY.multiple(), real("timeout"))
            .summary("Pops the tail of the first of several lists that has elements, waiting until one has.")
            .complexity("O(N) for N keys.")
            .changed("6.0.0", "The timeout may be a fraction.")
            .build();

    static final CommandSpec BRPOPLPUSH = command("BRPOPLPUSH")
            .since("2.2.0")
            .arity(4)
            .flags(WRITE, DENYOOM, NOSCRIPT, BLOCKING)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT))
            .arguments(key("source", 0), key("destination", 1), real("timeout"))
            .summary("Moves the tail of a list to the head of another, waiting until there is one.")
            .complexity("O(1)")
            .changed("6.0.0", "The timeout may be a fraction.")
            .deprecated("6.2.0", "BLMOVE with RIGHT and LEFT")
            .build();

    static final CommandSpec LINDEX = command("LINDEX")
            .since("1.0.0")
            .arity(3)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, integer("index"))
            .summary("Returns the element of a list at an index.")
            .complexity("O(N) for N elements between the nearer end and the index.")
            .build();

    static final CommandSpec LINSERT = command("LINSERT")
            .since("2.2.0")
            .arity(5)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, INSERT))
            .arguments(
                    KEY,
                    oneOf("where", word("before", "BEFORE"), word("after", "AFTER")),
                    string("pivot"),
                    string("element"))
            .summary("Inserts an element beside another one in a list.")
            .complexity("O(N) for N elements before the pivot.")
            .build();

    static final CommandSpec LLEN = command("LLEN")
            .since("1.0.0")
            .arity(2)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO))
            .arguments(KEY)
            .summary("Returns the number of elements of a list.")
            .complexity("O(1)")
            .build();

    static final CommandSpec LMOVE = command("LMOVE")
            .since("6.2.0")
            .arity(5)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT))
            .arguments(key("source", 0), key("destination", 1), WHEREFROM, WHERETO)
            .summary("Moves an element between the ends of two lists.")
            .complexity("O(1)")
            .build();

    static final CommandSpec LMOVEM = command("LMOVEM")
            .since("8.10.0")
            .arity(-5)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT))
            .arguments(key("source", 0), key("destination", 1), WHEREFROM, WHERETO, HOW_MANY)
            .summary("Moves elements between the ends of two lists.")
            .complexity("O(N) for N elements moved.")
            .build();

    static final CommandSpec LMPOP = command("LMPOP")
            .since("7.0.0")
            .arity(-4)
            .flags(WRITE, MOVABLEKEYS)
            .keys(KeySpec.counted(1, RW, ACCESS, DELETE))
            .arguments(
                    integer("numkeys"),
                    KEY.multiple(),
                    WHERE,
                    integer("count").token("COUNT").optional())
            .summary("Pops elements from the first of several lists that has any.")
            .complexity("O(N+M) for N keys and M elements popped.")
            .build();

    static final CommandSpec LPOP = command("LPOP")
            .since("1.0.0")
            .arity(-2)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE))
            .arguments(KEY, integer("count").optional().since("6.2.0"))
            .summary("Pops elements from the head of a list.")
            .complexity("O(N) for N elements popped.")
            .changed("6.2.0", "Optional count.")
            .build();

    static final CommandSpec LPOS = command("LPOS")
            .since("6.0.6")
            .arity(-3)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    string("element"),
                    integer("rank").token("RANK").optional(),
                    integer("num-matches").token("COUNT").optional(),
                    integer("len").token("MAXLEN").optional())
            .summary("Returns where an element occurs in a list.")
            .complexity("O(N) for N elements looked at; MAXLEN bounds it.")
            .build();

    static final CommandSpec LPUSH = command("LPUSH")
            .since("1.0.0")
            .arity(-3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, INSERT))
            .arguments(KEY, string("element").multiple())
            .summary("Adds elements at the head of a list, creating it when absent.")
            .complexity("O(N) for N elements added.")
            .changed("2.4.0", "Takes several elements.")
            .build();

    static final CommandSpec LPUSHX = command("LPUSHX")
            .since("2.2.0")
            .arity(-3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, INSERT))
            .arguments(KEY, string("element").multiple())
            .summary("Adds elements at the head of a list that exists.")
            .complexity("O(N) for N elements added.")
            .changed("4.0.0", "Takes several elements.")
            .build();

    static final CommandSpec LRANGE = command("LRANGE")
            .since("1.0.0")
            .arity(4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, integer("start"), integer("stop"))
            .summary("Returns the elements of a list between two indexes.")
            .complexity("O(S+N) for a start S elements away from the nearer end and N elements returned.")
            .build();

    static final CommandSpec LREM = command("LREM")
            .since("1.0.0")
            .arity(4)
            .flags(WRITE)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, integer("count"), string("element"))
            .summary("Removes the occurrences of an element from a list.")
            .complexity("O(N+M) for a list of N elements and M removed.")
            .build();

    static final CommandSpec LSET = command("LSET")
            .since("1.0.0")
            .arity(4)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, integer("index"), string("element"))
            .summary("Replaces the element of a list at an index.")
            .complexity("O(N) for N elements between the nearer end and the index.")
            .build();

    static final CommandSpec LTRIM = command("LTRIM")
            .since("1.0.0")
            .arity(4)
            .flags(WRITE)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, integer("start"), integer("stop"))
            .summary("Cuts a list down to the elements between two indexes.")
            .complexity("O(N) for N elements removed.")
            .build();

    static final CommandSpec RPOP = command("RPOP")
            .since("1.0.0")
            .arity(-2)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE))
            .arguments(KEY, integer("count").optional().since("6.2.0"))
            .summary("Pops elements from the tail of a list.")
            .complexity("O(N) for N elements popped.")
            .changed("6.2.0", "Optional count.")
            .build();

    static final CommandSpec RPOPLPUSH = command("RPOPLPUSH")
            .since("1.2.0")
            .arity(3)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT))
            .arguments(key("source", 0), key("destination", 1))
            .summary("Moves the tail of a list to the head of another.")
            .complexity("O(1)")
            .deprecated("6.2.0", "LMOVE with RIGHT and LEFT")
            .build();

    static final CommandSpec RPUSH = command("RPUSH")
            .since("1.0.0")
            .arity(-3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, INSERT))
            .arguments(KEY, string("element").multiple())
            .summary("Adds elements at the tail of a list, creating it when absent.")
            .complexity("O(N) for N elements added.")
            .changed("2.4.0", "Takes several elements.")
            .build();

    static final CommandSpec RPUSHX = command("RPUSHX")
            .since("2.2.0")
            .arity(-3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, INSERT))
            .arguments(KEY, string("element").multiple())
            .summary("Adds elements at the tail of a list that exists.")
            .complexity("O(N) for N elements added.")
            .changed("4.0.0", "Takes several elements.")
            .build();

    private ListSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.LIST).acl(AclCategory.LIST);
    }
}
