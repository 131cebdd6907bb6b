package dev.spinel.engine.command;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandSpec;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The specifications of all built-in commands, collected from the classes of the families. */
public final class BuiltInSpecs {
    private static final List<String> CLASSES = List.of(
            "admin.AclSpecs",
            "admin.ClientSpecs",
            "admin.ClusterSpecs",
            "admin.CommandTableSpecs",
            "admin.ConfigSpecs",
            "admin.ConnectionSpecs",
            "admin.HotKeysSpecs",
            "admin.LatencySpecs",
            "admin.MemorySpecs",
            "admin.ModuleSpecs",
            "admin.ReplicaOfSpecs",
            "admin.ServerSpecs",
            "admin.CommandLogSpecs",
            "command.bitmap.BitmapSpecs",
            "command.generic.GenericSpecs",
            "command.geo.GeoSpecs",
            "command.stream.StreamSpecs",
            "command.hash.HashSpecs",
            "command.hyperloglog.HyperLogLogSpecs",
            "command.list.ListSpecs",
            "command.set.SetSpecs",
            "command.sortedset.SortedSetSpecs",
            "command.string.StringSpecs",
            "hashimport.HashImportSpecs",
            "pubsub.PubSubSpecs",
            "transaction.TransactionSpecs");

    private BuiltInSpecs() {}

    /** Specifications by full name, such as {@code CONFIG GET}, in the order of the names. */
    public static Map<String, CommandSpec> byFullName() throws ReflectiveOperationException {
        Map<String, CommandSpec> specs = new TreeMap<>();
        for (String name : CLASSES) {
            for (Field field : Class.forName("dev.spinel.engine." + name).getDeclaredFields()) {
                if (field.getType() == CommandSpec.class) {
                    field.setAccessible(true);
                    CommandSpec spec = (CommandSpec) field.get(null);
                    specs.put(fullName(field.getName(), spec.name()), spec);
                }
            }
        }
        return specs;
    }

    /** The command of a name, with its subcommands, and a handler that does nothing. */
    public static Command command(String name) throws ReflectiveOperationException {
        Map<String, CommandSpec> specs = byFullName();
        List<Command> subcommands = new ArrayList<>();
        specs.forEach((fullName, spec) -> {
            if (fullName.startsWith(name + " ")) {
                subcommands.add(Command.of(spec, call -> {}));
            }
        });
        return new Command(specs.get(name), call -> {}, subcommands);
    }

    /** CONFIG_GET holds the subcommand GET of CONFIG; SORT_RO is the command SORT_RO. */
    private static String fullName(String field, String name) {
        String constant = name.replace('-', '_');
        if (field.equals(constant)) {
            return name;
        }
        if (!field.endsWith("_" + constant)) {
            throw new IllegalStateException("constant " + field + " does not fit the command " + name);
        }
        return field.substring(0, field.length() - constant.length() - 1) + " " + name;
    }
}
