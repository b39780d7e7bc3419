package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalHoldTests extends HoldContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
