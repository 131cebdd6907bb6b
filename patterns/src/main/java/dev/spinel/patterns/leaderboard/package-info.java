/** Leaderboards: {@link dev.spinel.patterns.leaderboard.Leaderboard} is the way in. Depends on the transport port. */
@NullMarked
package dev.spinel.patterns.leaderboard;

import org.jspecify.annotations.NullMarked;
