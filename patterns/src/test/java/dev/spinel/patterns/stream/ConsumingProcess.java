package dev.spinel.patterns.stream;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import java.util.concurrent.Executors;

/**
 * A process that takes entries of a stream and never ends its work on them. Says {@code holds} and the id of each. Arguments: client,
 * port, stream, group.
 */
final class ConsumingProcess {
    private ConsumingProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        PatternRuntime runtime =
                PatternRuntime.over(ClientKind.valueOf(arguments[0]).connect(Integer.parseInt(arguments[1])));
        EventStream.of(runtime, arguments[2])
                .consumer(arguments[3], Executors.newCachedThreadPool(), entry -> {
                    System.out.println("holds " + entry.id());
                    Thread.sleep(Long.MAX_VALUE);
                })
                .fromTheStart()
                .lease(Duration.ofMillis(300))
                .start();
        Thread.currentThread().join();
    }
}
