package io.github.asynclock.aop;

import java.util.ArrayList;
import java.util.List;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.StringLiteral;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.ClassUtils;

/**
 * Registers what key expressions read by reflection. Not a type checker: any name in an
 * expression counts for whatever can be reached from any parameter. That is a little more
 * than is needed, and never less, as far as declared types tell.
 *
 * @param beanFactory knows the types of the beans that expressions name
 */
record KeyHints(ConfigurableListableBeanFactory beanFactory, KeyLanguage language, KeyParameters parameters,
		ReflectionHints hints) {

	/**
	 * @param text an expression; nothing is done for one that cannot be parsed
	 * @param roots the types that every expression of the method may begin with
	 */
	void register(String text, List<ResolvableType> roots) {
		SpelNode tree;
		try {
			SpelExpressionParser parser = new SpelExpressionParser(this.language.configuration());
			tree = ((SpelExpression) parser.parseRaw(text)).getAST();
		}
		catch (ParseException | IllegalStateException | IllegalArgumentException ex) {
			return; // start-up says what is wrong with it
		}
		if (KeyTemplate.of(tree, this.parameters) == null) {
			List<ResolvableType> from = new ArrayList<>(roots);
			List<String> names = new ArrayList<>();
			collect(tree, from, names);
			new ReachedTypes(this.hints).registerRead(from, names);
		}
	}

	private void collect(SpelNode node, List<ResolvableType> from, List<String> names) {
		if (node instanceof PropertyOrFieldReference property) {
			names.add(property.getName());
		}
		else if (node instanceof MethodReference method) {
			names.add(method.getName());
		}
		else if (node instanceof Indexer && node.getChildCount() == 1
				&& node.getChild(0) instanceof StringLiteral literal) {
			names.add(String.valueOf(literal.getLiteralValue().getValue())); // #order['id']
		}
		else if (node instanceof BeanReference bean) {
			addBean(KeyNodes.beanName(bean), from);
		}
		else if (node instanceof TypeReference) {
			addType(node.getChild(0).toStringAST(), from);
		}
		else if (node instanceof ConstructorReference) {
			int before = from.size();
			addType(node.getChild(0).toStringAST(), from);
			from.subList(before, from.size())
				.forEach((type) -> this.hints.registerType(type.toClass(), MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS));
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			collect(node.getChild(i), from, names);
		}
	}

	private void addBean(String name, List<ResolvableType> from) {
		Class<?> type = this.beanFactory.containsBean(name) ? this.beanFactory.getType(name, false) : null;
		if (type != null) {
			from.add(ResolvableType.forClass(ClassUtils.getUserClass(type)));
		}
	}

	private void addType(String name, List<ResolvableType> from) {
		try {
			from.add(ResolvableType.forClass(this.language.context().getTypeLocator().findType(name)));
		}
		catch (EvaluationException ex) {
			// a primitive, or there is no such type: the call will say so
		}
	}

}
