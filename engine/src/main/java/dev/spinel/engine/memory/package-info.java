/**
 * The memory on which every data structure of the engine stands: {@link dev.spinel.engine.memory.Arena} keeps records
 * in large byte arrays, {@link dev.spinel.engine.memory.RecordTable} finds them by key, and {@link
 * dev.spinel.engine.memory.KeyHash} hashes the keys. No Java object exists per record, so the collector's work does not
 * grow with the data set. All of it belongs to the engine thread.
 *
 * <p>Depends on the JDK only.
 */
@NullMarked
package dev.spinel.engine.memory;

import org.jspecify.annotations.NullMarked;
