package dev.spinel.engine.value;

/** Something whose memory can be given back piece by piece, once nothing refers to it. Engine thread only. */
public interface Releasable {
    /** Gives back a piece, up to about a thousand records; true when nothing is left. */
    boolean releasePiece();

    /** Whether to give back everything is so little that it need not wait. */
    default boolean isSmall() {
        return false;
    }

    /** Gives back everything. */
    default void release() {
        boolean released;
        do {
            released = releasePiece();
        } while (!released);
    }
}
