package dev.spinel.distribution;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Date;
import java.util.HashMap;
import java.util.Random;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * The rules on what may depend on what, over all modules. A rule that meets no class fails, so a renamed package does not
 * switch its rule off.
 */
@AnalyzeClasses(
        packages = "dev.spinel",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.WithoutTestJars.class})
class ArchitectureTest {
    private static final String COROUTINES = "dev.spinel.lua.vm..";
    private static final String API = "dev.spinel.api..";
    private static final String PLUGINS = "dev.spinel.plugin..";
    private static final String ENGINE = "dev.spinel.engine..";
    private static final String COMMAND_FAMILIES = "dev.spinel.engine.command..";
    private static final String CODEC = "dev.spinel.resp.codec..";
    private static final String TRANSPORT = "dev.spinel.resp.transport..";
    private static final String DISTRIBUTION = "dev.spinel.distribution..";
    private static final String PATTERNS = "dev.spinel.patterns..";
    private static final String LETTUCE_ADAPTER = "dev.spinel.patterns.lettuce..";
    private static final String LIBRARY_THREADS = "dev.spinel.patterns.transport.LibraryThreads";
    private static final String JEDIS_ADAPTER = "dev.spinel.patterns.jedis..";
    private static final String MICROMETER_ADAPTER = "dev.spinel.patterns.micrometer..";
    private static final String JDK = "java..";
    private static final String JSPECIFY = "org.jspecify..";
    /** The name of a Guice module, or of a class nested in one. */
    private static final String MODULE_CLASS = ".*Module(\\$.*)?";

    /** Leaves the tests of the recipes out where they are in a JAR. */
    static final class WithoutTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule api_seesOnlyTheJdk = classes()
            .that()
            .resideInAPackage(API)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(API, JDK, JSPECIFY);

    @ArchTest
    static final ArchRule shippedPlugins_seeOnlyTheApi = classes()
            .that()
            .resideInAPackage(PLUGINS)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(PLUGINS, API, JDK, JSPECIFY);

    @ArchTest
    static final ArchRule engine_seesNoTransportAndNoDistribution = classes()
            .that()
            .resideInAPackage(ENGINE)
            .and()
            .haveNameNotMatching(MODULE_CLASS)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(API, ENGINE, JDK, JSPECIFY, "org.HdrHistogram..");

    @ArchTest
    static final ArchRule engine_seesNoFilesAndNoSockets = noClasses()
            .that()
            .resideInAPackage(ENGINE)
            .should()
            .dependOnClassesThat(resideInAPackage("java.nio.file..")
                    .or(resideInAPackage("java.nio.channels.."))
                    .or(nameMatching("java\\.net\\..*Socket.*|java\\.io\\.(File|RandomAccess).*")));

    @ArchTest
    static final ArchRule commandFamilies_importOnlyTheApi = classes()
            .that()
            .resideInAPackage(COMMAND_FAMILIES)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(API, COMMAND_FAMILIES, JDK, JSPECIFY);

    @ArchTest
    static final ArchRule commandFamilies_doNotKnowEachOther =
            slices().matching("dev.spinel.engine.command.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule codec_seesOnlyTheApi = classes()
            .that()
            .resideInAPackage(CODEC)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(API, CODEC, JDK, JSPECIFY);

    @ArchTest
    static final ArchRule netty_isKnownToTheTransportAlone = noClasses()
            .that()
            .resideOutsideOfPackage(TRANSPORT)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule guice_isKnownToModulesAndDistribution = noClasses()
            .that()
            .resideOutsideOfPackage(DISTRIBUTION)
            .and()
            .haveNameNotMatching(MODULE_CLASS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.inject..", "jakarta.inject..");

    @ArchTest
    static final ArchRule snakeYaml_isKnownToDistributionAlone = noClasses()
            .that()
            .resideOutsideOfPackage(DISTRIBUTION)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.yaml..");

    @ArchTest
    static final ArchRule distribution_isKnownToNobody = noClasses()
            .that()
            .resideOutsideOfPackage(DISTRIBUTION)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(DISTRIBUTION);

    @ArchTest
    static final ArchRule patterns_dependOnNoOtherModule = classes()
            .that()
            .resideInAPackage(PATTERNS)
            .and()
            .resideOutsideOfPackages(LETTUCE_ADAPTER, JEDIS_ADAPTER, MICROMETER_ADAPTER)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(PATTERNS, JDK, JSPECIFY)
            .andShould()
            .onlyDependOnClassesThat()
            .resideOutsideOfPackages(LETTUCE_ADAPTER, JEDIS_ADAPTER, MICROMETER_ADAPTER);

    @ArchTest
    static final ArchRule lettuceAdapter_knowsThePortAndItsClient = classes()
            .that()
            .resideInAPackage(LETTUCE_ADAPTER)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(LETTUCE_ADAPTER, "dev.spinel.patterns.transport..", "io.lettuce..", JDK, JSPECIFY);

    @ArchTest
    static final ArchRule jedisAdapter_knowsThePortAndItsClient = classes()
            .that()
            .resideInAPackage(JEDIS_ADAPTER)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(JEDIS_ADAPTER, "dev.spinel.patterns.transport..", "redis.clients..", JDK, JSPECIFY);

    @ArchTest
    static final ArchRule micrometerAdapter_knowsThePortAndItsLibrary = classes()
            .that()
            .resideInAPackage(MICROMETER_ADAPTER)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    MICROMETER_ADAPTER, "dev.spinel.patterns.transport..", "io.micrometer.core..", JDK, JSPECIFY);

    @ArchTest
    static final ArchRule patterns_areKnownToTheirEmbeddedTransportOnly = noClasses()
            .that()
            .resideOutsideOfPackage(PATTERNS)
            .and()
            .haveNameNotMatching("dev\\.spinel\\.distribution\\.(EmbeddedTransport|LocalLink|ReplyReader).*")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(PATTERNS);

    /** Time is the server's: however wrong a client's clock is, nothing changes. */
    @ArchTest
    static final ArchRule R4_Q6_patterns_neverAskWhatTimeItIs = noClasses()
            .that()
            .resideInAPackage(PATTERNS)
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat(belongToAnyOf(Clock.class, Date.class, Calendar.class));

    @ArchTest
    static final ArchRule packages_haveNoCycles =
            slices().matching("dev.spinel.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule encodings_areNotPublic = classes()
            .that()
            .resideInAPackage("dev.spinel.engine.value..")
            .and()
            .haveNameMatching(".*(Listpack|Intset|Packed|Tree|Table)[A-Za-z]*")
            .should()
            .notBePublic();

    @ArchTest
    static final ArchRule names_sayWhatAThingIs =
            noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Helpers)(\\$.*)?|.*[.$]Common[A-Z].*");

    @ArchTest
    static final ArchRule threads_areMadeInTheLoopTheTransportAndDistribution = noClasses()
            .that()
            .resideOutsideOfPackages("dev.spinel.engine.loop..", TRANSPORT, DISTRIBUTION, PATTERNS, COROUTINES)
            .should()
            .callConstructorWhere(target(owner(assignableTo(Thread.class))))
            .orShould()
            .dependOnClassesThat(belongToAnyOf(
                    CompletableFuture.class,
                    Executors.class,
                    ForkJoinPool.class,
                    ThreadPoolExecutor.class,
                    Timer.class));

    /**
     * Recipes are asynchronous at the core, so that they live on completion stages, and run timers on the application's
     * executor. Only Jedis needs a thread of ours, as it blocks to read what is published, and the default timers, which no work of the application may
     * keep from renewing.
     */
    @ArchTest
    static final ArchRule patterns_makeNoThreadsOutsideTheJedisAdapter = noClasses()
            .that()
            .resideInAPackage(PATTERNS)
            .and()
            .resideOutsideOfPackage(JEDIS_ADAPTER)
            .and()
            .doNotHaveFullyQualifiedName(LIBRARY_THREADS)
            .should()
            .callConstructorWhere(target(owner(assignableTo(Thread.class))))
            .orShould()
            .dependOnClassesThat(belongToAnyOf(Executors.class, ThreadPoolExecutor.class, Timer.class));

    @ArchTest
    static final ArchRule staticFields_areFinal =
            fields().that().areStatic().should().beFinal();

    @ArchTest
    static final ArchRule staticFields_holdNoMutableObject = noFields()
            .that()
            .areStatic()
            .and()
            .areNotDeclaredIn(LIBRARY_THREADS)
            .should()
            .haveRawType(resideInAPackage("java.util.concurrent..")
                    .or(belongToAnyOf(ArrayList.class, BitSet.class, HashMap.class, Random.class, StringBuilder.class))
                    .or(assignableTo(ThreadLocal.class)));
}
