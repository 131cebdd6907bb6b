package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where the messages of a queue are, as the server has them. */
final class QueuePlaces {
    private final RedisCommands<String, String> here;
    private final String prefix;

    private QueuePlaces(RedisCommands<String, String> here, String prefix) {
        this.here = here;
        this.prefix = prefix;
    }

    /**
     * Where each message is, by id: ready, delayed, leased or dead. Fails if one is in two places, or something is left of one that is
     * gone.
     */
    static Map<Long, String> read(QueueEngine engine, RedisCommands<String, String> redis, String name) {
        QueuePlaces places = new QueuePlaces(redis, prefix(engine, name));
        return switch (engine) {
            case SORTED_SETS -> places.ofSortedSets();
            case STREAM -> places.ofStream();
        };
    }

    /** How the keys of a queue begin. */
    static String prefix(QueueEngine engine, String name) {
        return "{queue:" + name + (engine == QueueEngine.STREAM ? "}:stream:" : "}:");
    }

    private String key(String place) {
        return prefix + place;
    }

    private Map<Long, String> ofSortedSets() {
        Map<Long, String> places = new HashMap<>();
        for (String place : List.of("ready", "delayed", "leased", "dead")) {
            for (String id : here.zrange(key(place), 0, -1)) {
                assertThat(places.put(Long.valueOf(id), place)).as(id).isNull();
            }
        }
        for (String member : here.zrange(key("grouped"), 0, -1)) {
            assertThat(places.put(Long.valueOf(member.substring(member.length() - 16)), "ready"))
                    .as(member)
                    .isNull();
        }
        List<String> ids = places.keySet().stream().map(String::valueOf).toList();
        assertThat(here.hkeys(key("bodies"))).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(here.hkeys(key("metas"))).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(here.hkeys(key("causes"))).containsExactlyInAnyOrderElementsOf(here.zrange(key("dead"), 0, -1));
        return places;
    }

    private Map<Long, String> ofStream() {
        Map<Long, String> places = new HashMap<>();
        for (String place : List.of("delayed", "dead")) {
            for (String id : here.zrange(key(place), 0, -1)) {
                assertThat(places.put(Long.valueOf(id), place)).as(id).isNull();
            }
        }
        List<String> outside = places.keySet().stream().map(String::valueOf).toList();
        assertThat(here.hkeys(key("bodies"))).containsExactlyInAnyOrderElementsOf(outside);
        assertThat(here.hkeys(key("metas"))).containsExactlyInAnyOrderElementsOf(outside);
        assertThat(here.hkeys(key("causes"))).containsExactlyInAnyOrderElementsOf(here.zrange(key("dead"), 0, -1));
        Set<String> leased = entries(here.zrange(key("leased"), 0, -1));
        Set<String> again = entries(here.zrange(key("again"), 0, -1));
        Set<String> pending = new HashSet<>(leased);
        pending.addAll(again);
        assertThat(pending).hasSize(leased.size() + again.size());
        for (StreamMessage<String, String> entry : here.xrange(key("entries"), Range.unbounded())) {
            String id = entry.getBody().get("m").split(":", 2)[0];
            String place = leased.contains(entry.getId()) ? "leased" : "ready";
            assertThat(places.put(Long.valueOf(id), place)).as(id).isNull();
            pending.remove(entry.getId());
        }
        assertThat(pending).as("pending entries that are gone").isEmpty();
        if (here.exists(key("entries")) == 1
                && !here.xinfoGroups(key("entries")).isEmpty()) {
            assertThat(here.xpending(key("entries"), "workers").getCount()).isEqualTo(leased.size() + again.size());
        }
        return places;
    }

    private static Set<String> entries(List<String> receipts) {
        Set<String> entries = new HashSet<>();
        receipts.forEach(receipt -> entries.add(receipt.split(":", 2)[0]));
        return entries;
    }
}
