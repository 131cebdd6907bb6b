package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyDescription;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.Keyspaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** MEMORY and its subcommands. Engine thread only. */
public final class MemoryCommands implements ServerPlugin {
    private static final int KEY = 2;
    private static final long SMALL_BYTES = 5L << 20;
    private static final double HIGH_FRAGMENTATION = 1.4;
    private static final double HIGH_PEAK = 1.5;
    private static final double HIGH_RESIDENT = 1.5;

    /** What the virtual machine takes in any case and half as much again; below that its share says nothing. */
    private static final long NOTABLE_RESIDENT_BYTES = 128L << 20;

    private static final long LARGE_CLIENT_BYTES = 200L << 10;
    private static final long MANY_SCRIPTS = 1000;

    private final MemoryUse memory;
    private final Keyspaces keyspaces;
    private final ServerProcess process;
    private final Supplier<ScriptFigures> scripts;

    public MemoryCommands(
            MemoryUse memory, Keyspaces keyspaces, ServerProcess process, Supplier<ScriptFigures> scripts) {
        this.scripts = scripts;
        this.memory = memory;
        this.keyspaces = keyspaces;
        this.process = process;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                MemorySpecs.MEMORY,
                Command.of(MemorySpecs.MEMORY_DOCTOR, this::doctor),
                Command.of(
                        MemorySpecs.MEMORY_HELP,
                        HelpText.of(
                                "MEMORY",
                                "DOCTOR",
                                "    Explain the use of memory.",
                                "MALLOC-STATS",
                                "    Describe the state of the arena.",
                                "PURGE",
                                "    Give unused memory back to the operating system.",
                                "STATS",
                                "    Return where memory goes.",
                                "USAGE <key> [SAMPLES <count>]",
                                "    Return the bytes that a key and its value take. The figure is exact, so that",
                                "    SAMPLES changes nothing.")),
                Command.of(MemorySpecs.MEMORY_MALLOC_STATS, this::mallocStats),
                Command.of(MemorySpecs.MEMORY_PURGE, this::purge),
                Command.of(MemorySpecs.MEMORY_STATS, this::stats),
                Command.of(MemorySpecs.MEMORY_USAGE, MemoryCommands::usage)));
    }

    private static void usage(Call call) {
        for (int i = KEY + 1; i < call.argCount(); i += 2) {
            if (!call.argIs(i, "SAMPLES") || i + 1 == call.argCount() || call.integerArg(i + 1) < 0) {
                throw Errors.syntax();
            }
        }
        KeyDescription description = call.keys().describe(call.arg(KEY));
        if (description == null) {
            call.reply().nil();
        } else {
            call.reply().integer(description.memoryBytes());
        }
    }

    private void purge(Call call) {
        process.releaseMemory();
        call.reply().ok();
    }

    private void doctor(Call call) {
        call.reply().verbatim("txt", diagnosis());
    }

    private String diagnosis() {
        long used = memory.usedBytes();
        if (used < SMALL_BYTES) {
            return "There is hardly any data, so there is nothing to say about memory.\n";
        }
        List<String> findings = new ArrayList<>();
        if (ratio(memory.peakBytes(), used) > HIGH_PEAK) {
            findings.add("Peak: memory use was half as much again at its peak. What the heap took then may still count"
                    + " as resident.");
        }
        if (ratio(memory.reservedBytes(), memory.arenaBytes()) > HIGH_FRAGMENTATION) {
            findings.add("Fragmentation: the arena holds much more memory than its records need, as it does after many"
                    + " of them were removed or resized. New records will use it.");
        }
        long resident = process.residentBytes();
        if (resident - used > NOTABLE_RESIDENT_BYTES && ratio(resident, used) > HIGH_RESIDENT) {
            findings.add("Resident set: the process holds much more memory than the data need. A smaller heap"
                    + " (SPINEL_HEAP) limits what the virtual machine keeps.");
        }
        if (memory.clientBytes() > LARGE_CLIENT_BYTES * memory.clientCount()) {
            findings.add("Clients: their buffers and waiting requests take more than 200 KB each on average. CLIENT"
                    + " LIST tells which (tot-mem); maxmemory-clients and client-output-buffer-limit bound them.");
        }
        if (scripts.get().scripts() > MANY_SCRIPTS) {
            findings.add("Scripts: more than 1000 are cached. Text that differs from call to call belongs into the"
                    + " arguments of a script, not into the script.");
        }
        if (findings.isEmpty()) {
            return "No problem with memory was found.\n";
        }
        return "Found in the use of memory:\n\n* " + String.join("\n* ", findings) + "\n";
    }

    private void mallocStats(Call call) {
        call.reply()
                .verbatim(
                        "txt",
                        String.format(
                                Locale.ROOT,
                                "arena: %d bytes reserved, %d bytes in records and pages%ntables of keys: %d bytes%n",
                                memory.reservedBytes(),
                                memory.arenaBytes(),
                                keyspaces.tableBytes()));
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 1 : (double) part / whole;
    }

    private void stats(Call call) {
        ReplyWriter reply = call.reply();
        long used = memory.usedBytes();
        long resident = process.residentBytes();
        long reserved = Math.max(memory.reservedBytes(), memory.arenaBytes());
        long dataset = used - memory.overheadBytes();
        long keys = 0;
        int mark = reply.begin();
        int fields = 0;
        fields += field(reply, "peak.allocated", memory.peakBytes());
        fields += field(reply, "total.allocated", used);
        fields += field(reply, "startup.allocated", memory.startupBytes());
        fields += field(reply, "replication.backlog", 0);
        fields += field(reply, "clients.slaves", 0);
        fields += field(reply, "clients.normal", memory.clientBytes());
        fields += field(reply, "cluster.links", 0);
        fields += field(reply, "aof.buffer", 0);
        fields += field(reply, "lua.caches", scripts.get().scriptBytes());
        fields += field(reply, "functions.caches", scripts.get().functionBytes());
        for (int i = 0; i < keyspaces.count(); i++) {
            Database database = keyspaces.get(i);
            if (database.size() > 0) {
                keys += database.size();
                reply.bulk("db." + i);
                reply.map(3);
                field(reply, "overhead.hashtable.main", database.tableBytes());
                field(reply, "overhead.hashtable.expires", 0);
                field(reply, "overhead.hashtable.slot-to-keys", 0);
                fields++;
            }
        }
        fields += field(reply, "overhead.total", memory.overheadBytes());
        fields += field(reply, "keys.count", keys);
        fields += field(reply, "keys.bytes-per-key", keys == 0 ? 0 : (used - memory.startupBytes()) / keys);
        fields += field(reply, "dataset.bytes", dataset);
        fields += real(reply, "dataset.percentage", 100 * ratio(dataset, used - memory.startupBytes()));
        fields += real(reply, "peak.percentage", 100 * ratio(used, memory.peakBytes()));
        fields += field(reply, "allocator.allocated", memory.arenaBytes());
        fields += field(reply, "allocator.active", reserved);
        fields += field(reply, "allocator.resident", reserved);
        fields += real(reply, "allocator-fragmentation.ratio", ratio(reserved, memory.arenaBytes()));
        fields += field(reply, "allocator-fragmentation.bytes", reserved - memory.arenaBytes());
        fields += real(reply, "allocator-rss.ratio", 1);
        fields += field(reply, "allocator-rss.bytes", 0);
        fields += real(reply, "rss-overhead.ratio", ratio(resident, reserved));
        fields += field(reply, "rss-overhead.bytes", resident - reserved);
        fields += real(reply, "fragmentation", ratio(resident, used));
        fields += field(reply, "fragmentation.bytes", resident - used);
        reply.endMap(mark, fields);
    }

    private static int field(ReplyWriter reply, String name, long value) {
        reply.bulk(name);
        reply.integer(value);
        return 1;
    }

    private static int real(ReplyWriter reply, String name, double value) {
        reply.bulk(name);
        reply.real(value);
        return 1;
    }
}
