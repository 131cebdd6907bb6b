/**
 * Work queues with at-least-once delivery: {@link dev.spinel.patterns.queue.WorkQueue} is the way in,
 * {@link dev.spinel.patterns.queue.QueueWorker} works one off, {@link dev.spinel.patterns.queue.QueueSchedules} are messages that
 * recur, {@link dev.spinel.patterns.queue.JdbcInbox} has effects in a database applied once. Depends on the transport port and {@link dev.spinel.patterns.jdbc}.
 */
@NullMarked
package dev.spinel.patterns.queue;

import org.jspecify.annotations.NullMarked;
