package dev.spinel.lua;

import dev.spinel.api.data.Bytes;

/** Names that are the same in any case. */
final class LowerCase {
    private LowerCase() {}

    /** A copy with ASCII's letters in lower case; the bytes themselves if they are so already. */
    static Bytes of(Bytes name) {
        for (int i = 0; i < name.length(); i++) {
            if (isUpper(name.at(i))) {
                byte[] lower = name.toByteArray();
                for (int j = i; j < lower.length; j++) {
                    lower[j] = isUpper(lower[j]) ? (byte) (lower[j] | 0x20) : lower[j];
                }
                return Bytes.of(lower);
            }
        }
        return name;
    }

    private static boolean isUpper(byte b) {
        return b >= 'A' && b <= 'Z';
    }
}
