/**
 * Who may do what: users, their rules and permissions, and the log of what was refused. Knows nothing of clients; depends on
 * the API and on {@code dev.spinel.engine.config} for the splitting of lines.
 */
@NullMarked
package dev.spinel.engine.acl;

import org.jspecify.annotations.NullMarked;
