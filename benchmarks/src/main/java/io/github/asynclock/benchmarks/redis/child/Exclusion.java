package io.github.asynclock.benchmarks.redis.child;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Sees whether two actions overlap, also of different JVMs: memory that they share. Costs
 * some nanoseconds, alike for all.
 */
final class Exclusion {

	private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

	private final ByteBuffer shared;

	Exclusion(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
			this.shared = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
		}
	}

	void enter() {
		if (!LONG.compareAndSet(this.shared, 0, 0L, 1L)) {
			throw new IllegalStateException("Two actions overlap");
		}
	}

	void leave() {
		LONG.setRelease(this.shared, 0, 0L);
	}

}
