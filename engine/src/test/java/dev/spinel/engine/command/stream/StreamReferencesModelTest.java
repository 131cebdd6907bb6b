package dev.spinel.engine.command.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;

/** Random commands on a stream with several groups, against a model of its entries and the references to them. */
final class StreamReferencesModelTest {
    private static final String[] MODES = {"", "KEEPREF ", "DELREF ", "ACKED "};

    private final CommandTester server = new CommandTester();
    private final TreeSet<Integer> entries = new TreeSet<>();
    private final TreeMap<String, Group> groups = new TreeMap<>();
    private int lastId;

    private static final class Group {
        private final TreeSet<Integer> pending = new TreeSet<>();
        private int lastId;
    }

    @RepeatedTest(5)
    void randomCommands_leaveWhatTheModelHas() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        server.send("CONFIG SET stream-node-max-entries 3");
        server.send("XADD s 1 f v");
        entries.add(++lastId);
        for (int i = 0; i < 3000; i++) {
            step(random, "seed " + seed + ", command " + i);
        }
        CommandTester replica = new CommandTester();
        replica.replay(server.allEffects());
        for (String question : new String[] {"XRANGE s - +", "XINFO GROUPS s", "XINFO STREAM s"}) {
            assertThat(replica.send(question).replaceAll("radix-tree-\\w+ \\d+", ""))
                    .as("seed %s, %s", seed, question)
                    .isEqualTo(server.send(question).replaceAll("radix-tree-\\w+ \\d+", ""));
        }
    }

    private void step(Random random, String name) {
        String mode = MODES[random.nextInt(MODES.length)];
        String group = "g" + random.nextInt(3);
        Group known = groups.get(group);
        String line;
        String expected;
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> {
                line = "XADD s " + ++lastId + " f v";
                entries.add(lastId);
                expected = lastId + "-0";
            }
            case 3 -> {
                line = "XGROUP CREATE s " + group + " " + lastId;
                expected = known == null ? "OK" : "-BUSYGROUP Consumer Group name already exists";
                groups.computeIfAbsent(group, g -> new Group()).lastId = known == null ? lastId : known.lastId;
            }
            case 4 -> {
                if (random.nextInt(8) > 0) {
                    return;
                }
                line = "XGROUP DESTROY s " + group;
                expected = groups.remove(group) == null ? "0" : "1";
            }
            case 5, 6 -> {
                if (known == null) {
                    return;
                }
                int count = 1 + random.nextInt(4);
                server.send("XREADGROUP GROUP " + group + " alice COUNT " + count + " STREAMS s >");
                List<Integer> read = entries.tailSet(known.lastId, false).stream()
                        .limit(count)
                        .toList();
                known.pending.addAll(read);
                known.lastId = read.isEmpty() ? known.lastId : read.get(read.size() - 1);
                return;
            }
            case 7 -> {
                List<Integer> ids = someIds(random);
                line = "XDELEX s " + mode + "IDS " + ids.size() + words(ids);
                expected = ids.stream()
                        .map(id -> Integer.toString(delete(mode, id)))
                        .toList()
                        .toString();
            }
            case 8 -> {
                List<Integer> ids = someIds(random);
                line = "XACKDEL s " + group + " IDS " + ids.size() + words(ids) + " " + mode.trim();
                line = line.trim();
                expected = ids.stream()
                        .map(id -> Integer.toString(known == null ? -1 : acknowledge(mode, id, known)))
                        .toList()
                        .toString();
            }
            default -> {
                boolean bySize = random.nextBoolean();
                int threshold = bySize ? random.nextInt(30) : Math.max(1, lastId - random.nextInt(30));
                line = "XTRIM s " + mode + (bySize ? "MAXLEN " : "MINID ") + threshold;
                expected = Integer.toString(trim(mode, bySize, threshold));
            }
        }
        assertThat(server.send(line)).as("%s: %s", name, line).isEqualTo(expected.replace(",", ""));
        assertState(name + ": " + line);
    }

    private void assertState(String name) {
        assertThat(server.send("XRANGE s - +"))
                .as(name)
                .isEqualTo(
                        entries.stream().map(id -> "[" + id + "-0 [f v]]").collect(Collectors.joining(" ", "[", "]")));
        groups.forEach((group, state) -> assertThat(server.send("XPENDING s " + group + " - + 10000"))
                .as("%s, %s", name, group)
                .isEqualTo(state.pending.stream()
                        .map(id -> "[" + id + "-0 alice 0 1]")
                        .collect(Collectors.joining(" ", "[", "]"))));
    }

    private List<Integer> someIds(Random random) {
        List<Integer> ids = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            ids.add(Math.max(1, lastId - random.nextInt(25)));
        }
        return ids;
    }

    private static String words(List<Integer> ids) {
        return ids.stream().map(id -> " " + id + "-0").collect(Collectors.joining());
    }

    private boolean isReferenced(int id) {
        return groups.values().stream().anyMatch(group -> group.lastId < id || group.pending.contains(id));
    }

    private void removeReferences(int id) {
        groups.values().forEach(group -> group.pending.remove(id));
    }

    private int delete(String mode, int id) {
        boolean isThere = entries.contains(id);
        if (mode.equals("ACKED ") && isReferenced(id)) {
            return isThere ? 2 : -1;
        }
        if (mode.equals("DELREF ")) {
            removeReferences(id);
        }
        entries.remove(id);
        return isThere ? 1 : -1;
    }

    private int acknowledge(String mode, int id, Group group) {
        boolean wasPending = group.pending.remove(id);
        if (mode.equals("DELREF ") && (wasPending || !entries.contains(id))) {
            removeReferences(id);
        }
        if (!wasPending) {
            return -1;
        }
        if (mode.equals("ACKED ") && isReferenced(id)) {
            return 2;
        }
        entries.remove(id);
        return 1;
    }

    private int trim(String mode, boolean bySize, int threshold) {
        int removed = 0;
        int most = bySize ? entries.size() - threshold : Integer.MAX_VALUE;
        for (int id : List.copyOf(entries)) {
            if (removed >= most || (!bySize && id >= threshold)) {
                break;
            }
            if (mode.equals("ACKED ") && isReferenced(id)) {
                continue;
            }
            if (mode.equals("DELREF ")) {
                removeReferences(id);
            }
            entries.remove(id);
            removed++;
        }
        return removed;
    }
}
