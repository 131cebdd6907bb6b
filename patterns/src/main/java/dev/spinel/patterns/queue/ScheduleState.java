package dev.spinel.patterns.queue;

import java.time.Instant;
import java.util.Optional;

/**
 * A schedule as the queue has it.
 *
 * @param next when it is due by the server's clock; empty if it is paused, or no scheduler has looked at it since it was put or resumed
 */
public record ScheduleState(Schedule schedule, boolean paused, Optional<Instant> next) {}
