package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalMetricsTests extends MetricsContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
