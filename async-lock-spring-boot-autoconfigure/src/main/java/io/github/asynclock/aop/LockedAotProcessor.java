package io.github.asynclock.aop;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.generate.GenerationContext;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.aot.BeanRegistrationCode;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

import io.github.asynclock.CommandLock;
import io.github.asynclock.Locked;

/**
 * What a native image has to keep for a bean with {@code @Locked} methods (the methods
 * and what their keys read), and for a {@link CommandLock} (the ids of its commands). The
 * class of a proxy is made by {@link LockedBeanPostProcessor#determineBeanType}. What is
 * declared wrongly is told at start-up, not here.
 */
final class LockedAotProcessor implements BeanRegistrationAotProcessor {

	private final LockedTypes types = new LockedTypes();

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
		Class<?> type = ClassUtils.getUserClass(bean.getBeanClass());
		Collection<LockedSource> methods = this.types.lockedMethods(type);
		ResolvableType command = bean.getBeanType().as(CommandLock.class).getGeneric(0);
		if (methods.isEmpty() && command.resolve() == null) {
			return null;
		}
		return new Hints(bean, type, methods, command);
	}

	/**
	 * @param methods those that are locked; may be empty
	 * @param command what the bean is the lock of; of no type if it is none
	 */
	private record Hints(RegisteredBean bean, Class<?> type, Collection<LockedSource> methods,
			ResolvableType command) implements BeanRegistrationAotContribution {

		@Override
		public void applyTo(GenerationContext generation, BeanRegistrationCode code) {
			RuntimeHints hints = generation.getRuntimeHints();
			if (!this.methods.isEmpty()) {
				hints.proxies().registerJdkProxy(Locked.class);
				hints.reflection().registerField(KeyNodes.CHILDREN);
				LockedSource.hierarchy(this.type).forEach(hints.reflection()::registerType);
			}
			this.methods.forEach((method) -> register(method, hints.reflection()));
			new ReachedTypes(hints.reflection()).registerIds(this.command);
		}

		private void register(LockedSource source, ReflectionHints hints) {
			hints.registerMethod(source.method(), ExecutableMode.INVOKE);
			hints.registerMethod(source.annotated(), ExecutableMode.INVOKE);
			KeyLanguage language = new KeyLanguage(this.bean.getBeanFactory());
			KeyParameters parameters = KeyParameters.of(source.annotated(), source.method());
			List<ResolvableType> roots = ReachedTypes.roots(source.method(), this.type);
			for (String key : source.annotation().getStringArray("key")) {
				new KeyHints(this.bean.getBeanFactory(), language, parameters, hints).register(key, roots);
			}
		}

	}

}
