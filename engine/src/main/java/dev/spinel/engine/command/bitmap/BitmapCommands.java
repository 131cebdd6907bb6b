package dev.spinel.engine.command.bitmap;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The commands on bitmaps: which specification each handler fulfils. */
public final class BitmapCommands implements ServerPlugin {
    @Override
    public String name() {
        return "bitmap";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(BitmapSpecs.BITCOUNT, BitScan::bitcount),
                Command.of(BitmapSpecs.BITFIELD, BitField::bitfield),
                Command.of(BitmapSpecs.BITFIELD_RO, BitField::bitfieldRo),
                Command.of(BitmapSpecs.BITOP, BitCombination::bitop),
                Command.of(BitmapSpecs.BITPOS, BitScan::bitpos),
                Command.of(BitmapSpecs.GETBIT, SingleBit::getbit),
                Command.of(BitmapSpecs.SETBIT, SingleBit::setbit));
    }
}
