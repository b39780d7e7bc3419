package io.github.asynclock.aop;

import java.util.function.Consumer;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.GenericApplicationContext;

import io.github.asynclock.CommandLock;
import io.github.asynclock.LockKeyException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.Locked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which {@link CommandLock} bean belongs to which method: found by generic type, checked
 * at start-up.
 */
class CommandLockDefinitionTests {

	@ParameterizedTest
	@ValueSource(classes = { PayLock.class, InheritedLock.class, BoundLock.class, ByMethod.class, ByWildcard.class,
			BySubtype.class, LazyLock.class, Scoped.class })
	void matchedByGenericType_alsoInherited(Class<?> lock) {
		try (AnnotationConfigApplicationContext context = LockedContext.of(Shop.class, lock)) {
			context.getBean(Shop.class).pay(new Pay("1"));
			assertThat(context.getBean(NaiveLockService.class).lastKeys()).containsExactly("Pay-1");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void matchedByGenericType_alsoBehindAProxy(boolean targetClass) {
		Consumer<GenericApplicationContext> proxies = (context) -> {
			context.registerBean(PassOn.class);
			context.registerBean(BeanNameAutoProxyCreator.class, () -> {
				BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
				creator.setBeanNames("lock");
				creator.setInterceptorNames(context.getBeanNamesForType(PassOn.class));
				creator.setProxyTargetClass(targetClass);
				return creator;
			});
			context.registerBean("lock", InheritedLock.class);
		};
		try (AnnotationConfigApplicationContext context = LockedContext.of(proxies, Shop.class)) {
			assertThat(AopUtils.isCglibProxy(context.getBean("lock"))).isEqualTo(targetClass);
			assertThat(AopUtils.isJdkDynamicProxy(context.getBean("lock"))).isEqualTo(!targetClass);
			context.getBean(Shop.class).pay(new Pay("1"));
			assertThat(context.getBean(NaiveLockService.class).lastKeys()).containsExactly("Pay-1");
		}
	}

	@Test
	void matchedByGenericType_ofAProxyThatWasRegisteredAsAnObject() {
		try (AnnotationConfigApplicationContext context = LockedContext.of((it) -> {
			ProxyFactory factory = new ProxyFactory(new PayLock());
			it.getBeanFactory().registerSingleton("lock", factory.getProxy());
		}, Shop.class)) {
			context.getBean(Shop.class).pay(new Pay("1"));
			assertThat(context.getBean(NaiveLockService.class).lastKeys()).containsExactly("Pay-1");
		}
	}

	@Test
	void noLockFailsStartUpNamingTheMethod() {
		assertThat(LockedContext.startFailure(Shop.class))
			.hasMessageContaining(Shop.class.getName() + ".pay(Pay): @Locked has no key")
			.hasMessageContaining("there are none");
		assertThat(LockedContext.startFailure(Shop.class, RefundLock.class))
			.hasMessageContaining(".RefundLock (for " + Refund.class.getName() + ")");
	}

	@Test
	void twoLocksForOneTypeFailStartUpNamingBothBeansAndTheMethod() {
		assertThat(LockedContext.startFailure(Shop.class, PayLock.class, InheritedLock.class))
			.hasMessageContaining(Shop.class.getName() + ".pay(Pay)")
			.hasMessageContaining(".PayLock")
			.hasMessageContaining(".InheritedLock");
	}

	@Test
	void twoLocksForOneTypeFailStartUpAlsoWhereNoMethodUsesThem() {
		assertThat(LockedContext.startFailure(PayLock.class, InheritedLock.class))
			.hasMessageContaining("two CommandLock beans for " + Pay.class.getName())
			.hasMessageContaining(".PayLock")
			.hasMessageContaining(".InheritedLock");
	}

	@Test
	void aLockThatDoesNotSayItsTypeFailsStartUp() {
		assertThatExceptionOfType(LockedDefinitionException.class)
			.isThrownBy(() -> LockedContext.of((context) -> context.registerBean("mute", CommandLock.class,
					() -> (command) -> Mono.just(LockRequest.of("any"))), Shop.class))
			.withMessageContaining("The CommandLock bean mute does not say what commands it is for");
	}

	@Test
	void twoArgumentsWithALockFailStartUp() {
		assertThat(LockedContext.startFailure(Swap.class, PayLock.class, RefundLock.class))
			.hasMessageContaining("Swap.swap(Pay, Refund)")
			.hasMessageContaining("several CommandLock beans")
			.hasMessageContaining(".PayLock")
			.hasMessageContaining(".RefundLock")
			.hasMessageContaining("one argument only");
	}

	@Test
	void theArgumentThatHasALockIsTheCommand() {
		try (AnnotationConfigApplicationContext context = LockedContext.of(Audited.class, PayLock.class)) {
			context.getBean(Audited.class).pay("somebody", new Pay("1"));
			assertThat(context.getBean(NaiveLockService.class).lastKeys()).containsExactly("Pay-1");
		}
	}

	@Test
	void aLazyBeanWithoutALockFailsWhenItIsCreated() {
		try (AnnotationConfigApplicationContext context = LockedContext
			.of((it) -> it.registerBean("lazy", Shop.class, (definition) -> definition.setLazyInit(true)))) {
			assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> context.getBean("lazy"))
				.withRootCauseInstanceOf(LockedDefinitionException.class);
		}
	}

	@Test
	void aLockIsCreatedWhenTheFirstCommandNeedsIt() {
		try (AnnotationConfigApplicationContext context = LockedContext.of(Shop.class, LazyLock.class)) {
			assertThat(context.getBeanFactory().containsSingleton("lazyPayLock")).isFalse();
			context.getBean(Shop.class).pay(new Pay("1"));
			assertThat(context.getBeanFactory().containsSingleton("lazyPayLock")).isTrue();
		}
	}

	@Test
	void aLockMayNeedTheBeanThatItIsFor() {
		try (AnnotationConfigApplicationContext context = LockedContext.of(AskingLock.class, Shop.class)) {
			context.getBean(Shop.class).pay(new Pay("1"));
			assertThat(context.getBean(NaiveLockService.class).lastKeys()).containsExactly("Pay-1");
		}
	}

	@Test
	void theClosestTypeWins() {
		try (AnnotationConfigApplicationContext context = LockedContext.of(AnyShop.class, AnyLock.class,
				PayLock.class)) {
			context.getBean(AnyShop.class).pay(new Pay("1"));
			assertThat(context.getBean(NaiveLockService.class).lastKeys()).containsExactly("Pay-1");
			context.getBean(AnyShop.class).any(new Refund());
			assertThat(context.getBean(NaiveLockService.class).lastKeys()).containsExactly("any");
		}
	}

	@Test
	void aSubclassAtRunTimeUsesItsOwnLockOrElseThatOfItsSuperclass() {
		try (AnnotationConfigApplicationContext context = LockedContext.of(AnyShop.class, AnyLock.class,
				PayLock.class)) {
			context.getBean(AnyShop.class).any(new Pay("1"));
			assertThat(context.getBean(NaiveLockService.class).lastKeys()).containsExactly("Pay-1");
			context.getBean(AnyShop.class).pay(new Pay("2") {
			});
			assertThat(context.getBean(NaiveLockService.class).lastKeys()).containsExactly("Pay-2");
		}
	}

	@Test
	void aSubclassAtRunTimeWithSeveralLocksIsAnError() {
		try (AnnotationConfigApplicationContext context = LockedContext.of(Shop.class, PayLock.class,
				UrgentLock.class)) {
			assertThatExceptionOfType(LockKeyException.class)
				.isThrownBy(() -> context.getBean(Shop.class).pay(new UrgentPay()))
				.withMessageContaining(UrgentPay.class.getName())
				.withMessageContaining(".PayLock")
				.withMessageContaining(".UrgentLock");
			assertThat(context.getBean(NaiveLockService.class).requests).isEmpty();
		}
	}

	static class Shop {

		@Locked
		public void pay(Pay command) {
		}

	}

	static class AnyShop extends Shop {

		@Locked
		public void any(Object command) {
		}

	}

	static class Pay {

		final String id;

		Pay(String id) {
			this.id = id;
		}

	}

	static final class UrgentPay extends Pay implements Urgent {

		UrgentPay() {
			super("urgent");
		}

	}

	interface Urgent {

	}

	static class Refund {

	}

	static class Swap {

		@Locked
		public void swap(Pay pay, Refund refund) {
		}

	}

	static class Audited {

		@Locked
		public void pay(String user, Pay command) {
		}

	}

	static class PassOn implements MethodInterceptor {

		@Override
		public Object invoke(MethodInvocation invocation) throws Throwable {
			return invocation.proceed();
		}

	}

	static class PayLock implements CommandLock<Pay> {

		@Override
		public Mono<LockRequest> lockFor(Pay command) {
			return Mono.just(LockRequest.of("Pay-" + command.id));
		}

	}

	abstract static class Middle<A, T extends Pay> implements CommandLock<T> {

		@Override
		public Mono<LockRequest> lockFor(T command) {
			return Mono.just(LockRequest.of("Pay-" + command.id));
		}

	}

	static class InheritedLock extends Middle<String, Pay> {

	}

	static class BoundLock<T extends Pay> extends Middle<String, T> {

	}

	static class RefundLock implements CommandLock<Refund> {

		@Override
		public Mono<LockRequest> lockFor(Refund command) {
			return Mono.just(LockRequest.of("refund"));
		}

	}

	static class AnyLock implements CommandLock<Object> {

		@Override
		public Mono<LockRequest> lockFor(Object command) {
			return Mono.just(LockRequest.of("any"));
		}

	}

	static class UrgentLock implements CommandLock<Urgent> {

		@Override
		public Mono<LockRequest> lockFor(Urgent command) {
			return Mono.just(LockRequest.of("urgent"));
		}

	}

	static class AskingLock extends PayLock {

		AskingLock(Shop shop) {
			assertThat(AopUtils.isAopProxy(shop)).isTrue();
		}

	}

	@Configuration
	static class ByMethod {

		@Bean
		CommandLock<Pay> lock() {
			return (command) -> Mono.just(LockRequest.of("Pay-" + command.id));
		}

	}

	@Configuration
	static class ByWildcard {

		@Bean
		CommandLock<?> lock() {
			return new InheritedLock();
		}

	}

	@Configuration
	static class BySubtype {

		@Bean
		static Middle<?, Pay> lock() {
			return new InheritedLock();
		}

	}

	@Configuration
	static class LazyLock {

		@Bean
		@Lazy
		PayLock lazyPayLock() {
			return new PayLock();
		}

	}

	@Configuration
	static class Scoped {

		@Bean
		@Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.INTERFACES)
		PayLock lock() {
			return new PayLock();
		}

	}

}
