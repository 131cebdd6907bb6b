package dev.spinel.lua;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.Connection;

/** The client that scripts are to the commands that they call; their replies become Lua values. Engine thread only. */
final class ScriptClient implements Connection {
    private final ReplyToLua replies;
    private final Client client = ClientRegistry.unlisted(this);

    ScriptClient(ReplyToLua replies) {
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
    public int mark() {
        return 0;
    }

    @Override
    public void rollback(int mark) {
        replies.clear();
    }

    @Override
    public int repliesSince(int mark) {
        return 1;
    }

    @Override
    public void protocol(int version) {
        replies.protocol(version);
    }

    @Override
    public void restrictRequests(boolean restricted) {}

    @Override
    public void closeAfterReply() {}

    @Override
    public void close() {}

    @Override
    public void resume() {}

    @Override
    public void suspend(boolean suspended) {}

    @Override
    public String remoteAddress() {
        return "lua";
    }

    @Override
    public String localAddress() {
        return "lua";
    }

    @Override
    public boolean isUnixSocket() {
        return false;
    }

    @Override
    public int fileDescriptor() {
        return -1;
    }

    @Override
    public long outputBytes() {
        return 0;
    }

    @Override
    public int queryBufferBytes() {
        return 0;
    }

    @Override
    public int queryBufferFreeBytes() {
        return 0;
    }
}
