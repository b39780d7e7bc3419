package io.github.asynclock.autoconfigure;

import io.github.asynclock.context.LeaseThreadLocalAccessor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.context.annotation.ImportRuntimeHints;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image keeps of the library itself.
 */
class LockRuntimeHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	@BeforeEach
	void register() throws Exception {
		ImportRuntimeHints imported = AsyncLockAutoConfiguration.class.getAnnotation(ImportRuntimeHints.class);
		assertThat(imported.value()).containsExactly(LockRuntimeHints.class);
		new LockRuntimeHints().registerHints(this.hints, getClass().getClassLoader());
	}

	@ParameterizedTest
	@ValueSource(strings = { "acquire", "close", "renew", "check", "free" })
	void theScripts(String name) {
		String script = "io/github/asynclock/redis/" + name + ".lua";
		assertThat(getClass().getClassLoader().getResource(script)).isNotNull();
		assertThat(RuntimeHintsPredicates.resource().forResource(script)).accepts(this.hints);
	}

	@Test
	void theAccessorOfTheLease() throws Exception {
		assertThat(RuntimeHintsPredicates.resource()
			.forResource("META-INF/services/io.micrometer.context.ThreadLocalAccessor")).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onConstructorInvocation(LeaseThreadLocalAccessor.class.getConstructor())).accepts(this.hints);
	}

}
