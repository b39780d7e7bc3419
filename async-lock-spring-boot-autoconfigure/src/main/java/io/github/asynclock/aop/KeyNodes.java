package io.github.asynclock.aop;

import java.lang.reflect.Field;
import java.util.function.UnaryOperator;

import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.ExpressionState;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.NullLiteral;
import org.springframework.expression.spel.ast.OpPlus;
import org.springframework.expression.spel.ast.SpelNodeImpl;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.util.ReflectionUtils;

/**
 * Makes a parsed expression strict about null. SpEL writes a null operand of {@code +} as
 * the text "null", so that {@code 'order-' + #id} without an id would be one key for
 * everybody. Here each operand of {@code +} and each argument of a call is put behind a
 * node that refuses null; what handles null by itself ({@code ?:}, {@code ==}, a
 * conditional) is left alone. An operand next to text is turned into text by the same
 * node, with {@code toString()} and not by a conversion service.
 */
final class KeyNodes {

	/** SpEL offers no way to replace a node; subclasses see the field, others do not. */
	static final Field CHILDREN = childrenField();

	private KeyNodes() {
	}

	private static Field childrenField() {
		Field field = ReflectionUtils.findField(SpelNodeImpl.class, "children", SpelNodeImpl[].class);
		if (field == null) {
			throw new IllegalStateException("This version of spring-expression has no SpelNodeImpl.children, which "
					+ "async-lock needs to find null operands; use the Spring version async-lock was built for");
		}
		ReflectionUtils.makeAccessible(field);
		return field;
	}

	/**
	 * Changes the tree in place.
	 */
	static void makeStrict(SpelNode node) {
		for (int i = 0; i < node.getChildCount(); i++) {
			makeStrict(node.getChild(i));
		}
		if (node instanceof OpPlus && node.getChildCount() == 2) {
			boolean text = isText(node);
			wrap(node, 0, child -> operand(child, text));
			wrap(node, 1, child -> operand(child, text));
		}
		else if (node instanceof MethodReference || node instanceof ConstructorReference) {
			// the first child of a constructor call is the type's name
			for (int i = (node instanceof MethodReference) ? 0 : 1; i < node.getChildCount(); i++) {
				// a literal null is meant
				wrap(node, i, child -> (child instanceof NullLiteral) ? child : new Argument(child));
			}
		}
	}

	private static void wrap(SpelNode node, int index, UnaryOperator<SpelNodeImpl> wrapper) {
		SpelNodeImpl[] children = (SpelNodeImpl[]) ReflectionUtils.getField(CHILDREN, node);
		if (children != null) {
			children[index] = wrapper.apply(children[index]);
		}
	}

	private static SpelNodeImpl operand(SpelNodeImpl node, boolean text) {
		return isText(node) ? node : new Operand(node, text);
	}

	/** Whether a node surely gives text: text literals, and sums with one in it. */
	static boolean isText(SpelNode node) {
		if (node instanceof StringLiteral) {
			return true;
		}
		return node instanceof OpPlus && node.getChildCount() == 2
				&& (isText(node.getChild(0)) || isText(node.getChild(1)));
	}

	static String beanName(BeanReference bean) {
		return bean.toStringAST().replaceAll("^@?'?|'$", "");
	}

	static String variableName(VariableReference variable) {
		return variable.toStringAST().substring(1);
	}

	/** An operand of {@code +}. */
	private static final class Operand extends SpelNodeImpl {

		private final SpelNodeImpl node;

		private final boolean text;

		Operand(SpelNodeImpl node, boolean text) {
			super(node.getStartPosition(), node.getEndPosition(), node);
			this.node = node;
			this.text = text;
		}

		@Override
		public TypedValue getValueInternal(ExpressionState state) {
			Object found = this.node.getValueInternal(state).getValue();
			Object value = KeyText.unwrap(found);
			boolean number = value instanceof Number && !this.text;
			return new TypedValue(number ? value : KeyText.ofOperand(found, toStringAST()));
		}

		@Override
		public String toStringAST() {
			return this.node.toStringAST();
		}

	}

	/** An argument of a method or constructor call. */
	private static final class Argument extends SpelNodeImpl {

		private final SpelNodeImpl node;

		Argument(SpelNodeImpl node) {
			super(node.getStartPosition(), node.getEndPosition(), node);
			this.node = node;
		}

		@Override
		public TypedValue getValueInternal(ExpressionState state) {
			TypedValue value = this.node.getValueInternal(state);
			if (value.getValue() == null) {
				throw new KeyProblem("the argument " + toStringAST() + " is null");
			}
			return value;
		}

		@Override
		public String toStringAST() {
			return this.node.toStringAST();
		}

	}

}
