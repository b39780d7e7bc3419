package io.github.asynclock.aop;

import java.util.function.Supplier;

import io.github.asynclock.CommandLock;

/**
 * A {@link CommandLock} bean, known by its definition.
 *
 * @param name the bean's name
 * @param commandType what commands it is for, without type arguments
 * @param lock the bean itself, created on first use
 */
record CommandLockBean(String name, Class<?> commandType, Supplier<CommandLock<Object>> lock) {

	/**
	 * Whether it is for all that the other one is for, and more.
	 */
	boolean isMoreGeneralThan(CommandLockBean other) {
		return this.commandType != other.commandType && this.commandType.isAssignableFrom(other.commandType);
	}

	@Override
	public String toString() {
		return this.name + " (for " + this.commandType.getName() + ")";
	}

}
