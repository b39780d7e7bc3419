package io.github.asynclock.aop;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.core.annotation.AnnotationConfigurationException;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

import io.github.asynclock.Locked;

/**
 * Which methods of a class are locked, also such that no proxy can reach. Most classes
 * have none: they are looked at once, briefly.
 */
final class LockedTypes {

	private final Map<Class<?>, Collection<LockedSource>> sources = new ConcurrentHashMap<>(256);

	/**
	 * @return one per method that runs; empty for nearly every class
	 */
	Collection<LockedSource> lockedMethods(Class<?> targetClass) {
		Collection<LockedSource> known = this.sources.get(targetClass);
		if (known == null) {
			known = find(targetClass);
			this.sources.put(targetClass, known);
		}
		return known;
	}

	private static Collection<LockedSource> find(Class<?> targetClass) {
		Class<?> type = ClassUtils.getUserClass(targetClass);
		if (!AnnotationUtils.isCandidateClass(type, Locked.class) || !mentionsLocked(type)) {
			return List.of();
		}
		Map<Method, LockedSource> found = new LinkedHashMap<>();
		for (Class<?> each : LockedSource.hierarchy(type)) {
			for (Method method : ReflectionUtils.getDeclaredMethods(each)) {
				LockedSource source = LockedSource.find(method, type);
				if (source != null) {
					found.putIfAbsent(source.method(), source);
				}
			}
		}
		return List.copyOf(found.values());
	}

	private static boolean mentionsLocked(Class<?> type) {
		try {
			for (Class<?> each : LockedSource.hierarchy(type)) {
				if (carriesLocked(each)) {
					return true;
				}
				for (Method method : ReflectionUtils.getDeclaredMethods(each)) {
					if (carriesLocked(method)) {
						return true;
					}
				}
			}
			return false;
		}
		catch (IllegalStateException | LinkageError ex) {
			// what cannot be introspected (an optional dependency is missing) is not ours
			return false;
		}
	}

	private static boolean carriesLocked(AnnotatedElement element) {
		try {
			return MergedAnnotations.from(element).isPresent(Locked.class);
		}
		catch (AnnotationConfigurationException ex) {
			// another annotation is malformed: not ours to say
			return false;
		}
	}

}
