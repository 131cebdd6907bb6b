package dev.spinel.lua.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The coroutines of one interpreter and whose turn it is. All fields belong to the thread that has the turn; handing it over
 * publishes them.
 */
final class Coroutines {
    /*
     * The server behind the interpreter belongs to the thread that runs scripts, the host. What a coroutine wants of it
     * (commands, a look whether the script may go on) is therefore done by the host, which waits for the coroutine anyway:
     * onHost hands over the turn together with the task.
     */
    /** The stack of a thread, and what of it the nodes of its calls may take ({@link Prototype#weight}). */
    private static final long STACK_BYTES = 2L << 20;

    static final int MAX_WEIGHT = 4000;

    /** How many there may be that have begun and not ended; each is a thread. */
    private static final int MAX_BEGUN = 100;

    private static final int BYTES_EACH = 4096;

    private final MemoryBudget memory;
    private final List<Coroutine> begun = new ArrayList<>();
    private @Nullable Coroutine current;
    private volatile @Nullable Thread turn;
    private @Nullable Thread host;
    private @Nullable Runnable task;
    private @Nullable Thread taskOf;

    Coroutines(MemoryBudget memory) {
        this.memory = memory;
    }

    /** The one that runs, null if the script itself does. */
    @Nullable
    Coroutine current() {
        return current;
    }

    void current(@Nullable Coroutine coroutine) {
        current = coroutine;
    }

    /** A thread for a coroutine that begins; it first waits for its turn. */
    Thread start(Coroutine coroutine, Runnable run) {
        if (begun.size() >= MAX_BEGUN) {
            throw new LuaError("too many coroutines");
        }
        memory.charge(BYTES_EACH);
        if (current == null) {
            host = Thread.currentThread();
        }
        Thread thread = new Thread(null, run, "lua-coroutine", STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        begun.add(coroutine);
        return thread;
    }

    void ended(Coroutine coroutine) {
        begun.remove(coroutine);
    }

    void giveTurn(Thread to) {
        turn = to;
        LockSupport.unpark(to);
    }

    /** Waits for the turn; the host does tasks meanwhile. */
    void awaitTurn() {
        Thread self = Thread.currentThread();
        while (true) {
            while (turn != self) {
                LockSupport.park(this);
            }
            Runnable asked = task;
            Thread by = taskOf;
            if (self != host || asked == null || by == null) {
                return;
            }
            task = null;
            taskOf = null;
            asked.run();
            giveTurn(by);
        }
    }

    /** Does something on the host's thread. */
    <T> T onHost(Supplier<T> work) {
        Thread to = host;
        if (current == null || to == null) {
            return work.get();
        }
        Outcome<T> outcome = new Outcome<>();
        task = () -> outcome.of(work);
        taskOf = Thread.currentThread();
        giveTurn(to);
        awaitTurn();
        return outcome.take();
    }

    /** What a task answered or threw. */
    private static final class Outcome<T> {
        private @Nullable T value;
        private @Nullable Throwable failure;

        void of(Supplier<T> work) {
            try {
                value = work.get();
            } catch (RuntimeException | Error e) {
                // The host's turn ends in any case, and the coroutine waits for the answer.
                failure = e;
            }
        }

        @SuppressWarnings("NullAway") // null only if the work answers it
        T take() {
            if (failure != null) {
                throw unchecked(failure);
            }
            return value;
        }
    }

    /** For {@code throw}: a failure of the other thread, which was no checked exception. Errors are thrown at once. */
    static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure;
    }

    /** Ends all that have begun: the script has ended, and nothing else can resume them. Host only. */
    void endAll(Interpreter lua) {
        while (!begun.isEmpty()) {
            begun.get(begun.size() - 1).abandon(lua);
        }
        host = null;
    }
}
