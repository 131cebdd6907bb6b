package dev.spinel.engine.admin;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.acl.Permissions;
import dev.spinel.engine.acl.User;
import dev.spinel.engine.acl.Users;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What changes of users mean for connected clients. Engine thread only. */
public final class UserConnections {
    private final Users users;
    private final ClientRegistry clients;
    private final Supplier<@Nullable Client> caller;
    private final Consumer<Client> forget;

    /**
     * Follows the changes of users from now on.
     *
     * @param caller the client whose command runs
     * @param forget removes a client whose connection was closed
     */
    public UserConnections(
            Users users, ClientRegistry clients, Supplier<@Nullable Client> caller, Consumer<Client> forget) {
        this.users = users;
        this.clients = clients;
        this.caller = caller;
        this.forget = forget;
        users.listen(this::closeSubscribers, this::changed, this::close);
    }

    /** Closes the connections of a user that have subscriptions which it is about to lose. */
    private void closeSubscribers(User user, User changed) {
        for (Client client : List.copyOf(clients.all())) {
            if (client.user() == user
                    && client.is(ClientFlag.SUBSCRIBED)
                    && !(allowsAll(changed, client.channels(), false)
                            && allowsAll(changed, client.shardChannels(), false)
                            && allowsAll(changed, client.patterns(), true))) {
                close(client);
            }
        }
    }

    private static boolean allowsAll(User user, Set<Bytes> names, boolean asPatterns) {
        for (Bytes name : names) {
            boolean allowed = false;
            for (Permissions permissions : user.permissions()) {
                allowed |= permissions.allowChannel(name, asPatterns);
            }
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    private void close(Client client) {
        if (client == caller.get()) {
            client.set(ClientFlag.CLOSE_AFTER_REPLY, true);
            client.connection().closeAfterReply();
        } else {
            client.connection().close();
            forget.accept(client);
        }
    }

    private void changed(User user) {
        for (Client client : clients.all()) {
            if (client.user() == user) {
                client.user(user);
            }
            if (user == users.defaultUser() && !users.authenticationRequired()) {
                client.unauthenticated(false);
            }
        }
    }

    /** Closes the connections of a user that is no more; until then they may do nothing. */
    private void close(User user) {
        for (Client client : List.copyOf(clients.all())) {
            if (client.user() == user) {
                client.user(users.defaultUser());
                client.unauthenticated(true);
                close(client);
            }
        }
    }
}
