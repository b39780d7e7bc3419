package io.github.asynclock.aop;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

/**
 * What {@code #root} is in a key.
 *
 * @param args the call's arguments
 * @param target the bean behind its proxy; null where a proxy has none
 * @param method the method that is called
 */
record KeyRoot(@Nullable Object[] args, @Nullable Object target, Method method) {

	public String methodName() {
		return this.method.getName();
	}

}
