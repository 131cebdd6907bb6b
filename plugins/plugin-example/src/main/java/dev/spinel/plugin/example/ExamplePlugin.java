package dev.spinel.plugin.example;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ConfigParameter;
import dev.spinel.api.plugin.InfoSection;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The plugin as the server finds it, by the file {@code META-INF/services/dev.spinel.api.plugin.ServerPlugin}. */
public final class ExamplePlugin implements ServerPlugin {
    private final Throttle throttle = new Throttle();
    private final Batch batch = new Batch();

    @Override
    public String name() {
        return "example";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(TopUnion.SPEC, TopUnion::topunion),
                Command.of(Throttle.SPEC, throttle::throttle),
                Command.of(Batch.SPEC, batch::batch));
    }

    @Override
    public List<ConfigParameter> configParameters() {
        return List.of(ConfigParameter.integer("example.max-batch", 1000, 1, Integer.MAX_VALUE, batch::maxCount));
    }

    @Override
    public List<InfoSection> infoSections() {
        return List.of(new InfoSection("Example", this::figures));
    }

    private Map<String, String> figures() {
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("example_throttled", Long.toString(throttle.refused()));
        figures.put("example_batches", Long.toString(batch.taken()));
        return figures;
    }
}
