package dev.spinel.engine.acl;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.config.ConfigLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The language of access rules: applies rules to users and describes users by rules.
 *
 * <p>A rule is one word of ACL SETUSER, such as {@code on}, {@code >password}, {@code +@read}, {@code +config|get}, {@code
 * %R~key:*}, {@code &channel} or {@code (+get ~key)}, in the form of {@link Latin1}. Source: the manual page on ACL and the
 * behaviour of redis-server 7.0.15. Engine thread only.
 */
final class AccessRules {
    /*
     * What is kept of rules on commands is what they lead to, one bit for each command, and not the rules. So a
     * description has to find rules that lead there again: first the categories that come closest, then single commands for
     * what still differs. It makes the same choice as Redis, so that both show the same rules for the same user.
     */
    private static final int HASH_CHARS = 64;
    private static final String BAD_HASH =
            "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters";
    private static final String ALL_KEYS_GIVEN = "Adding a pattern after the * pattern (or the 'allkeys' flag) is not"
            + " valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns";
    private static final String ALL_CHANNELS_GIVEN = "Adding a pattern after the * pattern (or the 'allchannels' flag)"
            + " is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels";

    private final CommandCatalog catalog;
    private boolean allChannelsByDefault;

    AccessRules(CommandCatalog catalog) {
        this.catalog = catalog;
    }

    /** Sets whether users start with the right to all channels ({@code acl-pubsub-default}). */
    void allChannelsByDefault(boolean value) {
        allChannelsByDefault = value;
    }

    /** A user without rules. */
    User newUser(String name) {
        return new User(name, allChannelsByDefault);
    }

    /** Whether a name or pattern could not be written as a word of a rule. */
    static boolean hasBlanks(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || c == ' ' || (c >= '\t' && c <= '\r')) {
                return true;
            }
        }
        return false;
    }

    /**
     * Joins the words of selectors that were split at blanks.
     *
     * @throws UnmatchedParenthesisException when a selector does not end
     */
    static List<String> joinSelectors(List<String> words) {
        List<String> rules = new ArrayList<>();
        StringBuilder selector = null;
        int start = 0;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.startsWith("(") && !word.endsWith(")")) {
                selector = new StringBuilder(word);
                start = i;
            } else if (selector == null) {
                rules.add(word);
            } else {
                selector.append(' ').append(word);
                if (word.endsWith(")")) {
                    rules.add(selector.toString());
                    selector = null;
                }
            }
        }
        if (selector != null) {
            throw new UnmatchedParenthesisException(words.get(start), start);
        }
        return rules;
    }

    /**
     * Applies one rule to a user.
     *
     * @throws InvalidRuleException with the reason; the user is then as before
     */
    void apply(User user, String rule) {
        if (rule.isEmpty()) {
            return;
        }
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "on" -> user.setEnabled(true);
            case "off" -> user.setEnabled(false);
            case "skip-sanitize-payload" -> user.setSanitizes(false);
            case "sanitize-payload" -> user.setSanitizes(true);
            case "nopass" -> user.clearPasswords(true);
            case "resetpass" -> user.clearPasswords(false);
            case "clearselectors" -> user.clearSelectors();
            case "reset" -> {
                user.assign(newUser(user.name()));
                user.setSanitizes(true);
            }
            default -> {
                if (isPasswordRule(rule.charAt(0))) {
                    applyPassword(user, rule);
                } else if (rule.startsWith("(") && rule.endsWith(")")) {
                    user.addSelector(selector(rule));
                } else {
                    apply(user.permissions().get(0), rule);
                }
            }
        }
    }

    private static boolean isPasswordRule(char sign) {
        return sign == '>' || sign == '#' || sign == '<' || sign == '!';
    }

    private static void applyPassword(User user, String rule) {
        char sign = rule.charAt(0);
        String text = rule.substring(1);
        String hash = sign == '>' || sign == '<' ? User.hash(Latin1.bytes(text)) : requireHash(text);
        if (sign == '>' || sign == '#') {
            user.addPassword(hash);
        } else if (!user.removePassword(hash)) {
            throw InvalidRuleException.because("The password you are trying to remove from the user does not exist");
        }
    }

    private static String requireHash(String text) {
        boolean valid = text.length() == HASH_CHARS;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            valid &= (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        }
        if (!valid) {
            throw InvalidRuleException.because(BAD_HASH);
        }
        return text;
    }

    private Permissions selector(String rule) {
        Permissions selector = new Permissions(allChannelsByDefault);
        List<String> words;
        try {
            words = ConfigLine.split(rule.substring(1, rule.length() - 1));
        } catch (IllegalArgumentException unbalancedQuotes) {
            // Redis takes what cannot be split for no rules at all.
            words = List.of();
        }
        words.forEach(word -> apply(selector, word));
        return selector;
    }

    private void apply(Permissions permissions, String rule) {
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "allkeys", "~*" -> permissions.setAllKeys(true);
            case "resetkeys" -> permissions.setAllKeys(false);
            case "allchannels", "&*" -> permissions.setAllChannels(true);
            case "resetchannels" -> permissions.setAllChannels(false);
            case "allcommands", "+@all" -> permissions.setAllCommands(true);
            case "nocommands", "-@all" -> permissions.setAllCommands(false);
            default -> applyPattern(permissions, rule);
        }
    }

    private void applyPattern(Permissions permissions, String rule) {
        switch (rule.isEmpty() ? 0 : rule.charAt(0)) {
            case '~', '%' -> addKeyPattern(permissions, rule);
            case '&' -> addChannel(permissions, rule.substring(1));
            case '+', '-' -> {
                boolean allowed = rule.charAt(0) == '+';
                if (rule.startsWith("@", 1)) {
                    setCategory(permissions, rule.substring(2), allowed);
                } else {
                    setCommand(permissions, rule.substring(1), allowed);
                }
            }
            default -> throw InvalidRuleException.syntax();
        }
    }

    private static void addKeyPattern(Permissions permissions, String rule) {
        if (permissions.allowAllKeys()) {
            throw InvalidRuleException.because(ALL_KEYS_GIVEN);
        }
        int access = Permissions.READ | Permissions.WRITE;
        int start = 1;
        if (rule.charAt(0) == '%') {
            access = 0;
            while (start < rule.length() && rule.charAt(start) != '~') {
                int letter = accessLetter(rule.charAt(start));
                if (letter == 0 || (access & letter) != 0) {
                    throw InvalidRuleException.syntax();
                }
                access |= letter;
                start++;
            }
            start++;
        }
        String pattern = start > rule.length() ? "" : rule.substring(start);
        if (access == 0 || hasBlanks(pattern)) {
            throw InvalidRuleException.syntax();
        }
        permissions.addKeyPattern(Bytes.of(Latin1.bytes(pattern)), access);
    }

    private static int accessLetter(char letter) {
        return switch (letter) {
            case 'R', 'r' -> Permissions.READ;
            case 'W', 'w' -> Permissions.WRITE;
            default -> 0;
        };
    }

    private static void addChannel(Permissions permissions, String pattern) {
        if (permissions.allowAllChannels()) {
            throw InvalidRuleException.because(ALL_CHANNELS_GIVEN);
        }
        if (hasBlanks(pattern)) {
            throw InvalidRuleException.syntax();
        }
        permissions.addChannel(Bytes.of(Latin1.bytes(pattern)));
    }

    private void setCommand(Permissions permissions, String name, boolean allowed) {
        int bar = name.lastIndexOf('|');
        RuleCommand command = requireCommand(allowed && bar >= 0 ? name.substring(0, bar) : name);
        if (allowed && bar >= 0) {
            String word = name.substring(bar + 1);
            if (command.isSubcommand()) {
                throw InvalidRuleException.because("Allowing first-arg of a subcommand is not supported");
            }
            if (word.isEmpty()) {
                throw InvalidRuleException.syntax();
            }
            if (command.subcommands().isEmpty()) {
                permissions.addFirstArgument(command, word);
                return;
            }
            command = requireCommand(name);
        }
        permissions.setCommand(command, allowed);
    }

    private RuleCommand requireCommand(String name) {
        RuleCommand command = catalog.ruleCommand(name);
        if (command == null) {
            throw InvalidRuleException.unknownCommand();
        }
        return command;
    }

    private void setCategory(Permissions permissions, String name, boolean allowed) {
        AclCategory category = category(name);
        if (category == null) {
            throw InvalidRuleException.unknownCommand();
        }
        setCategory(permissions, category, allowed);
    }

    private void setCategory(Permissions permissions, AclCategory category, boolean allowed) {
        for (RuleCommand command : catalog.ruleCommands()) {
            if (command.isForeign()) {
                continue;
            }
            if (command.spec().categories().contains(category)) {
                permissions.setCommand(command, allowed);
            }
            for (RuleCommand subcommand : command.subcommands()) {
                if (subcommand.spec().categories().contains(category)) {
                    permissions.setCommand(subcommand, allowed);
                }
            }
        }
    }

    /** The category of a name in any case, without the {@code @}. */
    private static @Nullable AclCategory category(String name) {
        for (AclCategory category : AclCategory.values()) {
            if (category.wireName().equalsIgnoreCase(name)) {
                return category;
            }
        }
        return null;
    }

    /** All rules of a user, which {@link #apply} takes back. */
    String describe(User user) {
        StringBuilder text = new StringBuilder();
        user.flags().forEach(flag -> text.append(flag).append(' '));
        user.passwordHashes().forEach(hash -> text.append('#').append(hash).append(' '));
        for (int i = 0; i < user.permissions().size(); i++) {
            Permissions permissions = user.permissions().get(i);
            text.append(i == 0 ? "" : " (").append(describe(permissions)).append(i == 0 ? "" : ")");
        }
        return text.toString();
    }

    private String describe(Permissions permissions) {
        List<String> rules = new ArrayList<>();
        if (!permissions.keyRules().isEmpty()) {
            rules.add(permissions.keyRules());
        }
        if (!permissions.allowAllChannels()) {
            rules.add("resetchannels");
        }
        if (!permissions.channelRules().isEmpty()) {
            rules.add(permissions.channelRules());
        }
        rules.add(describeCommands(permissions));
        return String.join(" ", rules);
    }

    /** Rules on commands that lead to the commands that are allowed, starting with those on all. */
    String describeCommands(Permissions permissions) {
        boolean adds = !permissions.commands().includesFuture();
        List<String> rules = new ArrayList<>();
        rules.add(adds ? "-@all" : "+@all");
        Permissions reached = new Permissions(false);
        reached.setAllCommands(!adds);
        addCategoryRules(permissions, adds, reached, rules);
        for (RuleCommand command : catalog.ruleCommands()) {
            addCommandRules(permissions, command, reached, rules);
            for (RuleCommand subcommand : command.subcommands()) {
                addCommandRules(permissions, subcommand, reached, rules);
            }
        }
        return String.join(" ", rules);
    }

    /** Adds the categories of which more commands fit than do not, the best one first. */
    private void addCategoryRules(Permissions permissions, boolean adds, Permissions reached, List<String> rules) {
        List<AclCategory> unused = new ArrayList<>(List.of(AclCategory.values()));
        Permissions left = permissions.copy();
        while (true) {
            AclCategory best = null;
            int fewestOdd = Integer.MAX_VALUE;
            int mostFitting = 0;
            for (AclCategory category : unused) {
                int fitting = count(category, left, adds);
                int odd = count(category, left, !adds);
                if (fitting > odd && (odd < fewestOdd || (odd == fewestOdd && fitting > mostFitting))) {
                    best = category;
                    fewestOdd = odd;
                    mostFitting = fitting;
                }
            }
            if (best == null) {
                return;
            }
            unused.remove(best);
            rules.add((adds ? "+@" : "-@") + best.wireName());
            setCategory(reached, best, adds);
            setCategory(left, best, !adds);
        }
    }

    /** The number of commands that a rule on a category concerns and that are allowed, or forbidden. */
    private int count(AclCategory category, Permissions permissions, boolean allowed) {
        int count = 0;
        for (RuleCommand command : catalog.ruleCommands()) {
            if (command.isForeign()) {
                continue;
            }
            count += counts(category, command, permissions, allowed);
            for (RuleCommand subcommand : command.subcommands()) {
                count += counts(category, subcommand, permissions, allowed);
            }
        }
        return count;
    }

    private static int counts(AclCategory category, RuleCommand command, Permissions permissions, boolean allowed) {
        boolean counted = command.spec().categories().contains(category)
                && permissions.commands().contains(command.accessId()) == allowed;
        return counted ? 1 : 0;
    }

    private static void addCommandRules(
            Permissions permissions, RuleCommand command, Permissions reached, List<String> rules) {
        boolean allowed = permissions.commands().contains(command.accessId());
        if (reached.commands().contains(command.accessId()) != allowed) {
            rules.add((allowed ? "+" : "-") + command.fullName());
            reached.setCommand(command, allowed);
        }
        if (!allowed) {
            permissions
                    .firstArguments(command.accessId())
                    .forEach(word -> rules.add("+" + command.fullName() + "|" + word));
        }
    }
}
