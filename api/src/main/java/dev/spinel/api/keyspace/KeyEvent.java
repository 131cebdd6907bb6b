package dev.spinel.api.keyspace;

/** Class of a keyspace event, with the letter that selects it in {@code notify-keyspace-events}. */
public enum KeyEvent {
    GENERIC('g'),
    STRING('$'),
    LIST('l'),
    SET('s'),
    HASH('h'),
    SORTED_SET('z'),
    EXPIRED('x'),
    EVICTED('e'),
    STREAM('t'),
    KEY_MISS('m'),
    NEW('n'),
    MODULE('d');

    private final char letter;

    KeyEvent(char letter) {
        this.letter = letter;
    }

    /** The letter in {@code notify-keyspace-events}. */
    public char letter() {
        return letter;
    }
}
