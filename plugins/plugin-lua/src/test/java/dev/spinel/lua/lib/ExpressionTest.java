package dev.spinel.lua.lib;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.Values;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What expressions are as text in the reference implementation of Lua 5.1. */
class ExpressionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1e15 | 1e+15",
                "2^53 | 9.007199254741e+15",
                "-7 % 3 | 2",
                "10 .. 20 | 1020",
                "#'abc' | 3",
                "string.format('%5.2f', 3.14159) | ' 3.14'",
                "string.gsub('hello world', '(%w+)', '<%1>') | <hello> <world>",
                "select('#', 1, nil, 3) | 3",
                "tostring(nil) | nil",
                "table.concat({1, 2, 3}, ',') | '1,2,3'"
            })
    void text_isThatOfTheReference(String expression, String expected) {
        Interpreter lua = new Interpreter(() -> Long.MAX_VALUE / 2, () -> {});
        Object result = lua.call(
                lua.compile(LuaString.of("return tostring((" + expression + "))"), "@test", Libraries.globals(lua)));

        assertThat(String.valueOf(Values.first(result))).isEqualTo(expected);
    }
}
