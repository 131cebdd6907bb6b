package dev.spinel.engine.dispatch;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.acl.AclLog.Context;
import dev.spinel.engine.acl.AclLog.Reason;
import dev.spinel.engine.client.Client;

/** Hears of commands that users were not permitted. Engine thread only. */
@FunctionalInterface
public interface RefusalLog {
    /** @param object the command's name, the key or the channel */
    void refused(Client client, Reason reason, Context context, Bytes object);
}
