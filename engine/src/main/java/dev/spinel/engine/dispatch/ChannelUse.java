package dev.spinel.engine.dispatch;

/** Which arguments of a command are channels that its user needs the right to use. */
enum ChannelUse {
    NONE,
    /** The first one. */
    FIRST,
    /** All of them. */
    ALL,
    /** All of them, as patterns. */
    PATTERNS;

    static ChannelUse of(String commandName) {
        return switch (commandName) {
            case "publish", "spublish" -> FIRST;
            case "subscribe", "ssubscribe" -> ALL;
            case "psubscribe" -> PATTERNS;
            default -> NONE;
        };
    }
}
