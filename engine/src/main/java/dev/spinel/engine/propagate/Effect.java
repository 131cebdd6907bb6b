package dev.spinel.engine.propagate;

import dev.spinel.api.data.Bytes;
import java.util.List;

/**
 * A deterministic command that repeats one change.
 *
 * @param database index of the database that it runs on
 * @param args name and arguments, valid for ever
 */
public record Effect(int database, List<Bytes> args) {}
