/** Publish/subscribe: channels, patterns and shard channels. Depends on the API and {@code dev.spinel.engine.client}. */
@NullMarked
package dev.spinel.engine.pubsub;

import org.jspecify.annotations.NullMarked;
