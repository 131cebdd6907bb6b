package dev.spinel.engine.admin;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.acl.AclFile;
import dev.spinel.engine.acl.AclLog;
import dev.spinel.engine.acl.Latin1;
import dev.spinel.engine.acl.Permissions;
import dev.spinel.engine.acl.User;
import dev.spinel.engine.acl.Users;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dispatch.AccessCheck;
import dev.spinel.engine.dispatch.CommandTable;
import dev.spinel.engine.dispatch.RegisteredCommand;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** ACL and its subcommands. Engine thread only. */
public final class AclCommands implements ServerPlugin {
    private static final int FIRST_ARGUMENT = 2;
    private static final int FIRST_RULE = 3;
    private static final int MAX_QUOTED_BYTES = 128;
    private static final int DEFAULT_LOG_ENTRIES = 10;
    private static final int DEFAULT_PASSWORD_BITS = 256;
    private static final int MAX_PASSWORD_BITS = 4096;
    private static final int BITS_PER_DIGIT = 4;
    private static final String NO_FILE = "This Redis instance is not configured to use an ACL file. You may want to"
            + " specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis"
            + " configuration file set) in order to store users in the Redis configuration.";

    private final Users users;
    private final AclLog aclLog;
    private final CommandTable table;
    private final ConfigRegistry config;
    private final AclFile file;
    private final Consumer<String> log;
    private final AccessCheck accessCheck = new AccessCheck();

    /**
     * The commands on users.
     *
     * @param file reads and writes the file that {@code aclfile} names
     * @param log gets why that file could not be written
     */
    public AclCommands(
            Users users, AclLog aclLog, CommandTable table, ConfigRegistry config, AclFile file, Consumer<String> log) {
        this.users = users;
        this.aclLog = aclLog;
        this.table = table;
        this.config = config;
        this.file = file;
        this.log = log;
    }

    @Override
    public String name() {
        return "acl";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                AclSpecs.ACL,
                Command.of(AclSpecs.ACL_CAT, this::cat),
                Command.of(AclSpecs.ACL_DELUSER, this::deluser),
                Command.of(AclSpecs.ACL_DRYRUN, this::dryrun),
                Command.of(AclSpecs.ACL_GENPASS, this::genpass),
                Command.of(AclSpecs.ACL_GETUSER, this::getuser),
                Command.of(
                        AclSpecs.ACL_HELP,
                        HelpText.of(
                                "ACL",
                                "CAT [<category>]",
                                "    List the commands of a category, or all categories.",
                                "DELUSER <username> [<username> ...]",
                                "    Remove users and close their connections.",
                                "DRYRUN <username> <command> [<arg> ...]",
                                "    Tell whether a user may run a command, without running it.",
                                "GETUSER <username>",
                                "    Describe a user.",
                                "GENPASS [<bits>]",
                                "    Make up a password, of 256 bits unless told otherwise.",
                                "LIST",
                                "    Describe all users as lines of a file.",
                                "LOAD",
                                "    Replace all users by those of the file.",
                                "LOG [<count> | RESET]",
                                "    Tell what was refused lately, or forget it.",
                                "SAVE",
                                "    Write all users to the file.",
                                "SETUSER <username> <attribute> [<attribute> ...]",
                                "    Change the rules of a user, who is created if needed.",
                                "USERS",
                                "    List the names of all users.",
                                "WHOAMI",
                                "    Name the user of this connection.")),
                Command.of(AclSpecs.ACL_LIST, this::list),
                Command.of(AclSpecs.ACL_LOAD, this::load),
                Command.of(AclSpecs.ACL_LOG, this::log),
                Command.of(AclSpecs.ACL_SAVE, this::save),
                Command.of(AclSpecs.ACL_SETUSER, this::setuser),
                Command.of(AclSpecs.ACL_USERS, this::users),
                Command.of(
                        AclSpecs.ACL_WHOAMI,
                        call -> bulk(
                                call.reply(),
                                ClientCall.of(call).client().user().name()))));
    }

    private static void bulk(ReplyWriter reply, String latin1) {
        reply.bulk(Bytes.of(Latin1.bytes(latin1)));
    }

    private void cat(Call call) {
        ReplyWriter reply = call.reply();
        if (call.argCount() == 2) {
            reply.array(AclCategory.values().length);
            for (AclCategory category : AclCategory.values()) {
                reply.bulk(category.wireName());
            }
            return;
        }
        requireAtMost(call, 3);
        AclCategory category = category(call.arg(2));
        if (category == null) {
            throw Errors.err("Unknown category '" + call.arg(2).quotable(MAX_QUOTED_BYTES) + "'");
        }
        int mark = reply.begin();
        int count = 0;
        for (RegisteredCommand command : table.ruleCommands()) {
            if (command.isForeign()) {
                continue;
            }
            count += name(reply, command, category);
            for (RegisteredCommand subcommand : command.subcommands()) {
                count += name(reply, subcommand, category);
            }
        }
        reply.endArray(mark, count);
    }

    private static int name(ReplyWriter reply, RegisteredCommand command, AclCategory category) {
        if (!command.spec().categories().contains(category)) {
            return 0;
        }
        reply.bulk(command.fullName());
        return 1;
    }

    private static @Nullable AclCategory category(Bytes name) {
        for (AclCategory category : AclCategory.values()) {
            if (name.isWord(category.name())) {
                return category;
            }
        }
        return null;
    }

    private static void requireAtMost(Call call, int argCount) {
        if (call.argCount() > argCount) {
            throw HelpText.unknownOrWrongArity("ACL", call.arg(1));
        }
    }

    private void deluser(Call call) {
        for (int i = FIRST_ARGUMENT; i < call.argCount(); i++) {
            if (Latin1.text(call.arg(i)).equals(Users.DEFAULT)) {
                throw Errors.err("The 'default' user cannot be removed");
            }
        }
        int deleted = 0;
        for (int i = FIRST_ARGUMENT; i < call.argCount(); i++) {
            if (users.delete(Latin1.text(call.arg(i)))) {
                deleted++;
            }
        }
        call.reply().integer(deleted);
    }

    private void dryrun(Call call) {
        User user = users.find(Latin1.text(call.arg(FIRST_ARGUMENT)));
        if (user == null) {
            throw Errors.err("User '" + call.arg(FIRST_ARGUMENT) + "' not found");
        }
        Bytes[] args = ClientCall.of(call).args();
        int argCount = call.argCount() - FIRST_RULE;
        RegisteredCommand command = table.find(args[FIRST_RULE]);
        if (command != null && !command.subcommands().isEmpty() && argCount > 1) {
            command = command.subcommand(args[FIRST_RULE + 1]);
        }
        if (command == null) {
            throw Errors.err("Command '" + args[FIRST_RULE] + "' not found");
        }
        int arity = command.spec().arity();
        if (arity > 0 ? arity != argCount : argCount < -arity) {
            throw Errors.wrongArity(command.fullName());
        }
        ReplyWriter reply = call.reply();
        switch (accessCheck.check(user, command, args, FIRST_RULE, argCount)) {
            case ALLOWED -> reply.ok();
            case COMMAND -> reply.bulk("This user has no permissions to run the '" + command.fullName() + "' command");
            case KEY -> noAccess(reply, args[FIRST_RULE + accessCheck.position()], "key");
            case CHANNEL -> noAccess(reply, args[FIRST_RULE + accessCheck.position()], "channel");
        }
    }

    private static void noAccess(ReplyWriter reply, Bytes name, String what) {
        bulk(reply, "This user has no permissions to access the '" + Latin1.text(name) + "' " + what);
    }

    private void genpass(Call call) {
        requireAtMost(call, 3);
        long bits = call.argCount() == 3 ? call.integerArg(2) : DEFAULT_PASSWORD_BITS;
        if (bits <= 0 || bits > MAX_PASSWORD_BITS) {
            throw Errors.err("ACL GENPASS argument must be the number of bits for the output password, a positive"
                    + " number up to " + MAX_PASSWORD_BITS);
        }
        int digits = (int) (bits + BITS_PER_DIGIT - 1) / BITS_PER_DIGIT;
        byte[] bytes = new byte[(digits + 1) / 2];
        new SecureRandom().nextBytes(bytes);
        call.reply().bulk(HexFormat.of().formatHex(bytes).substring(0, digits));
    }

    private void getuser(Call call) {
        ReplyWriter reply = call.reply();
        User user = users.find(Latin1.text(call.arg(2)));
        if (user == null) {
            reply.nil();
            return;
        }
        reply.map(6);
        reply.bulk("flags");
        reply.set(user.flags().size());
        user.flags().forEach(reply::bulk);
        reply.bulk("passwords");
        reply.array(user.passwordHashes().size());
        user.passwordHashes().forEach(reply::bulk);
        List<Permissions> permissions = user.permissions();
        describe(reply, permissions.get(0));
        reply.bulk("selectors");
        reply.array(permissions.size() - 1);
        for (Permissions selector : permissions.subList(1, permissions.size())) {
            reply.map(3);
            describe(reply, selector);
        }
    }

    private void describe(ReplyWriter reply, Permissions permissions) {
        reply.bulk("commands");
        bulk(reply, users.describeCommands(permissions));
        reply.bulk("keys");
        bulk(reply, permissions.keyRules());
        reply.bulk("channels");
        bulk(reply, permissions.channelRules());
    }

    private void list(Call call) {
        call.reply().array(users.all().size());
        for (User user : users.all()) {
            bulk(call.reply(), "user " + users.describe(user));
        }
    }

    private void users(Call call) {
        call.reply().array(users.all().size());
        for (User user : users.all()) {
            bulk(call.reply(), user.name());
        }
    }

    private void load(Call call) {
        String path = requirePath();
        String text;
        try {
            text = file.read(path);
        } catch (IOException e) {
            throw Errors.err("Error loading ACLs, opening file '" + path + "': " + e.getMessage());
        }
        try {
            users.load(path, text);
        } catch (IllegalArgumentException e) {
            throw Errors.err(String.valueOf(e.getMessage()));
        }
        call.reply().ok();
    }

    private void save(Call call) {
        String path = requirePath();
        try {
            file.write(path, users.text());
        } catch (IOException e) {
            log.accept("Writing ACL file for ACL SAVE: " + e.getMessage());
            throw Errors.err(
                    "There was an error trying to save the ACLs. Please check the server logs for more information");
        }
        call.reply().ok();
    }

    private String requirePath() {
        String path = config.get("aclfile").text();
        if (path.isEmpty()) {
            throw Errors.err(NO_FILE);
        }
        return path;
    }

    private void log(Call call) {
        requireAtMost(call, 3);
        if (call.argCount() == 3 && call.argIs(2, "RESET")) {
            aclLog.clear();
            call.reply().ok();
            return;
        }
        long count = call.argCount() == 3 ? call.integerArg(2) : DEFAULT_LOG_ENTRIES;
        ReplyWriter reply = call.reply();
        List<AclLog.Entry> entries = aclLog.newest(count);
        reply.array(entries.size());
        for (AclLog.Entry entry : entries) {
            reply.map(7);
            reply.bulk("count");
            reply.integer(entry.count());
            reply.bulk("reason");
            reply.bulk(entry.reason().wireName());
            reply.bulk("context");
            reply.bulk(entry.context().wireName());
            reply.bulk("object");
            bulk(reply, entry.object());
            reply.bulk("username");
            bulk(reply, entry.userName());
            reply.bulk("age-seconds");
            reply.real((call.nowMillis() - entry.lastUnixMillis()) / 1000.0);
            reply.bulk("client-info");
            reply.bulk(entry.clientInfo());
        }
    }

    private void setuser(Call call) {
        List<String> rules = new ArrayList<>();
        for (int i = FIRST_ARGUMENT; i < call.argCount(); i++) {
            ClientCall.of(call).redact(i);
            if (i >= FIRST_RULE) {
                rules.add(Latin1.text(call.arg(i)));
            }
        }
        try {
            users.set(Latin1.text(call.arg(FIRST_ARGUMENT)), rules);
        } catch (IllegalArgumentException e) {
            throw Errors.err(String.valueOf(e.getMessage()));
        }
        call.reply().ok();
    }
}
