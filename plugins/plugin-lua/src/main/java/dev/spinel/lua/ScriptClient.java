package dev.spinel.lua;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.DetachedConnection;

/** The client that scripts are to the commands that they call; their replies become Lua values. Engine thread only. */
final class ScriptClient extends DetachedConnection {
    private final ReplyToLua replies;
    private final Client client = ClientRegistry.unlisted(this);

    ScriptClient(ReplyToLua replies) {
        super("lua");
        this.replies = replies;
        // Commands that would wait answer at once.
        client.set(ClientFlag.IN_EXEC, true);
        client.set(ClientFlag.SCRIPT, true);
    }

    Client client() {
        return client;
    }

    @Override
    public ReplyWriter reply() {
        return replies;
    }

    @Override
    public void rollback(int mark) {
        replies.clear();
    }

    @Override
    public void protocol(int version) {
        replies.protocol(version);
    }
}
