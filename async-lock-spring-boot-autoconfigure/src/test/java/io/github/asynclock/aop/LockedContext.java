package io.github.asynclock.aop;

import java.util.function.Consumer;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.NestedExceptionUtils;

import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A real context with the post-processor and a {@link NaiveLockService} named
 * {@code lockService}.
 */
final class LockedContext {

	private LockedContext() {
	}

	static AnnotationConfigApplicationContext of(Class<?>... classes) {
		return of((context) -> {
		}, classes);
	}

	static AnnotationConfigApplicationContext of(Consumer<GenericApplicationContext> customizer, Class<?>... classes) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.registerBean(LockedBeanPostProcessor.class);
		context.registerBean("outermost", BeanPostProcessor.class,
				() -> context.getBean(LockedBeanPostProcessor.class).outermost());
		context.registerBean("lockService", NaiveLockService.class);
		if (classes.length > 0) {
			context.register(classes);
		}
		customizer.accept(context);
		try {
			context.refresh();
		}
		catch (RuntimeException ex) {
			context.close();
			throw ex;
		}
		return context;
	}

	/** Why a context with these beans does not start. */
	static LockedDefinitionException startFailure(Class<?>... classes) {
		Throwable failure = catchThrowable(() -> of(classes).close());
		Throwable root = (failure != null) ? NestedExceptionUtils.getMostSpecificCause(failure) : null;
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof LockedDefinitionException definition) {
				return definition;
			}
		}
		throw new AssertionError("Started, or failed otherwise: " + root, failure);
	}

}
