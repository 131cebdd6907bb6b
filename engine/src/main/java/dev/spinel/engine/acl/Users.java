package dev.spinel.engine.acl;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * All users of a server by name, the default user among them.
 *
 * <p>Names, rules and descriptions are in the form of {@link Latin1}. Engine thread only.
 */
public final class Users {
    /** The name of the user that connections start as. */
    public static final String DEFAULT = "default";

    private static final Pattern LINE_END = Pattern.compile("\n");
    private static final Pattern BLANK = Pattern.compile(" ");

    private final AccessRules rules;
    private final User defaultUser;
    private TreeMap<String, User> byName = new TreeMap<>();
    private BiConsumer<User, User> beforeChange = (user, changed) -> {};
    private Consumer<User> afterChange = user -> {};
    private Consumer<User> removed = user -> {};

    public Users(CommandCatalog catalog) {
        rules = new AccessRules(catalog);
        defaultUser = newDefaultUser();
        byName.put(DEFAULT, defaultUser);
    }

    /**
     * Sets who hears of changes.
     *
     * @param before gets a user and what it is about to become
     * @param after gets a user that has changed
     * @param removal gets a user that is no more
     */
    public void listen(BiConsumer<User, User> before, Consumer<User> after, Consumer<User> removal) {
        beforeChange = before;
        afterChange = after;
        removed = removal;
    }

    private User newDefaultUser() {
        User user = rules.newUser(DEFAULT);
        for (String rule : List.of("+@all", "~*", "&*", "on", "nopass")) {
            rules.apply(user, rule);
        }
        return user;
    }

    /** A user that nobody knows and that may do everything, for what the server does itself. */
    public static User unrestricted() {
        return new Users(new NoCommands()).defaultUser;
    }

    /** Sets whether new users start with the right to all channels ({@code acl-pubsub-default}). */
    public void allChannelsByDefault(boolean value) {
        rules.allChannelsByDefault(value);
    }

    /** The user that connections start as; always the same object. */
    public User defaultUser() {
        return defaultUser;
    }

    /** Whether a new connection has to authenticate. */
    public boolean authenticationRequired() {
        return !defaultUser.needsNoPassword() || !defaultUser.isEnabled();
    }

    /** Sets the only password of the default user; with an empty one it needs none ({@code requirepass}). */
    public void defaultPassword(String password) {
        rules.apply(defaultUser, password.isEmpty() ? "nopass" : "resetpass");
        if (!password.isEmpty()) {
            rules.apply(defaultUser, ">" + password);
        }
        afterChange.accept(defaultUser);
    }

    /** The user of a name, or null. */
    public @Nullable User find(String name) {
        return byName.get(name);
    }

    /** All users in the order of their names. */
    public Collection<User> all() {
        return byName.values();
    }

    /** The user of a name if the password is right and it may log in, or null. */
    public @Nullable User authenticate(Bytes name, Bytes password) {
        User user = byName.get(Latin1.text(name));
        return user != null && user.accepts(password) ? user : null;
    }

    /**
     * Applies rules to a user, all or none, and creates it before if there is none.
     *
     * @throws IllegalArgumentException with the message for the client
     */
    public void set(String name, List<String> words) {
        if (AccessRules.hasBlanks(name)) {
            throw new IllegalArgumentException("Usernames can't contain spaces or null characters");
        }
        User user = byName.get(name);
        User changed = user == null ? rules.newUser(name) : user.copy();
        for (String rule : AccessRules.joinSelectors(words)) {
            try {
                rules.apply(changed, rule);
            } catch (InvalidRuleException e) {
                throw new IllegalArgumentException(
                        "Error in ACL SETUSER modifier '" + Latin1.readable(rule) + "': " + e.reason(), e);
            }
        }
        if (user == null) {
            byName.put(name, changed);
        } else {
            beforeChange.accept(user, changed);
            user.assign(changed);
            afterChange.accept(user);
        }
    }

    /** Removes a user; false when there is none. */
    public boolean delete(String name) {
        User user = byName.remove(name);
        if (user == null) {
            return false;
        }
        removed.accept(user);
        return true;
    }

    /** Rules on commands that lead to what is allowed. */
    public String describeCommands(Permissions permissions) {
        return rules.describeCommands(permissions);
    }

    /** A user as a line of a file, without the word {@code user}. */
    public String describe(User user) {
        return user.name() + " " + rules.describe(user);
    }

    /** The text of a file with all users. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (User user : all()) {
            text.append("user ").append(describe(user)).append('\n');
        }
        return text.toString();
    }

    /**
     * Takes the users that the configuration file declares.
     *
     * @param declarations of each user its name and its rules
     * @param log gets remarks on users that cannot log in
     * @throws IllegalArgumentException with the reason
     */
    public void declare(List<List<String>> declarations, Consumer<String> log) {
        for (List<String> words : declarations) {
            String name = words.get(0);
            if (AccessRules.hasBlanks(name)) {
                throw new IllegalArgumentException("Spaces not allowed in ACL usernames");
            }
            User user = name.equals(DEFAULT) ? defaultUser : rules.newUser(name);
            if (user == defaultUser) {
                rules.apply(user, "reset");
            }
            for (String rule : AccessRules.joinSelectors(words.subList(1, words.size()))) {
                try {
                    rules.apply(user, rule);
                } catch (InvalidRuleException e) {
                    throw new IllegalArgumentException(
                            "Error loading ACL rule '" + Latin1.readable(rule) + "' for the user named '"
                                    + Latin1.readable(name) + "': " + e.reason(),
                            e);
                }
            }
            if (!user.isEnabled()) {
                log.accept("The user '" + Latin1.readable(name) + "' is disabled (there is no 'on' modifier in the"
                        + " user description). Make sure this is not a configuration error.");
            }
            byName.put(name, user);
        }
        afterChange.accept(defaultUser);
    }

    /**
     * Replaces all users by those of a file, or none of them when the file has an error.
     *
     * @param path of the file, for messages
     * @throws IllegalArgumentException with all errors in one line
     */
    public void load(String path, String text) {
        TreeMap<String, User> loaded = new TreeMap<>();
        StringBuilder errors = new StringBuilder();
        String[] lines = LINE_END.split(text, -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (!line.isEmpty()) {
                loadLine(path, i + 1, List.of(BLANK.split(line, -1)), loaded, errors);
            }
        }
        if (errors.length() > 0) {
            throw new IllegalArgumentException(errors
                    + "WARNING: ACL errors detected, no change to the previously active ACL rules was performed");
        }
        User newDefault = loaded.get(DEFAULT);
        User changed = newDefault == null ? newDefaultUser() : newDefault;
        defaultUser.assign(changed);
        loaded.put(DEFAULT, defaultUser);
        List<User> before = new ArrayList<>(byName.values());
        byName = loaded;
        before.remove(defaultUser);
        before.forEach(removed);
        afterChange.accept(defaultUser);
    }

    private void loadLine(String path, int number, List<String> words, Map<String, User> loaded, StringBuilder errors) {
        String place = path + ":" + number;
        if (!words.get(0).equals("user") || words.size() < 2) {
            errors.append(place).append(" should start with user keyword followed by the username. ");
            return;
        }
        String name = words.get(1);
        if (AccessRules.hasBlanks(name)) {
            errors.append('\'')
                    .append(place)
                    .append(": username '")
                    .append(Latin1.readable(name))
                    .append("' contains invalid characters. ");
            return;
        }
        User user = rules.newUser(name);
        if (loaded.putIfAbsent(name, user) != null) {
            errors.append("WARNING: Duplicate user '")
                    .append(Latin1.readable(name))
                    .append("' found on line ")
                    .append(number)
                    .append(". ");
            return;
        }
        List<String> joined;
        try {
            joined = AccessRules.joinSelectors(words.subList(2, words.size()));
        } catch (UnmatchedParenthesisException e) {
            errors.append(place).append(": Unmatched parenthesis in selector definition.");
            return;
        }
        boolean told = false;
        for (String rule : joined) {
            try {
                rules.apply(user, rule.strip());
            } catch (InvalidRuleException e) {
                // Only what names a command is shown, as other rules may be secrets; of those the first error is
                // enough.
                if (e.namesUnknownCommand()) {
                    errors.append(place)
                            .append(": Error in applying operation '")
                            .append(Latin1.readable(rule))
                            .append("': ")
                            .append(e.reason())
                            .append(". ");
                } else if (!told) {
                    errors.append(place).append(": ").append(e.reason()).append(". ");
                    told = true;
                }
            }
        }
    }

    /**
     * Checks the declaration of a user in a configuration file as far as it can be without knowing the commands, which
     * plugins may bring later.
     *
     * @param words its name and its rules
     * @throws IllegalArgumentException with Redis's message
     */
    public static void check(List<String> words) {
        AccessRules rules = new AccessRules(new NoCommands());
        User user = rules.newUser(words.get(0));
        List<String> joined;
        try {
            joined = AccessRules.joinSelectors(words.subList(1, words.size()));
        } catch (UnmatchedParenthesisException e) {
            throw new IllegalArgumentException(
                    "Error in user declaration '" + Latin1.readable(words.get(1 + e.index())) + "': " + e.reason(), e);
        }
        for (String rule : joined) {
            try {
                rules.apply(user, rule);
            } catch (InvalidRuleException e) {
                if (!e.namesUnknownCommand()) {
                    throw new IllegalArgumentException(
                            "Error in user declaration '" + Latin1.readable(rule) + "': " + e.reason(), e);
                }
            }
        }
    }

    /** A catalogue for checks that know no commands. */
    private static final class NoCommands implements CommandCatalog {
        @Override
        public Collection<RuleCommand> ruleCommands() {
            return List.of();
        }

        @Override
        public @Nullable RuleCommand ruleCommand(String fullName) {
            return null;
        }
    }
}
