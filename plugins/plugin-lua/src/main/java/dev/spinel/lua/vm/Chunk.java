package dev.spinel.lua.vm;

/**
 * A source text.
 *
 * @param name what messages call it
 */
record Chunk(String name) {
    private static final int MAX_NAME = 60;
    private static final int MAX_FILE = 52;
    private static final int MAX_TEXT = 43;

    /** The name that Lua makes of a chunk's: {@code @file} is a file, anything else the text itself. */
    static Chunk named(String name) {
        if (name.startsWith("=")) {
            return new Chunk(name.substring(1, Math.min(name.length(), MAX_NAME)));
        }
        if (name.startsWith("@")) {
            int from = name.length() - 1 - MAX_FILE;
            return new Chunk(from <= 0 ? name.substring(1) : "..." + name.substring(1 + from));
        }
        int end = name.indexOf('\n');
        String line = end < 0 ? name : name.substring(0, end);
        boolean cut = end >= 0 || line.length() > MAX_TEXT;
        return new Chunk(
                "[string \"" + line.substring(0, Math.min(line.length(), MAX_TEXT)) + (cut ? "..." : "") + "\"]");
    }
}
