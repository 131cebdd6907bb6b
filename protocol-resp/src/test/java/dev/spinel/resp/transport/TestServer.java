package dev.spinel.resp.transport;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** A transport with the stub for its engine, on a thread of its own. */
final class TestServer implements AutoCloseable {
    final ConnectionSettings settings = new ConnectionSettings();
    final StubExecutor executor = new StubExecutor();

    private final NettyTransport<StubExecutor.Client> transport;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Integer> started = new CompletableFuture<>();
    private final Thread thread;

    TestServer(IoTransport io, int ioThreads, ListenSettings where) throws IOException {
        transport = new NettyTransport<>(io, ioThreads, settings, executor);
        executor.others = () -> {
            transport.poll(0);
            transport.flush();
        };
        thread = NettyTransport.newThread(() -> run(where), "engine", 0);
        thread.start();
        try {
            started.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void run(ListenSettings where) {
        try (transport) {
            transport.listen(where);
            started.complete(transport.port());
            while (!stopped.get()) {
                transport.poll(10_000_000_000L);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                transport.flush();
            }
        } catch (IOException e) {
            started.completeExceptionally(e);
        }
    }

    int port() {
        return started.join();
    }

    /** Runs something between two turns on the engine's thread. */
    <T> T onEngineThread(Supplier<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        tasks.add(() -> result.complete(action.get()));
        transport.wakeUp();
        return result.join();
    }

    void listen(ListenSettings where) throws IOException {
        IOException failure = onEngineThread(() -> {
            try {
                transport.listen(where);
                return null;
            } catch (IOException e) {
                return e;
            }
        });
        if (failure != null) {
            throw failure;
        }
    }

    int currentPort() {
        return onEngineThread(transport::port);
    }

    long rejectedConnections() {
        return onEngineThread(() -> transport.totals().rejectedConnections());
    }

    @Override
    public void close() {
        stopped.set(true);
        transport.wakeUp();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("the engine thread does not end");
        }
    }
}
