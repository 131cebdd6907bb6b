package dev.spinel.api.command;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a command has keys among its arguments and what it does with them.
 *
 * <p>Finding keys takes two steps: {@link Begin} finds the first argument, {@link Find} goes on from there. Positions
 * count the command name as 0. Source: the key specifications of Redis 7.
 *
 * @param flags what happens to the keys
 * @param begin how to find the first key argument
 * @param find how to find the others
 * @param notes a remark for people, or null
 */
public record KeySpec(Set<Flag> flags, Begin begin, Find find, @Nullable String notes) {
    public KeySpec {
        flags = flags.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(flags));
    }

    /** One key at a position. */
    public static KeySpec at(int position, Flag... flags) {
        return range(position, 0, 1, flags);
    }

    /** Keys from a position on: {@code last} is relative to it (0: only this one), or negative from the end. */
    public static KeySpec range(int position, int last, int step, Flag... flags) {
        return new KeySpec(Set.copyOf(List.of(flags)), new Begin.Index(position), new Find.Range(last, step, 0), null);
    }

    /** As many keys as the argument at {@code position} says, following it. */
    public static KeySpec counted(int position, Flag... flags) {
        return new KeySpec(Set.copyOf(List.of(flags)), new Begin.Index(position), new Find.KeyNumber(0, 1, 1), null);
    }

    /** A key after a keyword, searched from a position on (from the end when negative). */
    public static KeySpec after(String keyword, int startFrom, Flag... flags) {
        return new KeySpec(
                Set.copyOf(List.of(flags)), new Begin.Keyword(keyword, startFrom), new Find.Range(0, 1, 0), null);
    }

    /** Keys after a keyword, as {@link #after} finds it: the first half of what follows, an argument of each in the other. */
    public static KeySpec halfAfter(String keyword, int startFrom, Flag... flags) {
        return new KeySpec(
                Set.copyOf(List.of(flags)), new Begin.Keyword(keyword, startFrom), new Find.Range(-1, 1, 2), null);
    }

    /** Keys that cannot be told from the arguments alone. */
    public static KeySpec unknown(Flag... flags) {
        return new KeySpec(Set.copyOf(List.of(flags)), new Begin.Unknown(), new Find.Unknown(), null);
    }

    public KeySpec withNotes(String text) {
        return new KeySpec(flags, begin, find, text);
    }

    /** What happens to a key. */
    public enum Flag {
        RW("RW"),
        RO("RO"),
        OW("OW"),
        RM("RM"),
        ACCESS("access"),
        UPDATE("update"),
        INSERT("insert"),
        DELETE("delete"),
        NOT_KEY("not_key"),
        INCOMPLETE("incomplete"),
        VARIABLE_FLAGS("variable_flags");

        private final String wireName;

        Flag(String wireName) {
            this.wireName = wireName;
        }

        /** The name that COMMAND INFO answers. */
        public String wireName() {
            return wireName;
        }
    }

    /** How to find the first key. */
    public sealed interface Begin {
        /** At a fixed position. */
        record Index(int position) implements Begin {}

        /** After a keyword, searched from a position on, backwards from the end when negative. */
        record Keyword(String keyword, int startFrom) implements Begin {}

        /** Not to be told from the arguments alone. */
        record Unknown() implements Begin {}
    }

    /** How to find the keys from the first one on. */
    public sealed interface Find {
        /**
         * Every {@code step}-th argument.
         *
         * @param last the last key relative to the first, or negative from the end
         * @param limit with {@code last} -1: 2 stops halfway, 3 after a third, and so on; 0 or 1 never
         */
        record Range(int last, int step, int limit) implements Find {}

        /**
         * As many as an argument says.
         *
         * @param countIndex where the number stands, relative to the begin
         * @param firstIndex where the first key stands, relative to the begin
         * @param step distance of the keys
         */
        record KeyNumber(int countIndex, int firstIndex, int step) implements Find {}

        /** Not to be told from the arguments alone. */
        record Unknown() implements Find {}
    }
}
