package dev.spinel.patterns.queue;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.transport.PatternRuntime;
import java.io.IOException;

/**
 * A process that runs a scheduler of a queue. Says {@code ready} and the queue, and ends when its input does. Arguments: client,
 * port, queue.
 */
final class SchedulerProcess {
    private SchedulerProcess() {}

    public static void main(String[] arguments) throws IOException {
        PatternRuntime runtime =
                PatternRuntime.over(ClientKind.valueOf(arguments[0]).connect(Integer.parseInt(arguments[1])));
        WorkQueue queue = WorkQueue.builder(runtime, arguments[2]).build();
        QueueScheduler scheduler = QueueScheduler.builder(queue).start();
        System.out.println("ready " + queue.name());
        while (System.in.read() >= 0) {
            // Until the parent goes.
        }
        scheduler.close();
        System.exit(0);
    }
}
