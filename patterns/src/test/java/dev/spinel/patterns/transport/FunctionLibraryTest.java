package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whether the library has what operations run, whoever adds one. */
class FunctionLibraryTest {
    /** The files of the module below its root with names that end so. */
    private static List<Path> files(String end) throws IOException, URISyntaxException {
        Path root = Path.of(FunctionLibrary.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(end))
                    .map(root::relativize)
                    .toList();
        }
    }

    /** The operations in the static fields of all classes, those in records included. */
    private static List<Operation<?>> operations() throws Exception {
        List<Operation<?>> found = new ArrayList<>();
        for (Path file : files(".class")) {
            String name = file.toString().replace('/', '.').replaceAll("\\.class$", "");
            if (name.endsWith("package-info")) {
                continue;
            }
            for (Field field : Class.forName(name).getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())
                        && (field.getType().isRecord() || field.getType() == Operation.class)) {
                    field.setAccessible(true);
                    collect(field.get(null), found);
                }
            }
        }
        return found;
    }

    private static void collect(Object value, List<Operation<?>> found) throws Exception {
        if (value instanceof Operation<?> operation) {
            found.add(operation);
            return;
        }
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            if (component.getType() == Operation.class) {
                component.getAccessor().setAccessible(true);
                collect(component.getAccessor().invoke(value), found);
            }
        }
    }

    @Test
    void theScriptOfEachOperation_isAFunction_andThereIsNoOther() throws Exception {
        Set<String> run = new TreeSet<>();
        for (Operation<?> operation : operations()) {
            run.add(operation.script().function());
        }
        assertThat(FunctionLibrary.scripts())
                .extracting(Script::function)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(run)
                .hasSizeGreaterThan(60);
    }

    @Test
    void eachFileOfAScript_isInTheText() throws Exception {
        String text = FunctionLibrary.text();
        assertThat(files(".lua")).hasSizeGreaterThan(60).allSatisfy(file -> assertThat(text)
                .contains(new String(
                        Script.load(
                                        FunctionLibrary.class,
                                        file.getParent().toString().replace('/', '.'),
                                        List.of(file.getFileName().toString()))
                                .body(),
                        UTF_8)));
    }

    @Test
    void eachNativeCommand_isThatOfTheScriptItReplaces() throws Exception {
        Set<String> pairs = new TreeSet<>();
        for (Operation<?> operation : operations()) {
            if (operation.command() != null) {
                pairs.add(operation.command().wireName()
                        + ' '
                        + operation.script().function().replaceAll("_[0-9a-f]{8}$", ""));
            }
        }
        assertThat(pairs)
                .containsExactly(
                        "LOCK.ACQUIRE lock_acquire_mutex",
                        "LOCK.RELEASE lock_release_mutex",
                        "LOCK.RENEW lock_renew_mutex",
                        "QUEUE.ENQUEUE queue_adds_ready_sorted_sets_enqueue",
                        "QUEUE.EXCHANGE queue_exchange_exchange_answer",
                        "RATELIMIT.ACQUIRE ratelimit_acquire");
    }

    @Test
    void aFunctionsName_tellsPackageFilesAndVersion() {
        assertThat(Script.load(
                                FunctionLibrary.class,
                                "dev.spinel.patterns.queue",
                                List.of("adds.lua", "ready-stream.lua", "enqueue.lua"))
                        .function())
                .matches("queue_adds_ready_stream_enqueue_[0-9a-f]{8}");
        assertThat(Script.of("return 1").function())
                .isNotEqualTo(Script.of("return 2").function());
    }
}
