package dev.spinel.engine.command.geo;

import dev.spinel.api.data.SortedSetValue;
import java.util.List;

/** An area in which places are looked for. */
sealed interface SearchArea permits SearchAround, SearchPolygon {
    /** Adds the places in the area, in no particular order, and stops when there are {@code limit} (0: never). */
    void find(SortedSetValue places, List<Place> found, long limit);
}
