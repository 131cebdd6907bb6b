/** The clients of the engine and the port by which a transport connects them. Depends on the API only. */
@NullMarked
package dev.spinel.engine.client;

import org.jspecify.annotations.NullMarked;
