package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How the server tells one client which of the keys that it caches have changed (CLIENT TRACKING ON).
 *
 * <p>Engine thread only.
 */
public final class TrackingState {
    private final Mode mode;
    private final boolean noLoop;
    private final long redirectId;
    private final Set<Bytes> prefixes = new LinkedHashSet<>(0);
    private boolean choosesNext;
    private boolean redirectBroken;

    /** Which keys are tracked. */
    public enum Mode {
        /** Those that the client reads. */
        DEFAULT,
        /** Those with certain prefixes, whoever reads them. */
        BROADCAST,
        /** Those that the client reads by the commands after CLIENT CACHING YES. */
        OPT_IN,
        /** Those that the client reads, but for the commands after CLIENT CACHING NO. */
        OPT_OUT
    }

    /** @param redirectId the client that is told instead, 0 for none */
    public TrackingState(Mode mode, boolean noLoop, long redirectId) {
        this.mode = mode;
        this.noLoop = noLoop;
        this.redirectId = redirectId;
    }

    public Mode mode() {
        return mode;
    }

    public boolean isBroadcast() {
        return mode == Mode.BROADCAST;
    }

    /** Whether the client is not told of the changes that it makes itself. */
    public boolean noLoop() {
        return noLoop;
    }

    /** Id of the client that is told instead, 0 for none. */
    public long redirectId() {
        return redirectId;
    }

    /** The prefixes of broadcast mode; changed by the registry of tracking clients only. */
    public Set<Bytes> prefixes() {
        return prefixes;
    }

    /** Whether CLIENT CACHING was sent for the next command. */
    public boolean choosesNext() {
        return choosesNext;
    }

    public void choosesNext(boolean value) {
        choosesNext = value;
    }

    /** Whether the keys of the command in progress are tracked, if it reads any. */
    public boolean tracksCommand() {
        return switch (mode) {
            case DEFAULT -> true;
            case BROADCAST -> false;
            case OPT_IN -> choosesNext;
            case OPT_OUT -> !choosesNext;
        };
    }

    /** Whether the client that is told instead is gone. */
    public boolean isRedirectBroken() {
        return redirectBroken;
    }

    public void redirectBroken(boolean value) {
        redirectBroken = value;
    }
}
