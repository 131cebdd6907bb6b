package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.dispatch.CommandTable;
import dev.spinel.engine.dispatch.RegisteredCommand;
import dev.spinel.engine.stats.CommandLog;
import dev.spinel.engine.stats.LatencyMonitor;
import dev.spinel.engine.stats.LatencyMonitor.Event;
import dev.spinel.engine.stats.LatencyMonitor.Sample;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/** LATENCY and its subcommands. Engine thread only. */
public final class LatencyCommands implements ServerPlugin {
    /** Width of the first bucket that HISTOGRAM shows; each next one is twice as wide. */
    private static final int FIRST_BUCKET_NANOS = 1024;

    private static final int NANOS_PER_MICRO = 1000;
    private static final int FIRST_ARGUMENT = 2;

    private final LatencyMonitor monitor;
    private final CommandLog slowLog;
    private final CommandTable table;

    public LatencyCommands(LatencyMonitor monitor, CommandLog slowLog, CommandTable table) {
        this.monitor = monitor;
        this.slowLog = slowLog;
        this.table = table;
    }

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                LatencySpecs.LATENCY,
                Command.of(LatencySpecs.LATENCY_DOCTOR, this::doctor),
                Command.of(LatencySpecs.LATENCY_GRAPH, this::graph),
                Command.of(
                        LatencySpecs.LATENCY_HELP,
                        HelpText.of(
                                "LATENCY",
                                "DOCTOR",
                                "    Explain the latency spikes.",
                                "GRAPH <event>",
                                "    Draw the spikes of an event.",
                                "HISTORY <event>",
                                "    Return time and milliseconds of the spikes of an event.",
                                "LATEST",
                                "    Return the latest spike of each event.",
                                "RESET [<event> ...]",
                                "    Drop the spikes of events (default: of all).",
                                "HISTOGRAM [COMMAND ...]",
                                "    Return the distribution of the run times of commands (default: of all).")),
                Command.of(LatencySpecs.LATENCY_HISTOGRAM, this::histogram),
                Command.of(LatencySpecs.LATENCY_HISTORY, this::history),
                Command.of(LatencySpecs.LATENCY_LATEST, this::latest),
                Command.of(LatencySpecs.LATENCY_RESET, this::reset)));
    }

    private void latest(Call call) {
        ReplyWriter reply = call.reply();
        reply.array(monitor.events().size());
        monitor.events().forEach((name, event) -> {
            Sample last = event.samples().get(event.samples().size() - 1);
            reply.array(4);
            reply.bulk(name);
            reply.integer(last.unixSeconds());
            reply.integer(last.millis());
            reply.integer(event.maxMillis());
        });
    }

    private void history(Call call) {
        Event event = monitor.events().get(call.arg(FIRST_ARGUMENT).toString());
        List<Sample> samples = event == null ? List.of() : event.samples();
        ReplyWriter reply = call.reply();
        reply.array(samples.size());
        for (Sample sample : samples) {
            reply.array(2);
            reply.integer(sample.unixSeconds());
            reply.integer(sample.millis());
        }
    }

    private void reset(Call call) {
        int dropped = call.argCount() == FIRST_ARGUMENT ? monitor.reset(null) : 0;
        for (int i = FIRST_ARGUMENT; i < call.argCount(); i++) {
            dropped += monitor.reset(call.arg(i).toString());
        }
        call.reply().integer(dropped);
    }

    private void graph(Call call) {
        String name = call.arg(FIRST_ARGUMENT).toString();
        Event event = monitor.events().get(name);
        if (event == null) {
            throw Errors.err("No samples available for event '" + name + "'");
        }
        call.reply().verbatim("txt", LatencyGraph.draw(name, event, call.nowMillis() / 1000));
    }

    private void doctor(Call call) {
        call.reply().verbatim("txt", LatencyDiagnosis.of(monitor, slowLog, call.nowMillis() / 1000));
    }

    private void histogram(Call call) {
        ReplyWriter reply = call.reply();
        int mark = reply.begin();
        int count = 0;
        if (call.argCount() == FIRST_ARGUMENT) {
            for (RegisteredCommand command : table.all()) {
                count += distributions(reply, command);
            }
        }
        for (int i = FIRST_ARGUMENT; i < call.argCount(); i++) {
            RegisteredCommand command = find(call.arg(i).toString());
            if (command != null) {
                count += distributions(reply, command);
            }
        }
        reply.endMap(mark, count);
    }

    private @Nullable RegisteredCommand find(String name) {
        int bar = name.indexOf('|');
        RegisteredCommand command = table.find(bar < 0 ? name : name.substring(0, bar));
        return bar < 0 || command == null ? command : command.subcommand(Bytes.of(name.substring(bar + 1)));
    }

    /** Writes the distributions of a command and its subcommands, as far as there are any; returns how many. */
    private static int distributions(ReplyWriter reply, RegisteredCommand command) {
        int count = 0;
        Histogram histogram = command.latencies();
        if (histogram != null) {
            reply.bulk(command.fullName());
            distribution(reply, command.calls(), histogram);
            count++;
        }
        for (RegisteredCommand subcommand : command.subcommands()) {
            count += distributions(reply, subcommand);
        }
        return count;
    }

    private static void distribution(ReplyWriter reply, long calls, Histogram histogram) {
        reply.map(2);
        reply.bulk("calls");
        reply.integer(calls);
        reply.bulk("histogram_usec");
        int mark = reply.begin();
        int buckets = 0;
        long shown = 0;
        for (HistogramIterationValue bucket : histogram.logarithmicBucketValues(FIRST_BUCKET_NANOS, 2)) {
            long total = bucket.getTotalCountToThisValue();
            if (total > shown) {
                reply.integer(histogram.highestEquivalentValue(bucket.getValueIteratedTo()) / NANOS_PER_MICRO);
                reply.integer(total);
                shown = total;
                buckets++;
            }
        }
        reply.endMap(mark, buckets);
    }
}
