/** Client-side caching: who is told which keys have changed. Depends on clients and their connections only. */
@NullMarked
package dev.spinel.engine.tracking;

import org.jspecify.annotations.NullMarked;
