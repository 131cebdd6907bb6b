package dev.spinel.engine.command;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.Capability;
import dev.spinel.engine.Engine;
import dev.spinel.engine.EngineOptions;
import dev.spinel.engine.admin.FixedProcess;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.DetachedConnection;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.propagate.WriteSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * An engine without sockets or threads whose clients send lines of words and read text; for tests of commands.
 *
 * <p>Its clock stands still until {@link #advanceMillis}; its randomness is seeded.
 */
public final class CommandTester {
    private final List<String> effects = new ArrayList<>();
    private final List<Effect> replayable = new ArrayList<>();
    private final List<Client> leaving = new ArrayList<>();
    private final Engine engine;
    private final Session session;
    private long nowMillis = 1_700_000_000_000L;
    private long tickNanos;
    private long tickedNanos;

    public CommandTester() {
        this(new FixedProcess());
    }

    public CommandTester(FixedProcess process) {
        this(process, List.of());
    }

    public CommandTester(FixedProcess process, List<Capability> capabilities) {
        this(process, capabilities, Map.of());
    }

    /** An engine that starts with some directives. */
    public CommandTester(FixedProcess process, List<Capability> capabilities, Map<String, String> directives) {
        this(process, capabilities, directives, 0);
    }

    /** An engine with so many bytes for records and pages at most. */
    public CommandTester(long maxArenaBytes) {
        this(List.of(), maxArenaBytes);
    }

    /** An engine with capabilities and so many bytes at most. */
    public CommandTester(List<Capability> capabilities, long maxArenaBytes) {
        this(new FixedProcess(), capabilities, Map.of(), maxArenaBytes);
    }

    /** An engine with all of these. */
    public CommandTester(
            FixedProcess process, List<Capability> capabilities, Map<String, String> directives, long maxArenaBytes) {
        ConfigRegistry config = ConfigRegistry.withServerDirectives();
        config.load(List.of("enable-debug-command", "yes"));
        config.load(List.of("enable-module-command", "yes"));
        directives.forEach((name, value) -> config.load(List.of(name, value)));
        engine = new Engine(new EngineOptions(
                config,
                process,
                process,
                List.of(),
                process,
                process,
                capabilities,
                maxArenaBytes,
                () -> nowMillis * 1_000,
                () -> nowMillis * 1_000_000 + (tickedNanos += tickNanos),
                new Random(7),
                "7.0.15",
                "0.0",
                (command, defect) -> {
                    throw new AssertionError("defect in " + command, defect);
                }));
        engine.addSink(new WriteSink() {
            @Override
            public void effect(int database, Bytes[] args, int argCount) {
                Effect effect = new Effect(
                        database,
                        Arrays.stream(args, 0, argCount).map(Bytes::copy).toList());
                replayable.add(effect);
                effects.add(effect.args().stream().map(Bytes::toString).collect(Collectors.joining(" ")));
            }

            @Override
            public void endUnit() {}
        });
        session = new Session();
        if (!capabilities.isEmpty()) {
            endTurn();
        }
    }

    /** Ends a turn, and starts the engine if it has not. */
    public void endTurn() {
        leaving.forEach(engine::disconnect);
        leaving.clear();
        engine.end();
        engine.afterReplies();
    }

    /** A deterministic command that repeats one change of a database. */
    public record Effect(int database, List<Bytes> args) {}

    /** Sends a line on the first client and returns its reply. */
    public String send(String line) {
        return session.send(line);
    }

    /** The effects since the last call. */
    public List<String> takeEffects() {
        List<String> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }

    /** All effects so far, for {@link #replay}. */
    public List<Effect> allEffects() {
        return List.copyOf(replayable);
    }

    /** Executes effects as a log or a replica would. */
    public void replay(List<Effect> log) {
        for (Effect effect : log) {
            session.send("SELECT " + effect.database());
            Bytes[] args = effect.args().toArray(new Bytes[0]);
            engine.execute(session.client, args, args.length);
            String reply = session.take();
            if (reply.startsWith("-")) {
                throw new AssertionError("effect " + effect + " answered " + reply);
            }
        }
    }

    /** Ends the engine: its capabilities end their threads and close their files. */
    public void close() {
        engine.close();
    }

    public void advanceMillis(long millis) {
        nowMillis += millis;
        endTurn();
    }

    /** Has the steady clock go on by so many nanoseconds whenever it is read. */
    public void ticks(long nanos) {
        tickNanos = nanos;
    }

    public long nowMillis() {
        return nowMillis;
    }

    /** A further client. */
    public Session connect() {
        return new Session();
    }

    /** A client and its connection. */
    public final class Session extends DetachedConnection {
        private final TextReply reply = new TextReply();
        private boolean restricted;
        private boolean closed;
        private boolean leavesLate;
        private final Client client;

        private Session() {
            super("127.0.0.1:1");
            client = engine.connect(this);
        }

        /** Sends a line of words and returns the reply; empty while the client is blocked. */
        public String send(String line) {
            return send(line.split(" "));
        }

        /** Sends words, which may be empty. */
        public String send(String... words) {
            Bytes[] args = new Bytes[words.length];
            for (int i = 0; i < words.length; i++) {
                args[i] = Bytes.of(words[i]);
            }
            engine.execute(client, args, args.length);
            return take();
        }

        /** What was written since the last call. */
        public String take() {
            return reply.take();
        }

        /** Leaves room for some parts of replies only, until the engine closes the connection and drops all. */
        public void leaveRoom(int parts) {
            reply.room(parts);
            leavesLate = true;
        }

        @Override
        public ReplyWriter reply() {
            return reply;
        }

        @Override
        public int mark() {
            return reply.mark();
        }

        @Override
        public void rollback(int mark) {
            reply.rollback(mark);
        }

        @Override
        public int repliesSince(int mark) {
            return client.is(ClientFlag.BLOCKED) ? 0 : 1;
        }

        @Override
        public void protocol(int version) {
            reply.protocol(version);
        }

        @Override
        public void restrictRequests(boolean value) {
            restricted = value;
        }

        /** Whether requests must be small. */
        public boolean restricted() {
            return restricted;
        }

        @Override
        public void close() {
            closed = true;
            reply.room(Integer.MAX_VALUE);
            if (leavesLate) {
                // As with a socket, which closes while a command runs.
                leaving.add(client);
            } else {
                engine.disconnect(client);
            }
        }

        /** Whether the engine closed the connection. */
        public boolean closed() {
            return closed;
        }
    }
}
