package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.TrackingState;
import dev.spinel.engine.client.TrackingState.Mode;
import dev.spinel.engine.tracking.ClientTracking;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The subcommands of CLIENT about client-side caching. Engine thread only. */
final class TrackingCommands {
    private static final String OTHER_MODE =
            " before disabling tracking for this client, and then re-enabling it with a different mode.";

    private final ClientRegistry clients;
    private final ClientTracking tracking;

    TrackingCommands(ClientRegistry clients, ClientTracking tracking) {
        this.clients = clients;
        this.tracking = tracking;
    }

    /** The options of CLIENT TRACKING. */
    private static final class Options {
        private long redirectId;
        private boolean broadcast;
        private boolean optIn;
        private boolean optOut;
        private boolean noLoop;
        private final List<Bytes> prefixes = new ArrayList<>();

        private Mode mode() {
            if (broadcast) {
                return Mode.BROADCAST;
            }
            if (optIn) {
                return Mode.OPT_IN;
            }
            return optOut ? Mode.OPT_OUT : Mode.DEFAULT;
        }
    }

    private Options options(Call call) {
        Options options = new Options();
        for (int i = 3; i < call.argCount(); i++) {
            boolean hasValue = i + 1 < call.argCount();
            if (call.argIs(i, "REDIRECT") && hasValue) {
                if (options.redirectId != 0) {
                    throw Errors.err("A client can only redirect to a single other client");
                }
                options.redirectId = call.integerArg(++i);
                if (clients.get(options.redirectId) == null) {
                    throw Errors.err("The client ID you want redirect to does not exist");
                }
            } else if (call.argIs(i, "BCAST")) {
                options.broadcast = true;
            } else if (call.argIs(i, "OPTIN")) {
                options.optIn = true;
            } else if (call.argIs(i, "OPTOUT")) {
                options.optOut = true;
            } else if (call.argIs(i, "NOLOOP")) {
                options.noLoop = true;
            } else if (call.argIs(i, "PREFIX") && hasValue) {
                options.prefixes.add(call.arg(++i).copy());
            } else {
                throw Errors.syntax();
            }
        }
        return options;
    }

    void tracking(Call call) {
        Options options = options(call);
        Client client = ClientCall.of(call).client();
        if (call.argIs(2, "ON")) {
            check(options, client);
            TrackingState state = new TrackingState(options.mode(), options.noLoop, options.redirectId);
            tracking.enable(client, state, options.prefixes);
        } else if (call.argIs(2, "OFF")) {
            tracking.disable(client);
        } else {
            throw Errors.syntax();
        }
        call.reply().ok();
    }

    private static void check(Options options, Client client) {
        if (!options.broadcast && !options.prefixes.isEmpty()) {
            throw Errors.err("PREFIX option requires BCAST mode to be enabled");
        }
        TrackingState before = client.tracking();
        if (before != null && before.isBroadcast() != options.broadcast) {
            throw Errors.err("You can't switch BCAST mode on/off" + OTHER_MODE);
        }
        if (options.broadcast && (options.optIn || options.optOut)) {
            throw Errors.err("OPTIN and OPTOUT are not compatible with BCAST");
        }
        if (options.optIn && options.optOut) {
            throw Errors.err("You can't specify both OPTIN mode and OPTOUT mode");
        }
        if (before != null
                && ((options.optIn && before.mode() == Mode.OPT_OUT)
                        || (options.optOut && before.mode() == Mode.OPT_IN))) {
            throw Errors.err("You can't switch OPTIN/OPTOUT mode" + OTHER_MODE);
        }
        for (int i = 0; i < options.prefixes.size(); i++) {
            Bytes prefix = options.prefixes.get(i);
            if (before != null) {
                for (Bytes existing : before.prefixes()) {
                    requireApart(prefix, existing, "an existing");
                }
            }
            for (Bytes other : options.prefixes.subList(i + 1, options.prefixes.size())) {
                requireApart(prefix, other, "another provided");
            }
        }
    }

    private static void requireApart(Bytes prefix, Bytes other, String which) {
        if (ClientTracking.startsWith(prefix, other) || ClientTracking.startsWith(other, prefix)) {
            throw Errors.err("Prefix '" + prefix + "' overlaps with " + which + " prefix '" + other
                    + "'. Prefixes for a single client must not overlap.");
        }
    }

    void caching(Call call) {
        TrackingState state = ClientCall.of(call).client().tracking();
        if (state == null) {
            throw Errors.err(
                    "CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT"
                            + " mode enabled");
        }
        if (call.argIs(2, "YES")) {
            if (state.mode() != Mode.OPT_IN) {
                throw Errors.err("CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
            }
        } else if (!call.argIs(2, "NO")) {
            throw Errors.syntax();
        } else if (state.mode() != Mode.OPT_OUT) {
            throw Errors.err("CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
        }
        state.choosesNext(true);
        call.reply().ok();
    }

    void getredir(Call call) {
        TrackingState state = ClientCall.of(call).client().tracking();
        call.reply().integer(state == null ? -1 : state.redirectId());
    }

    void trackinginfo(Call call) {
        TrackingState state = ClientCall.of(call).client().tracking();
        List<String> flags = flags(state);
        ReplyWriter reply = call.reply();
        reply.map(3);
        reply.bulk("flags");
        reply.set(flags.size());
        flags.forEach(reply::bulk);
        reply.bulk("redirect");
        reply.integer(state == null ? -1 : state.redirectId());
        reply.bulk("prefixes");
        reply.array(state == null ? 0 : state.prefixes().size());
        if (state != null) {
            state.prefixes().forEach(reply::bulk);
        }
    }

    private static List<String> flags(@Nullable TrackingState state) {
        List<String> flags = new ArrayList<>();
        if (state == null) {
            flags.add("off");
            return flags;
        }
        flags.add("on");
        switch (state.mode()) {
            case DEFAULT -> {}
            case BROADCAST -> flags.add("bcast");
            case OPT_IN -> {
                flags.add("optin");
                if (state.choosesNext()) {
                    flags.add("caching-yes");
                }
            }
            case OPT_OUT -> {
                flags.add("optout");
                if (state.choosesNext()) {
                    flags.add("caching-no");
                }
            }
        }
        if (state.noLoop()) {
            flags.add("noloop");
        }
        if (state.isRedirectBroken()) {
            flags.add("broken_redirect");
        }
        return flags;
    }
}
