package dev.spinel.api.command;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the server and its clients may know of a command.
 *
 * <p>The dispatcher, access rules, COMMAND INFO, COMMAND DOCS, COMMAND GETKEYS and tracking all derive from it.
 *
 * @param name upper case; of a subcommand only its own word
 * @param group chapter of the manual
 * @param since version that introduced it
 * @param arity number of arguments with the name; negative: at least that many
 * @param flags what the server must know before it runs
 * @param categories access categories, implied ones included
 * @param keySpecs where its keys are
 * @param channelIndex the argument that is a channel which its user needs the right to use; counted from the keys on if it is
 *     negative, -1 being the first argument after them; 0 for none, and for PUBLISH and its like, which the server knows by their
 *     names
 * @param arguments the argument tree
 * @param summary one line, ending with a full stop
 * @param complexity time complexity
 * @param history changes by version
 * @param tips hints for clients and proxies
 * @param deprecation since when it should not be used, or null
 */
public record CommandSpec(
        String name,
        CommandGroup group,
        String since,
        int arity,
        Set<CommandFlag> flags,
        Set<AclCategory> categories,
        List<KeySpec> keySpecs,
        int channelIndex,
        List<Argument> arguments,
        String summary,
        String complexity,
        List<Change> history,
        List<String> tips,
        @Nullable Deprecation deprecation) {

    /** A change of a command in a version. */
    public record Change(String version, String text) {}

    /** Since when a command is deprecated and what replaces it. */
    public record Deprecation(String since, String replacedBy) {}

    /** Starts a specification; the name is in upper case. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    public boolean is(CommandFlag flag) {
        return flags.contains(flag);
    }

    /** Collects the parts of a specification. Not thread safe. */
    public static final class Builder {
        private final String name;
        private CommandGroup group = CommandGroup.MODULE;
        private String since = "1.0.0";
        private int arity;
        private final EnumSet<CommandFlag> flags = EnumSet.noneOf(CommandFlag.class);
        private final EnumSet<AclCategory> categories = EnumSet.noneOf(AclCategory.class);
        private final List<KeySpec> keySpecs = new ArrayList<>();
        private int channelIndex;
        private List<Argument> arguments = List.of();
        private String summary = "";
        private String complexity = "";
        private final List<Change> history = new ArrayList<>();
        private List<String> tips = List.of();
        private @Nullable Deprecation deprecation;

        private Builder(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        public Builder group(CommandGroup value) {
            group = value;
            return this;
        }

        public Builder since(String version) {
            since = version;
            return this;
        }

        /** Number of arguments with the name; negative: at least that many. */
        public Builder arity(int value) {
            arity = value;
            return this;
        }

        public Builder flags(CommandFlag... values) {
            Collections.addAll(flags, values);
            return this;
        }

        /**
         * Access categories beside those that follow from the flags: write, read, admin and dangerous, pubsub, fast or
         * slow, blocking.
         */
        public Builder acl(AclCategory... values) {
            Collections.addAll(categories, values);
            return this;
        }

        public Builder keys(KeySpec... values) {
            Collections.addAll(keySpecs, values);
            return this;
        }

        /** Index of the argument that is a channel to which it publishes; ACL rules on channels then apply to it. */
        public Builder channel(int index) {
            channelIndex = index;
            return this;
        }

        /** As {@link #channel}, for an argument that comes after keys of any number: 0 for the first one after the last key. */
        public Builder channelAfterKeys(int index) {
            channelIndex = -1 - index;
            return this;
        }

        public Builder arguments(Argument... values) {
            arguments = List.of(values);
            return this;
        }

        public Builder summary(String text) {
            summary = text;
            return this;
        }

        public Builder complexity(String text) {
            complexity = text;
            return this;
        }

        public Builder changed(String version, String text) {
            history.add(new Change(version, text));
            return this;
        }

        public Builder tips(String... values) {
            tips = List.of(values);
            return this;
        }

        public Builder deprecated(String version, String replacedBy) {
            deprecation = new Deprecation(version, replacedBy);
            return this;
        }

        /** @throws IllegalArgumentException when the parts contradict each other */
        public CommandSpec build() {
            requireName();
            if (arity == 0) {
                throw new IllegalArgumentException("command " + name + " has no arity");
            }
            if (flags.contains(CommandFlag.WRITE) && flags.contains(CommandFlag.READONLY)) {
                throw new IllegalArgumentException("command " + name + " is both WRITE and READONLY");
            }
            if (channelIndex < 0 && keySpecs.isEmpty()) {
                throw new IllegalArgumentException("command " + name + " has a channel after its keys, and no keys");
            }
            if (summary.isEmpty()) {
                throw new IllegalArgumentException("command " + name + " has no summary");
            }
            addImpliedCategories();
            return new CommandSpec(
                    name,
                    group,
                    since,
                    arity,
                    Collections.unmodifiableSet(EnumSet.copyOf(flags)),
                    Collections.unmodifiableSet(EnumSet.copyOf(categories)),
                    List.copyOf(keySpecs),
                    channelIndex,
                    arguments,
                    summary,
                    complexity,
                    List.copyOf(history),
                    tips,
                    deprecation);
        }

        private void requireName() {
            boolean valid = !name.isEmpty();
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                valid &= c > ' ' && c < 0x7f && c != '|' && !(c >= 'a' && c <= 'z');
            }
            if (!valid) {
                throw new IllegalArgumentException(
                        "command '" + name + "' (expected: printable ASCII in upper case, without blanks and bars)");
            }
        }

        private void addImpliedCategories() {
            if (flags.contains(CommandFlag.WRITE)) {
                categories.add(AclCategory.WRITE);
            }
            if (flags.contains(CommandFlag.READONLY) && !categories.contains(AclCategory.SCRIPTING)) {
                categories.add(AclCategory.READ);
            }
            if (flags.contains(CommandFlag.ADMIN)) {
                categories.add(AclCategory.ADMIN);
                categories.add(AclCategory.DANGEROUS);
            }
            if (flags.contains(CommandFlag.PUBSUB)) {
                categories.add(AclCategory.PUBSUB);
            }
            if (flags.contains(CommandFlag.BLOCKING)) {
                categories.add(AclCategory.BLOCKING);
            }
            categories.add(flags.contains(CommandFlag.FAST) ? AclCategory.FAST : AclCategory.SLOW);
        }
    }
}
