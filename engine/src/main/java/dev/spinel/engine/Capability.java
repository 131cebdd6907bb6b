package dev.spinel.engine;

import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.admin.InfoText;
import dev.spinel.engine.admin.ReplicationFigures;
import dev.spinel.engine.admin.ScriptFigures;
import dev.spinel.engine.admin.ServerProcess.ShutdownMode;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.dataset.DatasetSink;
import java.io.IOException;
import java.util.Map;

/**
 * A part of the server outside the engine that uses more of it than a plugin may: persistence, replication. Its commands are
 * built in.
 *
 * <p>Engine thread only.
 */
public interface Capability extends ServerPlugin {
    /** Hands over what the capability may use of the engine; once, first, before any command. */
    void connect(EnginePorts ports);

    /**
     * Loads data at the start, piece by piece. Clients are answered {@code -LOADING} meanwhile.
     *
     * @param budgetNanos about how long this call may take
     * @return whether nothing is left to load
     * @throws IOException with a message for the log when the data cannot be loaded; the server then ends
     */
    default boolean load(long budgetNanos) throws IOException {
        return true;
    }

    /**
     * Called at the end of every turn, before its replies leave, once all data are loaded.
     *
     * @return for how many nanoseconds there is nothing to do unless requests come; 0 for a turn as soon as possible
     */
    default long turn() {
        return Long.MAX_VALUE;
    }

    /**
     * Writes down the units that have ended, because replies are about to leave; at most within a command that takes long
     * and serves others, whose own unit has not ended.
     */
    default void writeUnits() {}

    /** All keys of all databases were removed by FLUSHALL. */
    default void flushedAll() {}

    /** Gives the code of each library of functions to a sink, at the start of a data set. */
    default void tellLibraries(DatasetSink sink) throws IOException {}

    /**
     * Takes a library of functions of a data set that is loaded.
     *
     * @param replaces whether it takes the place of one of the same name, which is an error otherwise
     * @return whether it takes libraries at all
     * @throws IOException with the reason when the library is none
     */
    default boolean takeLibrary(Bytes code, boolean replaces) throws IOException {
        return false;
    }

    /**
     * Whether a call of one of its commands that may write does not, because the script that it runs says so.
     *
     * @param command the own name of the command in upper case
     * @param script its first argument: the text, the digest or the name of the script
     */
    default boolean onlyReads(String command, Bytes script) {
        return false;
    }

    /** Forgets all libraries of functions: another data set takes the place of the one before. */
    default void clearLibraries() {}

    /** What it holds of scripts. */
    default ScriptFigures scriptFigures() {
        return ScriptFigures.NONE;
    }

    /** Adds fields to the section Persistence of INFO. */
    default void persistenceInfo(InfoText text) {}

    /** Adds fields to the section Replication of INFO. */
    default void replicationInfo(InfoText text) {}

    /** What it does for replicas. */
    default ReplicationFigures replicationFigures() {
        return ReplicationFigures.NONE;
    }

    /** A client is gone; it may be one that the capability does not know. */
    default void disconnected(Client client) {}

    /** The subcommands that it adds to DEBUG, by their names in upper case. */
    default Map<String, CommandHandler> debugSubcommands() {
        return Map.of();
    }

    /** CONFIG RESETSTAT. */
    default void resetStatistics() {}

    /**
     * Prepares for the end of the server, writing what is to be written.
     *
     * @return whether it may end; otherwise the log says why not
     */
    default boolean prepareShutdown(ShutdownMode mode) {
        return true;
    }

    /** Ends the capability's threads and closes its files; the last call. */
    @Override
    default void close() {}
}
