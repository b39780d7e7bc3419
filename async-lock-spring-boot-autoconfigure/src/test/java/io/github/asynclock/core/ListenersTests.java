package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What telling listeners costs.
 */
class ListenersTests {

	private int made;

	private final Supplier<LockEvent> event = () -> {
		this.made++;
		return new LockEvent(null, List.of("key"), Duration.ZERO, Duration.ZERO);
	};

	private void tellAll(Listeners listeners) {
		listeners.granted(this.event);
		listeners.released(this.event);
		listeners.timedOut(this.event);
		listeners.lost(this.event);
	}

	@Test
	void whereNobodyListensNoEventIsMade() {
		tellAll(new Listeners(List.of()));
		assertThat(this.made).isZero();
	}

	@Test
	void allListenersAreToldOfTheSameEvent() {
		List<LockEvent> told = new ArrayList<>();
		LockListener listener = new LockListener() {
			@Override
			public void granted(LockEvent event) {
				told.add(event);
			}
		};
		new Listeners(List.of(listener, listener)).granted(this.event);
		assertThat(this.made).isOne();
		assertThat(told).hasSize(2);
		assertThat(told.get(0)).isSameAs(told.get(1));
	}

}
