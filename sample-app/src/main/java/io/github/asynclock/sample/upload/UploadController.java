package io.github.asynclock.sample.upload;

import java.util.List;

import io.github.asynclock.sample.InvalidInputException;
import io.github.asynclock.sample.ShopProperties;
import reactor.core.publisher.Mono;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/users/{userId}/files")
class UploadController {

	private static final int LONGEST_NAME = 100;

	private final UploadService service;

	private final StoredFileRepository files;

	private final long limit;

	UploadController(UploadService service, StoredFileRepository files, ShopProperties shop) {
		this.service = service;
		this.files = files;
		this.limit = shop.uploadLimit().toBytes();
	}

	@GetMapping
	Mono<State> state(@PathVariable long userId) {
		return this.service.find(userId)
			.zipWhen(user -> this.files.findByUserIdOrderByName(userId).collectList(), State::of);
	}

	/**
	 * The body, of whatever type, is the file. It is read before the lock is taken: a
	 * slow sender must not keep others waiting.
	 */
	@PutMapping("/{name}")
	Mono<StoredFile> store(@PathVariable long userId, @PathVariable String name,
			@RequestParam(defaultValue = "true") boolean lock, ServerHttpRequest request) {
		if (name.isBlank() || name.length() > LONGEST_NAME) {
			throw new InvalidInputException(
					"The file's name is blank or too long; give 1 to " + LONGEST_NAME + " characters");
		}
		return Content.read(request.getBody(), this.limit).flatMap(content -> {
			if (content.sizeBytes() == 0) {
				throw new InvalidInputException("The body is empty; send the file as the body of the request");
			}
			StoredFile file = content.named(name, userId);
			return lock ? this.service.store(file) : this.service.storeUnlocked(file);
		});
	}

	record State(User user, long usedBytes, List<StoredFile> files) {

		static State of(User user, List<StoredFile> files) {
			return new State(user, files.stream().mapToLong(StoredFile::sizeBytes).sum(), files);
		}

	}

}
