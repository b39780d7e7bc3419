package io.github.asynclock.sample.upload;

import org.jspecify.annotations.Nullable;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** What the shop keeps of an upload: that it came, and what it was. */
@Table("FILES")
record StoredFile(@Id @Nullable Long id, long userId, String name, long sizeBytes, String sha256) {

	StoredFile replacing(StoredFile former) {
		return new StoredFile(former.id, this.userId, this.name, this.sizeBytes, this.sha256);
	}

}
