package io.github.asynclock.sample.upload;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.NotFoundException;
import io.github.asynclock.sample.RefusedException;
import io.github.asynclock.sample.RemoteCall;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

/**
 * Stores files up to a user's quota. Takes the lock by hand, as code does that has no
 * method of its own to annotate.
 */
@Service
class UploadService {

	private final UserRepository users;

	private final StoredFileRepository files;

	private final LockService locks;

	private final RemoteCall virusScan;

	private final CriticalSections sections;

	UploadService(UserRepository users, StoredFileRepository files, LockService locks, RemoteCall virusScan,
			CriticalSections sections) {
		this.users = users;
		this.files = files;
		this.locks = locks;
		this.virusScan = virusScan;
		this.sections = sections;
	}

	Mono<StoredFile> store(StoredFile file) {
		LockRequest quota = LockRequest.of("quota-" + file.userId()).named("upload");
		return this.locks.executeMono(quota, lease -> storeUnlocked(file));
	}

	Mono<StoredFile> storeUnlocked(StoredFile file) {
		return this.sections.inside("quota-" + file.userId(),
				requireRoomFor(file).then(Mono.defer(this.virusScan::answer)).then(Mono.defer(() -> write(file))));
	}

	private Mono<Void> requireRoomFor(StoredFile file) {
		return find(file.userId())
			.zipWith(this.files.sumOfOthers(file.userId(), file.name()), (user, used) -> checked(user, used, file))
			.then();
	}

	private static User checked(User user, long used, StoredFile file) {
		if (used + file.sizeBytes() > user.quotaBytes()) {
			throw new RefusedException("User " + user.id() + " uses " + used + " of " + user.quotaBytes() + " bytes; "
					+ file.sizeBytes() + " more do not fit");
		}
		return user;
	}

	private Mono<StoredFile> write(StoredFile file) {
		return this.files.findByUserIdAndName(file.userId(), file.name())
			.map(file::replacing)
			.defaultIfEmpty(file)
			.flatMap(this.files::save);
	}

	Mono<User> find(long userId) {
		return this.users.findById(userId).switchIfEmpty(Mono.error(() -> new NotFoundException("user", userId)));
	}

}
