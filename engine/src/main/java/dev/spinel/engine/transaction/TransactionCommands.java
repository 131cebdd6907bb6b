package dev.spinel.engine.transaction;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.CommandRunner;
import dev.spinel.engine.client.KeptRequests;
import dev.spinel.engine.client.Request;
import dev.spinel.engine.client.Transaction;
import java.util.List;

/** MULTI, EXEC, DISCARD, WATCH and UNWATCH. Engine thread only. */
public final class TransactionCommands implements ServerPlugin {
    private final WatchedKeys watchedKeys;
    private final KeptRequests kept;
    private final CommandRunner runner;

    public TransactionCommands(WatchedKeys watchedKeys, KeptRequests kept, CommandRunner runner) {
        this.kept = kept;
        this.watchedKeys = watchedKeys;
        this.runner = runner;
    }

    @Override
    public String name() {
        return "transactions";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(TransactionSpecs.DISCARD, this::discard),
                Command.of(TransactionSpecs.EXEC, this::exec),
                Command.of(TransactionSpecs.MULTI, this::multi),
                Command.of(TransactionSpecs.UNWATCH, this::unwatch),
                Command.of(TransactionSpecs.WATCH, this::watch));
    }

    private void multi(Call call) {
        Client client = ClientCall.of(call).client();
        if (client.transaction() != null) {
            throw Errors.err("MULTI calls can not be nested");
        }
        client.transaction(new Transaction(kept));
        call.reply().ok();
    }

    private void discard(Call call) {
        Client client = ClientCall.of(call).client();
        if (client.transaction() == null) {
            throw Errors.err("DISCARD without MULTI");
        }
        end(client);
        call.reply().ok();
    }

    /** Forgets the queued commands and the watched keys of a client. */
    public void end(Client client) {
        client.transaction(null);
        client.set(ClientFlag.DIRTY_EXEC, false);
        watchedKeys.unwatch(client);
    }

    private void exec(Call call) {
        ClientCall clientCall = ClientCall.of(call);
        Client client = clientCall.client();
        Transaction transaction = client.transaction();
        if (transaction == null) {
            throw Errors.err("EXEC without MULTI");
        }
        boolean failed = client.is(ClientFlag.DIRTY_EXEC);
        boolean overtaken = client.is(ClientFlag.DIRTY_CAS) || watchedKeys.anyExpired(client, clientCall.keyspaces());
        end(client);
        if (failed) {
            throw new CommandException("EXECABORT Transaction discarded because of previous errors.");
        }
        if (overtaken) {
            call.reply().nilArray();
            return;
        }
        call.propagateNothing();
        client.set(ClientFlag.IN_EXEC, true);
        try {
            call.reply().array(transaction.requests().size());
            for (Request request : transaction.requests()) {
                runner.run(client, request.args(), request.argCount());
            }
        } finally {
            client.set(ClientFlag.IN_EXEC, false);
        }
    }

    private void watch(Call call) {
        Client client = ClientCall.of(call).client();
        if (client.transaction() != null) {
            throw Errors.err("WATCH inside MULTI is not allowed");
        }
        long bytes = 0;
        for (int i = 1; i < call.argCount(); i++) {
            bytes += WatchedKeys.heapBytes(call.arg(i));
        }
        kept.requireRoom(client, bytes);
        for (int i = 1; i < call.argCount(); i++) {
            watchedKeys.watch(client, call.keys(), call.arg(i));
        }
        call.reply().ok();
    }

    private void unwatch(Call call) {
        watchedKeys.unwatch(ClientCall.of(call).client());
        call.reply().ok();
    }
}
