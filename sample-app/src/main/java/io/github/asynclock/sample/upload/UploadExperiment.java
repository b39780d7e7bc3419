package io.github.asynclock.sample.upload;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.CriticalSections.Section;
import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Experiment;
import io.github.asynclock.sample.experiment.Report;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** Many callers store a file of 1,000 bytes each; the quota admits half of them. */
@Component
class UploadExperiment implements Experiment {

	private static final int SIZE = 1_000;

	private static final int MOST_FILES = 100;

	private final UserRepository users;

	private final StoredFileRepository files;

	private final UploadService service;

	private final CriticalSections sections;

	UploadExperiment(UserRepository users, StoredFileRepository files, UploadService service,
			CriticalSections sections) {
		this.users = users;
		this.files = files;
		this.service = service;
		this.sections = sections;
	}

	@Override
	public String scenario() {
		return "uploads";
	}

	@Override
	public Mono<Report> run(int callers, boolean lock) {
		int admitted = Math.min((callers + 1) / 2, MOST_FILES);
		User fresh = new User(null, "experiment", (long) admitted * SIZE);
		return Mono.usingWhen(this.users.save(fresh), user -> rush(user, callers, lock), this.users::delete);
	}

	private Mono<Report> rush(User user, int callers, boolean lock) {
		String key = "quota-" + user.id();
		Section section = this.sections.watch(key);
		return Crowd.of(callers, caller -> store(user.id(), caller, lock))
			.flatMap(crowd -> this.files.findByUserIdOrderByName(user.id())
				.collectList()
				.map(files -> report(lock, crowd, user, files, section)))
			.doFinally(signal -> this.sections.forget(key));
	}

	private Mono<StoredFile> store(long userId, int caller, boolean lock) {
		StoredFile file = new StoredFile(null, userId, "file-" + caller, SIZE, "0".repeat(64));
		return lock ? this.service.store(file) : this.service.storeUnlocked(file);
	}

	private Report report(boolean lock, Crowd crowd, User user, List<StoredFile> files, Section section) {
		long quota = user.quotaBytes();
		long used = files.stream().mapToLong(StoredFile::sizeBytes).sum();
		int tooMany = Math.max(0, (int) ((used - quota) / SIZE));
		Map<String, Object> rows = new LinkedHashMap<>();
		rows.put("quotaBytes", quota);
		rows.put("usedBytes", used);
		rows.put("files", files.size());
		String summary = crowd.callers() + " callers stored " + crowd.succeeded() + " files, " + used
				+ " bytes of a quota of " + quota + ": "
				+ ((tooMany == 0) ? "as it should be" : tooMany + " files too many");
		return new Report(scenario(), lock, crowd, rows, tooMany, section.peak(), summary);
	}

}
