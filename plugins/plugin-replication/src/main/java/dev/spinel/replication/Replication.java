package dev.spinel.replication;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.Capability;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.admin.InfoText;
import dev.spinel.engine.admin.ReplicationFigures;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.propagate.WaitingClients;
import dev.spinel.engine.snapshot.SnapshotTarget.Contents;
import dev.spinel.replication.Replica.State;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * The server as a master: its replicas' commands PSYNC, SYNC and REPLCONF, its clients' ROLE and WAIT, the section
 * Replication of INFO.
 *
 * <p>Engine thread only.
 */
public final class Replication implements Capability {
    /** What stands for a name of a stream that there is not. */
    static final String NO_ID = "0".repeat(40);

    private static final int MAX_PORT = 65535;
    private static final int MAX_ADDRESS_LENGTH = 255;
    private static final long MILLIS_PER_SECOND = 1_000;

    private final DatasetFormat format;
    private @Nullable EnginePorts connectedPorts;
    private @Nullable ReplicationStream connectedStream;
    private @Nullable Replicas connectedReplicas;
    private @Nullable WaitingClients connectedWaiting;
    private boolean acknowledgementWanted;
    private long partialSyncs;
    private long refusedPartialSyncs;

    /** @param format the format of the snapshots that replicas are given */
    public Replication(DatasetFormat format) {
        this.format = format;
    }

    @Override
    public String name() {
        return "replication";
    }

    @Override
    public void connect(EnginePorts ports) {
        ReplicationStream stream = new ReplicationStream(ports.random());
        Replicas replicas = new Replicas(ports, format, stream);
        connectedPorts = ports;
        connectedStream = stream;
        connectedReplicas = replicas;
        connectedWaiting = new WaitingClients(ports.blockedClients(), ports.keptRequests());
        ports.propagator().onPosition(stream::offset);
        ConfigRegistry config = ports.config();
        config.bind("repl-ping-replica-period", value -> replicas.pingPeriodSeconds(value.number()));
        config.bind("repl-timeout", value -> replicas.timeoutSeconds(value.number()));
        config.bind("repl-backlog-size", value -> replicas.backlogBytes(value.number()));
        config.bind("repl-backlog-ttl", value -> replicas.backlogLifeSeconds(value.number()));
        config.bind("repl-diskless-sync", value -> replicas.disklessSync(value.isYes()));
        config.bind("repl-diskless-sync-delay", value -> replicas.disklessDelaySeconds(value.number()));
        config.bind("repl-diskless-sync-max-replicas", value -> replicas.disklessMaxReplicas(value.number()));
        config.bind("min-replicas-to-write", value -> replicas.minReplicas(value.number()));
        config.bind("min-replicas-max-lag", value -> replicas.maxLagSeconds(value.number()));
    }

    private EnginePorts ports() {
        return Objects.requireNonNull(connectedPorts, "connect comes first");
    }

    private ReplicationStream stream() {
        return Objects.requireNonNull(connectedStream, "connect comes first");
    }

    private Replicas replicas() {
        return Objects.requireNonNull(connectedReplicas, "connect comes first");
    }

    private WaitingClients waiting() {
        return Objects.requireNonNull(connectedWaiting, "connect comes first");
    }

    private void log(String line) {
        ports().log().accept(line);
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(ReplicationSpecs.PSYNC, this::psync),
                Command.of(ReplicationSpecs.REPLCONF, this::replconf),
                Command.of(ReplicationSpecs.ROLE, this::role),
                Command.of(ReplicationSpecs.SYNC, this::sync),
                Command.of(ReplicationSpecs.WAIT, this::waitForReplicas));
    }

    @Override
    public Map<String, CommandHandler> debugSubcommands() {
        return Map.of("CHANGE-REPL-ID", this::changeReplicationId);
    }

    private void changeReplicationId(Call call) {
        log("Changing replication IDs after receiving change-repl-id");
        stream().changeId();
        call.reply().ok();
    }

    // ---- Replicas

    /** SYNC: all data, then all changes, to a client that never tells what it has. */
    private void sync(Call call) {
        Client client = ClientCall.of(call).client();
        if (client.is(ClientFlag.REPLICA)) {
            return;
        }
        synchronize(newReplica(client));
    }

    /** PSYNC: all changes from where the replica stopped, if they are kept, or all data before. */
    private void psync(Call call) {
        Client client = ClientCall.of(call).client();
        if (client.is(ClientFlag.REPLICA)) {
            return;
        }
        if (call.argCount() > 3 && call.argIs(3, "FAILOVER")) {
            throw Errors.err("PSYNC FAILOVER can't be sent to a master.");
        }
        long next = call.integerArg(2);
        Replica replica = newReplica(client);
        replica.acknowledges(true);
        if (!goOn(replica, call.arg(1).toString(), next)) {
            synchronize(replica);
        }
    }

    private Replica newReplica(Client client) {
        if (client.connection().outputBytes() > 0) {
            throw Errors.err("SYNC and PSYNC are invalid with pending output");
        }
        Replica replica = replicas().of(client);
        log("Replica " + replica.name() + " asks for synchronization");
        return replica;
    }

    private void synchronize(Replica replica) {
        if (replica.acknowledges()) {
            log("Full resync requested by replica " + replica.name());
        }
        replicas().synchronize(replica);
    }

    /**
     * Has a replica go on where it stopped.
     *
     * @param id the stream that it followed, {@code ?} for none
     * @param next the number of the first byte that it lacks, counted from 1
     * @return whether that is possible
     */
    private boolean goOn(Replica replica, String id, long next) {
        ReplicationStream stream = stream();
        if (!id.equals(stream.id())) {
            if (!id.equals("?")) {
                refusedPartialSyncs++;
                log("Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '" + id
                        + "', my replication IDs are '" + stream.id() + "' and '" + NO_ID + "')");
            }
            return false;
        }
        long offset = next - 1;
        if (!stream.isActive() || offset < stream.backlog().start() || offset > stream.offset()) {
            refusedPartialSyncs++;
            log("Unable to partial resync with replica " + replica.name()
                    + " for lack of backlog (Replica request was: " + next + ").");
            return false;
        }
        partialSyncs++;
        replica.client().reply().simple(replica.knowsIds() ? "CONTINUE " + stream.id() : "CONTINUE");
        replicas().resume(replica, offset);
        log("Partial resynchronization request from " + replica.name() + " accepted. Sending "
                + (stream.offset() - offset) + " bytes of backlog starting from offset " + next + ".");
        return true;
    }

    /** REPLCONF: options in pairs of name and value. */
    private void replconf(Call call) {
        if (call.argCount() % 2 == 0) {
            throw Errors.syntax();
        }
        Client client = ClientCall.of(call).client();
        for (int i = 1; i < call.argCount(); i += 2) {
            if (call.argIs(i, "ACK")) {
                acknowledge(client, call, i + 1);
                return;
            }
            if (call.argIs(i, "GETACK")) {
                // Asked of a replica; a master has nothing to acknowledge.
                return;
            }
            introduce(client, call, i);
        }
        call.reply().ok();
    }

    private void introduce(Client client, Call call, int option) {
        int value = option + 1;
        if (call.argIs(option, "LISTENING-PORT")) {
            replicas().of(client).announcePort((int) call.integerArg(value, 0, MAX_PORT));
        } else if (call.argIs(option, "IP-ADDRESS")) {
            if (call.arg(value).length() > MAX_ADDRESS_LENGTH) {
                throw Errors.err("REPLCONF ip-address provided by replica instance is too long: "
                        + call.arg(value).length() + " bytes");
            }
            replicas().of(client).announceAddress(call.arg(value).toString());
        } else if (call.argIs(option, "CAPA")) {
            Replica replica = replicas().of(client);
            replica.readsToMark(replica.readsToMark() || call.argIs(value, "EOF"));
            replica.knowsIds(replica.knowsIds() || call.argIs(value, "PSYNC2"));
        } else if (call.argIs(option, "RDB-ONLY")) {
            replicas().of(client).wantsDataOnly(call.integerArg(value) == 1);
        } else if (call.argIs(option, "RDB-FILTER-ONLY")) {
            replicas().of(client).contents(contents(call.arg(value).toString()));
        } else if (!call.argIs(option, "VERSION")) {
            throw Errors.err("Unrecognized REPLCONF option: " + call.arg(option));
        }
    }

    /** What a snapshot holds that is to hold only some parts: functions if they are among them, keys in no case. */
    private static Contents contents(String parts) {
        boolean libraries = false;
        for (StringTokenizer words = new StringTokenizer(parts); words.hasMoreTokens(); ) {
            String word = words.nextToken();
            if (!word.equalsIgnoreCase("functions")) {
                throw Errors.err("Unsupported rdb-filter-only option: " + word);
            }
            libraries = true;
        }
        return new Contents(false, libraries);
    }

    private void acknowledge(Client client, Call call, int index) {
        Replica replica = replicas().find(client);
        if (replica == null || !replica.follows()) {
            return;
        }
        Bytes offset = call.arg(index);
        if (Numbers.isLong(offset)) {
            replica.acknowledged(Numbers.parseLong(offset), call.nowMillis());
            waiting().serve();
        }
    }

    // ---- Clients

    private void role(Call call) {
        List<Replica> online =
                replicas().followers().stream().filter(r -> r.is(State.ONLINE)).toList();
        call.reply().array(3);
        call.reply().bulk("master");
        call.reply().integer(stream().offset());
        call.reply().array(online.size());
        for (Replica replica : online) {
            call.reply().array(3);
            call.reply().bulk(replica.address());
            call.reply().bulk(Integer.toString(replica.port()));
            call.reply().bulk(Long.toString(replica.acknowledgedOffset()));
        }
    }

    /** WAIT: answers how many replicas have what the client has written, once they are enough or the time is over. */
    private void waitForReplicas(Call call) {
        long wanted = call.integerArg(1);
        long timeoutMillis = WaitingClients.timeoutMillis(call, 2);
        Client client = ClientCall.of(call).client();
        long position = client.writePosition();
        int acknowledged = replicas().acknowledged(position);
        if (acknowledged >= wanted || client.is(ClientFlag.IN_EXEC)) {
            call.reply().integer(acknowledged);
            return;
        }
        waiting()
                .add(
                        ClientCall.of(call),
                        timeoutMillis,
                        () -> replicas().acknowledged(position) >= wanted,
                        waiter -> waiter.reply().integer(replicas().acknowledged(position)));
        acknowledgementWanted = true;
    }

    @Override
    public void disconnected(Client client) {
        replicas().disconnected(client);
        waiting().disconnected(client);
    }

    @Override
    public long turn() {
        if (acknowledgementWanted) {
            acknowledgementWanted = false;
            if (!replicas().followers().isEmpty()) {
                stream().requestAcknowledgement();
            }
        }
        return replicas().turn();
    }

    // ---- INFO

    @Override
    public void replicationInfo(InfoText text) {
        ReplicationStream stream = stream();
        List<Replica> followers = replicas().followers();
        text.add("connected_slaves", followers.size());
        if (replicas().needsReplicas()) {
            text.add("min_slaves_good_slaves", replicas().goodReplicas());
        }
        long nowMillis = ports().clock().nowMillis();
        for (int i = 0; i < followers.size(); i++) {
            Replica replica = followers.get(i);
            long lag = replica.is(State.ONLINE) ? (nowMillis - replica.acknowledgedMillis()) / MILLIS_PER_SECOND : 0;
            text.add(
                    "slave" + i,
                    "ip=" + replica.address() + ",port=" + replica.port() + ",state="
                            + replica.state().word() + ",offset=" + replica.acknowledgedOffset() + ",lag=" + lag);
        }
        boolean active = stream.isActive();
        text.add("master_failover_state", "no-failover")
                .add("master_replid", stream.id())
                .add("master_replid2", NO_ID)
                .add("master_repl_offset", stream.offset())
                .add("second_repl_offset", -1)
                .add("repl_backlog_active", active ? 1 : 0)
                .add(
                        "repl_backlog_size",
                        ports().config().get("repl-backlog-size").text())
                .add("repl_backlog_first_byte_offset", active ? stream.backlog().start() + 1 : 0)
                .add(
                        "repl_backlog_histlen",
                        active ? stream.offset() - stream.backlog().start() : 0);
    }

    @Override
    public ReplicationFigures replicationFigures() {
        return new ReplicationFigures(
                replicas().fullSyncs(),
                partialSyncs,
                refusedPartialSyncs,
                replicas().outputBytes(),
                stream().isActive() ? stream().backlog().heapBytes() : 0,
                replicas().excessBytes(),
                replicas().owedBytes());
    }

    @Override
    public void resetStatistics() {
        partialSyncs = 0;
        refusedPartialSyncs = 0;
        replicas().resetStatistics();
    }

    @Override
    public void close() {
        if (connectedReplicas != null) {
            connectedReplicas.close();
        }
    }
}
