package io.github.asynclock.autoconfigure;

import io.github.asynclock.context.LeaseThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image has to keep, whatever an application locks. Properties are Boot's
 * to say, and what a locked bean needs its post-processor's package's.
 */
final class LockRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources()
			.registerPattern("io/github/asynclock/redis/*.lua")
			.registerPattern("META-INF/services/io.micrometer.context.ThreadLocalAccessor");
		hints.reflection().registerType(LeaseThreadLocalAccessor.class, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
	}

}
