package dev.spinel.patterns.cache;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A process that begins to load the entry {@code k} and never ends, with a lease of a second and a half; says {@code loading KEY}.
 * Arguments: client, port, cache.
 */
final class LoadingProcess {
    private LoadingProcess() {}

    public static void main(String[] arguments) {
        ClientKind client = ClientKind.valueOf(arguments[0]);
        try (PatternRuntime runtime = PatternRuntime.over(client.connect(Integer.parseInt(arguments[1])))) {
            CacheAside<String> cache = CacheAside.builder(runtime, arguments[2], Codec.utf8(), key -> {
                        System.out.println("loading " + key);
                        System.out.flush();
                        return new CompletableFuture<>();
                    })
                    .lease(Duration.ofMillis(1500))
                    .build();
            cache.get("k");
        }
        System.exit(0);
    }
}
