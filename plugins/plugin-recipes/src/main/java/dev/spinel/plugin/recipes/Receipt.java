package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;

/** A lease of a message, by the id and the lease as {@code exchange.lua} writes them. Any thread. */
record Receipt(Bytes id, Bytes lease) {
    private static final Receipt NONE = new Receipt(Bytes.of(""), Bytes.of(""));

    /** Reads {@code id:lease}, in digits; empty ones if it is something else. */
    static Receipt parse(Bytes text) {
        int colon = -1;
        for (int i = 0; i < text.length(); i++) {
            byte character = text.at(i);
            if (character == ':' && colon < 0) {
                colon = i;
            } else if (character < '0' || character > '9') {
                return NONE;
            }
        }
        if (colon < 1 || colon == text.length() - 1) {
            return NONE;
        }
        Bytes id = new Bytes();
        id.set(text.array(), text.offset(), colon);
        Bytes lease = new Bytes();
        lease.set(text.array(), text.offset() + colon + 1, text.length() - colon - 1);
        return new Receipt(id, lease);
    }
}
