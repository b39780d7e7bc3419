package io.github.asynclock.aop;

import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;

import io.github.asynclock.aop.ReturnKind.Blocking;
import io.github.asynclock.aop.ReturnKind.Eager;
import io.github.asynclock.aop.ReturnKind.LazyFlux;
import io.github.asynclock.aop.ReturnKind.LazyMono;

/**
 * Finds the {@link ReturnKind} of a method by its declared type, and refuses types whose
 * work would outlive the lock unseen.
 */
final class ReturnKinds {

	private static final String ACTION = "Return a CompletableFuture, a Mono or a Flux (in Kotlin a Deferred or a Flow,"
			+ " or suspend), which hold the key until they have ended";

	/**
	 * Work that has not ended when the method returns, in types that nothing here adapts;
	 * by name, as they need not be there.
	 */
	private static final List<String> UNSEEN_WORK = List.of("io.reactivex.", "rx.", "io.vertx.core.Future",
			"io.vavr.concurrent.", "scala.concurrent.", "kotlinx.coroutines.",
			"org.springframework.web.context.request.async.", "org.springframework.web.servlet.mvc.method.annotation.");

	private final ReactiveAdapterRegistry adapters = ReactiveAdapterRegistry.getSharedInstance();

	/**
	 * @param description the method as messages name it
	 * @param skip whether the result may have to be empty
	 * @throws LockedDefinitionException if the type cannot be locked
	 */
	ReturnKind of(String description, Method method, Class<?> targetClass, boolean skip) {
		if (KotlinDetector.isSuspendingFunction(method)) {
			return KotlinMethods.suspending(description, method, targetClass, skip);
		}
		ResolvableType type = ResolvableType.forMethodReturnType(method, targetClass);
		Class<?> raw = type.resolve(method.getReturnType());
		if (CompletionStage.class.isAssignableFrom(raw)) {
			return eager(description, raw);
		}
		if (raw == Mono.class) {
			return new LazyMono(null);
		}
		if (raw == Flux.class || raw == Publisher.class) {
			return new LazyFlux(null);
		}
		if (raw.getName().equals(KotlinMethods.DEFERRED)) {
			return new CoroutineKind.Hot();
		}
		ReactiveAdapter adapter = this.adapters.getAdapter(raw);
		if (adapter != null) {
			return adapted(description, raw, adapter, skip);
		}
		if (skip) {
			KotlinMethods.requireNullable(description, method, raw);
		}
		return blocking(description, type, raw, KotlinMethods.isNonNull(method, raw), skip);
	}

	private static ReturnKind eager(String description, Class<?> raw) {
		if (!raw.isAssignableFrom(CompletableFuture.class)) {
			throw new LockedDefinitionException(
					description + " returns " + raw.getName() + ", which cannot be made to end after the release",
					"Declare CompletableFuture or CompletionStage");
		}
		return new Eager();
	}

	private static ReturnKind adapted(String description, Class<?> raw, ReactiveAdapter adapter, boolean skip) {
		Class<?> given = adapter.getReactiveType();
		if (!raw.isAssignableFrom(given) || !adapter.getDescriptor().isDeferred()) {
			throw new LockedDefinitionException(
					description + " returns " + raw.getName() + ", which cannot be made to start under the lock",
					raw.isAssignableFrom(given) ? ACTION : "Declare " + given.getName());
		}
		if (skip && !adapter.supportsEmpty()) {
			throw new LockedDefinitionException(
					description + " has onTimeout = SKIP, but its " + raw.getName() + " cannot be empty",
					"Return a type that can be empty, or leave out onTimeout");
		}
		if (raw.getName().equals(KotlinMethods.FLOW)) {
			return new CoroutineKind.ColdFlow(adapter);
		}
		return adapter.isMultiValue() ? new LazyFlux(adapter) : new LazyMono(adapter);
	}

	private static ReturnKind blocking(String description, ResolvableType type, Class<?> raw, boolean nonNull,
			boolean skip) {
		if (Future.class.isAssignableFrom(raw) || Callable.class.isAssignableFrom(raw)
				|| BaseStream.class.isAssignableFrom(raw) || holdsUnseenWork(type, 3)) {
			throw new LockedDefinitionException(description + " returns " + type
					+ ", whose work has not ended when the method returns and does not" + " say when it has", ACTION);
		}
		if (skip && raw.isPrimitive() && raw != void.class) {
			throw new LockedDefinitionException(
					description + " has onTimeout = SKIP, which gives null, but returns the primitive " + raw.getName(),
					"Return the wrapper type, or leave out onTimeout");
		}
		return new Blocking(raw, nonNull);
	}

	/** Also within the type arguments: a {@code ResponseEntity<Mono<...>>}. */
	private static boolean holdsUnseenWork(ResolvableType type, int depth) {
		Class<?> raw = type.resolve();
		if (raw == null || depth == 0) {
			return false;
		}
		if (CompletionStage.class.isAssignableFrom(raw) || Publisher.class.isAssignableFrom(raw)
				|| UNSEEN_WORK.stream().anyMatch(raw.getName()::startsWith)) {
			return true;
		}
		for (ResolvableType argument : type.getGenerics()) {
			if (holdsUnseenWork(argument, depth - 1)) {
				return true;
			}
		}
		return false;
	}

}
