package io.github.asynclock.aop;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * All expressions of a {@code @Locked} method. One whose value is a collection or an
 * array gives a key per element, however deep.
 */
final class KeyExpressions {

	private final List<KeyExpression> expressions;

	private final @Nullable KeyExpression only;

	KeyExpressions(List<KeyExpression> expressions) {
		this.expressions = expressions;
		this.only = (expressions.size() == 1) ? expressions.get(0) : null;
	}

	/**
	 * The keys for a call; at least one, none blank.
	 * @throws io.github.asynclock.LockKeyException if a value is null, empty or blank, or
	 * has no text
	 */
	List<String> evaluate(MethodInvocation invocation) {
		if (this.only != null) {
			Object value = this.only.evaluate(invocation);
			if (value instanceof String text && !text.isBlank()) {
				return List.of(text);
			}
			List<String> keys = new ArrayList<>();
			add(keys, this.only, value);
			return keys;
		}
		List<String> keys = new ArrayList<>();
		for (KeyExpression expression : this.expressions) {
			add(keys, expression, expression.evaluate(invocation));
		}
		return keys;
	}

	private static void add(List<String> keys, KeyExpression expression, @Nullable Object value) {
		int before = keys.size();
		if (value instanceof Collection<?> several) {
			for (Object element : several) {
				add(keys, expression, element);
			}
		}
		else if (value != null && value.getClass().isArray()) {
			for (int i = 0; i < Array.getLength(value); i++) {
				add(keys, expression, Array.get(value, i));
			}
		}
		else {
			keys.add(text(expression, KeyText.unwrap(value), value));
		}
		if (keys.size() == before) {
			throw expression.failure("its value is an empty collection", null);
		}
	}

	private static String text(KeyExpression expression, @Nullable Object value, @Nullable Object found) {
		if (value == null) {
			throw expression.failure("its value is " + found, null);
		}
		String text;
		try {
			text = KeyText.of(value, "its value");
		}
		catch (KeyProblem ex) {
			throw expression.failure(String.valueOf(ex.getMessage()), null);
		}
		if (text.isBlank()) {
			throw expression.failure("its value is \"" + text + "\"", null);
		}
		return text;
	}

}
