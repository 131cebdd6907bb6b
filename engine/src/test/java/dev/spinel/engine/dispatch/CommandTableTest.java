package dev.spinel.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.data.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CommandTableTest {
    private final CommandTable table = new CommandTable();

    @BeforeEach
    void registerTwo() {
        table.register("engine", List.of(command("GET"), command("SET")));
        table.ownComplete();
    }

    private static Command command(String name) {
        return Command.of(CommandSpec.named(name).arity(1).summary("A test.").build(), call -> {});
    }

    private void rename(String name, String newName) {
        table.rename(new CommandRename(name, newName, "redis.conf:7"));
    }

    private @Nullable RegisteredCommand find(String name) {
        return table.find(Bytes.of(name));
    }

    @Nested
    class Rename {
        @Test
        void newName_isFoundInAnyCaseAndTheOldOneIsNot() {
            rename("get", "MyGet");
            assertThat(find("GET")).isNull();
            assertThat(find("myget")).isNotNull().isSameAs(find("MYGET"));
            assertThat(find("myGET").fullName()).isEqualTo("get");
        }

        @Test
        void emptyName_removesTheCommand() {
            rename("GET", "");
            assertThat(find("get")).isNull();
            assertThat(table.all()).hasSize(1);
        }

        @Test
        void namesThatDoNotFit_areRefusedWithTheirPlace() {
            assertThatThrownBy(() -> rename("foo", "bar"))
                    .hasMessage("redis.conf:7: No such command in rename-command");
            assertThatThrownBy(() -> rename("get", "set"))
                    .hasMessage("redis.conf:7: Target command name already exists");
            assertThatThrownBy(() -> rename("set", "x".repeat(65))).hasMessageContaining("longer than 64 bytes");
        }

        @Test
        void freeName_isForPlugins() {
            rename("get", "");
            table.register("plugin", List.of(command("GET")));
            assertThat(find("get").owner()).isEqualTo("plugin");
            assertThat(find("get").isForeign()).isTrue();
            assertThat(find("set").isForeign()).isFalse();
        }
    }
}
