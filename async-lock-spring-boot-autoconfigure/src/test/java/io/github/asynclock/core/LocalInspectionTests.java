package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalInspectionTests extends InspectionContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
