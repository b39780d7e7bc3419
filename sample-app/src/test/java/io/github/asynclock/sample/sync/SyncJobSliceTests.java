package io.github.asynclock.sample.sync;

import java.util.concurrent.CompletableFuture;

import io.github.asynclock.LockService;
import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration;
import io.github.asynclock.sample.ShopProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Sinks;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * How to test a locked bean alone: it, the locks of this JVM, and nothing else. No Redis,
 * no database, no pause; the test decides when a run ends.
 */
@Timeout(60)
// tag::slice[]
@SpringBootTest(classes = SyncJob.class, webEnvironment = WebEnvironment.NONE, properties = "shop.sync.hold-at-least=0")
@ImportAutoConfiguration(AsyncLockAutoConfiguration.class)
@EnableConfigurationProperties(ShopProperties.class)
class SyncJobSliceTests {

	@Autowired
	private SyncJob job;

	@MockitoBean
	private SyncService service;

	@Test
	void aRunThatMeetsAnotherOneIsSkipped() {
		Sinks.One<Feed> end = Sinks.one();
		given(this.service.syncUnlocked(any(), anyInt())).willReturn(end.asMono());
		CompletableFuture<Feed> underWay = this.job.run().toFuture();
		assertThat(this.job.run().block()).isNull();
		verify(this.service, times(1)).syncUnlocked(any(), anyInt());

		end.tryEmitValue(new Feed(1L, "catalog", 1, 10));
		assertThat(underWay.join()).isNotNull();
		assertThat(this.job.run().block()).isNotNull(); // free again
	}

	// end::slice[]

	@Test
	void aRunIsSkippedWhileSomebodyElseHasTheKey(@Autowired LockService locks) {
		Sinks.Empty<Void> end = Sinks.empty();
		CompletableFuture<Void> other = locks.executeMono(SyncJob.KEY, end::asMono).toFuture();
		assertThat(this.job.run().block()).isNull();
		end.tryEmitEmpty();
		other.join();
	}

}
