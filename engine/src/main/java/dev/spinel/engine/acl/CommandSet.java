package dev.spinel.engine.acl;

import java.util.Arrays;

/** A set of commands by their {@link RuleCommand#accessId}, which says something of commands to come too. */
final class CommandSet {
    private long[] bits = {};
    /** What holds for the commands that no bit stands for. */
    private boolean includesOthers;

    boolean contains(int id) {
        int word = id >> 6;
        return word < bits.length ? (bits[word] >>> id & 1) != 0 : includesOthers;
    }

    /** Whether commands that plugins bring later are in it. */
    boolean includesFuture() {
        return includesOthers;
    }

    void set(int id, boolean included) {
        int word = id >> 6;
        if (word >= bits.length) {
            int before = bits.length;
            bits = Arrays.copyOf(bits, word + 1);
            Arrays.fill(bits, before, bits.length, includesOthers ? -1L : 0L);
        }
        long bit = 1L << id;
        bits[word] = included ? bits[word] | bit : bits[word] & ~bit;
    }

    /** Makes it the set of all commands, those to come included, or of none. */
    void setAll(boolean included) {
        bits = new long[0];
        includesOthers = included;
    }

    CommandSet copy() {
        CommandSet copy = new CommandSet();
        copy.bits = bits.clone();
        copy.includesOthers = includesOthers;
        return copy;
    }
}
