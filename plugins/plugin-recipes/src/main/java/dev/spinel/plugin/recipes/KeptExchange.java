package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange did, as {@code exchange.lua} keeps it for a repeated call: {@code turn|101|id:lease,id:lease}. Any thread.
 *
 * @param turn number of the exchange among those of its caller
 * @param settled of each settlement whether it took effect
 * @param receipts of what was claimed
 */
record KeptExchange(long turn, List<Boolean> settled, List<Receipt> receipts) {
    /** Reads it; null if there is none, or something else. */
    static @Nullable KeptExchange parse(@Nullable Bytes text) {
        int first = text == null ? -1 : indexOf(text, '|', 0);
        if (text == null || first == text.length()) {
            return null;
        }
        Bytes turn = part(text, 0, first);
        int second = indexOf(text, '|', first + 1);
        if (!Numbers.isLong(turn) || turn.at(0) == '-' || second == text.length()) {
            return null;
        }
        List<Boolean> settled = new ArrayList<>();
        for (int i = first + 1; i < second; i++) {
            settled.add(text.at(i) == '1');
        }
        List<Receipt> receipts = new ArrayList<>();
        int end;
        for (int start = second + 1; start < text.length(); start = end + 1) {
            end = indexOf(text, ',', start);
            receipts.add(Receipt.parse(part(text, start, end)));
        }
        return new KeptExchange(Numbers.parseLong(turn), settled, receipts);
    }

    /** Where a character is from an index on; the length if it is not there. */
    private static int indexOf(Bytes text, char character, int from) {
        int at = from;
        while (at < text.length() && text.at(at) != character) {
            at++;
        }
        return at;
    }

    private static Bytes part(Bytes text, int start, int end) {
        Bytes part = new Bytes();
        part.set(text.array(), text.offset() + start, end - start);
        return part;
    }
}
