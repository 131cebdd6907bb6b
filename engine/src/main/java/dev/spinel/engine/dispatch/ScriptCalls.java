package dev.spinel.engine.dispatch;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.propagate.Audience;
import org.jspecify.annotations.Nullable;

/** Runs the commands that scripts call, within the command that runs the script. Engine thread only. */
public interface ScriptCalls {
    /**
     * What a script may do.
     *
     * @param readOnly whether commands that write are refused
     * @param ignoresMemoryLimit whether commands that need memory run although {@code maxmemory} is reached
     * @param hasWritten whether the script has changed something, after which only its own faults end it
     * @param audience who is told of changes
     * @param runsDenied whether commands run that scripts are denied ({@code DEBUG SET-DISABLE-DENY-SCRIPTS})
     */
    record Rules(
            boolean readOnly, boolean ignoresMemoryLimit, boolean hasWritten, Audience audience, boolean runsDenied) {}

    /**
     * Runs a command, whose reply goes to the client's connection.
     *
     * @param client the script's own client
     * @return the error for which the command may not run, which is counted; null if it ran
     */
    @Nullable
    String call(Client client, Bytes[] args, int argCount, Rules rules);

    /**
     * The reply of the command that runs the script is an error, or has one in it.
     *
     * @param message code and text; null if a command of the script failed with it, so that it is counted already
     */
    void answersError(@Nullable String message);

    /** Shows the command that runs a script to MONITOR, before the commands of the script. */
    void show(ClientCall call);

    /** Whether the user whose script runs may run a command; null if no command has that name, or subcommand. */
    @Nullable
    Boolean mayCall(Bytes[] args, int argCount);

    /** Whether used memory is above {@code maxmemory}. */
    boolean isOutOfMemory();

    /** The error that writes are answered because they cannot be saved, null if all is well. */
    @Nullable
    String writeError();

    /**
     * Serves other clients while a script runs: those commands that are allowed then are executed, all others are answered
     * an error. None of the client whose request the script belongs to are executed.
     */
    void serveOthers(String busyError);
}
