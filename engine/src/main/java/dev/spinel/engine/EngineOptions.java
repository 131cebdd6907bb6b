package dev.spinel.engine;

import dev.spinel.engine.dispatch.Dispatcher.FailureLog;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;

/**
 * What an engine is given from outside.
 *
 * @param databases number of databases, 1 or more
 * @param maxArenaBytes most bytes of records and pages, 0 for no limit
 * @param unixMillis Unix time in milliseconds
 * @param nanos a steady clock in nanoseconds
 * @param random source of randomness; not for secrets
 * @param configNumbers value of a numeric configuration parameter by its name
 * @param redisVersion the version of Redis that clients are told
 * @param failureLog receives defects of handlers
 */
public record EngineOptions(
        int databases,
        long maxArenaBytes,
        LongSupplier unixMillis,
        LongSupplier nanos,
        RandomGenerator random,
        ToLongFunction<String> configNumbers,
        String redisVersion,
        FailureLog failureLog) {}
