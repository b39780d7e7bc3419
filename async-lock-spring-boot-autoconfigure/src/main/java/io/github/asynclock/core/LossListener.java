package io.github.asynclock.core;

import io.github.asynclock.LockLostException;

/**
 * Is told, once, that a lease was lost: what runs the action, and the leases of calls
 * that re-entered its keys.
 */
@FunctionalInterface
interface LossListener {

	void lost(LockLostException reason);

}
