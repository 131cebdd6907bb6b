package dev.spinel.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ConfigLineTest {
    @Nested
    class Split {
        @Test
        void blanks_separateWords() {
            assertThat(ConfigLine.split("  save\t900 1 \r")).containsExactly("save", "900", "1");
            assertThat(ConfigLine.split(" \t ")).isEmpty();
        }

        @Test
        void doubleQuotes_keepBlanksAndKnowEscapes() {
            assertThat(ConfigLine.split("a \"b c\" \"\" \"\\x41\\n\\\"\\q\""))
                    .containsExactly("a", "b c", "", "A\n\"q");
        }

        @Test
        void singleQuotes_knowOnlyTheEscapedQuote() {
            assertThat(ConfigLine.split("'a\\n' 'it\\'s'")).containsExactly("a\\n", "it's");
        }

        @Test
        void quoteThatIsOpenOrGluedToText_rejected() {
            for (String line : List.of("\"a", "'a", "\"a\"b", "'a'b", "\"a\\\"")) {
                assertThatThrownBy(() -> ConfigLine.split(line))
                        .as(line)
                        .hasMessage("Unbalanced quotes in configuration line");
            }
        }
    }

    @Nested
    class Quote {
        @Test
        void plainWord_staysAsItIs() {
            assertThat(ConfigLine.quote("64mb")).isEqualTo("64mb");
        }

        @Test
        void randomWords_areReadBack() {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            for (int i = 0; i < 2000; i++) {
                StringBuilder word = new StringBuilder();
                for (int length = random.nextInt(8); length > 0; length--) {
                    word.append((char) random.nextInt(random.nextBoolean() ? 128 : 0xd800));
                }
                assertThat(ConfigLine.split("x " + ConfigLine.quote(word.toString())))
                        .as("seed " + seed)
                        .containsExactly("x", word.toString());
            }
        }
    }
}
