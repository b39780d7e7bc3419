package io.github.asynclock.aop;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.annotation.AliasFor;
import org.springframework.expression.spel.ast.SpelNodeImpl;

import io.github.asynclock.CommandLock;
import io.github.asynclock.LockKeys;
import io.github.asynclock.LockRequest;
import io.github.asynclock.Locked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * What a native image keeps for the locked methods of an application. A hint that is
 * missing shows there only, as a call that fails.
 */
class LockedHintsTests {

	private static final TestGenerationContext GENERATION = new TestGenerationContext(LockedHintsTests.class);

	@BeforeAll
	static void process() {
		process(GENERATION, Shop.class, Ids.class, PayLock.class);
	}

	static List<Arguments> readByKeys() {
		return List.of(
				// records, their components, and theirs
				arguments(Order.class, "customer"), arguments(Customer.class, "name"),
				// elements of collections, of arrays, of maps, of what may be there
				arguments(Line.class, "product"), arguments(Part.class, "number"), arguments(Price.class, "amount"),
				arguments(Note.class, "text"),
				// beans by their getters, also inherited and of interfaces
				arguments(Account.class, "getOwner"), arguments(Owner.class, "isReal"),
				arguments(Base.class, "getShard"),
				// what implements a sealed type
				arguments(ByCard.class, "reference"),
				// a type argument that the receiver gives
				arguments(Page.class, "content"), arguments(Item.class, "code"),
				// by index, of a composed annotation, of the bean itself, of another, of
				// a type
				arguments(Indexed.class, "key"), arguments(Tenant.class, "slug"), arguments(Shop.class, "region"),
				arguments(Ids.class, "of"), arguments(Names.class, "normal"), arguments(LockKeys.class, "of"),
				// of the call
				arguments(KeyRoot.class, "methodName"), arguments(String.class, "trim"));
	}

	@ParameterizedTest
	@MethodSource
	void readByKeys(Class<?> type, String method) {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(type, method)).accepts(hints());
	}

	@Test
	void aPublicFieldAndAConstructorThatAKeyUses() throws Exception {
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(Account.class, "number")).accepts(hints());
		assertThat(
				RuntimeHintsPredicates.reflection().onConstructorInvocation(Joined.class.getConstructor(String.class)))
			.accepts(hints());
	}

	@Test
	void idsThatAreRecordsOfOneComponent() {
		for (Class<?> id : List.of(OrderId.class, ProductId.class, KeyId.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(id, "value")).as(id.getSimpleName())
				.accepts(hints());
		}
	}

	@Test
	void lockedMethodsAndWhatTheyNeed() {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Shop.class, "hidden")).accepts(hints());
		assertThat(RuntimeHintsPredicates.reflection().onType(Base.class)).accepts(hints());
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Locked.class)).accepts(hints());
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(SpelNodeImpl.class, "children")).accepts(hints());
	}

	@Test
	void whatNoKeyReadsIsNotKept() {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Plain.class, "value")).rejects(hints());
		assertThat(RuntimeHintsPredicates.reflection().onType(Unread.class)).rejects(hints());
	}

	@Test
	void theClassOfTheProxyIsMade() {
		assertThat(GENERATION.getGeneratedFiles().getGeneratedFiles(Kind.CLASS).keySet())
			.anyMatch((path) -> path.endsWith("LockedHintsTests$Shop$$SpringCGLIB$$0.class"));
	}

	@Test
	void aClassThatCannotBeProxiedIsToldWhenItIsProcessed() {
		assertThatExceptionOfType(LockedDefinitionException.class)
			.isThrownBy(() -> process(new TestGenerationContext(), Sealed.class))
			.withMessageContaining("Sealed.work()")
			.withMessageContaining("Make the class not final");
	}

	private static void process(TestGenerationContext generation, Class<?>... beans) {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			context.registerBean(LockedBeanPostProcessor.class);
			for (Class<?> bean : beans) {
				context.registerBean(bean.getSimpleName().toLowerCase(), bean);
			}
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		}
	}

	private static RuntimeHints hints() {
		return GENERATION.getRuntimeHints();
	}

	record Order(Customer customer, List<Line> lines, Unread other) {

	}

	record Customer(String name, int age) {

	}

	record Unread(String value, String text) {

	}

	record Line(long product, long amount) {

	}

	record Part(long number, long weight) {

	}

	record Price(long amount, String unit) {

	}

	record Note(String text, String author) {

	}

	record Indexed(String key, String value) {

	}

	record Tenant(String slug, String name) {

	}

	record Plain(String value) {

	}

	record Item(String code, String name) {

	}

	record Page<T>(List<T> content, int number) {

	}

	sealed interface Payment permits ByCard, ByCheck {

	}

	record ByCard(String reference, int card) implements Payment {

	}

	record ByCheck(String reference, int check) implements Payment {

	}

	static class Account {

		public final String number = "1";

		public Owner getOwner() {
			return new Owner();
		}

	}

	static class Owner {

		public boolean isReal() {
			return true;
		}

	}

	public static class Joined {

		public Joined(String text) {
		}

	}

	static final class Names {

		public static String normal(String name) {
			return name;
		}

	}

	static class Ids {

		public String of(Object any) {
			return any.toString();
		}

	}

	/** Types without an end: to follow them has to have one. */
	static class Node<T> {

		public Node<List<T>> next() {
			return new Node<>();
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Locked
	@interface PerTenant {

		@AliasFor(annotation = Locked.class, attribute = "key")
		String of() default "'tenant-' + #tenant.slug";

	}

	static class Base {

		public String getShard() {
			return "1";
		}

	}

	static class Shop extends Base {

		public String region() {
			return "eu";
		}

		@Locked(key = { "'customer-' + #order.customer.name", "#order.lines.!['product-' + product]",
				"'part-' + #parts[0].number", "#prices.values().!['price-' + amount]", "'note-' + #note.get().text" })
		public CompletableFuture<Void> records(Order order, Part[] parts, Map<String, Price> prices,
				Optional<Note> note) {
			return CompletableFuture.completedFuture(null);
		}

		@Locked(key = { "#account.owner.real ? #account.number : 'none'", "'payment-' + #payment.reference",
				"'page-' + #page.content[0].code", "'index-' + #indexed['key']" })
		public Mono<Void> beans(Account account, Payment payment, Page<Item> page, Indexed indexed) {
			return Mono.empty();
		}

		@PerTenant
		public Mono<Void> composed(Tenant tenant) {
			return Mono.empty();
		}

		@Locked(key = { "#root.target.region() + '-' + methodName", "#root.target.shard + 'x'", "@ids.of(#name)",
				"T(io.github.asynclock.aop.LockedHintsTests$Names).normal(#name.trim())",
				"new io.github.asynclock.aop.LockedHintsTests$Joined(#name).toString()",
				"T(io.github.asynclock.LockKeys).of(#id)" })
		protected Mono<Void> hidden(String name, KeyId id) {
			return Mono.empty();
		}

		@Locked(key = "'plain-' + #plain")
		public Mono<Void> plain(Plain plain) {
			return Mono.empty();
		}

		@Locked(key = "'x' + #node.next.next.next + #path.parent + #unit.name() + #any")
		public <E extends Enum<E> & Comparable<E>> Mono<Void> endless(Node<String> node, Path path, TimeUnit unit,
				E any) {
			return Mono.empty();
		}

		@Locked
		public Mono<Void> command(Pay pay) {
			return Mono.empty();
		}

	}

	static final class Sealed {

		@Locked(key = "'any'")
		public Mono<Void> work() {
			return Mono.empty();
		}

	}

	record KeyId(long value) {

	}

	record OrderId(long value) {

	}

	record ProductId(long value) {

	}

	record Entry(ProductId product, int amount) {

	}

	record Pay(OrderId order, List<Entry> entries) {

	}

	static class PayLock implements CommandLock<Pay> {

		@Override
		public Mono<LockRequest> lockFor(Pay command) {
			return Mono.just(LockRequest.of(LockKeys.of(command.order())));
		}

	}

}
