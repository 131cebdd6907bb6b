package dev.spinel.lua.lib;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.lua.vm.HeapGauge;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaString;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No source text, however it nests, overflows the stack of the thread. */
class StackTest {
    private static String nested(String start, String piece, int each, int levels) {
        String text = start;
        for (int i = 0; i < levels; i++) {
            text = "(" + text + ")" + piece.repeat(each);
        }
        return text;
    }

    private static String source(String shape) {
        return switch (shape) {
            case "chains in parentheses" -> "local a=1 return " + nested("f()", "+a", 4900, 190);
            case "suffixes in parentheses" -> "return " + nested("a", ".a", 4900, 190);
            case "calls in parentheses" -> "return " + nested("a", "()", 2000, 190);
            case "fields of a function" -> "function a" + ".a".repeat(200_000) + "() end";
            case "operands" -> "local a=1 local function f(n) return f(n+1)" + "+a".repeat(4000) + " end return f(1)";
            case "arguments" ->
                "local function f(n) return 1+" + "f(".repeat(60) + "n" + ")".repeat(60) + " end return f(1)";
            case "methods" ->
                "local o={} function o:m(n) return 1+" + "o:m(".repeat(60) + "n" + ")".repeat(60)
                        + " end return o:m(1)";
            case "statements" ->
                "local function f(n) " + "do if n then ".repeat(60) + "local x=1+f(n)" + " end end".repeat(60)
                        + " end return f(1)";
            case "tables" ->
                "local function f(n) return " + "{{".repeat(45) + "f(n)" + "}}".repeat(45) + " end return f(1)";
            case "metamethods" ->
                "local m={} m.__index=function(t,k) return 1+setmetatable({},m)[k] end return setmetatable({},m).x";
            case "functions of Java" -> "local function f() table.foreach({1},f) end f()";
            case "loops" -> "local function f() for i=1,2 do for k in pairs({1}) do f() end end end f()";
            case "tail calls" ->
                "local a=1 local function heavy() return 1" + "+a".repeat(7000)
                        + " end local function g(n) if n==0 then return heavy() end return 1+g(n-1) end"
                        + " for n=1,20000,50 do pcall(g,n) end return g(20000)";
            default -> throw new IllegalArgumentException(shape);
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chains in parentheses",
                "suffixes in parentheses",
                "calls in parentheses",
                "fields of a function",
                "operands",
                "arguments",
                "methods",
                "statements",
                "tables",
                "metamethods",
                "functions of Java",
                "loops",
                "tail calls"
            })
    void depth_isLimitedByAnError(String shape) throws InterruptedException {
        String source = source(shape);
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Runnable run = () -> {
            Interpreter lua = new Interpreter(HeapGauge.UNLIMITED, () -> {});
            try {
                lua.call(lua.compile(LuaString.of(source), "@test", Libraries.globals(lua)));
            } catch (Throwable e) {
                outcome.set(e);
            }
        };
        Thread thread = new Thread(null, run, "script", Interpreter.STACK_BYTES);
        thread.start();
        thread.join();

        assertThat(outcome.get()).isInstanceOf(LuaError.class);
        assertThat(outcome.get().getMessage()).containsAnyOf("stack overflow", "too complex");
    }
}
