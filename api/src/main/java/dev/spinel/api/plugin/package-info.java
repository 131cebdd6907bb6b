/** What a plugin hands over to the server. Depends on the other packages of the API. */
@NullMarked
package dev.spinel.api.plugin;

import org.jspecify.annotations.NullMarked;
