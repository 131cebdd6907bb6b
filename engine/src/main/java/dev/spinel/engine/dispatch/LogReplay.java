package dev.spinel.engine.dispatch;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.DetachedConnection;
import dev.spinel.engine.loop.LoopStoppedException;
import dev.spinel.engine.memory.ArenaExhaustedException;
import org.jspecify.annotations.Nullable;

/** The client that a log is. Engine thread only. */
final class LogReplay extends DetachedConnection implements Replay {
    private final Dispatcher dispatcher;
    private final Errors errors = new Errors();
    private final Client client;
    private @Nullable Throwable failure;

    LogReplay(Dispatcher dispatcher) {
        super("log:0");
        this.dispatcher = dispatcher;
        this.client = ClientRegistry.unlisted(this);
        client.set(ClientFlag.LOG, true);
    }

    @Override
    public @Nullable String run(Bytes[] args, int argCount) throws ReplayFailedException {
        errors.first = null;
        failure = null;
        dispatcher.replay(this, client, args, argCount);
        if (failure instanceof LoopStoppedException stopped) {
            throw stopped;
        }
        if (failure instanceof ArenaExhaustedException) {
            throw new ReplayFailedException("out of memory: " + failure.getMessage(), failure);
        }
        if (failure != null) {
            throw new ReplayFailedException("internal error: " + failure, failure);
        }
        if (client.is(ClientFlag.BLOCKED)) {
            dispatcher.unblock(client);
            return "ERR a log can't wait";
        }
        return errors.first;
    }

    /** Takes note of why a command, or one that it called, could not do what it did when it was logged. */
    void failed(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    @Override
    public boolean inTransaction() {
        return client.transaction() != null;
    }

    @Override
    public void discard() {
        if (inTransaction()) {
            dispatcher.endTransaction(client);
        }
    }

    @Override
    public ReplyWriter reply() {
        return errors;
    }

    /** Keeps the first error of a command and nothing else. */
    private static final class Errors implements ReplyWriter {
        private @Nullable String first;

        @Override
        public int protocol() {
            return 2;
        }

        @Override
        public void ok() {}

        @Override
        public void simple(String text) {}

        @Override
        public void error(String message) {
            if (first == null) {
                first = message;
            }
        }

        @Override
        public void integer(long value) {}

        @Override
        public void bulk(Bytes value) {}

        @Override
        public void bulk(byte[] array, int offset, int length) {}

        @Override
        public void bulk(String text) {}

        @Override
        public void bulkInteger(long value) {}

        @Override
        public void real(double value) {}

        @Override
        public void realDigits(byte[] array, int offset, int length) {}

        @Override
        public void bulkReal(double value) {}

        @Override
        public void nil() {}

        @Override
        public void nilArray() {}

        @Override
        public void bool(boolean value) {}

        @Override
        public void bigNumber(String digits) {}

        @Override
        public void verbatim(String format, String text) {}

        @Override
        public void array(int size) {}

        @Override
        public void map(int size) {}

        @Override
        public void set(int size) {}

        @Override
        public void push(int size) {}

        @Override
        public void attribute(int size) {}

        @Override
        public int begin() {
            return 0;
        }

        @Override
        public void endArray(int mark, int size) {}

        @Override
        public void endSet(int mark, int size) {}

        @Override
        public void endMap(int mark, int size) {}
    }
}
