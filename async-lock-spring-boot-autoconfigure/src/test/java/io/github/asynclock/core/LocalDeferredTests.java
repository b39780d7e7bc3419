package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalDeferredTests extends DeferredContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
