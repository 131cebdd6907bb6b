package dev.spinel.engine.admin;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.acl.AclLog;
import dev.spinel.engine.acl.AclLog.Context;
import dev.spinel.engine.acl.AclLog.Reason;
import dev.spinel.engine.acl.Latin1;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.dispatch.EngineClock;
import dev.spinel.engine.dispatch.RefusalLog;

/** Writes to the log of ACL what was refused to a client. Engine thread only. */
public final class Refusals implements RefusalLog {
    private final AclLog log;
    private final EngineClock clock;

    public Refusals(AclLog log, EngineClock clock) {
        this.log = log;
        this.clock = clock;
    }

    @Override
    public void refused(Client client, Reason reason, Context context, Bytes object) {
        add(client, reason, context, object, client.user().name());
    }

    /** Logs that a client could not log in. */
    void notAuthenticated(Client client, Bytes commandName, Bytes userName) {
        Context context =
                client.is(ClientFlag.IN_EXEC) || client.transaction() != null ? Context.MULTI : Context.TOPLEVEL;
        add(client, Reason.AUTH, context, commandName, Latin1.text(userName));
    }

    private void add(Client client, Reason reason, Context context, Bytes object, String userName) {
        long now = clock.nowMillis();
        log.add(new AclLog.Entry(
                1, reason, context, Latin1.text(object), userName, now, ClientDescription.of(client, now)));
    }
}
