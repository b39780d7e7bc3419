package io.github.asynclock.aop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.env.MapPropertySource;

import io.github.asynclock.FirstWins;
import io.github.asynclock.LockRequest;
import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Where {@code @Locked} is found, and what becomes of its attributes.
 */
class LockedDiscoveryTests {

	private AnnotationConfigApplicationContext context;

	private NaiveLockService locks;

	@AfterEach
	void stop() {
		if (this.context != null) {
			this.context.close();
		}
	}

	private <T> T start(Class<T> type) {
		return start(type, (it) -> it.registerBean("bean", type));
	}

	private <T> T start(Class<T> type, Consumer<GenericApplicationContext> customizer) {
		this.context = LockedContext.of(customizer);
		this.locks = this.context.getBean(NaiveLockService.class);
		return this.context.getBean(type);
	}

	private void assertLocked(String... keys) {
		assertThat(this.locks.lastKeys()).containsExactly(keys);
		this.locks.requests.clear();
	}

	private void assertNotLocked() {
		assertThat(this.locks.requests).isEmpty();
	}

	@Test
	void onAnInterfaceWithAJdkProxy() {
		Declared bean = start(Declared.class, (it) -> it.registerBean("bean", Implementing.class));
		assertThat(AopUtils.isJdkDynamicProxy(bean)).isTrue();
		bean.work(1);
		assertLocked("declared-1");
		bean.standard(2);
		assertLocked("default-2");
	}

	@Test
	void onAnInterfaceWithACglibProxy() {
		Implementing bean = start(Implementing.class, (it) -> {
			it.registerBean("bean", Implementing.class);
			it.getBeanDefinition("bean").setAttribute(AutoProxyUtils.PRESERVE_TARGET_CLASS_ATTRIBUTE, true);
		});
		assertThat(AopUtils.isCglibProxy(bean)).isTrue();
		bean.work(1);
		assertLocked("declared-1");
		bean.standard(2);
		assertLocked("default-2");
	}

	@Test
	void onAnInterfaceThatOnlyTheSubclassOfTheMethodsClassImplements() {
		Late bean = start(Late.class, (it) -> {
			it.registerBean("bean", Late.class);
			it.getBeanDefinition("bean").setAttribute(AutoProxyUtils.PRESERVE_TARGET_CLASS_ATTRIBUTE, true);
		});
		bean.work(1);
		assertLocked("declared-1");
	}

	@Test
	void onAGenericMethodAndItsBridge() {
		StringHandler bean = start(StringHandler.class);
		bean.handle("a");
		assertLocked("generic-a");
		Handler<String> handler = bean;
		handler.handle("b");
		assertLocked("generic-b");
		assertThat(bean.result("c").block()).isEqualTo("c");
		assertLocked("result-c");
	}

	@Test
	void onAGenericInterfaceOnly() {
		@SuppressWarnings("unchecked")
		DeclaredHandler<Integer> bean = start(DeclaredHandler.class,
				(it) -> it.registerBean("bean", IntegerHandler.class));
		bean.handle(5);
		assertLocked("declared-5");
	}

	@Test
	void onAnOverriddenMethodOfASuperclass() {
		Overriding bean = start(Overriding.class);
		bean.work(1);
		assertLocked("base-1");
		bean.other(1);
		assertLocked("other-1");
	}

	@Test
	void throughComposedAnnotations() {
		Composed bean = start(Composed.class);
		bean.work(1);
		assertLocked("composed-1");
		bean.first(2);
		LockRequest request = this.locks.lastRequest();
		assertThat(request.keys()).containsExactly("first-2");
		assertThat(request.waitTime()).isZero();
		assertThat(request.holdAtLeast()).isEqualTo(Duration.ofMinutes(1));
		assertThat(request.skipOnTimeout()).isTrue();
		assertThat(request.name()).isEqualTo("Composed.first");
	}

	@Test
	void onATypeForItsPublicMethodsWhereTheirOwnWins() {
		OnType bean = start(OnType.class);
		bean.work();
		assertLocked("type");
		bean.own();
		assertLocked("own");
		bean.inherited();
		assertLocked("type");
		bean.hidden();
		bean.reach();
		assertNotLocked();
		assertThat(bean.hashCode()).isNotZero();
		assertThat(bean.toString()).isNotNull();
		assertThat(bean).isEqualTo(bean);
		assertNotLocked();
	}

	@Test
	void onAnInterfaceTypeForTheMethodsOfTheInterface() {
		OfLockedType bean = start(OfLockedType.class, (it) -> {
			it.registerBean("bean", OfLockedType.class);
			it.getBeanDefinition("bean").setAttribute(AutoProxyUtils.PRESERVE_TARGET_CLASS_ATTRIBUTE, true);
		});
		bean.work(3);
		assertLocked("type-3");
		bean.more();
		assertNotLocked();
	}

	@Test
	void onAFactoryBeansProduct() {
		Declared bean = start(Declared.class, (it) -> it.registerBean("bean", ProductFactory.class));
		bean.work(1);
		assertLocked("declared-1");
	}

	@Test
	void onAProductOfABeanMethodAndOnAConfigurationItself() {
		this.context = LockedContext.of(Configured.class);
		this.locks = this.context.getBean(NaiveLockService.class);
		this.context.getBean(Declared.class).work(7);
		assertLocked("declared-7");
		this.context.getBean(Configured.class).work();
		assertLocked("configuration");
	}

	@Test
	void onALambda() {
		Function bean = start(Function.class, (it) -> it.registerBean("bean", Function.class, () -> (text) -> text));
		assertThat(bean.call("a")).isEqualTo("a");
		assertThat(this.locks.lastRequest().name()).isEqualTo("Function.call");
		assertLocked("lambda-a");
	}

	@Test
	void onAProxyThatIsNotSprings() {
		Declared proxy = (Declared) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { Declared.class }, (self, method, arguments) -> null);
		Declared bean = start(Declared.class, (it) -> it.registerBean("bean", Declared.class, () -> proxy));
		bean.work(4);
		assertLocked("declared-4");
	}

	@Test
	void onAFrozenProxy() {
		ProxyFactory factory = new ProxyFactory(new Implementing());
		factory.setFrozen(true);
		Declared proxy = (Declared) factory.getProxy();
		Declared bean = start(Declared.class, (it) -> it.registerBean("bean", Declared.class, () -> proxy));
		bean.work(4);
		assertLocked("declared-4");
	}

	@Test
	void notSilentlyLostBehindAFrozenProxy() {
		ProxyFactory factory = new ProxyFactory(new OnlyClass());
		factory.setFrozen(true);
		Plain proxy = (Plain) factory.getProxy();
		assertThatExceptionOfType(Exception.class)
			.isThrownBy(() -> start(Plain.class, (it) -> it.registerBean("bean", Plain.class, () -> proxy)))
			.withRootCauseInstanceOf(LockedDefinitionException.class)
			.withMessageContaining("frozen proxy");
	}

	@Test
	void onAScopedBeanOnce() {
		start(Scoped.class, (it) -> {
			it.getBeanFactory().registerScope("thread", new SimpleThreadScope());
			((AnnotationConfigApplicationContext) it).register(Scoped.class);
		});
		this.context.getBean(Scoped.class).work(5);
		assertThat(this.locks.requests).as("locked once, not by each of its two proxies").hasSize(1);
		assertLocked("scoped-5");
	}

	@Test
	void callsOfItsOwnMethodAreNotLocked() {
		SelfCalling bean = start(SelfCalling.class);
		bean.outer();
		assertNotLocked();
	}

	@Test
	void attributesBecomeTheRequest() {
		Attributes bean = start(Attributes.class, (it) -> {
			it.registerBean("bean", Attributes.class);
			it.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("test", Map.of("a.wait", "2m", "an.empty", "")));
		});
		bean.all();
		LockRequest request = this.locks.lastRequest();
		assertThat(request).isEqualTo(LockRequest.of("all")
			.named("given")
			.waitingAtMost(Duration.ofMinutes(2))
			.leasedFor(Duration.ofSeconds(5))
			.heldAtMost(Duration.ofMillis(1500))
			.heldAtLeast(Duration.ofMillis(500))
			.orSkip());
		bean.defaults();
		assertThat(this.locks.lastRequest()).isEqualTo(LockRequest.of("defaults").named("Attributes.defaults"));
	}

	@Test
	void theNamedServiceIsUsed() {
		Composed bean = start(Composed.class, (it) -> {
			it.registerBean("bean", Composed.class);
			it.registerBean("other", NaiveLockService.class, (definition) -> definition.setPrimary(false));
			it.getBeanDefinition("lockService").setPrimary(true);
			it.registerBean("special", Special.class);
		});
		bean.work(1);
		this.context.getBean(Special.class).work();
		assertThat(this.context.getBean("lockService", NaiveLockService.class).lastKeys())
			.containsExactly("composed-1");
		assertThat(this.context.getBean("other", NaiveLockService.class).lastKeys()).containsExactly("special");
	}

	interface Declared {

		@Locked("'declared-' + #id")
		void work(long id);

		@Locked("'default-' + #id")
		default void standard(long id) {
		}

	}

	static class Implementing implements Declared {

		@Override
		public void work(long otherName) {
		}

	}

	static class Early {

		public void work(long id) {
		}

	}

	static class Late extends Early implements Declared {

	}

	abstract static class Handler<T> {

		@Locked("'generic-' + #value")
		public void handle(T value) {
		}

		@Locked("'result-' + #value")
		abstract Mono<T> result(T value);

	}

	static class StringHandler extends Handler<String> {

		@Override
		public void handle(String value) {
		}

		@Override
		Mono<String> result(String value) {
			return Mono.just(value);
		}

	}

	interface DeclaredHandler<T> {

		@Locked("'declared-' + #value")
		void handle(T value);

	}

	static class IntegerHandler implements DeclaredHandler<Integer> {

		@Override
		public void handle(Integer value) {
		}

	}

	static class Base {

		@Locked("'base-' + #id")
		public void work(long id) {
		}

		@Locked("'other-' + #id")
		public void other(long id) {
		}

	}

	static class Overriding extends Base {

		@Override
		public void work(long id) {
		}

	}

	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@Locked
	@interface OrderLocked {

		@AliasFor(annotation = Locked.class, attribute = "key")
		String by();

	}

	static class Composed {

		@OrderLocked(by = "'composed-' + #id")
		public void work(long id) {
		}

		@FirstWins(key = "'first-' + #id", window = "1m")
		public CompletableFuture<String> first(long id) {
			return CompletableFuture.completedFuture("");
		}

	}

	static class Parent {

		public void inherited() {
		}

	}

	@Locked("'type'")
	static class OnType extends Parent {

		public void work() {
		}

		@Locked("'own'")
		public void own() {
		}

		void hidden() {
		}

		protected void reach() {
		}

	}

	@Locked("'type-' + #p0")
	interface LockedType {

		void work(int id);

	}

	static class OfLockedType implements LockedType {

		@Override
		public void work(int id) {
		}

		public void more() {
		}

	}

	static class ProductFactory implements FactoryBean<Declared> {

		@Override
		public Declared getObject() {
			return new Implementing();
		}

		@Override
		public Class<?> getObjectType() {
			return Declared.class;
		}

	}

	@Configuration
	static class Configured {

		@Bean
		Declared product() {
			return new Implementing();
		}

		@Locked("'configuration'")
		public void work() {
		}

	}

	interface Function {

		@Locked("'lambda-' + #text")
		String call(String text);

	}

	interface Plain {

		void work(long id);

	}

	static class OnlyClass implements Plain {

		@Override
		@Locked("'plain-' + #id")
		public void work(long id) {
		}

	}

	@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
	static class Scoped {

		@Locked("'scoped-' + #id")
		public void work(long id) {
		}

	}

	static class SelfCalling {

		public void outer() {
			inner();
		}

		@Locked("'inner'")
		public void inner() {
		}

	}

	static class Attributes {

		@Locked(key = "'all'", name = "given", waitTime = "${a.wait}", leaseTime = "PT5S", holdAtMost = "1500",
				holdAtLeast = "500ms", onTimeout = OnTimeout.SKIP)
		public String all() {
			return "";
		}

		@Locked(key = "'defaults'", waitTime = "${an.empty}")
		public String defaults() {
			return "";
		}

	}

	static class Special {

		@Locked(key = "'special'", service = "other")
		public void work() {
		}

	}

}
