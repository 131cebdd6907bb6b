package dev.spinel.engine.dispatch;

import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.keyspace.Keyspaces;

/**
 * What is done before and after each call while a client or the server is in a mode that asks for it. Engine thread only.
 *
 * <p>The modes are bits of one int, as those of {@link Gate}, so that a call outside of all of them costs one comparison.
 */
final class CallModes {
    /** Data are imported, so what the source of them sees has no end of life. */
    static final int IMPORT = 1 << 21;
    /** The keys that take most time or bytes are being found. */
    static final int HOT_KEYS = 1 << 22;

    static final int ALL = ClientFlag.NO_TOUCH.bit() | IMPORT | HOT_KEYS;

    private final Keyspaces keyspaces;
    private final HotKeys hotKeys;

    CallModes(Keyspaces keyspaces, HotKeys hotKeys) {
        this.keyspaces = keyspaces;
        this.hotKeys = hotKeys;
    }

    /** @param caller whose request leads to the call */
    void begin(int modes, RegisteredCommand command, Client caller) {
        if ((modes & ClientFlag.NO_TOUCH.bit()) != 0) {
            keyspaces.touchesKeys(command.command().spec().name().equals("TOUCH"));
        }
        if ((modes & IMPORT) != 0 && caller.is(ClientFlag.IMPORT_SOURCE)) {
            keyspaces.expires(false);
        }
    }

    /** @param isOutermost whether no other call goes on, nor a log is replayed */
    void end(int modes, RegisteredCommand command, CallContext call, boolean isOutermost, long nanos, long replyBytes) {
        if ((modes & ClientFlag.NO_TOUCH.bit()) != 0) {
            keyspaces.touchesKeys(true);
        }
        if ((modes & IMPORT) != 0 && isOutermost) {
            keyspaces.expires(true);
        }
        if ((modes & HOT_KEYS) != 0) {
            hotKeys.called(command, call, nanos, replyBytes);
        }
    }
}
