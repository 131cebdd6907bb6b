package dev.spinel.patterns.lock;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.transport.PatternRuntime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A process that takes a lock and tells what happens to it, one line each: {@code held FENCE}, {@code lost REASON}, and
 * when told to {@code write} or {@code release} on its input, {@code written BOOLEAN} or {@code released RESULT}. Arguments: client, port, lock, lease in milliseconds.
 */
final class LockHolder {
    private LockHolder() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        ClientKind client = ClientKind.valueOf(arguments[0]);
        try (PatternRuntime runtime = PatternRuntime.over(client.connect(Integer.parseInt(arguments[1])))) {
            Locks locks = Locks.builder(runtime)
                    .lease(Duration.ofMillis(Long.parseLong(arguments[3])))
                    .build();
            Lease lease = locks.lock(arguments[2]).acquire();
            say("held " + lease.fence());
            var unused = lease.lost().thenAccept(reason -> say("lost " + reason));
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("write")) {
                    FencedValue resource = FencedValue.of(runtime, arguments[2]);
                    say("written " + resource.set("by the stale holder", lease.fence()));
                } else {
                    say("released " + lease.release());
                }
            }
        }
        System.exit(0);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
