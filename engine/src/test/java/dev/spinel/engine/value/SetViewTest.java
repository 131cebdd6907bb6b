package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sets in each of their encodings, and what leads from the one to the other. */
class SetViewTest {
    /** Sets of integers. */
    @Nested
    final class InIntset extends SetContract {
        @Override
        String encoding() {
            return "intset";
        }

        @Override
        String member(int number) {
            return String.valueOf(number % 2 == 0 ? number : -number);
        }

        @Test
        void member_mustBeCanonical() {
            add("1");
            assertThat(contains("01")).isFalse();
            assertThat(remove("+1")).isFalse();
        }

        @Test
        void moreMembersThanLimit_converted() {
            for (int i = 0; i < 512; i++) {
                add(member(i));
            }
            add(member(0));
            assertThat(set.encodingName()).isEqualTo("intset");
            add(member(512));
            assertThat(set.encodingName()).isEqualTo("hashtable");
            assertThat(set.externalBytes()).isPositive();
            assertThat(set.size()).isEqualTo(513);
            assertThat(contents(set)).hasSize(513).contains(member(0), member(511), member(512));
        }

        @Test
        void otherMember_convertsToListpack() {
            add("1");
            add("-70000");
            add("a");
            assertThat(set.encodingName()).isEqualTo("hashtable");
            assertThat(set.externalBytes()).isZero();
            assertThat(contents(set)).containsExactlyInAnyOrder("1", "-70000", "a");
        }

        @Test
        void otherMemberWhenMany_convertsToTable() {
            for (int i = 0; i < 200; i++) {
                add(member(i));
            }
            add("a");
            assertThat(set.externalBytes()).isPositive();
            assertThat(contents(set)).hasSize(201).contains("a", member(199));
        }
    }

    /** Small sets of any members. */
    @Nested
    final class InListpack extends SetContract {
        InListpack() {
            limits.setMaxIntsetEntries(0);
            limits.setMaxListpackEntries(200);
        }

        @Override
        String encoding() {
            return "hashtable";
        }

        @Override
        String member(int number) {
            return number % 3 == 0 ? String.valueOf(number) : "member" + number;
        }

        @ParameterizedTest
        @CsvSource({"199, 64, false", "200, 64, true", "10, 65, true"})
        void beyondLimits_convertedToTable(int members, int length, boolean large) {
            for (int i = 0; i < members; i++) {
                add(member(i));
            }
            assertThat(set.externalBytes()).isZero();
            add("x".repeat(length));
            assertThat(set.externalBytes() > 0).isEqualTo(large);
            assertThat(contents(set)).hasSize(members + 1).contains(member(members - 1), "x".repeat(length));
        }
    }

    /** Sets of listpacks that are loaded, with the limits of Redis. */
    @Nested
    final class Loaded {
        private final Arena arena = new Arena(0);
        private final SetView set = new SetView(
                new ValueContext(arena, new KeyHash(3), new LargeValues(new LazyRelease()), new EncodingLimits()),
                new ArrayCell());

        private Bytes listpack(int members, String member18) {
            byte[] array = new byte[100_000];
            Listpack.init(array, 0);
            for (int i = 0; i < members; i++) {
                Listpack.append(array, 0, Bytes.of(i == 17 ? member18 : "m" + i));
            }
            return Bytes.of(Arrays.copyOf(array, Listpack.totalBytes(array, 0)));
        }

        @ParameterizedTest
        @ValueSource(ints = {20, 3000})
        void members_areThoseOfTheListpack(int members) {
            set.init();
            assertThat(set.loadListpack(listpack(members, "other"))).isTrue();
            assertThat(SetContract.contents(set)).hasSize(members).contains("m16", "other", "m18");
        }

        @ParameterizedTest
        @ValueSource(ints = {20, 3000})
        void memberTwice_isRefused(int members) {
            set.init();
            assertThat(set.loadListpack(listpack(members, "m11"))).isFalse();
            assertThat(set.isEmpty()).isTrue();
            assertThat(arena.usedBytes()).isZero();
        }
    }

    /** Sets that are large from the first member on. */
    @Nested
    final class InTable extends SetContract {
        InTable() {
            limits.setMaxIntsetEntries(0);
            limits.setMaxListpackEntries(0);
        }

        @Override
        String encoding() {
            return "hashtable";
        }

        @Override
        String member(int number) {
            return number % 3 == 0 ? String.valueOf(number) : "m".repeat(number % 200) + number;
        }

        @Test
        void manyMembers_iteratedOnceEach() {
            for (int i = 0; i < 20_000; i++) {
                add("m" + i);
            }
            assertThat(contents(set)).hasSize(20_000);
        }
    }
}
