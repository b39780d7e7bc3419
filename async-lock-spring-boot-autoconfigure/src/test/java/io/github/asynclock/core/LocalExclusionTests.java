package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalExclusionTests extends ExclusionContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
