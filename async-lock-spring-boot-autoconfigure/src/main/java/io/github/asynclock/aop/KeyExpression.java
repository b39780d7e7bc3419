package io.github.asynclock.aop;

import java.util.List;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.EvaluationContext;
import org.springframework.expression.ParseException;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.ExpressionState;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

import io.github.asynclock.LockException;
import io.github.asynclock.LockKeyException;

/**
 * One expression of a {@code @Locked} method: parsed, checked and made strict about null
 * once, evaluated per call.
 */
final class KeyExpression {

	private final String method;

	private final String text;

	private final KeyLanguage language;

	private final KeyParameters parameters;

	private final SpelNode tree;

	private final @Nullable KeyTemplate template;

	private final boolean usesRoot;

	/**
	 * @param method the method as messages name it
	 * @param text the expression as it was written
	 * @throws LockedDefinitionException if it cannot be parsed or names what there is not
	 */
	KeyExpression(String method, String text, KeyParameters parameters, KeyLanguage language) {
		this.method = method;
		this.text = text;
		this.parameters = parameters;
		this.language = language;
		this.tree = parse(method, text, language);
		KeyCheck check = new KeyCheck(method, text, parameters, language);
		check.check(this.tree);
		this.usesRoot = check.usesRoot();
		this.template = KeyTemplate.of(this.tree, parameters);
		KeyNodes.makeStrict(this.tree);
	}

	private static SpelNode parse(String method, String text, KeyLanguage language) {
		if (text.isBlank()) {
			throw new LockedDefinitionException(method + ": a key expression is blank",
					"Give an expression such as \"'order-' + #id\"");
		}
		try {
			SpelExpressionParser parser = new SpelExpressionParser(language.configuration());
			return ((SpelExpression) parser.parseRaw(text)).getAST();
		}
		catch (ParseException | IllegalStateException ex) {
			throw new LockedDefinitionException(
					method + ": key \"" + text + "\" is no Spring expression (" + ex.getMessage() + ")",
					"Write text in single quotes and parameters with #, as in \"'order-' + #id\"", ex);
		}
	}

	/**
	 * The expression's value for a call.
	 * @throws LockKeyException if it cannot be computed, or an operand in it is null
	 */
	@Nullable Object evaluate(MethodInvocation invocation) {
		try {
			if (this.template != null) {
				return this.template.evaluate(invocation.getArguments());
			}
			EvaluationContext shared = this.language.context();
			KeyContext context = new KeyContext(shared, this.parameters, invocation.getArguments());
			TypedValue root = this.usesRoot ? new TypedValue(
					new KeyRoot(KotlinMethods.arguments(invocation.getMethod(), invocation.getArguments()),
							invocation.getThis(), invocation.getMethod()))
					: TypedValue.NULL;
			return this.tree.getValue(new ExpressionState(context, root, this.language.configuration()));
		}
		catch (LockException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw failure(String.valueOf(ex.getMessage()), (ex instanceof KeyProblem) ? null : ex);
		}
	}

	/**
	 * The exception for a value that cannot be a key.
	 * @param problem what was found, with the value
	 * @param cause what led to it; null if nothing did
	 */
	LockKeyException failure(String problem, @Nullable Throwable cause) {
		return new LockKeyException(this.method + ": key \"" + this.text + "\" cannot be resolved: " + problem
				+ "; nothing was run. Call it with a value, or say in the expression what to use instead"
				+ " (as in \"#id ?: 'none'\")", List.of(), cause);
	}

}
