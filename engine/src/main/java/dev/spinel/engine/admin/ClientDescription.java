package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.engine.acl.Latin1;
import dev.spinel.engine.client.Blocked;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientMemory;
import dev.spinel.engine.client.Connection;
import dev.spinel.engine.client.Request;
import dev.spinel.engine.client.TrackingState;
import dev.spinel.engine.client.Transaction;

/** One line of CLIENT LIST. */
final class ClientDescription {
    /** Output up to this many bytes is shown as a reply buffer, what is beyond it as a list of such buffers. */
    private static final int REPLY_BUFFER_BYTES = 16 << 10;

    private ClientDescription() {}

    /** @param call the call that asks for the line */
    static String of(Client client, Call call) {
        boolean isCaller = client == ClientCall.of(call).client();
        return of(client, call.nowMillis(), isCaller ? bytes(call) : waitingBytes(client));
    }

    /** The line of a client whose call, if there is one, is not executed. */
    static String of(Client client, long nowMillis) {
        return of(client, nowMillis, waitingBytes(client));
    }

    private static String of(Client client, long nowMillis, long argumentBytes) {
        Connection connection = client.connection();
        Transaction transaction = client.transaction();
        TrackingState tracking = client.tracking();
        long multiBytes = transaction == null ? 0 : transaction.bytes();
        int queryBytes = connection.queryBufferBytes();
        int freeBytes = connection.queryBufferFreeBytes();
        long outputBytes = client.outputBytes();
        long bufferedBytes = Math.min(outputBytes, REPLY_BUFFER_BYTES);
        long listedBytes = outputBytes - bufferedBytes;
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
                + " argv-mem=" + argumentBytes
                + " multi-mem=" + multiBytes
                + " rbs=" + bufferedBytes
                + " rbp=" + bufferedBytes
                + " obl=" + bufferedBytes
                + " oll=" + (listedBytes + REPLY_BUFFER_BYTES - 1) / REPLY_BUFFER_BYTES
                + " omem=" + listedBytes
                + " tot-mem=" + ClientMemory.bytes(client)
                + " events=" + (outputBytes == 0 ? "r" : "rw")
                + " cmd=" + client.lastCommand()
                + " user=" + Latin1.readable(client.user().name())
                + " redir=" + (tracking == null ? -1 : tracking.redirectId())
                + " resp=" + client.protocol()
                + " lib-name=" + client.libraryName()
                + " lib-ver=" + client.libraryVersion()
                + " capa=" + capabilities(client);
    }

    /** Bytes of the arguments of a request that waits for its keys, or for the rest of it. */
    private static long waitingBytes(Client client) {
        Blocked blocked = client.blocked();
        return blocked == null ? client.connection().decodedBytes() : bytes(blocked.request());
    }

    private static long bytes(Call call) {
        long bytes = 0;
        for (int i = 0; i < call.argCount(); i++) {
            bytes += call.arg(i).length();
        }
        return bytes;
    }

    private static long bytes(Request request) {
        long bytes = 0;
        for (int i = 0; i < request.argCount(); i++) {
            bytes += request.args()[i].length();
        }
        return bytes;
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
        append(flags, client.is(ClientFlag.IMPORT_SOURCE), 'I');
        return flags.length() == 0 ? "N" : flags.toString();
    }

    private static void append(StringBuilder flags, boolean on, char letter) {
        if (on) {
            flags.append(letter);
        }
    }
}
