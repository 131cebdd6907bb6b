package dev.spinel.engine.admin;

import dev.spinel.engine.acl.Latin1;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientMemory;
import dev.spinel.engine.client.Connection;
import dev.spinel.engine.client.TrackingState;
import dev.spinel.engine.client.Transaction;

/** One line of CLIENT LIST. */
final class ClientDescription {
    private ClientDescription() {}

    static String of(Client client, long nowMillis) {
        Connection connection = client.connection();
        Transaction transaction = client.transaction();
        TrackingState tracking = client.tracking();
        long multiBytes = transaction == null ? 0 : transaction.bytes();
        int queryBytes = connection.queryBufferBytes();
        int freeBytes = connection.queryBufferFreeBytes();
        long outputBytes = client.outputBytes();
        return "id=" + client.id()
                + " addr=" + connection.remoteAddress()
                + " laddr=" + connection.localAddress()
                + " fd=" + connection.fileDescriptor()
                + " name=" + client.name()
                + " age=" + (nowMillis - client.connectedAtMillis()) / 1000
                + " idle=" + (nowMillis - client.lastInteractionMillis()) / 1000
                + " flags=" + flags(client)
                + " db=" + client.database()
                + " sub=" + client.channels().size()
                + " psub=" + client.patterns().size()
                + " ssub=" + client.shardChannels().size()
                + " multi=" + (transaction == null ? -1 : transaction.requests().size())
                + " qbuf=" + queryBytes
                + " qbuf-free=" + freeBytes
                + " argv-mem=" + client.lastArgumentBytes()
                + " multi-mem=" + multiBytes
                + " rbs=0 rbp=0 obl=" + outputBytes
                + " oll=0 omem=" + outputBytes
                + " tot-mem=" + ClientMemory.bytes(client)
                + " events=r cmd=" + client.lastCommand()
                + " user=" + Latin1.readable(client.user().name())
                + " redir=" + (tracking == null ? -1 : tracking.redirectId())
                + " resp=" + client.protocol()
                + " lib-name=" + client.libraryName()
                + " lib-ver=" + client.libraryVersion()
                + " capa=" + capabilities(client);
    }

    /** A letter for each capability that the client told. */
    static String capabilities(Client client) {
        return client.is(ClientFlag.REDIRECTABLE) ? "r" : "";
    }

    /** A letter for each state of the client. */
    static String flags(Client client) {
        StringBuilder flags = new StringBuilder();
        append(flags, client.is(ClientFlag.REPLICA), 'S');
        append(flags, client.is(ClientFlag.MONITOR), 'O');
        append(flags, client.is(ClientFlag.SUBSCRIBED), 'P');
        append(flags, client.is(ClientFlag.MULTI), 'x');
        append(flags, client.is(ClientFlag.BLOCKED) || client.is(ClientFlag.PAUSED), 'b');
        TrackingState tracking = client.tracking();
        append(flags, tracking != null, 't');
        append(flags, tracking != null && tracking.isRedirectBroken(), 'R');
        append(flags, tracking != null && tracking.isBroadcast(), 'B');
        append(flags, client.is(ClientFlag.DIRTY_CAS), 'd');
        append(flags, client.is(ClientFlag.CLOSE_AFTER_REPLY), 'c');
        append(flags, client.connection().isUnixSocket(), 'U');
        append(flags, client.is(ClientFlag.READONLY), 'r');
        append(flags, client.is(ClientFlag.NO_EVICT), 'e');
        append(flags, client.is(ClientFlag.NO_TOUCH), 'T');
        return flags.length() == 0 ? "N" : flags.toString();
    }

    private static void append(StringBuilder flags, boolean on, char letter) {
        if (on) {
            flags.append(letter);
        }
    }
}
