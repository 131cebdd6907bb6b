package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import org.jspecify.annotations.Nullable;

/** What entries that are to be removed have to do with their being pending in groups: with the references to them. */
enum References {
    /** References stay, to entries that are gone. */
    KEEP("KEEPREF"),
    /** References are removed, too. */
    REMOVE("DELREF"),
    /** Entries stay that a group has not read, or not acknowledged. */
    RESPECT("ACKED");

    private final String option;

    References(String option) {
        this.option = option;
    }

    /** The one that an argument names, or null. */
    static @Nullable References named(Call call, int index) {
        for (References references : values()) {
            if (call.argIs(index, references.option)) {
                return references;
            }
        }
        return null;
    }
}
