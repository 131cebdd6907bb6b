package dev.spinel.patterns.session;

import java.util.Optional;

/**
 * A session that expired without having been invalidated. Its attributes are gone.
 *
 * @param principal whose it was, if anybody's
 */
public record ExpiredSession(String id, Optional<String> principal) {}
