package dev.spinel.patterns.queue;

/**
 * How many messages a queue has.
 *
 * @param ready to be claimed, with those of groups that are at their limit
 * @param delayed not due yet, or not when this was last looked at: a claim moves them
 * @param leased being worked on, or their lease ended and nobody has claimed since
 * @param dead failed for good
 */
public record QueueStats(long ready, long delayed, long leased, long dead) {}
