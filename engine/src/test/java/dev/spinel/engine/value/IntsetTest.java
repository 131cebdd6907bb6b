package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntsetTest {
    private static final int START = 3;

    private byte[] array = new byte[START + Intset.EMPTY_BYTES];

    IntsetTest() {
        Intset.init(array, START);
    }

    private boolean add(long number) {
        int index = Intset.search(array, START, number);
        if (index >= 0) {
            assertThat(Intset.at(array, START, index)).isEqualTo(number);
            return false;
        }
        // Exactly as much as is needed, so that a write beyond it fails.
        array = Arrays.copyOf(array, START + Intset.bytesWith(array, START, number));
        Intset.insert(array, START, -1 - index, number);
        return true;
    }

    private String hex() {
        return HexFormat.of().formatHex(array, START, START + Intset.totalBytes(array, START));
    }

    private List<Long> contents() {
        List<Long> contents = new ArrayList<>();
        for (int i = 0; i < Intset.count(array, START); i++) {
            contents.add(Intset.at(array, START, i));
        }
        return contents;
    }

    @ParameterizedTest
    @CsvSource({
        // From the reply of redis-server 7.0.15 to DUMP of a set with these members.
        "'5 1 -3', 0200000003000000fdff01000500",
        "'1 65535', 040000000200000001000000ffff0000",
        "'1 -70000 70000', 040000000300000090eefeff0100000070110100",
        "'2 4294967296', 0800000002000000020000000000000000000000010000 00"
    })
    void members_asRedisDumps(String members, String expected) {
        for (String member : members.split(" ")) {
            add(Long.parseLong(member));
        }
        assertThat(hex()).isEqualTo(expected.replace(" ", ""));
    }

    @Test
    void removal_keepsWidth() {
        add(1);
        add(70_000);
        Intset.remove(array, START, 1);
        assertThat(hex()).isEqualTo("040000000100000001000000");
    }

    @Test
    void randomChanges_matchATree() {
        long seed = System.nanoTime();
        System.out.println("IntsetTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            array = new byte[START + Intset.EMPTY_BYTES];
            Intset.init(array, START);
            TreeSet<Long> model = new TreeSet<>();
            for (int i = 0; i < 300; i++) {
                long number = random.nextLong() >> (63 - Math.min(63, i / 4));
                if (random.nextInt(4) > 0) {
                    assertThat(add(number)).isEqualTo(model.add(number));
                } else {
                    int index = Intset.search(array, START, number);
                    assertThat(index >= 0).isEqualTo(model.remove(number));
                    if (index >= 0) {
                        Intset.remove(array, START, index);
                    }
                }
                assertThat(contents()).isEqualTo(new ArrayList<>(model));
            }
        }
    }
}
