package dev.spinel.engine.command.hash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random commands on a hash while time goes by, against a map of fields to values and expiries. */
final class FieldExpiryModelTest {
    private static final long NEVER = Long.MAX_VALUE;

    private record Field(String value, long expiresAtMillis) {}

    private final Map<String, Field> model = new HashMap<>();
    private final CommandTester server = new CommandTester();

    private void forgetDue() {
        model.values().removeIf(field -> field.expiresAtMillis < server.nowMillis());
    }

    @ParameterizedTest
    @CsvSource({"40, 100000, true", "40, 100000, false", "2000, 100000, true", "2000, 60000, false", "1, 3000, true"})
    void randomCommands_answerAsTheModelDoes(int fields, int commands, boolean activeExpiry) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        server.send("DEBUG SET-ACTIVE-EXPIRE " + (activeExpiry ? 1 : 0));
        for (int i = 0; i < commands; i++) {
            if (random.nextInt(5) == 0) {
                server.advanceMillis(random.nextInt(40));
                forgetDue();
            }
            check(random, "f" + random.nextInt(fields), seed);
            if (random.nextInt(500) == 0) {
                checkAll(seed);
            }
        }
        CommandTester replica = new CommandTester();
        replica.replay(server.allEffects());
        replica.advanceMillis(server.nowMillis() - replica.nowMillis());
        assertThat(replica.send("DEBUG DIGEST-VALUE h"))
                .as("seed %s", seed)
                .isEqualTo(server.send("DEBUG DIGEST-VALUE h"));
    }

    private void check(Random random, String name, long seed) {
        Field field = model.get(name);
        String value = "v" + random.nextInt(1000);
        long now = server.nowMillis();
        long millis = random.nextInt(400);
        String line;
        String expected;
        switch (random.nextInt(12)) {
            case 0, 1 -> {
                line = "HSET h " + name + " " + value;
                expected = field == null ? "1" : "0";
                model.put(name, new Field(value, NEVER));
            }
            case 2 -> {
                line = "HGET h " + name;
                expected = field == null ? "nil" : field.value;
            }
            case 3 -> {
                line = "HDEL h " + name;
                expected = model.remove(name) == null ? "0" : "1";
            }
            case 4, 5 -> {
                line = "HPEXPIRE h " + millis + " FIELDS 1 " + name;
                expected = field == null ? "[-2]" : millis == 0 ? "[2]" : "[1]";
                if (field != null && millis == 0) {
                    model.remove(name);
                } else if (field != null) {
                    model.put(name, new Field(field.value, now + millis));
                }
            }
            case 6 -> {
                line = "HPTTL h FIELDS 1 " + name;
                expected = field == null
                        ? "[-2]"
                        : field.expiresAtMillis == NEVER ? "[-1]" : "[" + (field.expiresAtMillis - now) + "]";
            }
            case 7 -> {
                line = "HPERSIST h FIELDS 1 " + name;
                expected = field == null ? "[-2]" : field.expiresAtMillis == NEVER ? "[-1]" : "[1]";
                if (field != null) {
                    model.put(name, new Field(field.value, NEVER));
                }
            }
            case 8 -> {
                line = "HSETNX h " + name + " " + value;
                expected = field == null ? "1" : "0";
                model.putIfAbsent(name, new Field(value, NEVER));
            }
            case 9 -> {
                line = "HSETEX h PX " + (millis + 1) + " FIELDS 1 " + name + " " + value;
                expected = "1";
                model.put(name, new Field(value, now + millis + 1));
            }
            case 10 -> {
                line = "HSETEX h KEEPTTL FIELDS 1 " + name + " " + value;
                expected = "1";
                model.put(name, new Field(value, field == null ? NEVER : field.expiresAtMillis));
            }
            default -> {
                line = "HGETDEL h FIELDS 1 " + name;
                expected = field == null ? "[nil]" : "[" + field.value + "]";
                model.remove(name);
            }
        }
        assertThat(server.send(line)).as("%s, seed %s", line, seed).isEqualTo(expected);
    }

    private void checkAll(long seed) {
        Map<String, String> expected = new TreeMap<>();
        model.forEach((name, field) -> expected.put(name, field.value));
        String reply = server.send("HGETALL h");
        String[] words = reply.substring(1, reply.length() - 1).split(" ");
        Map<String, String> actual = new TreeMap<>();
        for (int i = 0; i + 1 < words.length; i += 2) {
            assertThat(actual.put(words[i], words[i + 1])).isNull();
        }
        assertThat(actual).as("seed %s", seed).isEqualTo(expected);
    }
}
