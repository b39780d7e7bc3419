package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalShutdownTests extends ShutdownContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
