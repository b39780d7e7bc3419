package io.github.asynclock.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;

/**
 * The parameters that a key may name: {@code #id}, and by position {@code #p0} or
 * {@code #a0}.
 *
 * @param names in order; null where the class file has none (compiled without
 * {@code -parameters})
 * @param count how many arguments a caller gives
 * @param kotlin whether the method is Kotlin's
 */
record KeyParameters(@Nullable List<String> names, int count, boolean kotlin) {

	private static final ParameterNameDiscoverer DISCOVERER = new DefaultParameterNameDiscoverer();

	/**
	 * @param annotated the method that carries the annotation, whose names count
	 * @param implementation the method that runs, asked where the annotated one has no
	 * names
	 */
	static KeyParameters of(Method annotated, Method implementation) {
		@Nullable String[] names = DISCOVERER.getParameterNames(annotated);
		if (names == null) {
			names = DISCOVERER.getParameterNames(implementation);
		}
		int count = KotlinMethods.argumentCount(implementation);
		boolean kotlin = KotlinMethods.isKotlin(implementation.getDeclaringClass());
		if (names == null) {
			return new KeyParameters(null, count, kotlin);
		}
		List<String> known = new ArrayList<>(count);
		for (int i = 0; i < count && i < names.length; i++) {
			String name = names[i];
			known.add((name != null) ? name : "");
		}
		return new KeyParameters(known, count, kotlin);
	}

	/**
	 * @return the position of the parameter; -1 if there is none of that name
	 */
	int indexOf(String variable) {
		if (this.names != null) {
			for (int i = 0; i < this.names.size(); i++) {
				if (this.names.get(i).equals(variable)) {
					return i;
				}
			}
		}
		return byPosition(variable);
	}

	private int byPosition(String variable) {
		if (variable.length() < 2 || variable.length() > 4 || "ap".indexOf(variable.charAt(0)) < 0) {
			return -1;
		}
		int index = 0;
		for (int i = 1; i < variable.length(); i++) {
			int digit = variable.charAt(i) - '0';
			if (digit < 0 || digit > 9) {
				return -1;
			}
			index = index * 10 + digit;
		}
		return (index < this.count) ? index : -1;
	}

	/**
	 * What there is to name, for messages.
	 */
	String describe() {
		if (this.count == 0) {
			return "the method has no parameters";
		}
		if (this.names == null) {
			String last = (this.count == 1) ? "" : " to #p" + (this.count - 1);
			String with = this.kotlin ? "have kotlin-reflect on the class path, compile with -java-parameters"
					: "compile with -parameters";
			return "the class file has no parameter names; " + with + ", or use #p0" + last;
		}
		return "its parameters are #" + String.join(", #", this.names);
	}

}
