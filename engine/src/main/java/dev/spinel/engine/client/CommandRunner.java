package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;

/** Runs commands inside a command: the queued ones of a transaction, a blocked one again. Engine thread only. */
public interface CommandRunner {
    /** Runs a request that was checked before, and writes its reply. */
    void run(Client client, Bytes[] args, int argCount);
}
