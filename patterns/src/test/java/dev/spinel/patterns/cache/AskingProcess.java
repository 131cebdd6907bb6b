package dev.spinel.patterns.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.PatternRuntime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process with many callers who ask for the entry {@code k} at once, when a line comes in, with a load that takes half a second and gives the
 * process's number. Says {@code ready} first, and in the end {@code done LOADS VALUES}: how often it loaded, and what the callers got. Arguments:
 * client, port, cache, callers, number.
 */
final class AskingProcess {
    private AskingProcess() {}

    public static void main(String[] arguments) throws IOException {
        ClientKind client = ClientKind.valueOf(arguments[0]);
        AtomicInteger loads = new AtomicInteger();
        try (PatternRuntime runtime = PatternRuntime.over(client.connect(Integer.parseInt(arguments[1])))) {
            CacheAside<String> cache = CacheAside.builder(runtime, arguments[2], Codec.utf8(), key -> {
                        loads.incrementAndGet();
                        return CompletableFuture.supplyAsync(
                                () -> Optional.of(arguments[4]),
                                CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS));
                    })
                    .build();
            cache.put("warm up", "v");
            say("ready to ask");
            BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            input.readLine();
            List<CompletionStage<Optional<String>>> calls = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
                calls.add(cache.getAsync("k"));
            }
            Set<String> values = new HashSet<>();
            for (CompletionStage<Optional<String>> call : calls) {
                values.add(call.toCompletableFuture().join().orElse("nothing"));
            }
            say("done " + loads + ' ' + String.join(",", values));
            input.readLine(); // what it loaded is still to be stored
        }
        System.exit(0);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
