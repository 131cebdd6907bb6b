package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The file of the launcher that tells the JIT compiler what not to inline: a name that fits nothing would go unnoticed. */
class CompileCommandsTest {
    private static final Path FILE = Path.of("src/main/dist/lib/compile-commands");
    private static final String NOT_INLINED = "dontinline ";

    @Test
    void nothingIsPrinted() throws IOException {
        assertThat(Files.readAllLines(FILE)).first().isEqualTo("quiet");
    }

    @TestFactory
    Stream<DynamicTest> everyLine_namesMethodsThatThereAre() throws IOException {
        List<String> lines = Files.readAllLines(FILE);
        return lines.stream()
                .skip(1)
                .map(line -> DynamicTest.dynamicTest(line, () -> {
                    assertThat(line).startsWith(NOT_INLINED);
                    String[] classAndMethod =
                            line.substring(NOT_INLINED.length()).split("::");
                    assertThat(Class.forName(classAndMethod[0]).getDeclaredMethods())
                            .extracting(Method::getName)
                            .anyMatch(name -> name.matches(classAndMethod[1].replace("*", ".*")));
                }));
    }
}
