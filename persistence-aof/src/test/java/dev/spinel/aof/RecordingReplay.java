package dev.spinel.aof;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dispatch.Replay;
import dev.spinel.engine.dispatch.ReplayFailedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Notes the commands that would run; knows a few, and MULTI and EXEC as the engine does. */
final class RecordingReplay implements Replay {
    private static final Set<String> KNOWN = Set.of(
            "SELECT",
            "SET",
            "DEL",
            "MSET",
            "INCR",
            "RPUSH",
            "SADD",
            "HSET",
            "ZADD",
            "HMSET",
            "PEXPIREAT",
            "PING",
            "SREM");

    private final List<String> commands;
    private final List<String> queued = new ArrayList<>();
    private boolean inTransaction;

    RecordingReplay(List<String> commands) {
        this.commands = commands;
    }

    @Override
    public @Nullable String run(Bytes[] args, int argCount) throws ReplayFailedException {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < argCount; i++) {
            words.add(new String(args[i].toByteArray(), StandardCharsets.ISO_8859_1));
        }
        String name = words.get(0).toUpperCase(java.util.Locale.ROOT);
        String line = String.join(" ", words);
        if (name.equals("MULTI")) {
            inTransaction = true;
        } else if (name.equals("EXEC")) {
            inTransaction = false;
            commands.addAll(queued);
            queued.clear();
        } else if (!KNOWN.contains(name)) {
            return "ERR unknown command '" + words.get(0) + "', with args beginning with: ";
        } else if (inTransaction) {
            queued.add(line);
        } else if (name.equals("INCR") && argCount != 2) {
            return "ERR wrong number of arguments for 'incr' command";
        } else if (words.contains("large")) {
            return "OOM command not allowed when used memory > 'maxmemory'.";
        } else if (words.contains("defect")) {
            throw new ReplayFailedException("internal error: a defect", new IllegalStateException());
        } else if (words.contains("wrongtype")) {
            return "WRONGTYPE Operation against a key holding the wrong kind of value";
        } else {
            commands.add(line);
        }
        return null;
    }

    @Override
    public boolean inTransaction() {
        return inTransaction;
    }

    @Override
    public void discard() {
        inTransaction = false;
        queued.clear();
    }
}
