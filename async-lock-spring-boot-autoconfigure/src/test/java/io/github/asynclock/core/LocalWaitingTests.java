package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalWaitingTests extends WaitingContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
