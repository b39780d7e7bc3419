package io.github.asynclock.aop;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.spel.SpelCompilerMode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.expression.spel.support.StandardTypeLocator;

/**
 * What all key expressions of a bean factory share: its beans as {@code @name} and its
 * class loader for {@code T(Type)}, whatever the calling thread's is. Expressions are
 * interpreted: what a compiled one would gain, {@link KeyTemplate} gains for the usual
 * ones.
 */
final class KeyLanguage {

	private final BeanFactory beanFactory;

	private final SpelParserConfiguration configuration;

	private final StandardEvaluationContext context = new StandardEvaluationContext();

	KeyLanguage(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
		ClassLoader classLoader = (beanFactory instanceof ConfigurableBeanFactory configurable)
				? configurable.getBeanClassLoader() : null;
		this.configuration = new SpelParserConfiguration(SpelCompilerMode.OFF, classLoader);
		this.context.setBeanResolver(new BeanFactoryResolver(beanFactory));
		this.context.setTypeLocator(new StandardTypeLocator(classLoader));
	}

	SpelParserConfiguration configuration() {
		return this.configuration;
	}

	EvaluationContext context() {
		return this.context;
	}

	boolean hasBean(String name) {
		return this.beanFactory.containsBean(name);
	}

}
