package dev.spinel.patterns.queue;

/**
 * How many messages of a group a queue has, without delayed and dead ones.
 *
 * @param ready to be claimed when it is the group's turn, and fewer are leased than may be
 * @param leased being worked on, or their lease ended and nobody has claimed since: what counts for the limit
 */
public record GroupStats(long ready, long leased) {}
