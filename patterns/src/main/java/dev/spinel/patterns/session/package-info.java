/**
 * Sessions of users, without servlets: {@link dev.spinel.patterns.session.SessionStore} is the way in. Depends on the transport port.
 */
@NullMarked
package dev.spinel.patterns.session;

import org.jspecify.annotations.NullMarked;
