package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalReentrancyTests extends ReentrancyContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
