package dev.spinel.engine.hashimport;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.client.ClientCall;
import java.util.Arrays;
import java.util.List;

/**
 * HIMPORT: a client names the fields of many hashes once, and then sends values only. What it makes are hashes like any
 * other. Engine thread only.
 *
 * <p>Source: the command pages of Redis 8.10.
 */
public final class HashImportCommands implements ServerPlugin {
    private static final Bytes DEL = Bytes.of("DEL");
    private static final Bytes HSET = Bytes.of("HSET");
    private static final List<String> HELP = List.of(
            "HIMPORT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "DISCARD <fieldset-name>",
            "    Forget a fieldset of this connection.",
            "DISCARDALL",
            "    Forget all fieldsets of this connection.",
            "PREPARE <fieldset-name> <field> [<field> ...]",
            "    Name the fields of hashes that this connection is to make.",
            "SET <key> <fieldset-name> <value> [<value> ...]",
            "    Make a hash of the fields of a fieldset and as many values, in their order.",
            "HELP",
            "    Print this help.");
    private static final int FIELDS_FROM = 3;
    private static final int VALUES_FROM = 4;

    private final Fieldsets fieldsets;

    public HashImportCommands(Fieldsets fieldsets) {
        this.fieldsets = fieldsets;
    }

    @Override
    public String name() {
        return "hash-import";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                HashImportSpecs.HIMPORT,
                Command.of(HashImportSpecs.HIMPORT_DISCARD, this::discard),
                Command.of(HashImportSpecs.HIMPORT_DISCARDALL, this::discardall),
                Command.of(HashImportSpecs.HIMPORT_HELP, HashImportCommands::help),
                Command.of(HashImportSpecs.HIMPORT_PREPARE, this::prepare),
                Command.of(HashImportSpecs.HIMPORT_SET, this::set)));
    }

    private static void help(Call call) {
        call.reply().array(HELP.size());
        HELP.forEach(call.reply()::simple);
    }

    private void prepare(Call call) {
        Bytes[] fields = Arrays.copyOfRange(ClientCall.of(call).args(), FIELDS_FROM, call.argCount());
        Bytes[] sorted = fields.clone();
        Arrays.sort(sorted);
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i].equals(sorted[i - 1])) {
                throw Errors.err("duplicate field name in fieldset");
            }
        }
        fieldsets.prepare(ClientCall.of(call).client(), call.arg(2), fields);
        call.reply().ok();
    }

    private void set(Call call) {
        Bytes[] fields = fieldsets.get(ClientCall.of(call).client(), call.arg(3));
        if (fields == null) {
            throw Errors.err("no such fieldset");
        }
        if (call.argCount() - VALUES_FROM != fields.length) {
            throw Errors.err("value count does not match fieldset field count");
        }
        Keyspace keys = call.keys();
        Bytes key = call.arg(2);
        ValueType<?> before = keys.typeOf(key);
        if (before != null && before != ValueType.HASH) {
            throw Errors.wrongType();
        }
        HashValue hash = keys.replace(ValueType.HASH, key);
        for (int i = 0; i < fields.length; i++) {
            hash.put(fields[i], call.arg(VALUES_FROM + i));
        }
        call.changed(key, KeyEvent.HASH, "hset");
        propagate(call, key, fields, before != null);
        call.reply().ok();
    }

    /** Logs the hash as HSET, after the removal of the one that was there. */
    private static void propagate(Call call, Bytes key, Bytes[] fields, boolean replaces) {
        if (!call.isPropagated()) {
            return;
        }
        if (replaces) {
            call.propagateAs(DEL, key);
        }
        Bytes[] effect = new Bytes[2 + 2 * fields.length];
        effect[0] = HSET;
        effect[1] = key;
        for (int i = 0; i < fields.length; i++) {
            effect[2 + 2 * i] = fields[i];
            effect[3 + 2 * i] = call.arg(VALUES_FROM + i);
        }
        call.propagateAs(effect);
    }

    private void discard(Call call) {
        call.reply().integer(fieldsets.discard(ClientCall.of(call).client(), call.arg(2)) ? 1 : 0);
    }

    private void discardall(Call call) {
        call.reply().integer(fieldsets.discardAll(ClientCall.of(call).client()));
    }
}
