package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalResultTests extends ResultContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
