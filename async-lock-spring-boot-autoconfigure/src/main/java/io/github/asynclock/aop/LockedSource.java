package io.github.asynclock.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotationConfigurationException;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

import io.github.asynclock.Locked;

/**
 * Where a method's {@link Locked} was found. A method's own annotation, also an inherited
 * one or an interface's, wins over a type's; a type's holds for the public methods of
 * that type and for what overrides them.
 *
 * @param annotation the annotation, composed ones merged
 * @param method the method that runs: never a bridge, of the class where there is one
 * @param annotated the method that carries the annotation; the one that runs where a type
 * carries it
 * @param onType whether a type carries it
 */
record LockedSource(MergedAnnotation<Locked> annotation, Method method, Method annotated, boolean onType) {

	/**
	 * @param method a method of the target class, one of its interfaces, or a bridge
	 * @return null if the method is not locked
	 */
	static @Nullable LockedSource find(Method method, Class<?> targetClass) {
		Method specific = AopUtils.getMostSpecificMethod(method, targetClass);
		if (specific.getDeclaringClass() == Object.class || specific.isSynthetic()) {
			return null;
		}
		LockedSource own = onMethod(specific, specific);
		if (own == null && !specific.equals(method)) {
			own = onMethod(specific, method);
		}
		return (own != null) ? own : inherited(specific, targetClass);
	}

	private static @Nullable LockedSource inherited(Method specific, Class<?> targetClass) {
		if (Modifier.isPrivate(specific.getModifiers()) || Modifier.isStatic(specific.getModifiers())) {
			return null;
		}
		List<Class<?>> hierarchy = hierarchy(targetClass);
		// an interface that only the subclass of the method's class implements
		for (Class<?> type : hierarchy) {
			Method declared = type.isInterface() ? sameMethod(type, specific, targetClass) : null;
			LockedSource source = (declared != null) ? onMethod(specific, declared) : null;
			if (source != null) {
				return source;
			}
		}
		return Modifier.isPublic(specific.getModifiers()) ? onType(specific, targetClass, hierarchy) : null;
	}

	private static @Nullable LockedSource onMethod(Method specific, Method annotated) {
		MergedAnnotation<Locked> annotation = locked(MergedAnnotations.from(annotated, SearchStrategy.TYPE_HIERARCHY),
				annotated);
		if (!annotation.isPresent()) {
			return null;
		}
		Method carrier = (annotation.getSource() instanceof Method source) ? source : annotated;
		return new LockedSource(annotation, specific, carrier, false);
	}

	private static @Nullable LockedSource onType(Method specific, Class<?> targetClass, List<Class<?>> hierarchy) {
		for (Class<?> type : hierarchy) {
			MergedAnnotation<Locked> annotation = locked(MergedAnnotations.from(type), type);
			if (annotation.isPresent() && sameMethod(type, specific, targetClass) != null) {
				return new LockedSource(annotation, specific, specific, true);
			}
		}
		return null;
	}

	private static MergedAnnotation<Locked> locked(MergedAnnotations annotations, Object carrier) {
		try {
			return annotations.get(Locked.class);
		}
		catch (AnnotationConfigurationException ex) {
			throw new LockedDefinitionException(carrier + ": @Locked contradicts itself (" + ex.getMessage() + ")",
					"Give key or value, not both", ex);
		}
	}

	/** The class, its superclasses, then all interfaces. */
	static List<Class<?>> hierarchy(Class<?> targetClass) {
		List<Class<?>> types = new ArrayList<>();
		for (Class<?> type = targetClass; type != null && type != Object.class; type = type.getSuperclass()) {
			types.add(type);
		}
		types.addAll(ClassUtils.getAllInterfacesForClassAsSet(targetClass));
		return types;
	}

	/**
	 * The public method of a type that the given method is or implements; null if the
	 * type has none.
	 */
	static @Nullable Method sameMethod(Class<?> type, Method method, Class<?> targetClass) {
		for (Method candidate : type.getMethods()) {
			if (candidate.getName().equals(method.getName()) && !candidate.isSynthetic()
					&& sameParameters(candidate, method, targetClass)) {
				return candidate;
			}
		}
		return null;
	}

	private static boolean sameParameters(Method candidate, Method method, Class<?> targetClass) {
		if (candidate.getParameterCount() != method.getParameterCount()) {
			return false;
		}
		for (int i = 0; i < method.getParameterCount(); i++) {
			if (parameter(candidate, i, targetClass) != parameter(method, i, targetClass)) {
				return false;
			}
		}
		return true;
	}

	private static Class<?> parameter(Method method, int index, Class<?> targetClass) {
		return ResolvableType.forMethodParameter(method, index, targetClass).resolve(method.getParameterTypes()[index]);
	}

}
