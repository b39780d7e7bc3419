package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalExecutionTests extends ExecutionContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
