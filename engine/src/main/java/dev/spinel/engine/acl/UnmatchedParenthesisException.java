package dev.spinel.engine.acl;

/** A selector that does not end. */
final class UnmatchedParenthesisException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final int index;

    /** @param index of the word that opens the selector */
    UnmatchedParenthesisException(String word, int index) {
        super("Unmatched parenthesis in acl selector starting at '" + Latin1.readable(word) + "'.");
        this.index = index;
    }

    int index() {
        return index;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
