package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalUnitOfWorkTests extends UnitOfWorkContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
