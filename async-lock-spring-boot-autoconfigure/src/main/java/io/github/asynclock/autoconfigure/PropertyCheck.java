package io.github.asynclock.autoconfigure;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Refuses values that bind but make no sense. Not done while binding: its errors would
 * hide the property's name.
 */
final class PropertyCheck {

	private PropertyCheck() {
	}

	/**
	 * @param name below {@code async-lock.}
	 * @param reason what is wrong, and what would be right
	 * @param example a right value
	 */
	static void that(boolean right, String name, Object value, String reason, String example) {
		if (!right) {
			String property = "async-lock." + name;
			throw new InvalidConfigurationPropertyValueException(property, value,
					reason + ": " + property + "=" + example);
		}
	}

}
