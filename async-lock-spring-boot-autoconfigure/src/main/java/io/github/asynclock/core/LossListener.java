package io.github.asynclock.core;

import io.github.asynclock.LockLostException;

/**
 * Is told, once, that a lease was lost: what runs the action, and the leases of calls
 * that re-entered its keys.
 */
@FunctionalInterface
interface LossListener {

	/**
	 * The lease is lost: asks whoever runs to stop.
	 * @param reason why
	 * @param deliveries for what is to be told
	 */
	void lost(LockLostException reason, Deliveries deliveries);

}
