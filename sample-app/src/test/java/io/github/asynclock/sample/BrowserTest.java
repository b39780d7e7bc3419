package io.github.asynclock.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Needs a Chromium and its driver on the PATH. Without them the tests do not run, and say
 * so; with {@code -Dsample.browser=required} that is an error.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("browser")
@ExtendWith(BrowserTest.IsThere.class)
@interface BrowserTest {

	/** Looks for the browser. */
	class IsThere implements ExecutionCondition {

		private static final String MISSING = "The tests in a browser did not run: there is no chromium with "
				+ "chromedriver on the PATH (Debian: apt-get install chromium chromium-driver)";

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			if (Browser.isThere()) {
				return ConditionEvaluationResult.enabled("There is a browser");
			}
			if ("required".equals(System.getProperty("sample.browser"))) {
				throw new IllegalStateException(MISSING);
			}
			if (context.getTestMethod().isEmpty()) {
				System.out.println(context.getDisplayName() + ": " + MISSING);
			}
			return ConditionEvaluationResult.disabled(MISSING);
		}

	}

}
