package dev.spinel.engine.dispatch;

import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * The first, last and step figures by which clients older than key specifications find keys; all 0 without keys.
 *
 * @param first position of the first key
 * @param last position of the last key, negative from the end
 * @param step distance of the keys
 */
record LegacyKeyRange(int first, int last, int step) {
    private static final LegacyKeyRange NONE = new LegacyKeyRange(0, 0, 0);

    /*
     * A single specification with a fixed position and a range says it all. Of several, those are joined that have a
     * step of one and follow each other without a gap, as the two keys of LMOVE do; the others stay out, and the command
     * carries MOVABLEKEYS.
     */
    static LegacyKeyRange of(CommandSpec spec) {
        int first = 0;
        int last = 0;
        for (KeySpec keys : spec.keySpecs()) {
            if (!(keys.begin() instanceof KeySpec.Begin.Index begin)
                    || !(keys.find() instanceof KeySpec.Find.Range range)) {
                continue;
            }
            int end = range.last() < 0 ? range.last() : begin.position() + range.last();
            if (spec.keySpecs().size() == 1) {
                return new LegacyKeyRange(begin.position(), end, range.step());
            }
            boolean consecutive = last == 0 || last == begin.position() - 1;
            if (range.step() == 1 && consecutive) {
                first = first == 0 ? begin.position() : Math.min(first, begin.position());
                // a position from the end is farther than any from the start
                last = Integer.compareUnsigned(end, last) > 0 ? end : last;
            }
        }
        return first == 0 ? NONE : new LegacyKeyRange(first, last, 1);
    }
}
