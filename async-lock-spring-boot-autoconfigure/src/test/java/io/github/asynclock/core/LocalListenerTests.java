package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalListenerTests extends ListenerContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
