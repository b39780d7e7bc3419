package io.github.asynclock.autoconfigure;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.scheduling.TaskScheduler;

/**
 * The application's executor for actions that had to wait: the bean
 * {@code applicationTaskExecutor}, else the only {@link AsyncTaskExecutor}.
 *
 * <p>
 * Chosen by name and type, and fetched when the first such action starts: an executor is
 * often lazy, and asking for it early would create it before its time.
 */
final class ApplicationExecutor implements Executor {

	private static final String APPLICATION_TASK_EXECUTOR = "applicationTaskExecutor";

	private final ConfigurableListableBeanFactory beanFactory;

	private final String beanName;

	private ApplicationExecutor(ConfigurableListableBeanFactory beanFactory, String beanName) {
		this.beanFactory = beanFactory;
		this.beanName = beanName;
	}

	/**
	 * The application's executor; empty where there is none, or several and none of them
	 * stands out.
	 */
	static Optional<Executor> find(ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory.containsBean(APPLICATION_TASK_EXECUTOR)
				&& beanFactory.isTypeMatch(APPLICATION_TASK_EXECUTOR, Executor.class)) {
			return Optional.of(new ApplicationExecutor(beanFactory, APPLICATION_TASK_EXECUTOR));
		}
		List<String> names = taskExecutors(beanFactory);
		return (names.size() == 1) ? Optional.of(new ApplicationExecutor(beanFactory, names.get(0))) : Optional.empty();
	}

	/** Not a scheduler: a long action would hold up the application's timers. */
	private static List<String> taskExecutors(ConfigurableListableBeanFactory beanFactory) {
		String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, AsyncTaskExecutor.class,
				false, false);
		return Arrays.stream(names)
			.filter((name) -> !beanFactory.isTypeMatch(name, TaskScheduler.class))
			.filter((name) -> isCandidate(beanFactory, name))
			.toList();
	}

	/** Not one that its owner keeps from plain injection. */
	private static boolean isCandidate(ConfigurableListableBeanFactory beanFactory, String name) {
		return !beanFactory.containsBeanDefinition(name)
				|| !(beanFactory.getMergedBeanDefinition(name) instanceof AbstractBeanDefinition definition)
				|| definition.isAutowireCandidate() && definition.isDefaultCandidate();
	}

	@Override
	public void execute(Runnable action) {
		this.beanFactory.getBean(this.beanName, Executor.class).execute(action);
	}

}
