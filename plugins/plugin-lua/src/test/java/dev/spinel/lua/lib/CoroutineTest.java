package dev.spinel.lua.lib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.lua.vm.HeapGauge;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Coroutines beside what {@code ScriptDifferentialIT} compares with Redis: threads and how they end. */
class CoroutineTest {
    private final Set<Thread> checkedBy = new HashSet<>();
    private boolean ends;
    private boolean breaks;
    private final Interpreter lua = new Interpreter(HeapGauge.UNLIMITED, () -> {
        checkedBy.add(Thread.currentThread());
        if (ends) {
            throw new IllegalStateException("ended");
        }
        if (breaks) {
            throw new AssertionError("broken");
        }
    });
    private final LuaTable globals = Libraries.globals(lua);

    private @Nullable Object run(String script) {
        return Values.first(lua.call(lua.compile(LuaString.of(script), "@test", globals)));
    }

    @Test
    void coroutines_passValuesInTurn() {
        assertThat(run(
                        "local sum = 0 for v in coroutine.wrap(function() for i = 1, 1000 do coroutine.yield(i) end end) do"
                                + " sum = sum + v end return sum"))
                .isEqualTo(500500.0);
    }

    @Test
    void check_isMadeByTheThreadOfTheScript() {
        run("coroutine.wrap(function() for i = 1, 100000 do end end)()");

        assertThat(checkedBy).containsExactly(Thread.currentThread());
    }

    @Test
    void failureOfTheCheck_endsTheCoroutineAndTheScript() {
        ends = true;

        assertThatThrownBy(() -> run("coroutine.wrap(function() pcall(function() while true do end end) end)()"))
                .isInstanceOf(IllegalStateException.class);
        ends = false;
        assertThat(run("return coroutine.running()")).isNull();
    }

    @Test
    void defectWithin_reachesTheScript() {
        breaks = true;

        assertThatThrownBy(() -> run("return coroutine.wrap(function() while true do end end)()"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("broken");
        breaks = false;
        assertThat(run("return coroutine.wrap(function() return 1 end)()")).isEqualTo(1.0);
    }

    @Test
    void suspendedOnes_endWithTheScript() {
        run("left = {} for i = 1, 50 do left[i] = coroutine.wrap(function() coroutine.yield(i) end) left[i]() end");
        lua.endCoroutines();

        assertThatThrownBy(() -> run("left[1]()"))
                .isInstanceOf(LuaError.class)
                .hasMessageContaining("cannot resume dead coroutine");
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread ->
                        thread.getName().equals("lua-coroutine") && thread.getState() == Thread.State.WAITING);
    }

    @Test
    void tooMany_areRefused() {
        assertThatThrownBy(() ->
                        run("local t = {} while true do local c = coroutine.wrap(function() coroutine.yield() end)"
                                + " t[#t + 1] = c c() end"))
                .isInstanceOf(LuaError.class)
                .hasMessageContaining("too many coroutines");
        lua.endCoroutines();
    }

    @Test
    void recursionWithin_isLimitedByItsStack() {
        assertThat(run(
                        "local ok, e = coroutine.resume(coroutine.create(function() local function f() return 1 + f() end"
                                + " return f() end)) return e"))
                .asString()
                .endsWith("stack overflow");
    }
}
