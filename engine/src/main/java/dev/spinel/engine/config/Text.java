package dev.spinel.engine.config;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Any text that a check accepts. */
final class Text extends ConfigKind {
    private static final int MAX_HOST_NAME_LENGTH = 255;
    private static final List<String> TITLE_VARIABLES =
            List.of("title", "listen-addr", "server-mode", "port", "tls-port", "unixsocket", "config-file");

    private final Function<String, @Nullable String> objection;

    /** @param objection the reason to refuse a text, or null to accept it */
    private Text(Function<String, @Nullable String> objection) {
        this.objection = objection;
    }

    static Text any() {
        return new Text(text -> null);
    }

    /** The name of a file or directory without a path. */
    static Text plainName(String directive, String what, boolean mayBeEmpty) {
        return new Text(text -> {
            if (text.isEmpty() && !mayBeEmpty) {
                return directive + " can't be empty";
            }
            return text.indexOf('/') >= 0 ? directive + " can't be a path, just a " + what : null;
        });
    }

    static Text hostName() {
        return new Text(Text::hostNameObjection);
    }

    private static @Nullable String hostNameObjection(String text) {
        if (text.length() > MAX_HOST_NAME_LENGTH) {
            return "Hostnames must be less than " + (MAX_HOST_NAME_LENGTH + 1) + " characters";
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.') {
                return "Hostnames may only contain alphanumeric characters, hyphens or dots";
            }
        }
        return null;
    }

    /** A text with known variables in braces. */
    static Text titleTemplate() {
        return new Text(Text::titleObjection);
    }

    private static @Nullable String titleObjection(String text) {
        int at = text.indexOf('{');
        while (at >= 0) {
            int end = text.indexOf('}', at);
            if (end < 0 || !TITLE_VARIABLES.contains(text.substring(at + 1, end))) {
                return "template format is invalid or contains unknown variables";
            }
            at = text.indexOf('{', end);
        }
        return null;
    }

    @Override
    String parse(List<String> words, String current) {
        String text = words.get(0);
        String reason = objection.apply(text);
        if (reason != null) {
            throw new IllegalArgumentException(reason);
        }
        return text;
    }
}
