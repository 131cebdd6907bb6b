package dev.spinel.patterns.transport;

/** How an operation runs on the server. All ways of an operation have the same effects, state and replies, so that clients may mix them. */
public enum Way {
    /** By the {@link NativeCommand} that the operation has on some servers. */
    COMMAND,
    /** By the function of its script, from the {@link FunctionLibrary} that an operator loaded. */
    FUNCTION,
    /** By its script's digest, and by its text when the server does not know the digest. Every server can do that. */
    SCRIPT
}
