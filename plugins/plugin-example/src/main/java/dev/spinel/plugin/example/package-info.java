/** Three commands that show what a plugin can do. Depends on the API and nothing else. */
@NullMarked
package dev.spinel.plugin.example;

import org.jspecify.annotations.NullMarked;
