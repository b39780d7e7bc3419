package io.github.asynclock.redis;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * That the witness of the fault tests would see what it is there to see.
 */
class WitnessTests {

	private static final long SECOND = 1_000_000_000;

	private final Witness witness = new Witness(SECOND);

	private void say(String worker, String... lines) {
		for (String line : lines) {
			this.witness.accept(worker, line);
		}
	}

	@Test
	void acceptsActionsOneAfterTheOther() {
		say("a", "C 1 5", "S 1 k 1024 10", "H 1 19", "E 1 20", "R 1 ok 21");
		say("b", "C 1 6", "S 1 k 2048 20", "E 1 30", "R 1 ok 31");
		say("b", "C 2 6", "S 2 other 1024 12", "E 2 30", "R 2 ok 31");
		this.witness.assertGood();
		assertThat(this.witness.grants()).isEqualTo(3);
		assertThat(this.witness.outcomes()).containsEntry("ok", 3);
	}

	@Test
	void seesAnOverlapWhateverTheOrderOfTheReports() {
		say("b", "S 1 k 2048 15", "E 1 30");
		say("a", "S 1 k 1024 10", "E 1 20");
		assertThat(this.witness.violations()).singleElement().asString().contains("overlaps", "never told");
		assertThatThrownBy(this.witness::assertGood).isInstanceOf(AssertionError.class);
	}

	@Test
	void seesAnOverlapWithOneThatHasNotEnded() {
		say("a", "S 1 k 1024 10");
		say("b", "S 1 k 2048 15", "E 1 30", "S 2 k 3072 40", "E 2 50");
		assertThat(this.witness.violations()).hasSize(2);
	}

	@Test
	void acceptsAnOverlapWithOneThatWasToldBefore_butNotMuchLater() {
		say("a", "S 1 k 1024 10", "L 1 14", "E 1 20");
		say("b", "S 1 k 2048 15", "E 1 30");
		this.witness.assertGood();
		say("b", "S 2 k 3072 40", "E 2 " + 3 * SECOND, "L 2 " + 2 * SECOND);
		say("a", "S 2 k 4096 50", "E 2 60");
		assertThat(this.witness.violations()).singleElement().asString().contains("much later");
		this.witness.holdersWerePaused().assertGood();
	}

	@Test
	void seesAHolderThatWasToldButRegardedItselfAsHolderUntilLater() {
		say("a", "S 1 k 1024 10", "H 1 16", "L 1 17", "E 1 20");
		say("b", "S 1 k 2048 15", "E 1 30");
		assertThat(this.witness.violations()).singleElement().asString().contains("still regarded itself");
		this.witness.holdersWerePaused();
		assertThat(this.witness.violations()).as("no pause excuses that").hasSize(1);
		this.witness.dataIsLost(13, 13, 1).assertGood();
	}

	@Test
	void dataLossExcusesAnOverlapUntilTheLocalDeadline_notLonger() {
		this.witness.dataIsLost(13, 13, 5);
		say("a", "S 1 k 1024 10", "E 1 20");
		say("b", "S 1 k 10240 15", "E 1 30");
		this.witness.assertGood();
		say("a", "S 2 j 1024 10", "E 2 " + 2 * SECOND);
		say("b", "S 2 j 10240 15", "E 2 30");
		assertThat(this.witness.violations()).singleElement().asString().contains("never told");
	}

	@Test
	void dataLossExcusesAnOldGrantThatStartsAfterANewOne() {
		this.witness.dataIsLost(13, 13, 5);
		say("b", "S 1 k 10240 14", "E 1 30");
		say("a", "C 1 12", "S 1 k 1024 15", "E 1 20", "R 1 ok 20");
		this.witness.assertGood();
	}

	@Test
	void dataLossDoesNotExcuseWhatWasGrantedAfterIt() {
		this.witness.dataIsLost(5, 5, 5);
		say("a", "S 1 k 10240 10", "E 1 20");
		say("b", "S 1 k 20480 15", "E 1 30");
		assertThat(this.witness.violations()).singleElement().asString().contains("never told");
	}

	@Test
	void seesATokenThatDoesNotRise() {
		say("a", "S 1 k 2048 10", "E 1 20");
		say("b", "S 1 k 2048 25", "E 1 30");
		say("b", "S 2 k 1024 35", "E 2 40");
		assertThat(this.witness.violations()).hasSize(2).allMatch((violation) -> violation.contains("not greater"));
	}

	@Test
	void dataLossExcusesOldTokensUntilTheLocalDeadline_notNewOnes() {
		this.witness.dataIsLost(22, 22, 5);
		say("a", "S 1 k 1024 10", "E 1 20");
		say("b", "S 1 k 9216 25", "E 1 30");
		say("a", "S 2 k 1025 35", "E 2 40");
		this.witness.assertGood();
		// Granted after the loss, with a token as if the counter had begun anew.
		say("a", "C 3 42", "S 3 k 2048 45", "E 3 50", "R 3 ok 50");
		assertThat(this.witness.violations()).hasSize(1);
		say("a", "S 4 k 1026 " + 2 * SECOND, "E 4 " + 3 * SECOND);
		assertThat(this.witness.violations()).hasSize(2);
	}

	@Test
	void dataLossDoesNotExcuseATokenThatIsGivenAgain() {
		say("a", "S 1 k 1024 10", "E 1 20");
		say("b", "S 1 k 2048 22", "E 1 24");
		this.witness.dataIsLost(25, 25, 5);
		say("a", "C 2 30", "S 2 k 1024 32", "E 2 34", "R 2 ok 34");
		assertThat(this.witness.violations()).singleElement().asString().contains("not greater");
	}

	@Test
	void aLossThatComesLaterExcusesNothing() {
		this.witness.dataIsLost(12, 12, 5);
		this.witness.dataIsLost(100, 100, 9);
		say("a", "C 1 20", "S 1 k 3072 22", "E 1 24", "R 1 ok 24");
		say("b", "C 1 30", "S 1 k 1024 32", "E 1 34", "R 1 ok 34");
		assertThat(this.witness.violations()).singleElement().asString().contains("not greater");
	}

	@Test
	void seesACallThatNeverEnds_unlessItsJvmWasKilled() {
		say("a", "C 1 5", "S 1 k 1024 10");
		say("b", "C 1 6");
		assertThat(this.witness.violations()).hasSize(2).allMatch((violation) -> violation.contains("never ended"));
		this.witness.killed("a", 20);
		assertThat(this.witness.violations()).hasSize(1);
		say("b", "S 1 k 2048 20", "E 1 30", "R 1 ok 31");
		this.witness.assertGood();
	}

	@Test
	void aKilledHolderHeldUntilItWasKilled() {
		say("a", "S 1 k 1024 10");
		this.witness.killed("a", 20);
		say("b", "S 1 k 2048 15", "E 1 30");
		assertThat(this.witness.violations()).hasSize(1);
	}

	@Test
	void aResourceThatChecksTokensRejectsStaleWrites_andOneThatDoesNotIsCorrupted() {
		say("a", "W 1 k 1024 10", "W 1 k 1024 11");
		say("b", "W 1 k 2048 12");
		assertThat(this.witness.staleWrites()).isZero();
		assertThat(this.witness.corruptions()).isZero();
		say("a", "W 1 k 1024 13", "W 1 k 1024 14");
		assertThat(this.witness.staleWrites()).isEqualTo(2);
		assertThat(this.witness.corruptions()).isEqualTo(1);
	}

	@Test
	void measuresGaps() {
		say("a", "S 1 k 1024 10", "E 1 20", "S 2 k 2048 70", "E 2 80");
		assertThat(this.witness.longestGap(0, 100)).isEqualTo(60);
		assertThat(this.witness.longestGap(0, 200)).isEqualTo(130);
		assertThat(this.witness.firstStartAfter("k", 10)).isEqualTo(70);
		assertThat(this.witness.firstStartAfter(70)).isEqualTo(Long.MAX_VALUE);
	}

}
