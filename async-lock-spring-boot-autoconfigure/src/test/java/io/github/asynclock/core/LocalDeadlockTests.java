package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalDeadlockTests extends DeadlockContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
