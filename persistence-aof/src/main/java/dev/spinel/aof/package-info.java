/**
 * The append-only log in Redis's multi-part format: writing, rewriting, loading and checking it. Depends on the engine's
 * ports; knows no format of snapshots but through {@link dev.spinel.engine.dataset.DatasetFormat}.
 */
@NullMarked
package dev.spinel.aof;

import org.jspecify.annotations.NullMarked;
