package dev.spinel.patterns.lock;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.transport.PatternRuntime;
import java.io.IOException;
import java.time.Duration;

/** A process that leads, with a lease of 600 ms, and says {@code leads TERM}, until its input ends. Arguments: client, port, name. */
final class LeadingProcess {
    private LeadingProcess() {}

    public static void main(String[] arguments) throws IOException {
        ClientKind client = ClientKind.valueOf(arguments[0]);
        try (PatternRuntime runtime = PatternRuntime.over(client.connect(Integer.parseInt(arguments[1])))) {
            Locks locks = Locks.builder(runtime).lease(Duration.ofMillis(600)).build();
            LeaderElection election = LeaderElection.join(locks, arguments[2], Runnable::run, term -> {
                System.out.println("leads " + term.number());
                System.out.flush();
            });
            System.in.read();
            election.close();
        }
        System.exit(0);
    }
}
