package io.github.asynclock.aop;

import java.util.Set;

import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.VariableReference;

/**
 * Finds at start-up what SpEL would find at the first call, or never: an unknown variable
 * is simply null to it.
 */
final class KeyCheck {

	private static final Set<String> ROOT_PROPERTIES = Set.of("args", "target", "method", "methodName");

	private final String where;

	private final KeyParameters parameters;

	private final KeyLanguage language;

	private boolean usesRoot;

	KeyCheck(String method, String text, KeyParameters parameters, KeyLanguage language) {
		this.where = method + ": key \"" + text + "\"";
		this.parameters = parameters;
		this.language = language;
	}

	/**
	 * Whether the checked expression refers to the call itself ({@code #root}).
	 */
	boolean usesRoot() {
		return this.usesRoot;
	}

	/**
	 * @throws LockedDefinitionException if the expression names what there is not
	 */
	void check(SpelNode tree) {
		check(tree, true);
	}

	/**
	 * @param onRoot whether a plain name here would be a property of the call, not of
	 * something named before it
	 */
	private void check(SpelNode node, boolean onRoot) {
		if (node instanceof VariableReference variable) {
			checkVariable(KeyNodes.variableName(variable));
		}
		else if (node instanceof BeanReference bean) {
			checkBean(KeyNodes.beanName(bean));
		}
		else if (node instanceof FunctionReference) {
			throw new LockedDefinitionException(
					this.where + " calls " + node.toStringAST() + ", but there are no functions",
					"Call a method of a bean (@name.method(...)) or of a type (T(com.example.Type).method(...))");
		}
		else if (node instanceof Assign || node instanceof OpInc || node instanceof OpDec) {
			throw new LockedDefinitionException(this.where + " changes a value (" + node.toStringAST() + ")",
					"Compute the key without assigning");
		}
		else if (onRoot && node instanceof PropertyOrFieldReference property) {
			checkName(property.getName());
		}
		else if (onRoot && node instanceof MethodReference) {
			throw new LockedDefinitionException(this.where + " calls " + node.toStringAST() + " on nothing",
					"Name what has the method: #parameter.method(...), @bean.method(...) or #root.target.method(...)");
		}
		checkChildren(node, onRoot);
	}

	private void checkChildren(SpelNode node, boolean onRoot) {
		// within these, a plain name belongs to the element, or is a map's key
		boolean inner = onRoot && !(node instanceof Projection || node instanceof Selection || node instanceof Indexer);
		for (int i = 0; i < node.getChildCount(); i++) {
			check(node.getChild(i), inner && (i == 0 || !(node instanceof CompoundExpression)));
		}
	}

	private void checkVariable(String name) {
		if (name.equals("root") || name.equals("this")) {
			this.usesRoot = true;
		}
		else if (this.parameters.indexOf(name) < 0) {
			throw new LockedDefinitionException(
					this.where + " names #" + name + ", which is no parameter: " + this.parameters.describe(),
					"Use a parameter's name, or its position (#p0)");
		}
	}

	private void checkBean(String name) {
		if (!this.language.hasBean(name)) {
			throw new LockedDefinitionException(this.where + " names @" + name + ", which is no bean",
					"Use the name of a bean");
		}
	}

	private void checkName(String name) {
		if (!ROOT_PROPERTIES.contains(name)) {
			throw new LockedDefinitionException(this.where + " has the plain name " + name + ", which means nothing",
					"Write #" + name + " for a parameter, or '" + name + "' in single quotes for text");
		}
		this.usesRoot = true;
	}

}
