package dev.spinel.engine.admin;

/** Something that a command turns on or off. Engine thread only. */
@FunctionalInterface
public interface Switch {
    void set(boolean on);
}
