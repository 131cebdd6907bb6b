package dev.spinel.patterns.cache;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Where the values of a cache come from, such as a database. Thread-safe. */
@FunctionalInterface
public interface Loader<V> {
    /**
     * Reads a value from its source. Called on whatever thread needs it, those of the client library included: must not block.
     *
     * @return the value, empty if the source has none, or a failure
     */
    CompletionStage<Optional<V>> load(String key);

    /** Reads a value from its source; may block. */
    @FunctionalInterface
    interface Blocking<V> {
        /**
         * Reads a value.
         *
         * @return the value, or empty if the source has none
         * @throws Exception if it cannot be read
         */
        Optional<V> load(String key) throws Exception;
    }

    /**
     * A loader that blocks, for instance on JDBC.
     *
     * @param executor runs the loads, with as many threads as the source should see at a time
     */
    static <V> Loader<V> blocking(Executor executor, Blocking<V> loader) {
        return key -> {
            CompletableFuture<Optional<V>> result = new CompletableFuture<>();
            executor.execute(() -> {
                try {
                    result.complete(loader.load(key));
                } catch (Throwable e) {
                    if (e instanceof InterruptedException) {
                        Thread.currentThread().interrupt();
                    }
                    result.completeExceptionally(e);
                }
            });
            return result;
        };
    }
}
