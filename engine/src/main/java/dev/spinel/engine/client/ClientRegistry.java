package dev.spinel.engine.client;

import dev.spinel.engine.acl.User;
import dev.spinel.engine.acl.Users;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The connected clients, by id, in the order of their connection. Engine thread only. */
public final class ClientRegistry {
    private final Map<Long, Client> clients = new LinkedHashMap<>();
    private long nextId = 1;

    /** Adds a client that acts as a user. */
    public Client add(Connection connection, User user, long nowMillis) {
        Client client = new Client(nextId++, connection, user, nowMillis);
        clients.put(client.id(), client);
        return client;
    }

    /** Makes a client that nobody sees, with the id 0. */
    public static Client unlisted(Connection connection) {
        return new Client(0, connection, Users.unrestricted(), 0);
    }

    public void remove(Client client) {
        clients.remove(client.id());
    }

    public @Nullable Client get(long id) {
        return clients.get(id);
    }

    /** The clients in the order of their ids; to be copied before closing some of them. */
    public Collection<Client> all() {
        return clients.values();
    }

    public int count() {
        return clients.size();
    }
}
