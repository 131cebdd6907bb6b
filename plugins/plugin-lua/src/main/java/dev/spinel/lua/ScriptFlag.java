package dev.spinel.lua;

import org.jspecify.annotations.Nullable;

/** What a script or function says of itself. Source: the manual's page on Lua scripts. */
enum ScriptFlag {
    NO_WRITES("no-writes"),
    ALLOW_OOM("allow-oom"),
    ALLOW_STALE("allow-stale"),
    NO_CLUSTER("no-cluster"),
    ALLOW_CROSS_SLOT_KEYS("allow-cross-slot-keys");

    private final String wireName;

    ScriptFlag(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }

    /** The flag of a name, null if there is none. */
    static @Nullable ScriptFlag of(String name) {
        for (ScriptFlag flag : values()) {
            if (flag.wireName.equals(name)) {
                return flag;
            }
        }
        return null;
    }
}
