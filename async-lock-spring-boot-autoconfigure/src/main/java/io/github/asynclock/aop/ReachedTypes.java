package io.github.asynclock.aop;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.TypeHint;
import org.springframework.core.ResolvableType;
import org.springframework.util.StringUtils;

/**
 * The types that can be reached from others by what their public methods and fields are
 * declared to give, elements of collections and permitted subclasses included.
 *
 * @param hints where they are registered
 */
record ReachedTypes(ReflectionHints hints) {

	/** How far an id may be from its command: order, line, id of the product. */
	private static final int STEPS_TO_IDS = 3;

	/** A map of lists of optional arrays; what contains itself has no end. */
	private static final int DEPTH = 5;

	/**
	 * What expressions in the keys of a method can begin with.
	 */
	static List<ResolvableType> roots(Method method, Class<?> targetClass) {
		List<ResolvableType> roots = new ArrayList<>();
		for (int i = 0; i < method.getParameterCount(); i++) {
			roots.add(ResolvableType.forMethodParameter(method, i, targetClass));
		}
		roots.add(ResolvableType.forClass(KeyRoot.class));
		roots.add(ResolvableType.forClass(targetClass)); // #root.target
		return roots;
	}

	/**
	 * Registers each type of which a member with one of the names can be read.
	 * @param names as an expression has them, of properties, fields and methods
	 */
	void registerRead(Collection<ResolvableType> from, List<String> names) {
		Set<String> members = new HashSet<>(names);
		for (String name : names) {
			members.add("get" + StringUtils.capitalize(name));
			members.add("is" + StringUtils.capitalize(name));
		}
		Set<ResolvableType> reached = new LinkedHashSet<>();
		follow(from, names.size(), reached, (type) -> {
			List<ResolvableType> next = read(type, (method) -> members.contains(method.getName()), members);
			if (!next.isEmpty()) {
				registerMembers(type.toClass());
			}
			return next;
		});
		reached.forEach(this::registerId);
	}

	/**
	 * Registers the ids that commands have: {@link io.github.asynclock.LockKeys} reads
	 * records with one component.
	 */
	void registerIds(ResolvableType command) {
		Set<ResolvableType> reached = new LinkedHashSet<>();
		follow(List.of(command), STEPS_TO_IDS, reached, (type) -> type.toClass().getName().startsWith("java.")
				? List.of() : read(type, (method) -> method.getParameterCount() == 0, Set.of()));
		reached.forEach(this::registerId);
	}

	private void registerMembers(Class<?> type) {
		for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
			this.hints.registerType(each, MemberCategory.INVOKE_PUBLIC_METHODS, MemberCategory.ACCESS_PUBLIC_FIELDS);
		}
		// of a class that is not public, the interface's method is called
		this.hints.registerForInterfaces(type,
				(TypeHint.Builder each) -> each.withMembers(MemberCategory.INVOKE_PUBLIC_METHODS));
	}

	private void registerId(ResolvableType type) {
		Class<?> id = type.toClass();
		if (id.isRecord() && id.getRecordComponents().length == 1) {
			// an image knows the components of a record if it knows all its methods
			this.hints.registerType(id, MemberCategory.INVOKE_PUBLIC_METHODS, MemberCategory.INVOKE_DECLARED_METHODS);
		}
	}

	private static void follow(Collection<ResolvableType> from, int steps, Set<ResolvableType> reached,
			Function<ResolvableType, List<ResolvableType>> step) {
		Collection<ResolvableType> frontier = from;
		for (int i = 0; i <= steps; i++) {
			Set<ResolvableType> here = new LinkedHashSet<>();
			frontier.forEach((type) -> addParts(type, DEPTH, here));
			here.removeAll(reached);
			reached.addAll(here);
			frontier = (i < steps) ? here.stream().flatMap((type) -> step.apply(type).stream()).toList() : List.of();
		}
	}

	private static List<ResolvableType> read(ResolvableType type, Predicate<Method> methods, Set<String> fields) {
		List<ResolvableType> found = new ArrayList<>();
		try {
			for (Method method : type.toClass().getMethods()) {
				if (methods.test(method)) {
					ResolvableType owner = type.as(method.getDeclaringClass());
					found.add(ResolvableType.forType(method.getGenericReturnType(), owner));
				}
			}
			for (Field field : type.toClass().getFields()) {
				if (fields.contains(field.getName())) {
					found.add(ResolvableType.forField(field, type.as(field.getDeclaringClass())));
				}
			}
		}
		catch (TypeNotPresentException | LinkageError ex) {
			// an optional dependency is missing: what cannot be looked at is not read
		}
		return found;
	}

	/** The type, what it is a collection of, and what implements it. */
	private static void addParts(ResolvableType type, int depth, Set<ResolvableType> parts) {
		Class<?> raw = type.resolve();
		if (raw == null || raw.isPrimitive() || raw == Object.class || depth == 0 || !parts.add(type)) {
			return;
		}
		if (type.isArray()) {
			addParts(type.getComponentType(), depth - 1, parts);
		}
		for (ResolvableType view : List.of(type, type.as(Iterable.class), type.asMap())) {
			for (ResolvableType argument : view.getGenerics()) {
				addParts(argument, depth - 1, parts);
			}
		}
		if (raw.isSealed()) {
			for (Class<?> permitted : raw.getPermittedSubclasses()) {
				addParts(ResolvableType.forClass(permitted), depth - 1, parts);
			}
		}
	}

}
