package dev.spinel.api.command;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import java.util.random.RandomGenerator;

/**
 * One execution of a command: its arguments, the data, the reply, and what its change means to others.
 *
 * <p>Reused from call to call: nothing of it may be kept after the handler returned. Engine thread only.
 */
public interface Call {
    /** Number of arguments, the command name (and the subcommand) included. */
    int argCount();

    /** An argument; 0 is the command name. The view is valid until the handler returns. */
    Bytes arg(int index);

    /** An argument as a signed 64-bit integer, or {@code ERR value is not an integer or out of range}. */
    long integerArg(int index);

    /** As {@link #integerArg} with bounds: outside {@code ERR value is out of range, value must between min and max}. */
    long integerArg(int index, long min, long max);

    /** An integer argument with bounds; whatever is wrong with it is answered with {@code ERR} and {@code error}. */
    default long integerArg(int index, long min, long max, String error) {
        Bytes text = arg(index);
        if (Numbers.isLong(text)) {
            long value = Numbers.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        }
        throw Errors.err(error);
    }

    /** An argument as a double, infinities included, NaN not, or {@code ERR value is not a valid float}. */
    double realArg(int index);

    /** Whether an argument is a word, whatever its case; {@code upperCaseWord} in upper case. */
    boolean argIs(int index, String upperCaseWord);

    /** Where the reply goes. */
    ReplyWriter reply();

    /** The keys of the client's selected database. */
    Keyspace keys();

    /** The keys of a database, or {@code ERR DB index is out of range}. */
    Keyspace keys(long database);

    /** The time at which the command started, in milliseconds of Unix time; the same throughout a transaction. */
    long nowMillis();

    /** Unix time in microseconds, as TIME answers it: it goes on within a transaction, and a script. */
    long nowMicros();

    /** Whether a script calls the command. */
    boolean isInScript();

    /** Whether the call comes from a log that is replayed, which may say what clients may not. */
    boolean isFromLog();

    /** Whether the call has blocked before, and runs again because one of its keys is ready. */
    boolean isRetried();

    /** Whether the user may read keys that the arguments do not name, all there are. */
    boolean mayReadAllKeys();

    /** The server's source of randomness; not for secrets. */
    RandomGenerator random();

    /** The value of a configuration parameter that is a number, such as {@code proto-max-bulk-len}. */
    long configNumber(String parameter);

    /**
     * Takes heap that the handler fills until it returns, with copies of elements for example, beside what it took before.
     *
     * @throws dev.spinel.api.error.CommandException {@code -OOM} if the server has not so much
     */
    void takeHeap(long bytes);

    /**
     * Makes sure that there is memory for what the handler is about to store beside its arguments, so that memory does not end
     * between two of its changes. To be called before the first one, with all that comes: strings that are made, and a key once
     * more if its value grows or gets a time to live, as it may have to move. A command with {@link CommandFlag#DENYOOM} begins
     * only with room for each of its arguments, and a little more. Nothing is evicted for what is asked for here. O(arguments).
     *
     * @param strings how many keys, fields, values, elements and scores
     * @param bytes their lengths together
     * @throws dev.spinel.api.error.CommandException {@code -OOM} if the server has not so much
     */
    void requireRoom(long strings, long bytes);

    /**
     * Tells that a key was changed: counts the change, wakes transactions that watch the key and clients that track it,
     * and publishes a keyspace event. The command is then logged and replicated as it came, unless {@link #propagateAs}
     * or {@link #propagateNothing} says otherwise.
     */
    void changed(Bytes key, KeyEvent event, String name);

    /** As {@link #changed(Bytes, KeyEvent, String)} on a database other than the selected one. */
    void changed(Keyspace keyspace, Bytes key, KeyEvent event, String name);

    /** As {@link #changed(Bytes, KeyEvent, String)} without an event: for a change that Redis keeps quiet. */
    void changed(Bytes key);

    /** Publishes a further keyspace event without counting a change. */
    void event(Keyspace keyspace, Bytes key, KeyEvent event, String name);

    /** Counts a change that is not tied to a key. */
    void changed();

    /** Counts fields of hashes that were removed because their time to live is over, for INFO. */
    void fieldsExpired(int count);

    /** Whether there is a log or a replica; otherwise what {@link #propagateAs} would be told need not be made. */
    boolean isPropagated();

    /** Logs and replicates this in place of the command; several calls add up, all as one unit. Arguments are copied. */
    void propagateAs(Bytes... arguments);

    /** As {@link #propagateAs}, but replicas do not hear of it: what servers do not understand that may be replicas. */
    void propagateToLog(Bytes... arguments);

    /**
     * Delivers a message to the subscribers of a channel here and on replicas, as PUBLISH does. It takes the place of the
     * command in what is replicated, as {@link #propagateAs} does, with which all other effects are to be told. The channel
     * should be the one that {@link CommandSpec#channelIndex} names, or any user can publish anywhere.
     */
    void publish(Bytes channel, Bytes message);

    /** Keeps the command from being logged and replicated. */
    void propagateNothing();

    /**
     * Blocks the client until one of the keys gets a value of a type, or, if one has such a value already, until that value
     * changes; the handler then runs again with the same arguments, and may block again without losing its place. To be
     * called last, in place of a reply, by a handler that has changed nothing. Where blocking is not allowed
     * (transactions, scripts) the client gets the timeout reply at once.
     *
     * @param type the type that a key must have
     * @param firstKey index of the first key argument
     * @param keyCount number of key arguments, one after the other
     * @param timeoutMillis 0: without limit
     * @param onTimeout what to answer when the time is over
     */
    void block(ValueType<?> type, int firstKey, int keyCount, long timeoutMillis, TimeoutReply onTimeout);

    /**
     * As {@link #block}, but the client gets an error as soon as a key has no value of the type any more.
     *
     * @param error the error with its code
     */
    void blockOnExisting(
            ValueType<?> type, int firstKey, int keyCount, long timeoutMillis, TimeoutReply onTimeout, String error);

    /**
     * Has the calls that are blocked on a key run again at a time, at once if it has come, as if the key had changed then. For
     * a call that has blocked and waits for that time, and for one that gives others something without {@link #changed}.
     */
    void readyAt(Bytes key, long unixMillis);

    /**
     * Replaces an argument in what is logged and replicated, and in what runs again after {@link #block}: for arguments that
     * mean the present moment.
     */
    void replaceArg(int index, Bytes value);

    /** Parses a timeout in seconds (a double, not negative) into milliseconds, with the errors of BLPOP. */
    long timeoutArg(int index);

    /** What a client whose blocking command timed out is answered. */
    enum TimeoutReply {
        /** The absent value. */
        NIL,
        /** The absent aggregate. */
        NIL_ARRAY,
        /** The absent aggregate, but the absent value where blocking is not allowed: what BLMOVE answers. */
        NIL_IF_DENIED,
        /** The integer 0. */
        ZERO
    }
}
