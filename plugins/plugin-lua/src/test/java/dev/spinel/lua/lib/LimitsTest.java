package dev.spinel.lua.lib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.lua.vm.HeapGauge;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one call of a library may take: memory that is counted, time that is counted, and so many results. */
class LimitsTest {
    private static final int TICKS_PER_CHECK = 1000;

    private int checks;
    private final Interpreter lua = new Interpreter(HeapGauge.UNLIMITED, () -> checks++);
    private final LuaTable globals = Libraries.globals(lua);

    private @Nullable Object run(String script) {
        return Values.first(lua.call(lua.compile(LuaString.of(script), "@test", globals)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return cmsgpack.unpack(('\\1'):rep(1e7))",
                "return cmsgpack.unpack_limit(('\\1'):rep(1e7), 1e7)",
                "return struct.unpack(('b'):rep(1e7), ('x'):rep(1e7))",
            })
    void tooManyResults_areRefused(String script) {
        assertThatThrownBy(() -> run(script)).isInstanceOf(LuaError.class).hasMessageContaining("stack overflow (");
    }

    @Test
    void manyResults_areAnswered() {
        assertThat(run("return select('#', cmsgpack.unpack(('\\1'):rep(7900)))"))
                .isEqualTo(7900.0);
        assertThat(run("return select('#', struct.unpack(('b'):rep(7900), ('x'):rep(7900)))"))
                .isEqualTo(7901.0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "struct.unpack(('x'):rep(1e6), ('x'):rep(1e6))",
                "struct.pack((' '):rep(1e6))",
                "struct.size(('b'):rep(1e6))",
            })
    void items_countAsWork(String script) {
        run(script);

        assertThat(checks).isGreaterThanOrEqualTo(1_000_000 / TICKS_PER_CHECK);
    }

    @Test
    void iterators_countAsMemory() {
        run("local t={} for i=1,1000 do t[i]=('x'):gmatch('x') end");
        long before = lua.memory().chargedBytes();
        run("local t={} for i=1,1000 do t[i]=('x'):gmatch('x') end");

        assertThat(lua.memory().chargedBytes() - before).isGreaterThan(350_000);
    }

    @Test
    void namesOfTypes_takeNoMemory() {
        assertThat(run("return type(1)")).isSameAs(run("return type(2)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "abc"})
    void repeated_isTheTextManyTimes(String text) {
        for (int count : new int[] {-1, 0, 1, 2, 3, 5, 8, 100, 1001}) {
            assertThat(run("return ('" + text + "'):rep(" + count + ")"))
                    .isEqualTo(LuaString.of(text.repeat(Math.max(count, 0))));
        }
    }
}
