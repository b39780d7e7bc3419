package io.github.asynclock.sample.upload;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Experiment;
import io.github.asynclock.sample.experiment.Findings;
import io.github.asynclock.sample.experiment.Overlaps;
import io.github.asynclock.sample.experiment.Quantity;
import io.github.asynclock.sample.experiment.Report;
import io.github.asynclock.sample.experiment.Subject;
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

	UploadExperiment(UserRepository users, StoredFileRepository files, UploadService service) {
		this.users = users;
		this.files = files;
		this.service = service;
	}

	@Override
	public String scenario() {
		return "uploads";
	}

	@Override
	public Mono<Subject> prepare(int callers) {
		int admitted = Math.min((callers + 1) / 2, MOST_FILES);
		return this.users.save(new User(null, "experiment", (long) admitted * SIZE))
			.map(user -> new Subject(List.of(user.id()), List.of("quota-" + user.id()),
					new Quantity("Room for files", admitted, -1, 0.0)));
	}

	@Override
	public Mono<StoredFile> call(Subject subject, int caller, boolean lock) {
		return store(subject.id(), caller, lock);
	}

	private Mono<StoredFile> store(long userId, int caller, boolean lock) {
		StoredFile file = new StoredFile(null, userId, "file-" + caller, SIZE, "0".repeat(64));
		return lock ? this.service.store(file) : this.service.storeUnlocked(file);
	}

	@Override
	public Mono<Findings> findings(Subject subject, boolean lock, Crowd crowd, Overlaps overlaps) {
		long quota = (long) subject.quantity().before() * SIZE;
		return this.files.findByUserIdOrderByName(subject.id())
			.collectList()
			.map(files -> findings(lock, crowd, quota, files, overlaps));
	}

	@Override
	public Mono<Void> delete(Subject subject) {
		return this.users.deleteById(subject.id());
	}

	private Findings findings(boolean lock, Crowd crowd, long quota, List<StoredFile> files, Overlaps overlaps) {
		long used = files.stream().mapToLong(StoredFile::sizeBytes).sum();
		int tooMany = Math.max(0, (int) ((used - quota) / SIZE));
		Map<String, Object> rows = new LinkedHashMap<>();
		rows.put("quotaBytes", quota);
		rows.put("usedBytes", used);
		rows.put("files", files.size());
		String summary = Report.count(crowd.callers(), "caller") + " stored " + Report.count(crowd.succeeded(), "file")
				+ ", " + used + " bytes of a quota of " + quota + ": "
				+ ((tooMany == 0) ? "as it should be" : Report.count(tooMany, "file") + " too many");
		return new Findings(new Report(scenario(), lock, crowd, rows, tooMany, overlaps.peak(), summary),
				Report.count(crowd.callers(), "caller") + " stored " + Report.count(crowd.succeeded(), "file") + ", of "
						+ quota / SIZE + " that fit",
				tooMany + " too many");
	}

}
