package io.github.asynclock.core;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The queue step by step, on one thread: also the steps of which only a race makes two.
 */
class KeyQueuesTests {

	private final KeyQueues queues = new KeyQueues(4);

	@Test
	void theFirstIsToldSo_theOthersAreGrantedInOrder() {
		PendingAcquire one = place();
		PendingAcquire two = place();
		PendingAcquire three = place();
		assertThat(this.queues.isBusy("key")).isFalse();

		assertThat(this.queues.enterIfFree(one)).isTrue();
		assertThat(this.queues.enterIfFree(two)).isFalse();
		assertThat(this.queues.enter(two)).isFalse();
		assertThat(this.queues.enter(three)).isFalse();
		assertThat(this.queues.isBusy("key")).isTrue();
		assertThat(this.queues.size()).isOne();
		assertThat(this.queues.ends()).containsExactly(three);
		assertThat(this.queues.before(three)).isSameAs(two);

		assertThat(one.grant()).isTrue();
		assertThat(this.queues.leave(one)).isSameAs(two);
		assertThat(two.isTaken()).isTrue();
		assertThat(three.isTaken()).isFalse();
		assertThat(two.previous).isNull();
		assertThat(one.next).isNull();
		assertThat(this.queues.leave(two)).isSameAs(three);
		assertThat(this.queues.leave(three)).isNull();
		assertThat(this.queues.isBusy("key")).isFalse();
		assertThat(this.queues.size()).isZero();
	}

	@Test
	void aPlaceTakesOneBehindItOnce() {
		PendingAcquire place = place();
		PendingAcquire behind = place();

		assertThat(place.append(behind)).isTrue();
		assertThat(place.append(place())).isFalse();
		assertThat(place.next).isSameAs(behind);
		assertThat(place.move(null, place())).isFalse();
		assertThat(place.move(behind, place())).isTrue();
		assertThat(place.next).isNotSameAs(behind);
	}

	@Test
	void nextFindsTheFirstThatIsAliveAndDoesNotGrant() {
		PendingAcquire head = place();
		PendingAcquire dead = place();
		PendingAcquire alive = place();
		this.queues.enter(head);
		this.queues.enter(dead);
		this.queues.enter(alive);
		dead.die();

		assertThat(this.queues.next(head)).isSameAs(alive);
		assertThat(alive.state()).isEqualTo(Link.WAITING);
		assertThat(alive.previous).isNull();
		assertThat(dead.next).isNull();
		assertThat(this.queues.next(alive)).isNull();
		assertThat(this.queues.size()).isZero();
	}

	@Test
	void theDeadArePassedOver_alsoTheLast() {
		PendingAcquire head = place();
		PendingAcquire dead = place();
		PendingAcquire last = place();
		this.queues.enter(head);
		this.queues.enter(dead);
		this.queues.enter(last);
		dead.die();
		last.die();

		assertThat(this.queues.leave(head)).isNull();
		assertThat(this.queues.size()).isZero();
	}

	@Test
	void neighboursOfADeadOneAreJoined_forwardsAndBackwards() {
		PendingAcquire holder = place();
		PendingAcquire one = place();
		PendingAcquire two = place();
		PendingAcquire three = place();
		this.queues.enter(holder);
		this.queues.enter(one);
		this.queues.enter(two);
		this.queues.enter(three);
		one.die();
		two.die(); // both died before either is taken out
		this.queues.unlink(two);

		assertThat(holder.next).isSameAs(three);
		assertThat(three.previous).isSameAs(holder);
		this.queues.unlink(one);
		assertThat(holder.next).isSameAs(three);
		assertThat(three.previous).isSameAs(holder);
	}

	@Test
	void theLastStaysUntilAnotherEnters() {
		PendingAcquire holder = place();
		PendingAcquire last = place();
		this.queues.enter(holder);
		this.queues.enter(last);
		last.die();
		this.queues.unlink(last);
		assertThat(holder.next).isSameAs(last);

		PendingAcquire later = place();
		this.queues.enter(later);
		assertThat(holder.next).isSameAs(later);
		assertThat(later.previous).isSameAs(holder);
	}

	@Test
	void aPlaceThatHasNotEnteredIsNotJoinedOver() {
		PendingAcquire place = place();
		place.die();
		this.queues.unlink(place);

		assertThat(this.queues.size()).isZero();
		assertThat(place.next).isNull();
	}

	@Test
	void theStateDecidesOnce() {
		PendingAcquire place = place();
		assertThat(place.retain()).isFalse();
		assertThat(place.letGo()).isFalse();
		assertThat(place.revoke()).isFalse();
		assertThat(place.grant()).isTrue();
		assertThat(place.grant()).isFalse();
		assertThat(place.die()).isFalse();
		assertThat(place.retain()).isTrue();
		assertThat(place.state()).isEqualTo(2);
		assertThat(place.letGo()).isFalse();
		assertThat(place.letGo()).isTrue();
		assertThat(place.letGo()).isFalse();
		assertThat(place.retain()).isFalse();
		assertThat(place.revoke()).isFalse();
		assertThat(place.state()).isZero();
		assertThat(place.isTaken()).isFalse();

		PendingAcquire revoked = place();
		revoked.grant();
		revoked.retain();
		assertThat(revoked.revoke()).isTrue();
		assertThat(revoked.letGo()).isFalse();

		PendingAcquire dead = place();
		assertThat(dead.die()).isTrue();
		assertThat(dead.die()).isFalse();
		assertThat(dead.grant()).isFalse();
		assertThat(dead.state()).isEqualTo(Link.DEAD);
	}

	private static PendingAcquire place() {
		return new PendingAcquire("key", TestCall.UNUSED);
	}

}
