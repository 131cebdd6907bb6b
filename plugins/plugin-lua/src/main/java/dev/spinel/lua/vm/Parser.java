package dev.spinel.lua.vm;

import dev.spinel.lua.vm.Calls.AnyCall;
import dev.spinel.lua.vm.Lexer.Token;
import dev.spinel.lua.vm.Operators.Arithmetic;
import dev.spinel.lua.vm.Operators.BinaryArithmetic;
import dev.spinel.lua.vm.Variables.Index;
import dev.spinel.lua.vm.Variables.Local;
import dev.spinel.lua.vm.Variables.LocalInfo;
import dev.spinel.lua.vm.Variables.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the tree of nodes of a source text. One thread. Source: the Lua 5.1 reference manual, section 2 and its grammar. */
final class Parser {
    private static final int MAX_LEVELS = 200;
    private static final int MAX_LOCALS = 200;
    private static final int MAX_UPVALUES = 60;
    /** Operators without parentheses that follow each other nest too, and so do calls of what a call returned. */
    private static final int MAX_EXPRESSION_WEIGHT = 7500;

    /** What a call takes of the stack before the first node of the function. */
    private static final int CALL_WEIGHT = 4;

    private static final int UNARY_PRIORITY = 8;
    private static final Expr[] NO_EXPRESSIONS = {};

    private final Lexer lexer;
    private final Chunk chunk;
    private Scope scope;
    private int levels;

    /** A function that is being parsed. */
    private static final class Scope {
        final @Nullable Scope outer;
        final int line;
        final List<LocalInfo> active = new ArrayList<>();
        final List<String> upvalueNames = new ArrayList<>();
        final List<Integer> captures = new ArrayList<>();
        final Deque<Boolean> loops = new ArrayDeque<>();
        boolean vararg;
        boolean usesVarargs;
        boolean hasNumbers;
        int argSlot = -1;
        int maxSlots;

        Scope(@Nullable Scope outer, int line) {
            this.outer = outer;
            this.line = line;
        }

        @Nullable
        LocalInfo local(String name) {
            for (int i = active.size() - 1; i >= 0; i--) {
                if (active.get(i).name.equals(name)) {
                    return active.get(i);
                }
            }
            return null;
        }
    }

    /**
     * @param memory counts the nodes
     * @param names those that are to be the same objects
     */
    Parser(LuaString source, Chunk chunk, MemoryBudget memory, Map<LuaString, LuaString> names) {
        this.lexer = new Lexer(source, chunk, memory, names);
        this.chunk = chunk;
        this.scope = new Scope(null, 0);
    }

    /** Parses the whole text as the body of a function with varargs. */
    Prototype parse() {
        scope.vararg = true;
        lexer.next();
        Stat body = block();
        if (lexer.token() != Token.END_OF_TEXT) {
            throw expected(Token.END_OF_TEXT);
        }
        return prototype(0, body, List.of());
    }

    private Prototype prototype(int parameters, Stat body, List<LocalInfo> parameterInfos) {
        int[] capturedParameters = parameterInfos.stream()
                .filter(info -> info.captured)
                .mapToInt(info -> info.slot)
                .toArray();
        return new Prototype(
                chunk,
                scope.line,
                parameters,
                scope.vararg,
                scope.maxSlots,
                scope.captures.stream().mapToInt(Integer::intValue).toArray(),
                capturedParameters,
                scope.usesVarargs ? -1 : scope.argSlot,
                CALL_WEIGHT + body.weight,
                scope.hasNumbers,
                body);
    }

    private LuaError expected(Token token) {
        return lexer.error("'" + token.text + "' expected");
    }

    private void enterLevel() {
        if (++levels > MAX_LEVELS) {
            throw lexer.errorWithoutToken("chunk has too many syntax levels");
        }
    }

    private void limitWeight(Expr expression) {
        if (expression.weight > MAX_EXPRESSION_WEIGHT) {
            throw lexer.errorWithoutToken("function or expression too complex");
        }
    }

    private void leaveLevel() {
        levels--;
    }

    private boolean accept(Token token) {
        if (lexer.token() != token) {
            return false;
        }
        lexer.next();
        return true;
    }

    private void expect(Token token) {
        if (!accept(token)) {
            throw expected(token);
        }
    }

    private void expectMatch(Token close, Token open, int line) {
        if (lexer.token() != close) {
            throw lexer.line() == line
                    ? expected(close)
                    : lexer.error("'" + close.text + "' expected (to close '" + open.text + "' at line " + line + ")");
        }
        lexer.next();
    }

    private LuaString name() {
        if (lexer.token() != Token.NAME) {
            throw expected(Token.NAME);
        }
        LuaString name = lexer.string();
        lexer.next();
        return name;
    }

    // Blocks and scopes

    private Stat block() {
        List<Stat> statements = new ArrayList<>();
        int visible = scope.active.size();
        blockInto(statements);
        closeLocals(visible);
        return stat(statements);
    }

    private static Stat stat(List<Stat> statements) {
        return statements.size() == 1 ? statements.get(0) : new Statements.Block(statements.toArray(new Stat[0]));
    }

    private void blockInto(List<Stat> statements) {
        enterLevel();
        boolean last = false;
        while (!last && !endsBlock()) {
            last = lexer.token() == Token.RETURN || lexer.token() == Token.BREAK;
            Stat statement = statement();
            statements.add(statement);
            accept(Token.SEMICOLON);
        }
        leaveLevel();
    }

    private boolean endsBlock() {
        return switch (lexer.token()) {
            case ELSE, ELSEIF, END, UNTIL, END_OF_TEXT -> true;
            default -> false;
        };
    }

    private void closeLocals(int visible) {
        scope.active.subList(visible, scope.active.size()).clear();
    }

    private LocalInfo newLocal(LuaString name, int pending) {
        int slot = scope.active.size() + pending;
        if (slot >= MAX_LOCALS) {
            throw tooMany(scope, MAX_LOCALS, "local variables");
        }
        scope.maxSlots = Math.max(scope.maxSlots, slot + 1);
        return new LocalInfo(name.toString(), slot);
    }

    private LuaError tooMany(Scope where, int limit, String what) {
        String text = where.line == 0
                ? "main function has more than " + limit + " " + what
                : "function at line " + where.line + " has more than " + limit + " " + what;
        return lexer.errorWithoutToken(text);
    }

    private void activate(LocalInfo local) {
        scope.active.add(local);
    }

    private Target variable(LuaString name, int line) {
        String text = name.toString();
        LocalInfo local = scope.local(text);
        if (local != null) {
            return new Variables.Local(local);
        }
        int upvalue = upvalue(scope, text);
        return upvalue < 0 ? new Variables.Global(name, line) : new Variables.Upvalue(upvalue, text);
    }

    /** The index among the captured variables of a function, -1 if none of the functions around has the variable. */
    private int upvalue(Scope function, String name) {
        int known = function.upvalueNames.indexOf(name);
        // A name may stand for several variables in turn, so what it captures decides.
        Scope outer = function.outer;
        if (outer == null) {
            return -1;
        }
        LocalInfo local = outer.local(name);
        int capture;
        if (local != null) {
            local.captured = true;
            capture = local.slot;
        } else {
            int index = upvalue(outer, name);
            if (index < 0) {
                return -1;
            }
            capture = -1 - index;
        }
        if (known >= 0 && function.captures.get(known) == capture) {
            return known;
        }
        if (function.captures.size() >= MAX_UPVALUES) {
            throw tooMany(function, MAX_UPVALUES, "upvalues");
        }
        function.upvalueNames.add(name);
        function.captures.add(capture);
        return function.captures.size() - 1;
    }

    // Statements

    private Stat statement() {
        int line = lexer.line();
        switch (lexer.token()) {
            case IF -> {
                return ifStatement(line);
            }
            case WHILE -> {
                lexer.next();
                Expr condition = expression();
                expect(Token.DO);
                Stat body = loopBody(Token.WHILE, line);
                return new Statements.While(condition, body);
            }
            case DO -> {
                lexer.next();
                Stat body = block();
                expectMatch(Token.END, Token.DO, line);
                return body;
            }
            case FOR -> {
                return forStatement(line);
            }
            case REPEAT -> {
                return repeatStatement(line);
            }
            case FUNCTION -> {
                return functionStatement(line);
            }
            case LOCAL -> {
                lexer.next();
                return accept(Token.FUNCTION) ? localFunction() : localStatement();
            }
            case RETURN -> {
                return returnStatement();
            }
            case BREAK -> {
                lexer.next();
                if (scope.loops.isEmpty()) {
                    throw lexer.error("no loop to break");
                }
                return new Statements.Break();
            }
            default -> {
                return expressionStatement();
            }
        }
    }

    private Stat loopBody(Token open, int line) {
        scope.loops.push(true);
        Stat body = block();
        scope.loops.pop();
        expectMatch(Token.END, open, line);
        return body;
    }

    private Stat ifStatement(int line) {
        List<Expr> conditions = new ArrayList<>();
        List<Stat> blocks = new ArrayList<>();
        do {
            lexer.next();
            conditions.add(expression());
            expect(Token.THEN);
            blocks.add(block());
        } while (lexer.token() == Token.ELSEIF);
        if (accept(Token.ELSE)) {
            blocks.add(block());
        }
        expectMatch(Token.END, Token.IF, line);
        return new Statements.If(conditions.toArray(NO_EXPRESSIONS), blocks.toArray(new Stat[0]));
    }

    private Stat forStatement(int line) {
        lexer.next();
        LuaString first = name();
        return switch (lexer.token()) {
            case ASSIGN -> numericFor(first, line);
            case COMMA, IN -> genericFor(first, line);
            default -> throw lexer.error("'=' or 'in' expected");
        };
    }

    private Stat numericFor(LuaString name, int line) {
        lexer.next();
        Expr from = expression();
        expect(Token.COMMA);
        Expr to = expression();
        Expr step = accept(Token.COMMA) ? expression() : null;
        expect(Token.DO);
        int visible = scope.active.size();
        LocalInfo variable = newLocal(name, 0);
        activate(variable);
        Stat body = loopBody(Token.FOR, line);
        closeLocals(visible);
        scope.hasNumbers = true;
        return new Statements.NumericFor(variable, from, to, step, body, line);
    }

    private Stat genericFor(LuaString first, int line) {
        List<LuaString> names = new ArrayList<>();
        names.add(first);
        while (accept(Token.COMMA)) {
            names.add(name());
        }
        expect(Token.IN);
        int iteratorLine = lexer.line();
        Expr[] iterator = expressions();
        expect(Token.DO);
        int visible = scope.active.size();
        LocalInfo[] variables = new LocalInfo[names.size()];
        for (int i = 0; i < variables.length; i++) {
            variables[i] = newLocal(names.get(i), 0);
            activate(variables[i]);
        }
        Stat body = loopBody(Token.FOR, line);
        closeLocals(visible);
        return new Statements.GenericFor(variables, iterator, body, iteratorLine);
    }

    private Stat repeatStatement(int line) {
        lexer.next();
        scope.loops.push(true);
        int visible = scope.active.size();
        List<Stat> statements = new ArrayList<>();
        blockInto(statements);
        scope.loops.pop();
        expectMatch(Token.UNTIL, Token.REPEAT, line);
        // The condition sees the variables of the body.
        Expr condition = expression();
        closeLocals(visible);
        return new Statements.Repeat(stat(statements), condition);
    }

    private Stat functionStatement(int line) {
        lexer.next();
        Target target = variable(name(), line);
        boolean method = false;
        while (lexer.token() == Token.DOT || lexer.token() == Token.COLON) {
            method = lexer.token() == Token.COLON;
            lexer.next();
            target = new Variables.Index(target, new Variables.Constant(name()), line);
            limitWeight(target);
            if (method) {
                break;
            }
        }
        Expr body = functionBody(method, line);
        return assignment(target, body);
    }

    private Stat localFunction() {
        LocalInfo variable = newLocal(name(), 0);
        activate(variable);
        return new Statements.LocalFunction(variable, functionBody(false, lexer.line()));
    }

    private Stat localStatement() {
        List<LocalInfo> variables = new ArrayList<>();
        do {
            variables.add(newLocal(name(), variables.size()));
        } while (accept(Token.COMMA));
        Expr[] values = accept(Token.ASSIGN) ? expressions() : NO_EXPRESSIONS;
        variables.forEach(this::activate);
        if (variables.size() == 1 && values.length == 1) {
            if (values[0] instanceof BinaryArithmetic sum) {
                scope.hasNumbers = true;
                return new Statements.LocalNumber(variables.get(0), sum);
            }
            return new Statements.LocalOne(variables.get(0), values[0]);
        }
        return new Statements.LocalSeveral(variables.toArray(new LocalInfo[0]), values);
    }

    private Stat returnStatement() {
        lexer.next();
        Expr[] values = endsBlock() || lexer.token() == Token.SEMICOLON ? NO_EXPRESSIONS : expressions();
        return new Statements.Return(values);
    }

    private Stat expressionStatement() {
        Expr first = suffixed();
        if (first instanceof AnyCall call) {
            return new Statements.CallStat(call);
        }
        List<Target> targets = new ArrayList<>();
        targets.add(target(first));
        while (accept(Token.COMMA)) {
            if (targets.size() > MAX_LEVELS) {
                throw lexer.errorWithoutToken("variables in assignment has more than " + MAX_LEVELS);
            }
            targets.add(target(suffixed()));
        }
        expect(Token.ASSIGN);
        Expr[] values = expressions();
        if (targets.size() == 1 && values.length == 1) {
            return assignment(targets.get(0), values[0]);
        }
        return new Statements.AssignSeveral(targets.toArray(new Target[0]), values);
    }

    private Stat assignment(Target target, Expr value) {
        if (target instanceof Index index) {
            return new Statements.AssignIndex(index, value);
        }
        if (target instanceof Local local && value instanceof BinaryArithmetic sum) {
            scope.hasNumbers = true;
            return new Statements.AssignNumber(local, sum);
        }
        return new Statements.AssignOne(target, value);
    }

    private Target target(Expr expression) {
        if (expression instanceof Target target) {
            return target;
        }
        throw lexer.error("syntax error");
    }

    // Expressions

    private Expr[] expressions() {
        List<Expr> list = new ArrayList<>();
        do {
            list.add(expression());
        } while (accept(Token.COMMA));
        return list.toArray(NO_EXPRESSIONS);
    }

    private Expr expression() {
        return expression(0);
    }

    /** The priorities of the operators to their left and right: the same, but for those that group from the right. */
    private static int leftPriority(Token token) {
        return switch (token) {
            case OR -> 1;
            case AND -> 2;
            case LESS, GREATER, LESS_EQUAL, GREATER_EQUAL, NOT_EQUAL, EQUAL -> 3;
            case CONCAT -> 5;
            case PLUS, MINUS -> 6;
            case STAR, SLASH, PERCENT -> 7;
            case CARET -> 10;
            default -> 0;
        };
    }

    private static int rightPriority(Token token) {
        return switch (token) {
            case CONCAT -> 4;
            case CARET -> 9;
            default -> leftPriority(token);
        };
    }

    private Expr expression(int limit) {
        enterLevel();
        Expr left;
        int line = lexer.line();
        switch (lexer.token()) {
            case NOT -> {
                lexer.next();
                left = new Operators.Not(expression(UNARY_PRIORITY));
            }
            case MINUS -> {
                lexer.next();
                Expr operand = expression(UNARY_PRIORITY);
                left = operand instanceof Variables.NumberConstant constant
                        ? new Variables.NumberConstant(-constant.value())
                        : new Operators.Negate(operand, line);
            }
            case HASH -> {
                lexer.next();
                left = new Operators.Length(expression(UNARY_PRIORITY), line);
            }
            default -> left = simple();
        }
        Token operator = lexer.token();
        while (leftPriority(operator) > limit) {
            int operatorLine = lexer.line();
            lexer.next();
            left = operator == Token.CONCAT
                    ? concatenation(left, operatorLine)
                    : binary(operator, left, expression(rightPriority(operator)), operatorLine);
            limitWeight(left);
            operator = lexer.token();
        }
        leaveLevel();
        return left;
    }

    /** All operands of a chain of {@code ..}, the first of them given and its operator read. */
    private Expr concatenation(Expr first, int line) {
        List<Expr> operands = new ArrayList<>();
        operands.add(first);
        do {
            operands.add(expression(leftPriority(Token.CONCAT)));
        } while (accept(Token.CONCAT));
        return new Operators.Concat(operands.toArray(NO_EXPRESSIONS), line);
    }

    private static Expr binary(Token operator, Expr left, Expr right, int line) {
        return switch (operator) {
            case OR -> new Operators.Or(left, right);
            case AND -> new Operators.And(left, right);
            case EQUAL -> Operators.equal(left, right, false, line);
            case NOT_EQUAL -> Operators.equal(left, right, true, line);
            case LESS -> new Operators.Less(left, right, false, false, line);
            case LESS_EQUAL -> new Operators.Less(left, right, true, false, line);
            case GREATER -> new Operators.Less(left, right, false, true, line);
            case GREATER_EQUAL -> new Operators.Less(left, right, true, true, line);
            case PLUS -> Operators.arithmetic(Arithmetic.ADD, left, right, line);
            case MINUS -> Operators.arithmetic(Arithmetic.SUBTRACT, left, right, line);
            case STAR -> Operators.arithmetic(Arithmetic.MULTIPLY, left, right, line);
            case SLASH -> Operators.arithmetic(Arithmetic.DIVIDE, left, right, line);
            case PERCENT -> Operators.arithmetic(Arithmetic.MODULO, left, right, line);
            case CARET -> Operators.arithmetic(Arithmetic.POWER, left, right, line);
            default -> throw new IllegalArgumentException("no binary operator: " + operator);
        };
    }

    private Expr simple() {
        Expr value;
        switch (lexer.token()) {
            case NUMBER -> value = new Variables.NumberConstant(lexer.number());
            case STRING -> value = new Variables.Constant(lexer.string());
            case NIL -> value = new Variables.Constant(null);
            case TRUE -> value = new Variables.Constant(true);
            case FALSE -> value = new Variables.Constant(false);
            case DOTS -> {
                if (!scope.vararg) {
                    throw lexer.error("cannot use '...' outside a vararg function");
                }
                scope.usesVarargs = true;
                value = new Variables.Varargs();
            }
            case OPEN_BRACE -> {
                return table();
            }
            case FUNCTION -> {
                int line = lexer.line();
                lexer.next();
                return functionBody(false, line);
            }
            default -> {
                return suffixed();
            }
        }
        lexer.next();
        return value;
    }

    private Expr primary() {
        int line = lexer.line();
        switch (lexer.token()) {
            case OPEN -> {
                lexer.next();
                Expr inner = expression();
                expectMatch(Token.CLOSE, Token.OPEN, line);
                return inner.isMultiple() || inner instanceof Target ? new Variables.Single(inner) : inner;
            }
            case NAME -> {
                return variable(name(), line);
            }
            default -> throw lexer.error("unexpected symbol");
        }
    }

    private Expr suffixed() {
        int line = lexer.line();
        Expr expression = primary();
        while (true) {
            limitWeight(expression);
            switch (lexer.token()) {
                case DOT -> {
                    int at = lexer.line();
                    lexer.next();
                    expression = new Variables.Index(expression, new Variables.Constant(name()), at);
                }
                case OPEN_BRACKET -> {
                    int at = lexer.line();
                    lexer.next();
                    Expr key = expression();
                    expect(Token.CLOSE_BRACKET);
                    expression = new Variables.Index(expression, key, at);
                }
                case COLON -> {
                    lexer.next();
                    LuaString method = name();
                    expression = new Calls.MethodCall(expression, method, arguments(), line);
                }
                case OPEN, STRING, OPEN_BRACE -> expression = new Calls.Call(expression, arguments(), line);
                default -> {
                    return expression;
                }
            }
        }
    }

    private Expr[] arguments() {
        switch (lexer.token()) {
            case OPEN -> {
                if (lexer.line() != lexer.previousLine()) {
                    throw lexer.error("ambiguous syntax (function call x new statement)");
                }
                int open = lexer.line();
                lexer.next();
                Expr[] args = lexer.token() == Token.CLOSE ? NO_EXPRESSIONS : expressions();
                expectMatch(Token.CLOSE, Token.OPEN, open);
                return args;
            }
            case OPEN_BRACE -> {
                return new Expr[] {table()};
            }
            case STRING -> {
                Expr text = new Variables.Constant(lexer.string());
                lexer.next();
                return new Expr[] {text};
            }
            default -> throw lexer.error("function arguments expected");
        }
    }

    private Expr table() {
        int line = lexer.line();
        expect(Token.OPEN_BRACE);
        List<Expr> elements = new ArrayList<>();
        List<Expr> keys = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (lexer.token() != Token.CLOSE_BRACE) {
            if (lexer.token() == Token.OPEN_BRACKET) {
                lexer.next();
                keys.add(expression());
                expect(Token.CLOSE_BRACKET);
                expect(Token.ASSIGN);
                values.add(expression());
            } else if (lexer.token() == Token.NAME && lexer.peek() == Token.ASSIGN) {
                keys.add(new Variables.Constant(name()));
                lexer.next();
                values.add(expression());
            } else {
                elements.add(expression());
            }
            if (!accept(Token.COMMA) && !accept(Token.SEMICOLON)) {
                break;
            }
        }
        expectMatch(Token.CLOSE_BRACE, Token.OPEN_BRACE, line);
        return new Variables.TableConstructor(
                elements.toArray(NO_EXPRESSIONS), keys.toArray(NO_EXPRESSIONS), values.toArray(NO_EXPRESSIONS), line);
    }

    private Expr functionBody(boolean method, int line) {
        Scope function = new Scope(scope, line);
        scope = function;
        expect(Token.OPEN);
        List<LocalInfo> parameters = new ArrayList<>();
        if (method) {
            addParameter(parameters, LuaString.of("self"));
        }
        if (lexer.token() != Token.CLOSE) {
            do {
                if (lexer.token() == Token.DOTS) {
                    lexer.next();
                    scope.vararg = true;
                } else {
                    addParameter(parameters, name());
                }
            } while (!scope.vararg && accept(Token.COMMA));
        }
        expect(Token.CLOSE);
        int count = parameters.size();
        if (scope.vararg) {
            scope.argSlot = count;
            addParameter(parameters, LuaString.of("arg"));
        }
        Stat body = block();
        expectMatch(Token.END, Token.FUNCTION, line);
        Prototype prototype = prototype(count, body, parameters);
        Scope outer = function.outer;
        if (outer == null) {
            throw new IllegalStateException("a function body within nothing");
        }
        scope = outer;
        return new Variables.FunctionBody(prototype);
    }

    private void addParameter(List<LocalInfo> parameters, LuaString name) {
        LocalInfo parameter = newLocal(name, 0);
        activate(parameter);
        parameters.add(parameter);
    }
}
