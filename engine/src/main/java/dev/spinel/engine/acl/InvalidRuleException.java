package dev.spinel.engine.acl;

/** A rule that cannot be applied; its message is the reason, as Redis words it. */
final class InvalidRuleException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final boolean namesUnknownCommand;

    private InvalidRuleException(String message, boolean namesUnknownCommand) {
        super(message);
        this.namesUnknownCommand = namesUnknownCommand;
    }

    static InvalidRuleException because(String reason) {
        return new InvalidRuleException(reason, false);
    }

    static InvalidRuleException syntax() {
        return because("Syntax error");
    }

    static InvalidRuleException unknownCommand() {
        return new InvalidRuleException("Unknown command or category name in ACL", true);
    }

    /** Whether only the command or category is not known, which a plugin may bring later. */
    boolean namesUnknownCommand() {
        return namesUnknownCommand;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
