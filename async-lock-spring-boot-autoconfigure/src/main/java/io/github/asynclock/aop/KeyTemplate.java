package io.github.asynclock.aop;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.OpPlus;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * The usual keys, a parameter ({@code #id}) and text joined with parameters
 * ({@code 'order-' + #id}), without SpEL at call time.
 */
final class KeyTemplate {

	private final List<Part> parts;

	private KeyTemplate(List<Part> parts) {
		this.parts = parts;
	}

	/**
	 * @return null if the expression is anything else
	 */
	static @Nullable KeyTemplate of(SpelNode tree, KeyParameters parameters) {
		List<Part> parts = new ArrayList<>();
		boolean simple = tree instanceof VariableReference || KeyNodes.isText(tree);
		return (simple && collect(tree, parameters, parts)) ? new KeyTemplate(List.copyOf(parts)) : null;
	}

	private static boolean collect(SpelNode node, KeyParameters parameters, List<Part> parts) {
		if (node instanceof StringLiteral literal) {
			parts.add(new Part(String.valueOf(literal.getLiteralValue().getValue()), -1));
			return true;
		}
		if (node instanceof VariableReference variable) {
			int index = parameters.indexOf(KeyNodes.variableName(variable));
			parts.add(new Part(variable.toStringAST(), index));
			return index >= 0;
		}
		// a sum without text in it may be one of numbers
		return node instanceof OpPlus && KeyNodes.isText(node) && collect(node.getChild(0), parameters, parts)
				&& collect(node.getChild(1), parameters, parts);
	}

	/**
	 * The joined text; the parameter itself where there is nothing else.
	 * @throws KeyProblem if a parameter that is joined is null or has no text
	 */
	@Nullable Object evaluate(@Nullable Object[] arguments) {
		if (this.parts.size() == 1 && this.parts.get(0).index >= 0) {
			return arguments[this.parts.get(0).index];
		}
		String text = this.parts.get(0).text(arguments);
		for (int i = 1; i < this.parts.size(); i++) {
			text = text.concat(this.parts.get(i).text(arguments));
		}
		return text;
	}

	/**
	 * @param source the text, or the parameter as it is written
	 * @param index the parameter's position; -1 for text
	 */
	private record Part(String source, int index) {

		String text(@Nullable Object[] arguments) {
			return (this.index < 0) ? this.source : KeyText.ofOperand(arguments[this.index], this.source);
		}

	}

}
