package io.github.asynclock.sample.sync;

import io.github.asynclock.sample.ShopTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/** The row's own guard against a writer that has lost its lease and does not know it. */
@ShopTest
class FeedRepositoryTests {

	@Autowired
	private FeedRepository feeds;

	@Test
	void aWriterWithASmallerTokenComesTooLate() {
		Feed feed = this.feeds.save(new Feed(null, "test", 0, 0)).block();
		assertThat(this.feeds.write(feed.id(), 1, 11).block()).isEqualTo(1);
		assertThat(this.feeds.write(feed.id(), 2, 11).block()).isEqualTo(1);
		assertThat(this.feeds.write(feed.id(), 3, 10).block()).isZero();
		assertThat(this.feeds.findById(feed.id()).block()).isEqualTo(new Feed(feed.id(), "test", 2, 11));
		this.feeds.deleteById(feed.id()).block();
	}

}
