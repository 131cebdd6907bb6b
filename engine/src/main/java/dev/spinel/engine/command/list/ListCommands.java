package dev.spinel.engine.command.list;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The commands on lists: which specification each handler fulfils. */
public final class ListCommands implements ServerPlugin {
    @Override
    public String name() {
        return "list";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(ListSpecs.BLMOVE, ListMove::blmove),
                Command.of(ListSpecs.BLMOVEM, ListMoveMany::blmovem),
                Command.of(ListSpecs.BLMPOP, ListPop::blmpop),
                Command.of(ListSpecs.BLPOP, ListPop::blpop),
                Command.of(ListSpecs.BRPOP, ListPop::brpop),
                Command.of(ListSpecs.BRPOPLPUSH, ListMove::brpoplpush),
                Command.of(ListSpecs.LINDEX, ListRead::lindex),
                Command.of(ListSpecs.LINSERT, ListEdit::linsert),
                Command.of(ListSpecs.LLEN, ListRead::llen),
                Command.of(ListSpecs.LMOVE, ListMove::lmove),
                Command.of(ListSpecs.LMOVEM, ListMoveMany::lmovem),
                Command.of(ListSpecs.LMPOP, ListPop::lmpop),
                Command.of(ListSpecs.LPOP, ListPop::lpop),
                Command.of(ListSpecs.LPOS, ListRead::lpos),
                Command.of(ListSpecs.LPUSH, ListPush::lpush),
                Command.of(ListSpecs.LPUSHX, ListPush::lpushx),
                Command.of(ListSpecs.LRANGE, ListRead::lrange),
                Command.of(ListSpecs.LREM, ListEdit::lrem),
                Command.of(ListSpecs.LSET, ListEdit::lset),
                Command.of(ListSpecs.LTRIM, ListEdit::ltrim),
                Command.of(ListSpecs.RPOP, ListPop::rpop),
                Command.of(ListSpecs.RPOPLPUSH, ListMove::rpoplpush),
                Command.of(ListSpecs.RPUSH, ListPush::rpush),
                Command.of(ListSpecs.RPUSHX, ListPush::rpushx));
    }
}
