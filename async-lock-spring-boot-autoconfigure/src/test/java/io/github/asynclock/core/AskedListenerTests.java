package io.github.asynclock.core;

class AskedListenerTests extends ListenerContract {

	@Override
	LockStore store() {
		return new SharedStore().instance();
	}

}
