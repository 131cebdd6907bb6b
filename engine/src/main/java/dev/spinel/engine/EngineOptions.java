package dev.spinel.engine;

import dev.spinel.engine.acl.AclFile;
import dev.spinel.engine.admin.PluginHost;
import dev.spinel.engine.admin.ServerProcess;
import dev.spinel.engine.config.ConfigFile;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dispatch.CommandRename;
import dev.spinel.engine.dispatch.Dispatcher.FailureLog;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What an engine is given from outside.
 *
 * @param config the directives; the engine takes over their values and follows their changes
 * @param configFile where they came from
 * @param aclFile reads and writes the file of users
 * @param renames the built-in commands that get other names, in order
 * @param process the process around the engine
 * @param plugins the loaded plugins
 * @param capabilities the parts of the server outside the engine, in the order in which they load and end
 * @param maxArenaBytes most bytes of records and pages, 0 for no limit
 * @param unixMicros Unix time in microseconds
 * @param nanos a steady clock in nanoseconds
 * @param random source of randomness; not for secrets
 * @param redisVersion the version of Redis that clients are told
 * @param spinelVersion the version of Spinel
 * @param failureLog receives defects of handlers
 */
public record EngineOptions(
        ConfigRegistry config,
        ConfigFile configFile,
        AclFile aclFile,
        List<CommandRename> renames,
        ServerProcess process,
        PluginHost plugins,
        List<Capability> capabilities,
        long maxArenaBytes,
        LongSupplier unixMicros,
        LongSupplier nanos,
        RandomGenerator random,
        String redisVersion,
        String spinelVersion,
        FailureLog failureLog) {}
