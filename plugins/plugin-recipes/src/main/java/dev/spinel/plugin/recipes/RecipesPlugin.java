package dev.spinel.plugin.recipes;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The plugin as the server finds it, by the file {@code META-INF/services/dev.spinel.api.plugin.ServerPlugin}. */
public final class RecipesPlugin implements ServerPlugin {
    @Override
    public String name() {
        return "recipes";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(Lock.ACQUIRE, Lock::acquire),
                Command.of(Lock.RENEW, Lock::renew),
                Command.of(Lock.RELEASE, Lock::release),
                Command.of(RateLimit.SPEC, RateLimit::acquire),
                Command.of(Enqueue.SPEC, Enqueue::enqueue),
                Command.of(Exchange.SPEC, Exchange::exchange),
                Command.of(Throttle.SPEC, Throttle::throttle));
    }
}
