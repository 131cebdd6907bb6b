package dev.spinel.engine.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SetValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.admin.FixedProcess;
import dev.spinel.engine.command.CommandTester;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a command that fails in the midst of a change leaves behind. */
class KeyUndoTest {
    private final PortsProbe probe = new PortsProbe();
    private final CommandTester tester = new CommandTester(new FixedProcess(), List.of(probe));
    private final Keyspaces keyspaces = probe.ports().keyspaces();
    private final Database database = keyspaces.get(0);

    @BeforeEach
    void fill() {
        tester.send("SET string old");
        tester.send("SADD set a b c");
        tester.send("EXPIRE set 100");
        tester.send("XADD stream 1-1 f v");
    }

    @Test
    void copy_overAnotherKey_thatComesBack() {
        String before = state();
        keyspaces.beginCommand();
        database.copy(key("stream"), database, key("set"));
        database.copy(key("set"), database, key("new"));
        fail(false);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void copyToAnotherDatabase_isGone() {
        String before = state();
        keyspaces.beginCommand();
        database.copy(key("stream"), keyspaces.get(1), key("set"));
        fail(false);
        assertThat(state()).isEqualTo(before);
        assertThat(keyspaces.get(1).size()).isZero();
    }

    @Test
    void createdAndResized_isGone() {
        String before = state();
        keyspaces.beginCommand();
        SetValue created = database.modifyOrCreate(ValueType.SET, key("new"));
        for (int i = 0; i < 1000; i++) {
            created.add(key("member" + i));
        }
        database.setString(key("other"), key("v"), false);
        fail(false);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void replacedTwice_theFirstComesBack() {
        String before = state();
        keyspaces.beginCommand();
        database.replace(ValueType.LIST, key("set")).pushTail(key("x"));
        database.replace(ValueType.STREAM, key("set"));
        fail(false);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void innerCommand_fails_onlyItsOwnIsTakenBack() {
        String atFirst = state();
        keyspaces.beginCommand();
        database.replace(ValueType.SET, key("string")).add(key("outer"));
        String before = state();
        keyspaces.beginCommand();
        database.replace(ValueType.LIST, key("string"));
        database.modifyOrCreate(ValueType.SET, key("new"));
        fail(true);
        assertThat(state()).isEqualTo(before);
        fail(false);
        assertThat(state()).isEqualTo(atFirst);
    }

    @Test
    void innerCommand_succeeds_theOuterCanStillBeTakenBack() {
        String before = state();
        keyspaces.beginCommand();
        database.replace(ValueType.SET, key("string")).add(key("outer"));
        keyspaces.beginCommand();
        database.modifyOrCreate(ValueType.SET, key("new")).add(key("inner"));
        keyspaces.endCommand(false, true);
        fail(false);
        tester.send("DEL new");
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void moreKeysCreatedThanAreNoted_replacedValuesComeBackAllTheSame() {
        keyspaces.beginCommand();
        for (int i = 0; i < 1000; i++) {
            database.modifyOrCreate(ValueType.SET, key("new" + i)).add(key("x"));
        }
        database.replace(ValueType.SET, key("string")).add(key("x"));
        fail(false);
        assertThat(tester.send("GET string")).isEqualTo("old");
        assertThat(tester.send("DEL string")).isEqualTo("1");
        assertThat(tester.send("EXISTS string")).isEqualTo("0");
    }

    @Test
    void keysCreatedInManyCommands_areNotedAnew() {
        for (int i = 0; i < 1000; i++) {
            keyspaces.beginCommand();
            database.modifyOrCreate(ValueType.SET, key("kept" + i)).add(key("x"));
            keyspaces.endCommand(false, false);
        }
        String before = state();
        keyspaces.beginCommand();
        database.modifyOrCreate(ValueType.SET, key("new")).add(key("x"));
        fail(false);
        assertThat(state()).isEqualTo(before);
    }

    private void fail(boolean isInner) {
        keyspaces.endCommand(true, isInner);
    }

    private static Bytes key(String name) {
        return Bytes.of(name);
    }

    private String state() {
        return tester.send("DBSIZE") + tester.send("DEBUG DIGEST") + tester.send("INFO keyspace");
    }
}
