package dev.spinel.patterns.testing;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes everything on and remembers commands and replies: to count round trips and to see the server's clock. */
public final class RecordingTransport extends ForwardingTransport {
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private volatile Command lastCommand = new Command("PING", List.of(), null);
    private volatile Reply lastReply = new Reply.Null();

    public RecordingTransport(RedisTransport transport) {
        super(transport);
    }

    /** The names of the commands since the last call. */
    public List<String> takeCommands() {
        List<String> taken = List.copyOf(commands);
        commands.clear();
        return taken;
    }

    /** The command sent last, to be sent once more. */
    public Command lastCommand() {
        return lastCommand;
    }

    public Reply lastReply() {
        return lastReply;
    }

    @Override
    public CompletionStage<Reply> send(Command command) {
        commands.add(command.name());
        lastCommand = command;
        return transport.send(command).thenApply(reply -> {
            lastReply = reply;
            return reply;
        });
    }
}
