package io.github.asynclock.aop;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.github.asynclock.LockKeyException;
import io.github.asynclock.Locked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a key expression may be, what it becomes, and that null is never a shared key.
 */
class LockedKeysTests {

	private static AnnotationConfigApplicationContext context;

	private static NaiveLockService locks;

	private static Orders orders;

	@BeforeAll
	static void start() {
		context = LockedContext.of((it) -> it.registerBean("keys", Keys.class), Orders.class);
		locks = context.getBean(NaiveLockService.class);
		orders = context.getBean(Orders.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static void assertKeys(String... keys) {
		assertThat(locks.lastKeys()).containsExactly(keys);
	}

	private static void assertRefused(Runnable call, String... messageParts) {
		int before = locks.requests.size();
		assertThatExceptionOfType(LockKeyException.class).isThrownBy(call::run)
			.satisfies((ex) -> assertThat(ex.keys()).isEmpty())
			.satisfies((ex) -> assertThat(ex).hasMessageContaining("LockedKeysTests$Orders.")
				.hasMessageContainingAll(messageParts));
		assertThat(locks.requests).hasSize(before);
	}

	@Test
	void aParameterByNameAndByPosition() {
		orders.byName(42);
		assertKeys("order-42");
		orders.byPosition("a", "b");
		assertKeys("a/b");
		orders.byRoot(7);
		assertKeys("byRoot:7");
	}

	@Test
	void valuesThatAreNoText() {
		UUID id = UUID.fromString("00000000-0000-0001-0000-000000000002");
		orders.any(id);
		assertKeys(id.toString());
		orders.any(42L);
		assertKeys("42");
		orders.any(TimeUnit.DAYS);
		assertKeys("DAYS");
		orders.any(new StringBuilder("built"));
		assertKeys("built");
		orders.any(Optional.of("held"));
		assertKeys("held");
		orders.any(true);
		assertKeys("true");
		orders.prefixed(id);
		assertKeys("order-" + id);
		orders.prefixed(TimeUnit.DAYS);
		assertKeys("order-DAYS");
		orders.prefixed(Optional.of(5));
		assertKeys("order-5");
	}

	@Test
	void numbersAreAddedAndTextIsJoined() {
		orders.sum(1, 2);
		assertKeys("3");
		orders.sumInText(1, 2);
		assertKeys("order-3!");
		orders.sum("a", 2);
		assertKeys("a2");
	}

	@Test
	void propertiesOfRecordsBeansAndMaps() {
		orders.nested(new Order(new Customer("c1"), null));
		assertKeys("customer-c1");
		orders.entry(Map.of("id", 9));
		assertKeys("entry-9");
	}

	@Test
	void beansAndTypes() {
		orders.byBean(3);
		assertKeys("bean:3");
		orders.byType(3);
		assertKeys("type:3");
	}

	@Test
	void severalExpressionsAndCollectionsAndArraysAreSeveralKeysSortedWithoutRepeats() {
		orders.several("z", "a");
		assertKeys("wallet-a", "wallet-z");
		orders.several("a", "a");
		assertKeys("wallet-a");
		orders.any(List.of("b", "a", "b"));
		assertKeys("a", "b");
		orders.any(new LinkedHashSet<>(List.of(2L, 1L)));
		assertKeys("1", "2");
		orders.any(new long[] { 3, 1, 2 });
		assertKeys("1", "2", "3");
		orders.any(new String[] { "y", "x" });
		assertKeys("x", "y");
		orders.any(List.of(List.of("c"), new int[] { 1 }));
		assertKeys("1", "c");
		orders.mixed("one", List.of(1, 2));
		assertKeys("id-1", "id-2", "one");
		orders.inline("x", "y");
		assertKeys("a-x", "b-y");
	}

	@Test
	void aNullOperandIsNeverTheTextNull() {
		assertRefused(() -> orders.prefixed(null), "prefixed(Object)", "'order-' + #id", "#id is null");
		assertRefused(() -> orders.byPosition("a", null), "#a1 is null");
		assertRefused(() -> orders.byPosition(null, "b"), "#p0 is null");
		assertRefused(() -> orders.sum("a", null), "#b is null");
		assertRefused(() -> orders.sum(null, "a"), "#a is null");
		assertRefused(() -> orders.prefixed(Optional.empty()), "#id is Optional.empty");
		assertRefused(() -> orders.entry(Map.of()), "#map['id'] is null");
		assertRefused(() -> orders.mixed("one", Arrays.asList(1, null)), "'id-' + #this", "#this is null");
		assertRefused(() -> orders.inline("x", null), "#y is null");
		assertRefused(() -> orders.conditional(true, null), "#id is null");
	}

	@Test
	void aNullOperandIsFoundWhereTheTextIsHiddenAfterwards() {
		assertRefused(() -> orders.upper(null), "#id is null");
	}

	@Test
	void aNullArgumentOfAMethodIsNeverTheTextNull() {
		assertRefused(() -> orders.formatted(null), "the argument #id is null");
		assertRefused(() -> orders.byBean(null), "the argument #id is null");
	}

	@Test
	void aNullOnTheWayToAPropertyIsNamed() {
		assertRefused(() -> orders.nested(new Order(new Customer(null), null)), "#order.customer.id is null");
		assertRefused(() -> orders.nested(new Order(null, null)), "#order.customer.id", "null");
		assertRefused(() -> orders.nested(null), "#order.customer.id", "null");
		assertRefused(() -> orders.nullSafe(null), "#order?.customer?.id is null");
	}

	@Test
	void nullThatTheExpressionHandlesIsFine() {
		orders.elvis(null);
		assertKeys("order-none");
		orders.elvis(5);
		assertKeys("order-5");
		orders.conditional(false, null);
		assertKeys("none");
		orders.nullSafeElvis(null);
		assertKeys("order-none");
	}

	@Test
	void aNullBlankOrEmptyValueIsRefused() {
		assertRefused(() -> orders.any(null), "\"#id\"", "its value is null");
		assertRefused(() -> orders.any(""), "its value is \"\"");
		assertRefused(() -> orders.any("  "), "its value is \"  \"");
		assertRefused(() -> orders.any(List.of()), "its value is an empty collection");
		assertRefused(() -> orders.any(new int[0]), "its value is an empty collection");
		assertRefused(() -> orders.any(Arrays.asList("a", null)), "its value is null");
		assertRefused(() -> orders.any(Set.of("a", " ")), "its value is \" \"");
		assertRefused(() -> orders.any(Collections.singletonList(List.of())), "its value is an empty collection");
		assertRefused(() -> orders.several("a", null), "#to is null");
		assertRefused(() -> orders.any(Optional.empty()), "its value is Optional.empty");
	}

	@Test
	void theTextNullItselfIsAKey() {
		orders.prefixed("null");
		assertKeys("order-null");
	}

	@Test
	void valuesWithoutATextOfTheirOwnAreRefused() {
		assertRefused(() -> orders.any(new Object()), "java.lang.Object without a toString() of its own");
		assertRefused(() -> orders.prefixed(new Object()), "#id is a java.lang.Object without a toString()");
		assertRefused(() -> orders.prefixed(List.of(1)), "#id is a ", "for each element");
		assertRefused(() -> orders.prefixed(new int[] { 1 }), "#id is a [I");
		assertRefused(() -> orders.any(Stream.of("a")), "which has no text of its own");
		assertRefused(() -> orders.any(Map.of("a", "b")), "which has no text of its own");
	}

	@Test
	void anErrorInTheExpressionKeepsItsCause() {
		assertThatExceptionOfType(LockKeyException.class).isThrownBy(() -> orders.failing(1))
			.withMessageContaining("@keys.fail(#id)")
			.withRootCauseInstanceOf(UnsupportedOperationException.class);
	}

	@Test
	void theKeyOfAMethodIsNotAnothersNorThatOfAnotherThread() throws Exception {
		Thread other = new Thread(() -> orders.byType(1));
		other.setContextClassLoader(ClassLoader.getPlatformClassLoader());
		other.start();
		other.join();
		assertKeys("type:1");
	}

	static class Keys {

		public String of(Long id) {
			return "bean:" + id;
		}

		public static String ofType(int id) {
			return "type:" + id;
		}

		public String fail(int id) {
			throw new UnsupportedOperationException("no key for " + id);
		}

	}

	public static class Customer {

		private final String id;

		Customer(String id) {
			this.id = id;
		}

		public String getId() {
			return this.id;
		}

	}

	record Order(Customer customer, List<String> tags) {

	}

	static class Orders {

		@Locked("'order-' + #id")
		public void byName(long id) {
		}

		@Locked("#p0 + '/' + #a1")
		public void byPosition(String first, String second) {
		}

		@Locked("#root.methodName + ':' + args[0]")
		public void byRoot(long id) {
		}

		@Locked(key = "#id")
		public void any(Object id) {
		}

		@Locked("'order-' + #id")
		public void prefixed(Object id) {
		}

		@Locked("('order-' + #id).toUpperCase().hashCode()")
		public void upper(Object id) {
		}

		@Locked("#a + #b")
		public void sum(Object a, Object b) {
		}

		@Locked("'order-' + (#a + #b) + '!'")
		public void sumInText(int a, int b) {
		}

		@Locked("'customer-' + #order.customer.id")
		public void nested(Order order) {
		}

		@Locked("'customer-' + #order?.customer?.id")
		public void nullSafe(Order order) {
		}

		@Locked("'order-' + (#order?.customer?.id ?: 'none')")
		public void nullSafeElvis(Order order) {
		}

		@Locked("'entry-' + #map['id']")
		public void entry(Map<String, Object> map) {
		}

		@Locked("@keys.of(#id)")
		public void byBean(Integer id) {
		}

		@Locked("T(io.github.asynclock.aop.LockedKeysTests$Keys).ofType(#id)")
		public void byType(int id) {
		}

		@Locked("@keys.fail(#id)")
		public void failing(int id) {
		}

		@Locked({ "'wallet-' + #from", "'wallet-' + #to" })
		public void several(String from, String to) {
		}

		@Locked({ "#one", "#many.!['id-' + #this]" })
		public void mixed(String one, List<Integer> many) {
		}

		@Locked("{'a-' + #x, 'b-' + #y}")
		public void inline(String x, String y) {
		}

		@Locked("'order-' + (#id ?: 'none')")
		public void elvis(Object id) {
		}

		@Locked("#given ? 'order-' + #id : 'none'")
		public void conditional(boolean given, Object id) {
		}

		@Locked("T(String).format('order-%s', #id)")
		public void formatted(Object id) {
		}

	}

}
