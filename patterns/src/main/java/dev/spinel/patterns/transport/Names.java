package dev.spinel.patterns.transport;

import static java.util.Objects.requireNonNull;

/** The names that applications give to what recipes keep on the server, of which keys are made. */
public final class Names {
    private Names() {}

    /**
     * A name that stands within the hash tag of keys, whose braces decide where they are in a cluster: one of its own would move them apart, or make
     * them those of another name.
     *
     * @param owner what has the name, as "queue"
     * @return the name
     * @throws IllegalArgumentException if it is empty or has a brace
     */
    public static String withoutBraces(String owner, String name) {
        return without("{}", "braces", owner, name);
    }

    /**
     * As {@link #withoutBraces}, for a name that ends at a colon.
     *
     * @throws IllegalArgumentException also if it has a colon
     */
    public static String withoutBracesAndColons(String owner, String name) {
        return without("{}:", "braces and colons", owner, name);
    }

    private static String without(String characters, String named, String owner, String name) {
        requireNonNull(name, "name");
        if (name.isEmpty() || name.chars().anyMatch(c -> characters.indexOf(c) >= 0)) {
            throw new IllegalArgumentException("The name of a " + owner + " is not empty and has no " + named
                    + ", which are for its keys: '" + name + "'");
        }
        return name;
    }
}
