package dev.spinel.lua.lib;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.lua.vm.HeapGauge;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.Values;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What expressions are as text in the reference implementation: {@code expressions.tsv} holds expressions and what {@code
 * lua5.1 -e 'io.write(tostring((expression)))'} of Debian wrote for them.
 */
class ExpressionTest {
    static Stream<Arguments> expressions() throws IOException {
        try (InputStream in = Objects.requireNonNull(ExpressionTest.class.getResourceAsStream("expressions.tsv"))) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> line.split("\t", -1))
                    .map(columns -> Arguments.of(columns[0], unescaped(columns[1])));
        }
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\0", "\0")
                .replace("\\\\", "\\");
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void text_isThatOfTheReference(String expression, String expected) {
        Interpreter lua = new Interpreter(HeapGauge.UNLIMITED, () -> {});
        Object result = lua.call(
                lua.compile(LuaString.of("return tostring((" + expression + "))"), "@test", Libraries.globals(lua)));

        assertThat(String.valueOf(Values.first(result))).isEqualTo(expected);
    }
}
