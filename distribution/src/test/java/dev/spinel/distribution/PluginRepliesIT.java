package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.plugin.ServerPlugin;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Handlers of plugins that do not write exactly one reply. */
class PluginRepliesIT {
    private SpinelServer server;
    private Jedis client;

    /** One command for each way of getting it wrong, and two that do it right. */
    private static final class Careless implements ServerPlugin {
        @Override
        public String name() {
            return "careless";
        }

        @Override
        public List<Command> commands() {
            return List.of(
                    command("NONE", call -> {}),
                    command("TWO", call -> {
                        call.reply().ok();
                        call.reply().ok();
                    }),
                    command("HALF", call -> {
                        call.reply().array(2);
                        call.reply().integer(1);
                    }),
                    command("NESTED", call -> {
                        call.reply().map(1);
                        call.reply().bulk("key");
                        call.reply().array(2);
                        call.reply().nil();
                        call.reply().real(1.5);
                    }),
                    command("WAIT", call -> call.block(ValueType.LIST, 1, 1, 10, Call.TimeoutReply.NIL_ARRAY)));
        }

        private static Command command(String name, CommandHandler handler) {
            return Command.of(
                    CommandSpec.named("CARELESS." + name)
                            .arity(-1)
                            .summary("A test.")
                            .build(),
                    handler);
        }
    }

    @BeforeEach
    void start() {
        server = SpinelServer.builder().port(0).plugin(new Careless()).start();
        client = new Jedis("127.0.0.1", server.port());
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private Object send(String command, String... args) {
        return client.sendCommand(() -> command.getBytes(StandardCharsets.US_ASCII), args);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CARELESS.NONE", "CARELESS.TWO", "CARELESS.HALF"})
    void wrongNumberOfReplies_isOneError(String command) {
        assertThatThrownBy(() -> send(command))
                .isInstanceOf(JedisDataException.class)
                .hasMessage("ERR internal error in command '" + command.toLowerCase(Locale.ROOT) + "'");
        assertThat(client.ping("in step")).isEqualTo("in step");
    }

    @Test
    void oneReply_passes() {
        assertThat((List<?>) send("CARELESS.NESTED")).hasSize(2);
        assertThat(send("CARELESS.WAIT", "list")).isNull();
        assertThat(client.ping("in step")).isEqualTo("in step");
    }
}
