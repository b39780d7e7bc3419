package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalSeveralKeysTests extends SeveralKeysContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
