package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.acl.Latin1;
import dev.spinel.engine.acl.User;
import dev.spinel.engine.acl.Users;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which clients CLIENT LIST and CLIENT KILL mean: those that meet all conditions.
 *
 * <p>A condition is an option and its value; of an option that is repeated the last one counts, except that the numbers of ID
 * and NOT-ID add up. Most options can be turned round by {@code NOT-}. Source: the pages of CLIENT LIST and CLIENT KILL of Redis
 * 7.4 and Valkey 9.0. Engine thread only.
 */
final class ClientFilter {
    private static final String NEGATION = "NOT-";
    private static final String NOT_AN_ID = "client-id should be greater than 0";
    /** The letters of {@link ClientDescription#flags} and those that only Redis and Valkey have. */
    private static final String KNOWN_FLAGS = "ASMOPbxdcuUNtRBrTeIiE";

    private final Call call;
    private final Users users;
    private final int databases;
    private final long lowestId;
    private final String idError;
    private final Map<String, Predicate<Client>> conditions = new LinkedHashMap<>();
    private final Set<Long> ids = new LinkedHashSet<>();
    private final Set<Long> notIds = new LinkedHashSet<>();
    private boolean skipsCaller;

    private ClientFilter(Call call, Users users, int databases, long lowestId, String idError, boolean skipsCaller) {
        this.call = call;
        this.users = users;
        this.databases = databases;
        this.lowestId = lowestId;
        this.idError = idError;
        this.skipsCaller = skipsCaller;
    }

    /** The filter of CLIENT LIST, which spares nobody unless it is told to. */
    static ClientFilter ofList(Call call, Users users, int databases) {
        return new ClientFilter(call, users, databases, Long.MIN_VALUE, "Invalid client ID", false).parse();
    }

    /** The filter of CLIENT KILL, which spares the caller unless it is told not to. */
    static ClientFilter ofKill(Call call, Users users, int databases) {
        return new ClientFilter(call, users, databases, 1, NOT_AN_ID, true).parse();
    }

    /** The filter of CLIENT KILL with nothing but an address, which spares nobody. */
    static ClientFilter ofAddress(Call call, Users users) {
        ClientFilter filter = new ClientFilter(call, users, 0, 1, NOT_AN_ID, false);
        String address = call.arg(2).toString();
        filter.conditions.put(
                "ADDR", client -> address.equals(client.connection().remoteAddress()));
        return filter;
    }

    /** The clients that it means, in the order of their numbers, or of those that ID names. */
    List<Client> choose(ClientRegistry registry) {
        Collection<Client> candidates = registry.all();
        if (!ids.isEmpty()) {
            candidates = new ArrayList<>();
            for (long id : ids) {
                Client client = registry.get(id);
                if (client != null) {
                    candidates.add(client);
                }
            }
        }
        Client caller = ClientCall.of(call).client();
        List<Client> chosen = new ArrayList<>();
        for (Client client : candidates) {
            if (!(skipsCaller && client == caller) && !notIds.contains(client.id()) && meetsConditions(client)) {
                chosen.add(client);
            }
        }
        return chosen;
    }

    private boolean meetsConditions(Client client) {
        for (Predicate<Client> condition : conditions.values()) {
            if (!condition.test(client)) {
                return false;
            }
        }
        return true;
    }

    private ClientFilter parse() {
        int index = 2;
        while (index < call.argCount()) {
            if (index + 1 == call.argCount()) {
                throw Errors.syntax();
            }
            if (call.argIs(index, "ID")) {
                index = parseIds(index + 1, ids);
            } else if (call.argIs(index, NEGATION + "ID")) {
                index = parseIds(index + 1, notIds);
            } else {
                parseOption(index);
                index += 2;
            }
        }
        return this;
    }

    /** Adds numbers from an argument on, at least one; returns the index of the next option. */
    private int parseIds(int first, Set<Long> target) {
        int index = first;
        do {
            target.add(call.integerArg(index, lowestId, Long.MAX_VALUE, idError));
            index++;
        } while (index < call.argCount() && Numbers.isLong(call.arg(index)));
        return index;
    }

    private void parseOption(int index) {
        String option = Latin1.text(call.arg(index)).toUpperCase(Locale.ROOT);
        boolean negated = option.startsWith(NEGATION);
        String plain = negated ? option.substring(NEGATION.length()) : option;
        if (plain.equals("SKIPME") && !negated) {
            skipsCaller = yesNo(index + 1);
        } else if (plain.equals("MAXAGE") && !negated) {
            long seconds = seconds(index + 1, "maxage");
            long now = call.nowMillis();
            conditions.put(option, client -> (now - client.connectedAtMillis()) / 1000 >= seconds);
        } else if (plain.equals("IDLE") && !negated) {
            long seconds = seconds(index + 1, "idle");
            long now = call.nowMillis();
            conditions.put(option, client -> (now - client.lastInteractionMillis()) / 1000 >= seconds);
        } else {
            Predicate<Client> condition = condition(plain, index + 1, negated);
            conditions.put(option, negated ? condition.negate() : condition);
        }
    }

    private boolean yesNo(int index) {
        if (call.argIs(index, "YES")) {
            return true;
        }
        if (call.argIs(index, "NO")) {
            return false;
        }
        throw Errors.syntax();
    }

    private long seconds(int index, String name) {
        Bytes text = call.arg(index);
        if (!Numbers.isLong(text)) {
            throw Errors.err(name + " is not an integer or out of range");
        }
        long seconds = Numbers.parseLong(text);
        if (seconds <= 0) {
            throw Errors.err(name + " should be greater than 0");
        }
        return seconds;
    }

    /** A condition that may be negated, which matters here only to what is said of wrong values. */
    private Predicate<Client> condition(String option, int index, boolean negated) {
        String value = call.arg(index).toString();
        return switch (option) {
            case "TYPE" -> {
                ClientType type = ClientType.parse(call.arg(index));
                yield client -> ClientType.of(client) == type;
            }
            case "USER" -> {
                User user = user(call.arg(index));
                yield client -> client.user() == user;
            }
            case "ADDR" -> client -> value.equals(client.connection().remoteAddress());
            case "LADDR" -> client -> value.equals(client.connection().localAddress());
            case "IP" -> client -> value.equals(host(client.connection().remoteAddress()));
            case "NAME" -> client -> value.equals(client.name());
            case "LIB-NAME" -> client -> value.equals(client.libraryName());
            case "LIB-VER" -> client -> value.equals(client.libraryVersion());
            case "DB" -> {
                int database = database(index, negated ? NEGATION + option : option);
                yield client -> client.database() == database;
            }
            case "FLAGS" -> {
                requireKnown(value, KNOWN_FLAGS, "flags", negated);
                yield client -> hasAll(ClientDescription.flags(client), value);
            }
            case "CAPA" -> {
                requireKnown(value, "r", "capa", negated);
                yield client -> hasAll(ClientDescription.capabilities(client), value);
            }
            default -> throw Errors.syntax();
        };
    }

    private int database(int index, String option) {
        long number =
                call.integerArg(index, Long.MIN_VALUE, Long.MAX_VALUE, option + " is not an integer or out of range");
        if (number < 0 || number >= databases) {
            throw Errors.err(option + " number should be between 0 and " + (databases - 1));
        }
        return (int) number;
    }

    private User user(Bytes name) {
        User user = users.find(Latin1.text(name));
        if (user == null) {
            throw Errors.err("No such user '" + name + "'");
        }
        return user;
    }

    /** An address without its port, and without the brackets of version 6. */
    private static String host(String address) {
        int end = address.lastIndexOf(':');
        String host = end < 0 ? address : address.substring(0, end);
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static void requireKnown(String letters, String known, String what, boolean negated) {
        if (!hasAll(known, letters)) {
            String filter = negated ? "the " + NEGATION + what.toUpperCase(Locale.ROOT) : "the provided";
            throw Errors.err("Unknown " + what + " found in " + filter + " filter: " + letters);
        }
    }

    private static boolean hasAll(String letters, String wanted) {
        for (int i = 0; i < wanted.length(); i++) {
            if (letters.indexOf(wanted.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    /** The kinds of clients that TYPE tells apart. */
    private enum ClientType {
        NORMAL,
        MASTER,
        REPLICA,
        PUBSUB;

        private static ClientType of(Client client) {
            if (client.is(ClientFlag.REPLICA)) {
                return REPLICA;
            }
            return client.is(ClientFlag.SUBSCRIBED) ? PUBSUB : NORMAL;
        }

        private static ClientType parse(Bytes name) {
            for (ClientType type : values()) {
                if (name.isWord(type.name())) {
                    return type;
                }
            }
            if (name.isWord("SLAVE")) {
                return REPLICA;
            }
            if (name.isWord("PRIMARY")) {
                return MASTER;
            }
            throw Errors.err("Unknown client type '" + name + "'");
        }
    }
}
