package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import org.jspecify.annotations.Nullable;

/**
 * The ID that XADD asks for.
 *
 * @param id the ID, or its first number alone; null for the present moment
 * @param isComplete whether the second number was given
 */
record AddedId(@Nullable StreamId id, boolean isComplete) {
    /** The present moment: {@code *}. */
    static final AddedId AUTOMATIC = new AddedId(null, false);

    static AddedId parse(Call call, int index) {
        if (call.argIs(index, "*")) {
            return AUTOMATIC;
        }
        Bytes text = call.arg(index);
        return StreamArguments.isPartial(text)
                ? new AddedId(new StreamId(StreamArguments.partialMillis(text), 0), false)
                : new AddedId(StreamArguments.strictId(call, index, 0), true);
    }

    /** Whether it is 0-0, which no entry may have. */
    boolean isZero() {
        return isComplete && id != null && id.isZero();
    }

    /** The ID of an entry that follows a last one; null, or not behind the last one, if there can be none. */
    @Nullable
    StreamId after(StreamId last, long nowMillis) {
        if (id == null) {
            return Long.compareUnsigned(nowMillis, last.millis()) > 0 ? new StreamId(nowMillis, 0) : last.next();
        }
        if (isComplete || id.millis() != last.millis()) {
            return id;
        }
        return last.sequence() == -1 ? null : new StreamId(last.millis(), last.sequence() + 1);
    }
}
