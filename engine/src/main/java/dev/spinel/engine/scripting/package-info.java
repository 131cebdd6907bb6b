/** Functions: so far the answers of a server that holds no library. Depends on the API only. */
@NullMarked
package dev.spinel.engine.scripting;

import org.jspecify.annotations.NullMarked;
