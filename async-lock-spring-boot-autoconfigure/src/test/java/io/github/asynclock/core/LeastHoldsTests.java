package io.github.asynclock.core;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LeastHoldsTests {

	private static final long LONG = Duration.ofMinutes(10).toNanos();

	private final LeastHolds leastHolds = new LeastHolds();

	private final Link place = new SoloLease("k", null, new HoldTerms(TestEngines.withoutThreads()));

	@Test
	void whatTwoWaiveIsWaivedUntilBothTakeItBack() {
		this.leastHolds.waive(List.of(this.place));
		this.leastHolds.waive(List.of(this.place));
		this.leastHolds.waiveNoLonger(List.of(this.place));
		assertThat(this.leastHolds.vacated(this.place, LONG)).isZero();
		this.leastHolds.waiveNoLonger(List.of(this.place));
		assertThat(this.leastHolds.vacated(this.place, LONG)).isEqualTo(LONG);
		assertThat(this.leastHolds.isEmpty()).isTrue();
	}

}
