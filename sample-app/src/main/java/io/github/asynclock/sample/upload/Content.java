package io.github.asynclock.sample.upload;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * Reads an upload as it comes, piece by piece: its size and its hash, and never more than
 * the limit.
 */
final class Content {

	private final long limit;

	private final MessageDigest digest = sha256();

	private long sizeBytes;

	private Content(long limit) {
		this.limit = limit;
	}

	static Mono<Content> read(Flux<DataBuffer> body, long limit) {
		return body.reduceWith(() -> new Content(limit), Content::add);
	}

	private Content add(DataBuffer piece) {
		try (DataBuffer.ByteBufferIterator buffers = piece.readableByteBuffers()) {
			this.sizeBytes += piece.readableByteCount();
			buffers.forEachRemaining(this.digest::update);
		}
		finally {
			DataBufferUtils.release(piece);
		}
		if (this.sizeBytes > this.limit) {
			throw new ResponseStatusException(HttpStatus.CONTENT_TOO_LARGE,
					"The file is larger than " + this.limit + " bytes");
		}
		return this;
	}

	StoredFile named(String name, long userId) {
		return new StoredFile(null, userId, name, this.sizeBytes, HexFormat.of().formatHex(this.digest.digest()));
	}

	long sizeBytes() {
		return this.sizeBytes;
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

}
