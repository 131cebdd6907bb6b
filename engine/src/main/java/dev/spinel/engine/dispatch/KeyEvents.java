package dev.spinel.engine.dispatch;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.engine.pubsub.PubSub;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Publishes keyspace events on the channels that {@code notify-keyspace-events} selects. Engine thread only. */
public final class KeyEvents {
    private static final String ALL_CLASSES = "g$lszhxetd";
    private static final int KEYSPACE = 1 << 30;
    private static final int KEYEVENT = 1 << 29;

    private final PubSub pubSub;
    private int selected;

    public KeyEvents(PubSub pubSub) {
        this.pubSub = pubSub;
    }

    /** Selects classes and channels by their letters; false when a letter is unknown. */
    public boolean select(String letters) {
        @Nullable Integer mask = parse(letters);
        if (mask == null) {
            return false;
        }
        selected = mask;
        return true;
    }

    private static @Nullable Integer parse(String letters) {
        int mask = 0;
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            switch (letter) {
                case 'K' -> mask |= KEYSPACE;
                case 'E' -> mask |= KEYEVENT;
                case 'A' -> {
                    for (KeyEvent event : KeyEvent.values()) {
                        mask |= ALL_CLASSES.indexOf(event.letter()) >= 0 ? bit(event) : 0;
                    }
                }
                default -> {
                    KeyEvent event = byLetter(letter);
                    if (event == null) {
                        return null;
                    }
                    mask |= bit(event);
                }
            }
        }
        return mask;
    }

    private static @Nullable KeyEvent byLetter(char letter) {
        for (KeyEvent event : KeyEvent.values()) {
            if (event.letter() == letter) {
                return event;
            }
        }
        return null;
    }

    /** The selection in the canonical form that CONFIG GET answers. */
    public String selection() {
        StringBuilder letters = new StringBuilder();
        boolean all = true;
        for (KeyEvent event : KeyEvent.values()) {
            all &= ALL_CLASSES.indexOf(event.letter()) < 0 || (selected & bit(event)) != 0;
        }
        if (all) {
            letters.append('A');
        } else {
            for (int i = 0; i < ALL_CLASSES.length(); i++) {
                KeyEvent event = byLetter(ALL_CLASSES.charAt(i));
                if (event != null && (selected & bit(event)) != 0) {
                    letters.append(event.letter());
                }
            }
        }
        append(letters, (selected & KEYSPACE) != 0, 'K');
        append(letters, (selected & KEYEVENT) != 0, 'E');
        append(letters, (selected & bit(KeyEvent.KEY_MISS)) != 0, 'm');
        append(letters, (selected & bit(KeyEvent.NEW)) != 0, 'n');
        return letters.toString();
    }

    private static void append(StringBuilder letters, boolean on, char letter) {
        if (on) {
            letters.append(letter);
        }
    }

    private static int bit(KeyEvent event) {
        return 1 << event.ordinal();
    }

    /** Publishes an event if it is selected. */
    void publish(int database, Bytes key, KeyEvent event, String name) {
        if ((selected & bit(event)) == 0 || !pubSub.hasSubscribers()) {
            return;
        }
        if ((selected & KEYSPACE) != 0) {
            pubSub.publish(join("__keyspace@" + database + "__:", key), Bytes.of(name));
        }
        if ((selected & KEYEVENT) != 0) {
            pubSub.publish(Bytes.of("__keyevent@" + database + "__:" + name), key);
        }
    }

    private static Bytes join(String prefix, Bytes key) {
        byte[] ascii = prefix.getBytes(StandardCharsets.US_ASCII);
        byte[] channel = new byte[ascii.length + key.length()];
        System.arraycopy(ascii, 0, channel, 0, ascii.length);
        System.arraycopy(key.array(), key.offset(), channel, ascii.length, key.length());
        return Bytes.of(channel);
    }
}
