package dev.spinel.api.command;

/**
 * What a command does.
 *
 * <p>A handler first parses and checks all of its arguments, then changes data, then replies once: a command happens
 * wholly or not at all. It runs on the engine thread, must not block, and must keep nothing of the call afterwards.
 */
@FunctionalInterface
public interface CommandHandler {
    /**
     * Runs the command once.
     *
     * @throws dev.spinel.api.error.CommandException to answer an error; anything already replied is taken back
     */
    void handle(Call call);
}
