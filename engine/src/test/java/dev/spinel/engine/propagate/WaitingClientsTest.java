package dev.spinel.engine.propagate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.engine.Capability;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.admin.FixedProcess;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.command.CommandTester.Session;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WaitingClientsTest {
    private final Waiter waiter = new Waiter();
    private final CommandTester server = new CommandTester(new FixedProcess(), List.of(waiter));

    /** Has a command that waits for a position, 100 ms at most, and answers what has been reached. */
    private static final class Waiter implements Capability {
        private @Nullable WaitingClients waiting;
        private long reached;
        private int asked;

        @Override
        public String name() {
            return "waiter";
        }

        @Override
        public void connect(EnginePorts ports) {
            waiting = new WaitingClients(ports.blockedClients(), ports.keptRequests());
        }

        WaitingClients waiting() {
            return Objects.requireNonNull(waiting);
        }

        @Override
        public List<Command> commands() {
            CommandSpec spec = CommandSpec.named("WAITFOR")
                    .group(CommandGroup.GENERIC)
                    .since("1.0.0")
                    .arity(2)
                    .flags(CommandFlag.NOSCRIPT)
                    .summary("Waits.")
                    .build();
            return List.of(Command.of(spec, call -> {
                long wanted = call.integerArg(1);
                waiting()
                        .add(
                                ClientCall.of(call),
                                100,
                                () -> {
                                    asked++;
                                    return reached >= wanted;
                                },
                                client -> client.reply().integer(reached));
            }));
        }

        void serve() {
            asked = 0;
            waiting().serve();
        }

        @Override
        public void disconnected(Client client) {
            waiting().disconnected(client);
        }
    }

    private Session waitFor(long position) {
        Session session = server.connect();
        assertThat(session.send("WAITFOR " + position)).isEmpty();
        return session;
    }

    @Test
    void serve_answersThoseWhoseWaitIsOver() {
        Session first = waitFor(1);
        Session second = waitFor(2);
        waiter.reached = 1;
        waiter.serve();
        assertThat(first.take()).isEqualTo("1");
        assertThat(second.take()).isEmpty();
        waiter.reached = 2;
        waiter.serve();
        assertThat(waiter.asked).isEqualTo(1);
        assertThat(first.take()).isEmpty();
        assertThat(second.take()).isEqualTo("2");
    }

    @Test
    void timeIsOver_answersAndForgets() {
        Session session = waitFor(1);
        server.advanceMillis(100);
        assertThat(session.take()).isEqualTo("0");
        waiter.serve();
        assertThat(waiter.asked).isZero();
    }

    @Test
    void clientIsGone_isForgotten() {
        waitFor(1).close();
        waiter.serve();
        assertThat(waiter.asked).isZero();
        assertThat(server.send("INFO clients")).contains("blocked_clients:0");
    }

    @Test
    void unblocked_isAnsweredAndForgotten() {
        Session session = server.connect();
        String id = session.send("CLIENT ID");
        session.send("WAITFOR 1");
        server.send("CLIENT UNBLOCK " + id + " ERROR");
        assertThat(session.take()).startsWith("-UNBLOCKED");
        waiter.serve();
        assertThat(waiter.asked).isZero();
    }

    @Test
    void fail_answersAllAnError() {
        Session session = waitFor(1);
        waiter.waiting().fail("ERR no more");
        assertThat(session.take()).isEqualTo("-ERR no more");
        waiter.serve();
        assertThat(waiter.asked).isZero();
    }
}
