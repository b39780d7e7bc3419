package io.github.asynclock.aop;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.BaseStream;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The text of a value in a key: its {@code toString()}. Values whose text would not be
 * the same for equal values are refused, because their lock would never exclude anyone.
 */
final class KeyText {

	private KeyText() {
	}

	/**
	 * The value itself, or what an {@link Optional} holds.
	 * @return null for null and for an empty {@code Optional}
	 */
	static @Nullable Object unwrap(@Nullable Object value) {
		return (value instanceof Optional<?> optional) ? optional.orElse(null) : value;
	}

	/**
	 * The text of an operand of {@code +}.
	 * @param found what the operand is
	 * @param where the operand as it is written, for the message
	 * @throws KeyProblem if it is null or has no text
	 */
	static String ofOperand(@Nullable Object found, String where) {
		Object value = unwrap(found);
		if (value == null) {
			throw new KeyProblem(where + " is " + found);
		}
		return of(value, where);
	}

	/**
	 * @param value one value, neither null nor an {@code Optional}
	 * @param where what the value is in the expression, for the message
	 * @throws KeyProblem if the value has no text that could be a key
	 */
	static String of(Object value, String where) {
		if (value instanceof String text) {
			return text;
		}
		if (value instanceof Number || value instanceof Enum) {
			return value.toString();
		}
		if (isSeveral(value) || isMoving(value)) {
			throw new KeyProblem(where + " is a " + value.getClass().getName()
					+ ", which has no text of its own; use one of its properties, or #list.!['prefix-' + #this]"
					+ " to have a key for each element of a list");
		}
		String text = value.toString();
		if (text == null) {
			throw new KeyProblem(where + " is a " + value.getClass().getName() + " whose toString() gives null");
		}
		String type = value.getClass().getName();
		if (text.startsWith(type) && text.equals(type + "@" + Integer.toHexString(value.hashCode()))) {
			throw new KeyProblem(
					where + " is a " + type + " without a toString() of its own; use one of its properties");
		}
		return text;
	}

	private static boolean isSeveral(Object value) {
		return value.getClass().isArray() || value instanceof Map
				|| (value instanceof Iterable && !(value instanceof Path));
	}

	private static boolean isMoving(Object value) {
		return value instanceof Iterator || value instanceof BaseStream || value instanceof CompletionStage
				|| value instanceof Publisher;
	}

}
