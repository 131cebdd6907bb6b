package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/**
 * A coroutine of a script. It has a thread of its own, since the interpreter keeps what a call is about on the thread's
 * stack; that thread runs only while the one that resumed it waits, so a script is never in two places at once.
 *
 * <p>The methods are for the thread whose turn it is; see {@link Coroutines}.
 */
public final class Coroutine {
    /** What {@code coroutine.status} answers. */
    @SuppressWarnings("ImmutableEnumChecker") // a LuaString does not change, but for the hash that it caches
    public enum Status {
        RUNNING("running"),
        SUSPENDED("suspended"),
        /** It resumed another one. */
        NORMAL("normal"),
        DEAD("dead");

        private final LuaString text;

        Status(String text) {
            this.text = LuaString.of(text);
        }

        public LuaString text() {
            return text;
        }
    }

    /** Ends a coroutine that nobody will resume, whatever it catches. */
    private static final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1;

        Abandoned() {
            super(null, null, false, false);
        }
    }

    private final Coroutines all;
    private final Closure body;
    /** Its calls while it does not run, those of what resumed it while it does. */
    private final CallStack stack = new CallStack();

    private Status status = Status.SUSPENDED;
    private @Nullable Thread thread;
    private @Nullable Thread resumer;
    private @Nullable Coroutine resumerCoroutine;
    /** Arguments on the way in, results on the way out. */
    private @Nullable Object[] transfer = Values.NONE;

    private @Nullable Throwable failure;
    private boolean isAbandoned;

    Coroutine(Coroutines all, Closure body) {
        this.all = all;
        this.body = body;
    }

    public Status status() {
        return status;
    }

    /**
     * Runs it until it yields or ends.
     *
     * @return what it yields or returns
     * @throws LuaError that it raised, or because it cannot be resumed
     */
    @Nullable
    Object[] resume(Interpreter lua, @Nullable Object[] args) {
        if (status != Status.SUSPENDED) {
            throw new LuaError("cannot resume " + status.text() + " coroutine");
        }
        Thread own = thread;
        if (own == null) {
            own = all.start(this, () -> run(lua));
            thread = own;
        }
        resumer = Thread.currentThread();
        resumerCoroutine = all.current();
        if (resumerCoroutine != null) {
            resumerCoroutine.status = Status.NORMAL;
        }
        transfer = args;
        pass(Status.RUNNING, this);
        lua.exchange(stack);
        all.giveTurn(own);
        all.awaitTurn();
        lua.exchange(stack);
        Throwable raised = failure;
        if (raised != null) {
            failure = null;
            throw Coroutines.unchecked(raised);
        }
        return transfer;
    }

    private void pass(Status now, @Nullable Coroutine next) {
        status = now;
        all.current(next);
        if (next != null) {
            next.status = Status.RUNNING;
        }
    }

    /** Returns the turn to who resumed it. */
    private void passBack(Status now) {
        Thread to = resumer;
        if (to == null) {
            throw new IllegalStateException("a coroutine runs that nobody resumed");
        }
        pass(now, resumerCoroutine);
        all.giveTurn(to);
    }

    /**
     * Has what resumed it go on, until it is resumed again.
     *
     * @return what it is resumed with
     */
    @Nullable
    Object[] suspend(@Nullable Object[] values) {
        transfer = values;
        passBack(Status.SUSPENDED);
        all.awaitTurn();
        if (isAbandoned) {
            throw new Abandoned();
        }
        return transfer;
    }

    private void run(Interpreter lua) {
        all.awaitTurn();
        try {
            transfer = Values.all(body.call(lua, transfer));
        } catch (Abandoned e) {
            transfer = Values.NONE;
        } catch (StackOverflowError e) {
            failure = new LuaError("stack overflow");
        } catch (RuntimeException | Error e) {
            // Whatever it is, who resumed it must go on with it, or would wait for ever.
            failure = e;
        } finally {
            all.ended(this);
            passBack(Status.DEAD);
        }
    }

    /** Ends it where it has yielded. */
    void abandon(Interpreter lua) {
        isAbandoned = true;
        resume(lua, Values.NONE);
    }
}
