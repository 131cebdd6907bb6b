package dev.spinel.api.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests {@link GlobPattern}; the expectations were asked of redis-server 7.0.15. */
class GlobPatternTest {
    private static boolean matches(String pattern, String text) {
        return GlobPattern.matches(Bytes.of(pattern), Bytes.of(text), false);
    }

    private static boolean matchesIgnoringCase(String pattern, String text) {
        return GlobPattern.matches(Bytes.of(pattern), Bytes.of(text), true);
    }

    @Nested
    class Stars {
        @ParameterizedTest
        @CsvSource({
            "*, a",
            "a*, a",
            "a*, abc",
            "*c, abc",
            "a*c, abc",
            "a*c, ac",
            "**, a",
            "a**, a",
            "*a*b*c, xaybzc",
            "*ab, aab",
            "*ab*ab, abxabab",
            "h*llo, heeeello",
            "\\a*, abc",
            "*\\*, a*",
        })
        void star_matches(String pattern, String text) {
            assertThat(matches(pattern, text)).isTrue();
        }

        @ParameterizedTest
        @CsvSource({"a*, ba", "*c, abcd", "a*c, ab", "a*b, a", "*a*b*c, xcybza", "a\\*, ab", "abc, ab", "ab, abc"})
        void star_doesNotMatch(String pattern, String text) {
            assertThat(matches(pattern, text)).isFalse();
        }

        @Test
        void emptyText_matchesTheEmptyPatternOnly() {
            assertThat(matches("", "")).isTrue();
            assertThat(matches("*", "")).isFalse();
            assertThat(matches("", "a")).isFalse();
        }

        @Test
        void manyStars_stayPolynomial() {
            String pattern = "a*".repeat(500) + "b";
            String text = "a".repeat(5_000);
            assertThatCode(() -> Assertions.assertTimeoutPreemptively(
                            Duration.ofSeconds(10),
                            () -> assertThat(matches(pattern, text)).isFalse()))
                    .doesNotThrowAnyException();
        }
    }

    @Nested
    class Classes {
        @ParameterizedTest
        @CsvSource({
            "h[ae]llo, hello",
            "h[a-e]llo, hbllo",
            "h[^e]llo, hallo",
            "a[A-], aA",
            "a[A-], a]",
            "a[A-Z-], a-",
            "a[^], ax",
            "a[\\]], a]",
            "a[\\], a]",
            "a[\\, a\\",
            "a[^, ax",
            "*[A, aA",
            "a[Z-A], aM",
            "a[\\A-Z], a-",
            "a[A-\\], a\\",
            "a[+--], a-",
            "?[b]?, abc",
        })
        void class_matches(String pattern, String text) {
            assertThat(matches(pattern, text)).isTrue();
        }

        @ParameterizedTest
        @CsvSource({"h[^e]llo, hello", "a[, ax", "a[], a]", "a[]], a]", "a[\\A-Z], aM", "a[A-\\]], a]", "a[b, ac"})
        void class_doesNotMatch(String pattern, String text) {
            assertThat(matches(pattern, text)).isFalse();
        }
    }

    @Nested
    class Case {
        @Test
        void letters_fold() {
            assertThat(matchesIgnoringCase("MAX*[A-C]", "maxmemory-b")).isTrue();
            assertThat(matchesIgnoringCase("[x]", "X")).isTrue();
            assertThat(matches("MAX*", "maxmemory")).isFalse();
        }

        @Test
        void rangeAcrossCases_isEmpty() {
            assertThat(matchesIgnoringCase("[a-Z]", "m")).isFalse();
        }

        @Test
        void escapeInClass_keepsCase() {
            assertThat(matchesIgnoringCase("[\\a]", "A")).isFalse();
            assertThat(matchesIgnoringCase("\\a", "A")).isTrue();
        }
    }

    @Test
    void randomPatterns_matchAsDefinedRecursively() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            String pattern = random(random, "ab?*", 8);
            String text = random(random, "ab", 10);
            boolean expected = text.isEmpty() ? pattern.isEmpty() : byDefinition(pattern, text);
            assertThat(matches(pattern, text))
                    .as("seed %d, pattern '%s', text '%s'", seed, pattern, text)
                    .isEqualTo(expected);
        }
    }

    private static String random(Random random, String alphabet, int maxLength) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(maxLength + 1); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static boolean byDefinition(String pattern, String text) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        char token = pattern.charAt(0);
        String rest = pattern.substring(1);
        if (token == '*') {
            return byDefinition(rest, text) || !text.isEmpty() && byDefinition(pattern, text.substring(1));
        }
        return !text.isEmpty() && (token == '?' || token == text.charAt(0)) && byDefinition(rest, text.substring(1));
    }
}
