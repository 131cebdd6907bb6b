package dev.spinel.engine.command.generic;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The commands on keys whatever their type: which specification each handler fulfils. */
public final class GenericCommands implements ServerPlugin {
    @Override
    public String name() {
        return "generic";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(GenericSpecs.COPY, KeyMove::copy),
                Command.of(GenericSpecs.DEL, KeyPresence::del),
                Command.of(GenericSpecs.EXISTS, KeyPresence::exists),
                Command.of(GenericSpecs.EXPIRE, KeyExpiry::expire),
                Command.of(GenericSpecs.EXPIREAT, KeyExpiry::expireat),
                Command.of(GenericSpecs.EXPIRETIME, KeyExpiry::expiretime),
                Command.of(GenericSpecs.KEYS, KeyScan::keys),
                Command.of(GenericSpecs.MOVE, KeyMove::move),
                Command.container(
                        GenericSpecs.OBJECT,
                        Command.of(GenericSpecs.OBJECT_ENCODING, KeyInspection::encoding),
                        Command.of(GenericSpecs.OBJECT_FREQ, KeyInspection::freq),
                        Command.of(GenericSpecs.OBJECT_HELP, KeyInspection::help),
                        Command.of(GenericSpecs.OBJECT_IDLETIME, KeyInspection::idletime),
                        Command.of(GenericSpecs.OBJECT_REFCOUNT, KeyInspection::refcount)),
                Command.of(GenericSpecs.PERSIST, KeyExpiry::persist),
                Command.of(GenericSpecs.PEXPIRE, KeyExpiry::pexpire),
                Command.of(GenericSpecs.PEXPIREAT, KeyExpiry::pexpireat),
                Command.of(GenericSpecs.PEXPIRETIME, KeyExpiry::pexpiretime),
                Command.of(GenericSpecs.PTTL, KeyExpiry::pttl),
                Command.of(GenericSpecs.RANDOMKEY, KeyScan::randomkey),
                Command.of(GenericSpecs.RENAME, KeyMove::rename),
                Command.of(GenericSpecs.RENAMENX, KeyMove::renamenx),
                Command.of(GenericSpecs.SCAN, KeyScan::scan),
                Command.of(GenericSpecs.SORT, Sort::sort),
                Command.of(GenericSpecs.SORT_RO, Sort::sortRo),
                Command.of(GenericSpecs.TOUCH, KeyPresence::touch),
                Command.of(GenericSpecs.TTL, KeyExpiry::ttl),
                Command.of(GenericSpecs.TYPE, KeyPresence::type),
                Command.of(GenericSpecs.UNLINK, KeyPresence::unlink));
    }
}
