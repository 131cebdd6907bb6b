package dev.spinel.lua.vm;

/**
 * A source text.
 *
 * @param name what messages call it
 */
record Chunk(String name) {
    private static final int MAX_NAME = 60;

    /** The name that Lua makes of a chunk's: {@code @file} is a file, anything else the text itself. */
    static Chunk named(String name) {
        if (name.startsWith("@") || name.startsWith("=")) {
            return new Chunk(name.substring(1, Math.min(name.length(), MAX_NAME)));
        }
        int end = name.indexOf('\n');
        String line = end < 0 ? name : name.substring(0, end);
        int room = MAX_NAME - "[string \"...\"]".length() - 1;
        boolean cut = end >= 0 || line.length() > room;
        return new Chunk("[string \"" + line.substring(0, Math.min(line.length(), room)) + (cut ? "..." : "") + "\"]");
    }
}
