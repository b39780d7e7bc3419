package io.github.asynclock.benchmarks.local;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.github.asynclock.Locked;
import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.reflect.MethodSignature;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.ReflectionUtils;

/**
 * One call of an annotated method whose key is {@code 'order-' + #id} and whose future is
 * complete. Each benchmark has an application context of its own.
 */
public class LockedCallBenchmark {

	private static final String KEY = "'order-' + #id";

	private static final CompletableFuture<Integer> DONE = CompletableFuture.completedFuture(1);

	/**
	 * Ids beyond those that are boxed once for all, none of them twice in a row.
	 */
	@State(Scope.Thread)
	public static class Ids {

		private int next;

		long next() {
			return 10_000 + (this.next++ & 1023);
		}

	}

	@State(Scope.Benchmark)
	public static class AsyncLock {

		private ConfigurableApplicationContext context;

		private Orders orders;

		@Setup
		public void start() {
			this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
				.logStartupInfo(false)
				.properties("spring.main.banner-mode=off", "async-lock.provider=local")
				.run();
			this.orders = this.context.getBean(Orders.class);
			requireProxy(this.orders);
		}

		@TearDown
		public void stop() {
			this.context.close();
		}

	}

	@State(Scope.Benchmark)
	public static class Aspects {

		private AnnotationConfigApplicationContext context;

		private OrdersOfAspect orders;

		@Setup
		public void start() {
			this.context = new AnnotationConfigApplicationContext(AspectApplication.class);
			this.orders = this.context.getBean(OrdersOfAspect.class);
			requireProxy(this.orders);
			if (this.orders.process(10_000) != DONE || this.context.getBean(LockAspect.class).calls != 1) {
				throw new IllegalStateException("The aspect does not apply");
			}
		}

		@TearDown
		public void stop() {
			this.context.close();
		}

	}

	@State(Scope.Benchmark)
	public static class Plain {

		private final Orders orders = proxy();

		private static Orders proxy() {
			ProxyFactory factory = new ProxyFactory(new Orders());
			factory.setProxyTargetClass(true);
			factory.addAdvice((MethodInterceptor) (invocation) -> invocation.proceed());
			return (Orders) factory.getProxy();
		}

	}

	@State(Scope.Benchmark)
	public static class Spel {

		private final ParameterNameDiscoverer names = new DefaultParameterNameDiscoverer();

		private final Expression expression = new SpelExpressionParser().parseExpression(KEY);

		private final Method method = ReflectionUtils.findMethod(Orders.class, "process", long.class);

		private final Orders orders = new Orders();

		String evaluate(long id) {
			return this.expression.getValue(
					new MethodBasedEvaluationContext(this.orders, this.method, new Object[] { id }, this.names),
					String.class);
		}

	}

	private static void requireProxy(Object bean) {
		if (!AopUtils.isAopProxy(bean)) {
			throw new IllegalStateException(bean.getClass() + " is no proxy: nothing would be measured");
		}
	}

	@Benchmark
	public CompletableFuture<Integer> asyncLock(AsyncLock state, Ids ids) {
		return state.orders.process(ids.next());
	}

	@Benchmark
	public CompletableFuture<Integer> aspect(Aspects state, Ids ids) {
		return state.orders.process(ids.next());
	}

	@Benchmark
	public CompletableFuture<Integer> plainInterceptor(Plain state, Ids ids) {
		return state.orders.process(ids.next());
	}

	@Benchmark
	public String spel(Spel state, Ids ids) {
		return state.evaluate(ids.next());
	}

	public static class Orders {

		@Locked(key = KEY)
		public CompletableFuture<Integer> process(long id) {
			return DONE;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(excludeName = { "com.baomidou.lock.spring.boot.autoconfigure.LockAutoConfiguration",
			"com.baomidou.lock.spring.boot.autoconfigure.RedisTemplateLockAutoConfiguration" })
	static class Application {

		@Bean
		Orders orders() {
			return new Orders();
		}

	}

	/**
	 * The lock annotation of the peer, as applications write it for themselves.
	 */
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@interface OneAtATime {

		String key();

	}

	public static class OrdersOfAspect {

		@OneAtATime(key = KEY)
		public CompletableFuture<Integer> process(long id) {
			return DONE;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAspectJAutoProxy(proxyTargetClass = true)
	static class AspectApplication {

		@Bean
		OrdersOfAspect orders() {
			return new OrdersOfAspect();
		}

		@Bean
		LockAspect lockAspect() {
			return new LockAspect();
		}

	}

	/**
	 * Evaluates the key and holds it in a map while the method runs, nothing else: it
	 * does not even hold it until the future has ended. It reads the annotation by
	 * reflection, for a pointcut that binds it to a parameter more than doubles the time.
	 */
	@Aspect
	static class LockAspect {

		private final SpelExpressionParser parser = new SpelExpressionParser();

		private final ParameterNameDiscoverer names = new DefaultParameterNameDiscoverer();

		private final ConcurrentHashMap<String, Expression> expressions = new ConcurrentHashMap<>();

		private final ConcurrentHashMap<String, Boolean> held = new ConcurrentHashMap<>();

		private int calls;

		@Around("@annotation(io.github.asynclock.benchmarks.local.LockedCallBenchmark.OneAtATime)")
		public Object around(ProceedingJoinPoint call) throws Throwable {
			this.calls++;
			Method method = ((MethodSignature) call.getSignature()).getMethod();
			OneAtATime oneAtATime = method.getAnnotation(OneAtATime.class);
			Expression expression = this.expressions.get(oneAtATime.key());
			if (expression == null) {
				expression = this.parser.parseExpression(oneAtATime.key());
				this.expressions.put(oneAtATime.key(), expression);
			}
			String key = expression.getValue(
					new MethodBasedEvaluationContext(call.getTarget(), method, call.getArgs(), this.names),
					String.class);
			if (this.held.putIfAbsent(key, Boolean.TRUE) != null) {
				throw new IllegalStateException(key + " is taken");
			}
			try {
				return call.proceed();
			}
			finally {
				this.held.remove(key);
			}
		}

	}

}
