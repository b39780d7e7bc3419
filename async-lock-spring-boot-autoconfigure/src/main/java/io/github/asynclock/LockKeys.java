package io.github.asynclock;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Keys of the form "type name, dash, id": the {@code OrderId} with the value 10 gives
 * {@code OrderId-10}. So that the same thing has the same key wherever it is locked, and
 * an order never the key of a customer.
 *
 * <p>
 * An id is text as it is, or an object of a type of its own: a record with one component
 * counts as that component's value, any other object as its {@code toString()}. A
 * collection or an array of ids gives a key for each, however deep.
 *
 * <p>
 * The name is the simple one: two types of different packages, or nested in different
 * types, with the same simple name share their keys, and exclude each other. Give such
 * their package with {@link #qualified} and {@link #qualifiedForType}.
 *
 * <p>
 * All methods throw {@link IllegalArgumentException} where there is no id, or one is
 * null, blank or without a text of its own.
 */
public final class LockKeys {

	private LockKeys() {
	}

	/**
	 * Keys of ids that have a type of their own: {@code OrderId-10}.
	 * @param ids not numbers, text or the like, which do not say what they identify
	 */
	public static List<String> of(Object... ids) {
		return collect(ids, (id) -> nameOfOwnType(id).getSimpleName());
	}

	/**
	 * As {@link #of}, with the package: {@code com.example.OrderId-10}.
	 * @param ids not numbers, text or the like, which do not say what they identify
	 */
	public static List<String> qualified(Object... ids) {
		return collect(ids, (id) -> nameOfOwnType(id).getName());
	}

	/**
	 * Keys of ids that are plain values: {@code forType(Order.class, 10)} gives
	 * {@code Order-10}.
	 * @param type what the ids identify
	 * @param ids of any type
	 */
	public static List<String> forType(Class<?> type, Object... ids) {
		return collect(ids, (id) -> type.getSimpleName());
	}

	/**
	 * As {@link #forType}, with the package: {@code com.example.Order-10}.
	 * @param type what the ids identify
	 * @param ids of any type
	 */
	public static List<String> qualifiedForType(Class<?> type, Object... ids) {
		return collect(ids, (id) -> type.getName());
	}

	private static List<String> collect(Object ids, Function<Object, String> prefix) {
		List<String> keys = new ArrayList<>();
		add(keys, ids, prefix);
		if (keys.isEmpty()) {
			throw new IllegalArgumentException("There is no id to make a key of; give at least one");
		}
		return keys;
	}

	private static void add(List<String> keys, @Nullable Object id, Function<Object, String> prefix) {
		if (id == null) {
			throw new IllegalArgumentException("An id is null; a key needs a value");
		}
		if (id instanceof Collection<?> several) {
			several.forEach((each) -> add(keys, each, prefix));
		}
		else if (id.getClass().isArray()) {
			for (int i = 0; i < Array.getLength(id); i++) {
				add(keys, Array.get(id, i), prefix);
			}
		}
		else {
			keys.add(prefix.apply(id) + "-" + text(id));
		}
	}

	private static Class<?> nameOfOwnType(Object id) {
		Class<?> type = (id instanceof Enum<?> constant) ? constant.getDeclaringClass() : id.getClass();
		if (type.getName().startsWith("java.") || type.getSimpleName().isEmpty()) {
			throw new IllegalArgumentException("The id " + id + " is a " + type.getName()
					+ ", which does not say what it identifies; use LockKeys.forType(Order.class, id)");
		}
		return type;
	}

	private static String text(Object id) {
		Object value = valueOf(id);
		if (value == null || value instanceof Optional || value instanceof Map || value instanceof Iterable
				|| value.getClass().isArray()) {
			throw new IllegalArgumentException("The value of a " + id.getClass().getName() + " is " + value
					+ ", which is no id; give one value that is not null");
		}
		String text = value.toString();
		String type = value.getClass().getName();
		if (text == null || text.isBlank() || text.equals(type + "@" + Integer.toHexString(value.hashCode()))) {
			throw new IllegalArgumentException("The text of a " + type + " is \"" + text
					+ "\", which is no key; give it a toString() of its own, or use LockKeys.forType(type, value)");
		}
		return text;
	}

	private static @Nullable Object valueOf(Object id) {
		RecordComponent[] components = id.getClass().getRecordComponents();
		if (components == null || components.length != 1) {
			return id;
		}
		try {
			components[0].getAccessor().setAccessible(true); // a record need not be
																// public
			return components[0].getAccessor().invoke(id);
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			throw new IllegalArgumentException(
					"The value of a " + id.getClass().getName() + " cannot be read; use LockKeys.forType(type, value)",
					ex);
		}
	}

}
