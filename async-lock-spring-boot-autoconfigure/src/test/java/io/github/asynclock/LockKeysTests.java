package io.github.asynclock;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LockKeysTests {

	@Test
	void typeNameAndId() {
		assertThat(LockKeys.of(new OrderId(10))).containsExactly("OrderId-10");
		UUID id = UUID.randomUUID();
		assertThat(LockKeys.of(new CustomerId(id))).containsExactly("CustomerId-" + id);
		assertThat(LockKeys.of(new TextId())).containsExactly("TextId-text");
		assertThat(LockKeys.of(Color.RED)).containsExactly("Color-RED");
		assertThat(LockKeys.forType(OrderId.class, 10)).containsExactly("OrderId-10");
		assertThat(LockKeys.forType(OrderId.class, new OrderId(10))).containsExactly("OrderId-10");
	}

	@Test
	void aCollectionGivesSeveralKeys() {
		assertThat(LockKeys.of(List.of(new OrderId(10), new OrderId(11)))).containsExactly("OrderId-10", "OrderId-11");
		assertThat(LockKeys.of(new OrderId(10), Set.of(new TextId()), new OrderId[] { new OrderId(11) }))
			.containsExactly("OrderId-10", "TextId-text", "OrderId-11");
		assertThat(LockKeys.forType(OrderId.class, List.of(1, 2))).containsExactly("OrderId-1", "OrderId-2");
		assertThat(LockKeys.forType(OrderId.class, new long[] { 1, 2 })).containsExactly("OrderId-1", "OrderId-2");
	}

	@Test
	void thePackageIsAvailableWhereTwoTypesShareASimpleName() {
		assertThat(LockKeys.of(new OrderId(10))).isEqualTo(LockKeys.of(new Other.OrderId(10)));
		assertThat(LockKeys.qualified(new OrderId(10))).containsExactly(OrderId.class.getName() + "-10")
			.isNotEqualTo(LockKeys.qualified(new Other.OrderId(10)));
		assertThat(LockKeys.qualifiedForType(UUID.class, 10)).containsExactly("java.util.UUID-10");
	}

	@Test
	void whatHasNoTypeOfItsOwnIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> LockKeys.of(10))
			.withMessageContaining("java.lang.Integer")
			.withMessageContaining("forType");
		assertThatIllegalArgumentException().isThrownBy(() -> LockKeys.qualified(UUID.randomUUID()))
			.withMessageContaining("java.util.UUID");
	}

	@Test
	void whatHasNoValueIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> LockKeys.of()).withMessageContaining("no id");
		assertThatIllegalArgumentException().isThrownBy(() -> LockKeys.of(List.of())).withMessageContaining("no id");
		assertThatIllegalArgumentException().isThrownBy(() -> LockKeys.of(new OrderId(1), null))
			.withMessageContaining("null");
		assertThatIllegalArgumentException().isThrownBy(() -> LockKeys.of(new CustomerId(null)))
			.withMessageContaining("CustomerId")
			.withMessageContaining("null");
		assertThatIllegalArgumentException().isThrownBy(() -> LockKeys.of(new Mute()))
			.withMessageContaining("Mute")
			.withMessageContaining("toString()");
		assertThatIllegalArgumentException().isThrownBy(() -> LockKeys.forType(OrderId.class, Optional.empty()));
		assertThatIllegalArgumentException().isThrownBy(() -> LockKeys.forType(OrderId.class, " "));
	}

	private record OrderId(long value) {

	}

	private record CustomerId(UUID value) {

	}

	enum Color {

		RED {
			@Override
			public String toString() {
				return "RED";
			}
		}

	}

	static final class TextId {

		@Override
		public String toString() {
			return "text";
		}

	}

	static final class Mute {

	}

	static final class Other {

		private record OrderId(long value) {

		}

	}

}
