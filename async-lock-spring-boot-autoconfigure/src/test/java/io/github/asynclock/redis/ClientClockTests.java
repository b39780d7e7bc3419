package io.github.asynclock.redis;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The wall clock of a client jumps: nothing depends on it.
 */
class ClientClockTests extends FaultTest {

	@Test
	void row12_nothingReadsTheWallClock() {
		// That of one JVM makes its first token of it, once.
		JavaClasses classes = new ClassFileImporter().withImportOption(new DoNotIncludeTests())
			.importPackages("io.github.asynclock.core", "io.github.asynclock.redis");
		noClasses().should()
			.callMethod(System.class, "currentTimeMillis")
			.orShould()
			.callConstructor(Date.class)
			.orShould()
			.dependOnClassesThat()
			.areAssignableTo(Instant.class)
			.orShould()
			.dependOnClassesThat()
			.areAssignableTo(Clock.class)
			.check(classes);
	}

	@Test
	void row12_theWallClockOfAClientJumps_noEffect() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(2, redis.url(), "");
		Witness witness = fleet.witness();
		WorkerProcess jumps = closing(new WorkerProcess("-Dworker.jumping-clock=true")).awaitReady();
		fleet.add(List.of(jumps), "");
		jumps.call("long", "keys=long");
		jumps.started("long");
		fleet.worker(0).call("waits", "keys=long micros=0");
		fleet.load("loops=4 hold=5 several=20");
		long offset = 0;
		for (long hours : new long[] { 1, -2, 1 }) {
			offset += Duration.ofHours(hours).toMillis();
			assertThat(jumps.jump(Duration.ofHours(hours).toMillis())).isCloseTo(System.currentTimeMillis() + offset,
					Offset.offset(60_000L));
			awaitGrants(witness, witness.grants() + 100);
			lastFor(Fleet.LEASE_MILLIS);
		}
		assertThat(jumps.wasTold("long")).as("told lost").isFalse();
		assertThat(fleet.worker(0).hasStarted("waits")).isFalse();
		jumps.end("long");
		assertThat(fleet.worker(0).outcome("waits")).isEqualTo("ok");
		fleet.stop();
		witness.assertGood();
		assertThat(witness.outcomes()).containsOnlyKeys("ok");
		assertThat(witness.lost()).isZero();
		fleet.assertClean(redis);
		report(12, "jumps=+1h,-2h,+1h grants=" + witness.grants() + " lost=0");
	}

}
