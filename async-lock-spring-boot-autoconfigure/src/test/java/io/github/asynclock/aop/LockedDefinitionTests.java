package io.github.asynclock.aop;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.core.SingleSource;
import io.reactivex.rxjava3.subjects.SingleSubject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * A {@code @Locked} method that would not lock fails start-up, with one message that
 * names the method, what is wrong and what to write.
 */
class LockedDefinitionTests {

	static Stream<Arguments> broken() {
		return Stream.of(arguments(UnparsableKey.class, "\"'order-' + \" is no Spring expression"),
				arguments(BlankKey.class, "a key expression is blank"), arguments(NoKey.class, "@Locked has no key"),
				arguments(UnknownVariable.class,
						"names #orderId, which is no parameter: its parameters are #id, #amount"),
				arguments(UnknownPosition.class, "names #p1, which is no parameter: its parameters are #id"),
				arguments(NoParameters.class, "names #id, which is no parameter: the method has no parameters"),
				arguments(HiddenUnknownVariable.class, "names #nope, which"),
				arguments(PlainName.class, "'orders' in single quotes"),
				arguments(UnknownBean.class, "names @nope, which is no bean"),
				arguments(Function.class, "calls #fn(#id), but there are no functions"),
				arguments(Assigning.class, "changes a value"), arguments(BothAliases.class, "contradicts itself"),
				arguments(PrivateMethod.class, "is private"), arguments(StaticMethod.class, "is static"),
				arguments(FinalMethod.class, "is final"), arguments(FinalMethodOfType.class, "is final"),
				arguments(FinalClass.class, "no proxy can be made of its class"),
				arguments(OnlyOnClass.class, "is in none of the interfaces"),
				arguments(NoDuration.class, "@Locked(waitTime = \"soon\") is no duration"),
				arguments(NegativeDuration.class, "@Locked(holdAtMost = \"-5s\") is no duration of zero or more"),
				arguments(UnknownPlaceholder.class, "@Locked(leaseTime = \"${no.such.lease}\") is no duration"),
				arguments(ShortLease.class, "leaseTime is PT0.099S"),
				arguments(HoldContradiction.class, "shorter than holdAtLeast"),
				arguments(BareFuture.class, "java.util.concurrent.Future<?>"),
				arguments(FutureSubclass.class, "cannot be made to end after the release. Declare CompletableFuture"),
				arguments(MonoSubclass.class, "returns " + SpecialFlux.class.getName()),
				arguments(RxSubclass.class, "Declare io.reactivex.rxjava3.core.Single"),
				arguments(RxInterface.class, "whose work has not ended"),
				arguments(Lazy.class, "whose work has not ended"),
				arguments(Wrapped.class, "java.util.Optional<reactor.core.publisher.Mono<java.lang.String>>"),
				arguments(SkipPrimitive.class, "returns the primitive int"),
				arguments(SkipSingle.class, "cannot be empty"), arguments(NoService.class, "names no LockService bean"),
				arguments(WrongService.class, "names no LockService bean"),
				arguments(AsyncVoid.class, "is also @Async"));
	}

	@ParameterizedTest
	@MethodSource("broken")
	void failsStartUpNamingTheMethod(Class<?> type, String messagePart) {
		LockedDefinitionException failure = LockedContext.startFailure(type);
		assertThat(failure).hasMessageContaining(type.getName() + ".work(").hasMessageContaining(messagePart);
		assertThat(failure.getMessage()).isEqualTo(failure.getProblem() + ". " + failure.getAction() + ".");
		assertThat(failure.getAction()).isNotBlank();
	}

	@Test
	void aLazyBeanFailsWhenItIsCreated() {
		try (AnnotationConfigApplicationContext context = LockedContext.of((it) -> {
			it.registerBean("lazy", UnknownVariable.class, (definition) -> definition.setLazyInit(true));
			it.registerBean("prototype", NoKey.class,
					(definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE));
		})) {
			assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> context.getBean("lazy"))
				.withRootCauseInstanceOf(LockedDefinitionException.class);
			assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> context.getBean("prototype"))
				.withRootCauseInstanceOf(LockedDefinitionException.class);
		}
	}

	@Test
	void aClassWithoutParameterNamesFailsUnlessItsKeysUsePositions() throws Exception {
		String source = """
				public class %s {
					@io.github.asynclock.Locked("'order-' + %s") public void work(long id) { }
				}
				""";
		Class<?> byName = WithoutParameterNames.compile("ByName", source.formatted("ByName", "#id"));
		Class<?> byPosition = WithoutParameterNames.compile("ByPosition", source.formatted("ByPosition", "#p0"));
		assertThat(LockedContext.startFailure(byName)).hasMessageContaining("ByName.work(long)")
			.hasMessageContaining("#id")
			.hasMessageContaining("-parameters")
			.hasMessageContaining("#p0");
		try (AnnotationConfigApplicationContext context = LockedContext
			.of((it) -> it.setClassLoader(byPosition.getClassLoader()), byPosition)) {
			byPosition.getMethod("work", long.class).invoke(context.getBean(byPosition), 5L);
			assertThat(context.getBean(NaiveLockService.class).lastKeys()).containsExactly("order-5");
		}
	}

	@Test
	void severalLockServicesWithoutAPrimaryFailStartUp() {
		assertThatExceptionOfType(LockedDefinitionException.class)
			.isThrownBy(() -> LockedContext.of((it) -> it.registerBean("other", NaiveLockService.class), Fine.class))
			.withMessageContaining("[lockService, other]");
	}

	@Test
	void severalLockServicesDoNotMatterWhereNothingIsLocked() {
		LockedContext.of((it) -> it.registerBean("other", NaiveLockService.class)).close();
	}

	@Test
	void anUnusedBrokenClassDoesNotMatter() {
		LockedContext.of(Fine.class).close();
	}

	static class Fine {

		@Locked("'fine'")
		public void work() {
		}

	}

	static class UnparsableKey {

		@Locked("'order-' + ")
		public void work(long id) {
		}

	}

	static class BlankKey {

		@Locked(" ")
		public void work(long id) {
		}

	}

	static class NoKey {

		@Locked
		public void work(long id) {
		}

	}

	static class UnknownVariable {

		@Locked("'order-' + #orderId")
		public Mono<String> work(long id, long amount) {
			return Mono.empty();
		}

	}

	static class UnknownPosition {

		@Locked("#p1")
		public void work(long id) {
		}

	}

	static class NoParameters {

		@Locked("#id")
		public void work() {
		}

	}

	static class HiddenUnknownVariable {

		@Locked("{'a', #ids.?[#this > #nope]}")
		public void work(List<Integer> ids) {
		}

	}

	static class PlainName {

		@Locked("orders")
		public void work(List<Integer> ids) {
		}

	}

	static class UnknownBean {

		@Locked("@nope.of(#id)")
		public void work(long id) {
		}

	}

	static class Function {

		@Locked("#fn(#id)")
		public void work(long id) {
		}

	}

	static class Assigning {

		@Locked("#id = 5")
		public void work(long id) {
		}

	}

	static class BothAliases {

		@Locked(value = "'a'", key = "'b'")
		public void work(long id) {
		}

	}

	static class PrivateMethod {

		@Locked("'a'")
		private void work() {
		}

	}

	static class StaticMethod {

		@Locked("'a'")
		public static void work() {
		}

	}

	static class FinalMethod {

		@Locked("'a'")
		public final void work() {
		}

	}

	@Locked("'a'")
	static class FinalMethodOfType {

		public final void work() {
		}

	}

	static final class FinalClass {

		@Locked("'a'")
		public void work() {
		}

	}

	static class OnlyOnClass implements Callable<String> {

		@Override
		public String call() {
			return "";
		}

		@Locked("'a'")
		public void work() {
		}

	}

	static class NoDuration {

		@Locked(key = "'a'", waitTime = "soon")
		public void work() {
		}

	}

	static class NegativeDuration {

		@Locked(key = "'a'", holdAtMost = "-5s")
		public void work() {
		}

	}

	static class UnknownPlaceholder {

		@Locked(key = "'a'", leaseTime = "${no.such.lease}")
		public void work() {
		}

	}

	static class ShortLease {

		@Locked(key = "'a'", leaseTime = "99ms")
		public void work() {
		}

	}

	static class HoldContradiction {

		@Locked(key = "'a'", holdAtMost = "1s", holdAtLeast = "1m")
		public void work() {
		}

	}

	static class BareFuture {

		@Locked("'a'")
		public Future<?> work() {
			return CompletableFuture.completedFuture("");
		}

	}

	static class SpecialFuture extends CompletableFuture<String> {

	}

	static class FutureSubclass {

		@Locked("'a'")
		public SpecialFuture work() {
			return new SpecialFuture();
		}

	}

	abstract static class SpecialFlux extends Flux<String> {

	}

	static class MonoSubclass {

		@Locked("'a'")
		public SpecialFlux work() {
			throw new UnsupportedOperationException();
		}

	}

	static class RxSubclass {

		@Locked("'a'")
		public SingleSubject<String> work() {
			return SingleSubject.create();
		}

	}

	static class RxInterface {

		@Locked("'a'")
		public SingleSource<String> work() {
			return Single.just("");
		}

	}

	static class Lazy {

		@Locked("'a'")
		public Stream<String> work() {
			return Stream.of("");
		}

	}

	static class Wrapped {

		@Locked("'a'")
		public Optional<Mono<String>> work() {
			return Optional.empty();
		}

	}

	static class SkipPrimitive {

		@Locked(key = "'a'", onTimeout = OnTimeout.SKIP)
		public int work() {
			return 1;
		}

		@Locked(key = "'a'", onTimeout = OnTimeout.SKIP)
		public void fine() {
		}

	}

	static class SkipSingle {

		@Locked(key = "'a'", onTimeout = OnTimeout.SKIP)
		public Single<String> work() {
			return Single.just("");
		}

	}

	static class NoService {

		@Locked(key = "'a'", service = "nope")
		public void work() {
		}

	}

	static class WrongService {

		@Locked(key = "'a'", service = "environment")
		public void work() {
		}

	}

	@EnableAsync
	static class AsyncVoid {

		@Async
		@Locked("'a'")
		public void work() {
		}

	}

}
