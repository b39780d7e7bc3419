package io.github.asynclock.aop;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.StringValueResolver;

import io.github.asynclock.LockRequest;
import io.github.asynclock.Locked;

/**
 * The durations of a {@link Locked}; null where one is empty, which means the configured
 * default.
 */
record LockedTimes(@Nullable Duration waitTime, @Nullable Duration leaseTime, @Nullable Duration holdAtMost,
		@Nullable Duration holdAtLeast) {

	/**
	 * @param method the method as messages name it
	 * @param resolver resolves placeholders; gives null for text that resolves to nothing
	 * @throws LockedDefinitionException if one is no duration, or they contradict
	 */
	static LockedTimes of(String method, Locked locked, StringValueResolver resolver) {
		LockedTimes times = new LockedTimes(parse(method, "waitTime", locked.waitTime(), resolver),
				parse(method, "leaseTime", locked.leaseTime(), resolver),
				parse(method, "holdAtMost", locked.holdAtMost(), resolver),
				parse(method, "holdAtLeast", locked.holdAtLeast(), resolver));
		try {
			times.applyTo(LockRequest.of("any"));
		}
		catch (IllegalArgumentException ex) {
			throw new LockedDefinitionException(
					method + ": @Locked has durations that cannot be (" + ex.getMessage() + ")",
					"Correct the duration, for example leaseTime = \"30s\", or leave it out for the configured default",
					ex);
		}
		return times;
	}

	private static @Nullable Duration parse(String method, String attribute, String text,
			StringValueResolver resolver) {
		if (text.isBlank()) {
			return null;
		}
		String written = method + ": @Locked(" + attribute + " = \"" + text + "\")";
		try {
			String resolved = resolver.resolveStringValue(text);
			if (resolved == null || resolved.isBlank()) {
				return null;
			}
			written = resolved.equals(text) ? written : written + ", which is \"" + resolved + "\" here,";
			return notNegative(DurationFormatterUtils.detectAndParse(resolved.strip(), DurationFormat.Unit.MILLIS));
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw new LockedDefinitionException(written + " is no duration of zero or more (" + ex.getMessage() + ")",
					"Write a duration as in " + attribute + " = \"500ms\", \"30s\", \"PT5S\", \"250\" (milliseconds)"
							+ " or \"${a.property}\"",
					ex);
		}
	}

	private static Duration notNegative(Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException("it is negative");
		}
		return duration;
	}

	/**
	 * The request with those durations that were given.
	 */
	LockRequest applyTo(LockRequest request) {
		LockRequest result = request;
		if (this.waitTime != null) {
			result = result.waitingAtMost(this.waitTime);
		}
		if (this.leaseTime != null) {
			result = result.leasedFor(this.leaseTime);
		}
		if (this.holdAtMost != null) {
			result = result.heldAtMost(this.holdAtMost);
		}
		return (this.holdAtLeast != null) ? result.heldAtLeast(this.holdAtLeast) : result;
	}

}
