package io.github.asynclock.guide;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

import io.github.asynclock.Lease;
import io.github.asynclock.LockKeyException;
import io.github.asynclock.LockKeys;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.Locked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

/** The guide's "Choosing keys". */
@Timeout(60)
class KeysGuideTests {

	@Test
	void whatBelongsToAnOrderHasItsKey() {
		run((orders) -> {
			assertThat(Application.get(orders.ship(7))).isEqualTo("[order-7]");
			assertThat(Application.get(orders.add(new Line(7L, 1L)))).isEqualTo("[order-7]");
		});
	}

	@Test
	void aCollectionMeansSeveralKeysSortedWithoutRepeats() {
		run((orders) -> {
			List<Line> lines = List.of(new Line(7L, 3L), new Line(7L, 1L), new Line(7L, 3L));
			assertThat(Application.get(orders.reserve(lines))).isEqualTo("[item-1, item-3]");
			assertThat(Application.failure(orders.reserve(List.of()))).isInstanceOf(LockKeyException.class);
			assertThat(Application.failure(orders.reserve(Arrays.asList(new Line(7L, null)))))
				.isInstanceOf(LockKeyException.class);
		});
	}

	@Test
	void aNullPartIsAnErrorAndNoSharedKey() {
		run((orders) -> assertThat(Application.failure(orders.add(new Line(null, 1L))))
			.isInstanceOf(LockKeyException.class)
			.hasMessageContaining("'order-' + #line.orderId()"));
	}

	@Test
	void whereNullIsMeantTheExpressionSaysSo() {
		run((orders) -> {
			assertThat(Application.get(orders.open(null))).isEqualTo("[order-new]");
			assertThat(Application.get(orders.open(7L))).isEqualTo("[order-7]");
		});
	}

	@Test
	void differentSpellingsHaveOneKey() {
		run((orders) -> assertThat(Application.get(orders.register(" Ada@Example.COM ")))
			.isEqualTo(Application.get(orders.register("ada@example.com")))
			.isEqualTo("[user-ada@example.com]"));
	}

	@Test
	void theSameThingHasTheSameKeyInCode() {
		Application.of(Orders.class, Store.class, UserKeys.class)
			.run((context) -> assertThat(Application.get(inCode(context.getBean(LockService.class), 10)))
				.isEqualTo("[Order-10]"));
	}

	private static Mono<String> inCode(LockService locks, long id) {
		Store store = new Store();
		LockRequest request = LockRequest.of(LockKeys.forType(Order.class, id)).named("ship"); // Order-10
		return locks.executeMono(request, (lease) -> store.ship(id));
	}

	private void run(Consumer<Orders> test) {
		Application.of(Orders.class, Store.class, UserKeys.class)
			.run((context) -> test.accept(context.getBean(Orders.class)));
	}

	record Order(long id) {

	}

	record Line(Long orderId, Long productId) {

	}

	static class Orders {

		private final Store store;

		Orders(Store store) {
			this.store = store;
		}

		// tag::aggregate[]
		@Locked("'order-' + #id")
		public Mono<String> ship(long id) {
			return this.store.ship(id);
		}

		// A line belongs to its order: the same key.
		@Locked("'order-' + #line.orderId()")
		public Mono<String> add(Line line) {
			return this.store.add(line);
		}
		// end::aggregate[]

		// tag::collection[]
		@Locked(key = "#lines.!['item-' + productId()]", name = "reserve")
		public Mono<String> reserve(List<Line> lines) {
			return this.store.reserve(lines);
		}
		// end::collection[]

		@Locked("'order-' + (#id ?: 'new')")
		public Mono<String> open(Long id) {
			return this.store.ship(0);
		}

		@Locked("@userKeys.of(#email)")
		public Mono<String> register(String email) {
			return this.store.register(email);
		}

	}

	@Component("userKeys")
	static class UserKeys {

		public String of(String email) {
			return "user-" + email.strip().toLowerCase(Locale.ROOT);
		}

	}

	/** Says what is held. */
	static class Store {

		Mono<String> ship(long id) {
			return keys();
		}

		Mono<String> add(Line line) {
			return keys();
		}

		Mono<String> reserve(List<Line> lines) {
			return keys();
		}

		Mono<String> register(String email) {
			return keys();
		}

		private static Mono<String> keys() {
			return Lease.inContext().map((lease) -> lease.keys().toString());
		}

	}

}
