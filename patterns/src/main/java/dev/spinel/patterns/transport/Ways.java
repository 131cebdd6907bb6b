package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * What the server of a runtime has beside scripts, as far as it is known. Thread-safe; no method blocks.
 *
 * <p>The nodes of a cluster may differ, and so may those before and after a failover. What is known is therefore a guess: whoever finds it
 * wrong says so ({@link #missing}), which makes it right for all, until the server is asked again.
 */
final class Ways {
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long MAX_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();
    /** After how long a server that lacks functions is asked again, as an operator may have loaded the library, or the one of this version. */
    private static final long LOOK_AGAIN_NANOS = Duration.ofMinutes(1).toNanos();
    /** Codes of errors by which a command or function is refused as a whole, and a script only what is concerned of its commands. */
    private static final Set<String> REFUSALS = Set.of("MISCONF", "NOREPLICAS", "OOM", "READONLY");

    private final RedisTransport transport;
    private final Scheduler scheduler;
    private final Set<Way> allowed;
    /** When the server was asked last, or a pause before the beginning. */
    private final AtomicLong askedNanos;
    /** Names of the commands and functions that the server has. */
    private volatile Set<String> present = Set.of();
    /** How long the server is left alone after a question: longer each time that it has no answer, as it may break connections. */
    private volatile long pauseNanos = PAUSE_NANOS;
    /** Whether what is known is in doubt. */
    private volatile boolean outdated;
    /** Whether functions are wanted, and an operation had none after the last answer. */
    private volatile boolean withoutFunctions;

    /** Nothing known yet. */
    Ways(RedisTransport transport, Scheduler scheduler, Set<Way> allowed) {
        this.transport = transport;
        this.scheduler = scheduler;
        this.allowed = Set.copyOf(allowed);
        askedNanos = new AtomicLong(scheduler.nanoTime() - PAUSE_NANOS);
        askAgain();
    }

    /** The way to take. */
    Way choose(Operation<?> operation) {
        NativeCommand command = operation.command();
        if (command != null && present.contains(command.wireName())) {
            return Way.COMMAND;
        }
        if (present.contains(operation.script().function())) {
            return Way.FUNCTION;
        }
        if (!withoutFunctions) {
            withoutFunctions = allowed.contains(Way.FUNCTION);
        }
        return Way.SCRIPT;
    }

    /**
     * Whether an error tells that the server lacks the command or function, or does not permit it or the channel that a command publishes to,
     * without which a script does. Then it had no effect.
     */
    static boolean isMissing(Way way, Command command, Reply.Failure error) {
        if (way == Way.SCRIPT) {
            return false;
        }
        // What a function calls may lack a permission, too, after it had effects: the name tells these apart.
        return error.message().startsWith("ERR unknown command")
                || error.message().startsWith("ERR Function not found")
                || (error.code().equals("NOPERM")
                        && (error.message().contains("'" + command.name().toLowerCase(Locale.ROOT) + "'")
                                || (way == Way.COMMAND && error.message().contains("channel"))));
    }

    /**
     * Whether a command or function was refused before it began, although its script might run: one that only reads or deletes when memory is
     * short, as a limiter that denies, or only reads on a replica.
     */
    static boolean isRefused(Way way, Operation<?> operation, Reply.Failure error) {
        if (way == Way.COMMAND
                && error.code().equals("OOM")
                && requireNonNull(operation.command()).isServedWithoutRoom()) {
            return false;
        }
        return way != Way.SCRIPT
                && REFUSALS.contains(error.code())
                && !error.message().contains(" script: "); // so servers mark what was raised within
    }

    /** Remembers that the server lacks a command or function. */
    void missing(Operation<?> operation, Way way) {
        present.remove(
                way == Way.COMMAND
                        ? requireNonNull(operation.command()).wireName()
                        : operation.script().function());
        askAgain();
    }

    /** Has the server asked again at one of the next operations, as it may have changed. */
    void askAgain() {
        outdated = allowed.contains(Way.COMMAND) || allowed.contains(Way.FUNCTION);
    }

    /** Asks the server in the background, if that is wanted and was not done just now. */
    void askIfDue() {
        if (!outdated && !withoutFunctions) {
            return;
        }
        long now = scheduler.nanoTime();
        long last = askedNanos.get();
        if (now - last < (outdated ? pauseNanos : LOOK_AGAIN_NANOS) || !askedNanos.compareAndSet(last, now)) {
            return;
        }
        outdated = false; // before the question, so that what is found missing meanwhile is not forgotten
        var unused = ask(Way.COMMAND, commandInfo(), Ways::commands)
                .thenCombine(ask(Way.FUNCTION, functionList(), Ways::functions), (commands, functions) -> {
                    Set<String> found = ConcurrentHashMap.newKeySet();
                    found.addAll(commands);
                    found.addAll(functions);
                    return found;
                })
                .whenComplete((found, failure) -> {
                    if (failure == null) {
                        pauseNanos = PAUSE_NANOS;
                        present = found;
                        withoutFunctions = false;
                    } else {
                        pauseNanos = Math.min(2 * pauseNanos, MAX_PAUSE_NANOS);
                        askAgain();
                    }
                });
    }

    /** What an answer tells to be there; nothing if the question is not wanted, not known or not permitted. */
    private CompletionStage<List<String>> ask(Way way, Command question, Function<List<Reply>, List<String>> reader) {
        if (!allowed.contains(way)) {
            return CompletableFuture.completedStage(List.of());
        }
        CompletionStage<Reply> answer;
        try {
            answer = transport.send(question);
        } catch (Throwable e) { // whoever has an operation under way is not concerned
            return CompletableFuture.failedStage(e);
        }
        return answer.thenApply(reply -> {
            if (!(reply instanceof Reply.Failure error)) {
                return reader.apply(reply.asItems());
            }
            if (PatternRuntime.PASSING_ERRORS.contains(error.code())) {
                throw new IllegalStateException(error.message());
            }
            return List.of();
        });
    }

    private static Command commandInfo() {
        List<byte[]> arguments = new ArrayList<>(List.of(bytes("INFO")));
        for (NativeCommand command : NativeCommand.values()) {
            arguments.add(bytes(command.wireName()));
        }
        return new Command("COMMAND", arguments, null);
    }

    /** Each command that the server knows has an array in the place of its name in the question. */
    private static List<String> commands(List<Reply> answer) {
        List<String> found = new ArrayList<>();
        NativeCommand[] asked = NativeCommand.values();
        for (int i = 0; i < asked.length; i++) {
            if (answer.get(i) instanceof Reply.Items) {
                found.add(asked[i].wireName());
            }
        }
        return found;
    }

    private static Command functionList() {
        return new Command("FUNCTION", List.of(bytes("LIST"), bytes("LIBRARYNAME"), bytes(FunctionLibrary.NAME)), null);
    }

    /** The one library, if it is there, has a field {@code functions}, each of which has a field {@code name}. */
    private static List<String> functions(List<Reply> answer) {
        List<String> found = new ArrayList<>();
        for (Reply library : answer) {
            for (Reply function : field(library, "functions").asItems()) {
                found.add(field(function, "name").asText());
            }
        }
        return found;
    }

    /** The value of a field in an array of names and values. */
    private static Reply field(Reply fields, String name) {
        List<Reply> items = fields.asItems();
        for (int i = 0; i < items.size(); i += 2) {
            if (items.get(i).asText().equals(name)) {
                return items.get(i + 1);
            }
        }
        throw new IllegalStateException("No field " + name + " in " + fields);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }
}
