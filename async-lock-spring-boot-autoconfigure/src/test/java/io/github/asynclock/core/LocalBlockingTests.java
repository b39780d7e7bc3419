package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalBlockingTests extends BlockingContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
