package dev.spinel.engine.dispatch;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.engine.pubsub.PubSub;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Publishes keyspace events on the channels that {@code notify-keyspace-events} selects. Engine thread only. */
public final class KeyEvents {
    private static final String ALL_CLASSES = "g$lszhxetd";

    private final PubSub pubSub;
    private Set<KeyEvent> selected = EnumSet.noneOf(KeyEvent.class);
    private boolean toKeyspaceChannels;
    private boolean toEventChannels;

    public KeyEvents(PubSub pubSub) {
        this.pubSub = pubSub;
    }

    /** Selects classes and channels by their letters; false when a letter is unknown. */
    public boolean select(String letters) {
        Set<KeyEvent> events = EnumSet.noneOf(KeyEvent.class);
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            if (letter == 'A') {
                for (int k = 0; k < ALL_CLASSES.length(); k++) {
                    add(events, ALL_CLASSES.charAt(k));
                }
            } else if (letter != 'K' && letter != 'E' && !add(events, letter)) {
                return false;
            }
        }
        selected = events;
        toKeyspaceChannels = letters.indexOf('K') >= 0;
        toEventChannels = letters.indexOf('E') >= 0;
        return true;
    }

    private static boolean add(Set<KeyEvent> events, char letter) {
        KeyEvent event = byLetter(letter);
        return event != null && (events.add(event) || events.contains(event));
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
        for (int i = 0; i < ALL_CLASSES.length(); i++) {
            append(letters, ALL_CLASSES.charAt(i));
        }
        if (letters.length() == ALL_CLASSES.length()) {
            letters.setLength(0);
            letters.append('A');
        }
        if (toKeyspaceChannels) {
            letters.append('K');
        }
        if (toEventChannels) {
            letters.append('E');
        }
        append(letters, KeyEvent.KEY_MISS.letter());
        append(letters, KeyEvent.NEW.letter());
        return letters.toString();
    }

    private void append(StringBuilder letters, char letter) {
        KeyEvent event = byLetter(letter);
        if (event != null && selected.contains(event)) {
            letters.append(letter);
        }
    }

    /** Publishes an event if it is selected. */
    void publish(int database, Bytes key, KeyEvent event, String name) {
        if (!selected.contains(event) || !pubSub.hasSubscribers()) {
            return;
        }
        if (toKeyspaceChannels) {
            pubSub.publish(join("__keyspace@" + database + "__:", key), Bytes.of(name));
        }
        if (toEventChannels) {
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
