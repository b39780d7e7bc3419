package io.github.asynclock.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/**
 * Asks a script for several by one command: all that is asked while the command is on its
 * way to the connection's thread. What comes alone goes alone, and nobody waits for
 * company.
 */
final class Batches {

	/** A script holds up all other clients of the server. */
	private static final int MOST = 32;

	/**
	 * Of that many attempts for one key each; one for many keys takes as long as these.
	 */
	private static final int MOST_NAMES = MOST * 4;

	/** What a script says of one that failed, where the others did not. */
	private static final Long FAILED = -2L;

	private final Consumer<AsyncCommand<String, String, List<Object>>> connection;

	private @Nullable Batch filling;

	/**
	 * @param connection sends a command; what it cannot send it completes
	 */
	Batches(Consumer<AsyncCommand<String, String, List<Object>>> connection) {
		this.connection = connection;
	}

	/**
	 * @return what the script says of this one
	 */
	CompletionStage<List<Object>> run(ScriptCall call) {
		Asked asked = new Asked(call);
		Batch begun = null;
		synchronized (this) {
			if (this.filling == null || !this.filling.take(asked)) {
				begun = new Batch(asked);
				this.filling = begun;
			}
			asked.shares = begun == null;
		}
		if (begun != null) {
			send(begun);
		}
		return asked;
	}

	/** Whether this is answered by a command that was begun for another. */
	static boolean sharesCommand(CompletionStage<?> answer) {
		return answer instanceof Asked asked && asked.shares;
	}

	/** What a script says of one: a list, or if it is but one thing just that. */
	@SuppressWarnings("unchecked")
	static List<Object> one(Object reply) {
		return (reply instanceof List<?>) ? (List<Object>) reply : List.of(reply);
	}

	private void send(Batch batch) {
		AsyncCommand<String, String, List<Object>> command = new AsyncCommand<>(batch);
		command.whenComplete(batch::answered);
		try {
			this.connection.accept(command);
		}
		catch (Throwable ex) {
			command.completeExceptionally(ex);
		}
	}

	/** One that is to be asked, until it is answered. */
	private static final class Asked extends CompletableFuture<List<Object>> {

		private final ScriptCall call;

		/** Only for who asks. */
		private boolean shares;

		private Asked(ScriptCall call) {
			this.call = call;
		}

	}

	/**
	 * A command that knows what it says only when it is written.
	 */
	private final class Batch extends Command<String, String, List<Object>> {

		private final List<Asked> all = new ArrayList<>(4);

		private final Script script;

		private final String[] shared;

		private final boolean byText;

		/** How many names of Redis there are in all. */
		private int names;

		private boolean closed;

		private Batch(Asked first) {
			this(List.of(first), false);
		}

		/**
		 * @param byText whether the server does not know the script
		 */
		private Batch(List<Asked> all, boolean byText) {
			super(byText ? CommandType.EVAL : CommandType.EVALSHA, new NestedMultiOutput<>(StringCodec.UTF8));
			this.all.addAll(all);
			this.script = all.get(0).call.script();
			this.shared = all.get(0).call.shared();
			this.byText = byText;
			this.closed = byText;
			this.names = all.stream().mapToInt((asked) -> asked.call.keys().length).sum();
		}

		/**
		 * @return false if it cannot go with these any more
		 */
		private synchronized boolean take(Asked asked) {
			int names = this.names + asked.call.keys().length;
			if (this.closed || this.all.size() == MOST || names > MOST_NAMES || asked.call.script() != this.script
					|| !Arrays.equals(asked.call.shared(), this.shared)) {
				return false;
			}
			this.names = names;
			return this.all.add(asked);
		}

		private synchronized void close() {
			this.closed = true;
		}

		@Override
		public void encode(ByteBuf buffer) {
			close();
			int own = this.all.stream().mapToInt((asked) -> asked.call.own().length).sum();
			Words words = new Words(buffer, 3 + this.names + this.shared.length + own);
			words.add(getType().toString());
			words.add(this.byText ? this.script.text() : this.script.digest());
			words.add(Integer.toString(this.names));
			this.all.forEach((asked) -> words.add(asked.call.keys()));
			words.add(this.shared);
			this.all.forEach((asked) -> words.add(asked.call.own()));
		}

		private void answered(@Nullable List<Object> replies, @Nullable Throwable failure) {
			close(); // it may not have come to be written
			if (replies != null && replies.size() == this.all.size()) {
				for (int i = 0; i < replies.size(); i++) {
					answered(this.all.get(i), replies.get(i));
				}
			}
			else if (Failures.isUnknownScript(failure)) {
				send(new Batch(this.all, true));
			}
			else {
				Throwable reason = (failure != null) ? failure
						: new IllegalStateException(this.all.size() + " were asked, and these answered: " + replies);
				this.all.forEach((asked) -> asked.completeExceptionally(reason));
			}
		}

		private void answered(Asked asked, Object reply) {
			if (FAILED.equals(reply)) {
				send(new Batch(asked)); // alone, it says why
			}
			else {
				asked.complete(one(reply));
			}
		}

	}

	/**
	 * Writes a command as Redis reads it. Lettuce's own way takes a buffer for each word.
	 */
	private record Words(ByteBuf buffer) {

		private Words(ByteBuf buffer, int count) {
			this(buffer);
			number('*', count);
		}

		private void add(String... words) {
			for (String word : words) {
				number('$', ByteBufUtil.utf8Bytes(word));
				ByteBufUtil.writeUtf8(this.buffer, word);
				this.buffer.writeByte('\r').writeByte('\n');
			}
		}

		private void number(char kind, int number) {
			this.buffer.writeByte(kind);
			ByteBufUtil.writeAscii(this.buffer, Integer.toString(number));
			this.buffer.writeByte('\r').writeByte('\n');
		}

	}

}
