package dev.spinel.engine.dataset;

import dev.spinel.api.data.StreamId;

/**
 * What a stream is beside its entries and its groups.
 *
 * @param size number of entries
 * @param lastId the greatest ID that an entry ever had
 * @param firstId ID of the first entry, {@link StreamId#MIN} without
 * @param maxDeletedId the greatest ID of an entry that was deleted
 * @param entriesAdded number of entries ever added
 * @param groups number of groups
 */
public record StreamState(
        long size, StreamId lastId, StreamId firstId, StreamId maxDeletedId, long entriesAdded, long groups) {}
