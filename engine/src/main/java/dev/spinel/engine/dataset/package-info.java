/**
 * All data as they enter and leave the engine as a whole: the terms in which values are told, and the ports for file
 * formats. Depends on the API and the values.
 */
@NullMarked
package dev.spinel.engine.dataset;

import org.jspecify.annotations.NullMarked;
