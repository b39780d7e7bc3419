package io.github.asynclock;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which package may use which, and what is public. A new public type outside the root
 * package has to be added here, with a reason: API, port or wiring.
 */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

	static final String ROOT = "io.github.asynclock";

	/** Ports and wiring; the API is all of the root package. */
	private static final Set<String> PUBLIC = Set.of(
			// the engine, its ports and their words
			".core.QueueingLockService", ".core.LockStore", ".core.Attempt", ".core.StoreGrant", ".core.ContextCarrier",
			".core.UnitOfWork", ".core.UnitsOfWork",
			// what metrics are told, and what they are made of
			".core.EngineObserver", ".core.LoggedFailures", ".core.LockState", ".actuate.LocksEndpoint",
			".actuate.LockStoreHealthIndicator", ".autoconfigure.AsyncLockActuatorAutoConfiguration",
			".metrics.LockObserver", ".metrics.LockObservationContext", ".metrics.LockObservationConvention",
			".metrics.DefaultLockObservationConvention",
			// which unit of work a caller is in that goes on on another thread
			".core.CallersWork", ".core.SafeCarrier",
			// transactions as units of work
			".transaction.TransactionUnits",
			// the store of one JVM
			".local.LocalLockStore",
			// the store across JVMs, and what the auto-configuration makes its connection
			// with
			".redis.RedisLockStore", ".redis.RedisSettings", ".redis.RedisPermissionException",
			".redis.LockConnectionFactories", ".redis.RedisTls",
			// API: where Redis is, for who does not say so by properties
			".autoconfigure.AsyncLockRedisConnectionDetails",
			// what the auto-configuration wires or analyses
			".aop.LockedBeanPostProcessor", ".aop.LockedDefinitionException", ".aop.CommandLocks",
			// what the interceptor goes on with on another thread
			".context.CallerContext",
			// API: for pipelines that are not made of beans
			".pipelinr.CommandLockMiddleware",
			// what the auto-configuration wires
			".context.ThreadLocalCarrier",
			// found by the service loader
			".context.LeaseThreadLocalAccessor",
			// found by Spring Boot
			".autoconfigure.AsyncLockAutoConfiguration", ".autoconfigure.AsyncLockOffAutoConfiguration");

	@ArchTest
	static final ArchRule rootUsesNoneOfOurs = usesOfOurs("");

	@ArchTest
	static final ArchRule coreUsesRoot = usesOfOurs(".core", "");

	@ArchTest
	static final ArchRule localUsesCore = usesOfOurs(".local", "", ".core");

	@ArchTest
	static final ArchRule redisUsesCore = usesOfOurs(".redis", "", ".core");

	@ArchTest
	static final ArchRule aopUsesRootAndContext = usesOfOurs(".aop", "", ".context");

	@ArchTest
	static final ArchRule pipelinrUsesRootAndAop = usesOfOurs(".pipelinr", "", ".aop");

	@ArchTest
	static final ArchRule onlyItsPackageAndItsWiringKnowPipelinr = noClasses().that(resideInAPackage(ROOT + ".."))
		.and(resideOutsideOfPackage(ROOT + ".pipelinr"))
		.and(resideOutsideOfPackage(ROOT + ".autoconfigure"))
		.should()
		.dependOnClassesThat(resideInAPackage("an.awesome.pipelinr.."));

	@ArchTest
	static final ArchRule contextUsesCore = usesOfOurs(".context", "", ".core");

	@ArchTest
	static final ArchRule transactionUsesCore = usesOfOurs(".transaction", ".core");

	@ArchTest
	static final ArchRule metricsUsesCore = usesOfOurs(".metrics", "", ".core");

	@ArchTest
	static final ArchRule actuateUsesCore = usesOfOurs(".actuate", "", ".core");

	@ArchTest
	static final ArchRule onlyMetricsAndTheWiringKnowMeters = noClasses().that(resideInAPackage(ROOT + ".."))
		.and(resideOutsideOfPackage(ROOT + ".metrics"))
		.and(resideOutsideOfPackage(ROOT + ".autoconfigure"))
		.should()
		.dependOnClassesThat(resideInAnyPackage("io.micrometer.core..", "io.micrometer.observation.."));

	@ArchTest
	static final ArchRule onlyItsOwnPackageAndTheWiringKnowTransactions = noClasses()
		.that(resideInAPackage(ROOT + ".."))
		.and(resideOutsideOfPackage(ROOT + ".transaction"))
		.and(resideOutsideOfPackage(ROOT + ".autoconfigure"))
		.should()
		.dependOnClassesThat(resideInAnyPackage("org.springframework.transaction.."));

	@ArchTest
	static final ArchRule noPackageIsLeftOut = classes().that(resideInAPackage(ROOT + ".."))
		.should()
		.resideInAnyPackage(ROOT, ROOT + ".core", ROOT + ".local", ROOT + ".redis", ROOT + ".aop", ROOT + ".context",
				ROOT + ".transaction", ROOT + ".pipelinr", ROOT + ".metrics", ROOT + ".actuate",
				ROOT + ".autoconfigure");

	@ArchTest
	static final ArchRule noCycles = slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule rootUsesOnlyReactorAndAnnotations = classes().that(resideInAPackage(ROOT))
		.should()
		.onlyDependOnClassesThat(resideInAnyPackage(ROOT, "java..", "reactor..", "org.reactivestreams..",
				"org.jspecify..", "org.springframework.core.annotation.."));

	@ArchTest
	static final ArchRule theEngineAndItsStoreKnowNoSpring = noClasses()
		.that(resideInAnyPackage(ROOT + ".core", ROOT + ".local"))
		.should()
		.dependOnClassesThat(resideInAnyPackage("org.springframework..", "io.lettuce..", "io.micrometer.."));

	@ArchTest
	static final ArchRule onlyTheStoreAndItsWiringKnowRedis = noClasses().that(resideInAPackage(ROOT + ".."))
		.and(resideOutsideOfPackage(ROOT + ".redis"))
		.and(resideOutsideOfPackage(ROOT + ".autoconfigure"))
		.should()
		.dependOnClassesThat(resideInAnyPackage("org.springframework.data..", "io.lettuce..", "io.netty.."));

	@ArchTest
	static final ArchRule theRedisStoreKnowsOfSpringOnlyItsRedis = classes().that(resideInAPackage(ROOT + ".redis"))
		.should()
		.onlyDependOnClassesThat(
				resideOutsideOfPackage("org.springframework..").or(resideInAPackage("org.springframework.data..")));

	@ArchTest
	static final ArchRule contextKnowsNoSpring = noClasses().that(resideInAPackage(ROOT + ".context"))
		.should()
		.dependOnClassesThat(resideInAnyPackage("org.springframework..", "io.lettuce.."));

	@ArchTest
	static void onlyApiPortAndWiringArePublic(JavaClasses classes) {
		Set<String> found = new TreeSet<>();
		for (JavaClass type : classes) {
			if (type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC)
					&& !type.getPackageName().equals(ROOT)) {
				found.add(type.getName().substring(ROOT.length()));
			}
		}
		assertThat(found).containsExactlyInAnyOrderElementsOf(PUBLIC);
	}

	@ArchTest
	static void everyPackageIsNullMarked(JavaClasses classes) {
		JavaPackage root = classes.getPackage(ROOT);
		assertThat(root.getSubpackagesInTree()).isNotEmpty();
		assertThat(root.isAnnotatedWith(NullMarked.class)).as(ROOT).isTrue();
		assertThat(root.getSubpackagesInTree()).allMatch((one) -> one.isAnnotatedWith(NullMarked.class));
	}

	private static ArchRule usesOfOurs(String name, String... others) {
		String[] allowed = Arrays.stream(others).map((other) -> ROOT + other).toArray(String[]::new);
		DescribedPredicate<JavaClass> fine = resideOutsideOfPackage(ROOT + "..").or(resideInAPackage(ROOT + name))
			.or(resideInAnyPackage(allowed));
		return classes().that(resideInAPackage(ROOT + name)).should().onlyDependOnClassesThat(fine);
	}

}
