package dev.spinel.api.error;

/**
 * The catalogue of error replies with Redis's exact texts.
 *
 * <p>Each method makes a new exception to throw; texts that only one command uses stay beside that command.
 *
 * <p>Source: the replies of redis-server 7.0.15. Any thread.
 */
public final class Errors {
    private Errors() {}

    public static CommandException syntax() {
        return new CommandException("ERR syntax error");
    }

    public static CommandException wrongType() {
        return new CommandException("WRONGTYPE Operation against a key holding the wrong kind of value");
    }

    public static CommandException notAnInteger() {
        return new CommandException("ERR value is not an integer or out of range");
    }

    public static CommandException notAFloat() {
        return new CommandException("ERR value is not a valid float");
    }

    public static CommandException outOfRange() {
        return new CommandException("ERR value is out of range");
    }

    /** A count that must be positive: {@code ERR value is out of range, must be positive}. */
    public static CommandException mustBePositive() {
        return new CommandException("ERR value is out of range, must be positive");
    }

    /** What clients are answered while data are loaded. */
    public static CommandException loading() {
        return new CommandException("LOADING Redis is loading the dataset in memory");
    }

    public static CommandException noSuchKey() {
        return new CommandException("ERR no such key");
    }

    public static CommandException indexOutOfRange() {
        return new CommandException("ERR index out of range");
    }

    public static CommandException dbIndexOutOfRange() {
        return new CommandException("ERR DB index is out of range");
    }

    public static CommandException incrementOverflow() {
        return new CommandException("ERR increment or decrement would overflow");
    }

    public static CommandException incrementNotFinite() {
        return new CommandException("ERR increment would produce NaN or Infinity");
    }

    public static CommandException stringTooLong() {
        return new CommandException("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    }

    public static CommandException timeoutNotAFloat() {
        return new CommandException("ERR timeout is not a float or out of range");
    }

    public static CommandException timeoutNegative() {
        return new CommandException("ERR timeout is negative");
    }

    public static CommandException outOfMemory() {
        return new CommandException("OOM command not allowed when used memory > 'maxmemory'.");
    }

    /** @param commandName the full name in lower case, a subcommand as {@code config|get} */
    public static CommandException wrongArity(String commandName) {
        return new CommandException("ERR wrong number of arguments for '" + commandName + "' command");
    }

    /** @param commandName the full name in lower case */
    public static CommandException invalidExpire(String commandName) {
        return new CommandException("ERR invalid expire time in '" + commandName + "' command");
    }

    /** An error with the general code {@code ERR}. */
    public static CommandException err(String text) {
        return new CommandException("ERR " + text);
    }
}
