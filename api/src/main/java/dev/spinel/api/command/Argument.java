package dev.spinel.api.command;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One node of the argument tree of a command, as COMMAND DOCS answers it.
 *
 * @param name what the argument is called
 * @param type what it is
 * @param token the literal word that introduces it, or null
 * @param keySpecIndex which key specification finds it, or -1
 * @param flags whether it is optional or repeated
 * @param since the version that added it, or null when as old as the command
 * @param summary a line for people, or null
 * @param deprecatedSince the version that deprecated it, or null
 * @param children the alternatives of a {@link Type#ONEOF}, the parts of a {@link Type#BLOCK}
 */
public record Argument(
        String name,
        Type type,
        @Nullable String token,
        int keySpecIndex,
        Set<Flag> flags,
        @Nullable String since,
        @Nullable String summary,
        @Nullable String deprecatedSince,
        List<Argument> children) {
    public Argument {
        children = List.copyOf(children);
        flags = Set.copyOf(flags);
    }

    private static Argument of(String name, Type type, int keySpecIndex, Argument... children) {
        return new Argument(name, type, null, keySpecIndex, Set.of(), null, null, null, List.of(children));
    }

    public static Argument key(String name, int keySpecIndex) {
        return of(name, Type.KEY, keySpecIndex);
    }

    public static Argument string(String name) {
        return of(name, Type.STRING, -1);
    }

    public static Argument integer(String name) {
        return of(name, Type.INTEGER, -1);
    }

    public static Argument real(String name) {
        return of(name, Type.DOUBLE, -1);
    }

    public static Argument pattern(String name) {
        return of(name, Type.PATTERN, -1);
    }

    public static Argument unixTime(String name) {
        return of(name, Type.UNIX_TIME, -1);
    }

    /** A literal word that stands alone. */
    public static Argument word(String name, String token) {
        return of(name, Type.PURE_TOKEN, -1).token(token);
    }

    public static Argument oneOf(String name, Argument... alternatives) {
        return of(name, Type.ONEOF, -1, alternatives);
    }

    public static Argument block(String name, Argument... parts) {
        return of(name, Type.BLOCK, -1, parts);
    }

    public Argument token(String word) {
        return new Argument(name, type, word, keySpecIndex, flags, since, summary, deprecatedSince, children);
    }

    /** Found by a key specification although it is no key itself, such as the pattern of SORT's BY. */
    public Argument keySpec(int index) {
        return new Argument(name, type, token, index, flags, since, summary, deprecatedSince, children);
    }

    public Argument optional() {
        return with(Flag.OPTIONAL);
    }

    public Argument multiple() {
        return with(Flag.MULTIPLE);
    }

    /** Repeated together with its token. */
    public Argument multipleToken() {
        return with(Flag.MULTIPLE_TOKEN);
    }

    public Argument since(String version) {
        return new Argument(name, type, token, keySpecIndex, flags, version, summary, deprecatedSince, children);
    }

    public Argument deprecatedSince(String version) {
        return new Argument(name, type, token, keySpecIndex, flags, since, summary, version, children);
    }

    private Argument with(Flag flag) {
        EnumSet<Flag> more = EnumSet.of(flag);
        more.addAll(flags);
        return new Argument(name, type, token, keySpecIndex, more, since, summary, deprecatedSince, children);
    }

    /** What an argument is. */
    public enum Type {
        STRING,
        INTEGER,
        DOUBLE,
        KEY,
        PATTERN,
        UNIX_TIME,
        PURE_TOKEN,
        ONEOF,
        BLOCK;

        private final String wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');

        /** The name that COMMAND DOCS answers. */
        public String wireName() {
            return wireName;
        }
    }

    /** How often an argument may occur. */
    public enum Flag {
        OPTIONAL,
        MULTIPLE,
        MULTIPLE_TOKEN;

        private final String wireName = name().toLowerCase(Locale.ROOT);

        /** The name that COMMAND DOCS answers. */
        public String wireName() {
            return wireName;
        }
    }
}
