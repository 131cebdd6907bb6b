package dev.spinel.patterns.leaderboard;

import java.util.List;

/**
 * Neighbours on a board, as they were at one moment.
 *
 * @param standings in the order of the board
 * @param size how many members the board has
 */
public record Page(List<Standing> standings, long size) {
    /** Keeps a copy of the list. */
    public Page {
        standings = List.copyOf(standings);
    }
}
