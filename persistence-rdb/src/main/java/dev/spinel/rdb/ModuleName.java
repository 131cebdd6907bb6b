package dev.spinel.rdb;

/** How the nine characters of a module type's name are packed into a number, together with a version. */
final class ModuleName {
    /** The characters in the order of their six bits. */
    static final String CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /** The largest version. */
    static final int MAX_VERSION = 1023;

    private static final int LENGTH = 9;
    private static final int CHARACTER_BITS = 6;
    private static final int CHARACTER_MASK = (1 << CHARACTER_BITS) - 1;
    private static final int VERSION_BITS = 10;

    private ModuleName() {}

    /**
     * The number that stands for a type and the version of its format.
     *
     * @throws IllegalArgumentException if they cannot be packed
     */
    static long pack(String name, int version) {
        if (name.length() != LENGTH || version < 0 || version > MAX_VERSION) {
            throw new IllegalArgumentException("type '" + name + "' of version " + version
                    + " (expected: nine characters, and a version from 0 to " + MAX_VERSION + ")");
        }
        long id = 0;
        for (int i = 0; i < LENGTH; i++) {
            id = (id << CHARACTER_BITS) | CHARACTERS.indexOf(name.charAt(i));
        }
        return (id << VERSION_BITS) | version;
    }

    /** The name in a number. */
    static String name(long id) {
        char[] name = new char[LENGTH];
        long rest = id >>> VERSION_BITS;
        for (int i = LENGTH - 1; i >= 0; i--) {
            name[i] = CHARACTERS.charAt((int) rest & CHARACTER_MASK);
            rest >>>= CHARACTER_BITS;
        }
        return new String(name);
    }

    /** The version in a number. */
    static int version(long id) {
        return (int) id & MAX_VERSION;
    }
}
