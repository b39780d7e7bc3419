package io.github.asynclock.core;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/**
 * A stage of somebody else's that tells its end twice.
 */
final class TwiceEndingStage extends CompletableFuture<String> {

	@Override
	public boolean isDone() {
		return false;
	}

	@Override
	public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
		action.accept("ended", null);
		action.accept("ended again", null);
		return this;
	}

	@Override
	public CompletionStage<String> minimalCompletionStage() {
		return this;
	}

}
