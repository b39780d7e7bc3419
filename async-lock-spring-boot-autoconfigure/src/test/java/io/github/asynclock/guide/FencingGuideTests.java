package io.github.asynclock.guide;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

import javax.sql.DataSource;

import io.github.asynclock.Lease;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.Locked;
import io.github.asynclock.redis.TestRedis;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.r2dbc.core.DatabaseClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The guide's "Fencing tokens in SQL", on a database. A holder is paused, past its lease,
 * between the computation of what it writes and the write.
 */
@Timeout(120)
class FencingGuideTests {

	private static final String TOO_LATE = "A later holder has account 1";

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aHolderThatWasPausedPastItsLeaseWritesNothing(boolean onRedis) {
		run(onRedis, (context) -> {
			Credits credits = context.getBean(Credits.class);
			Pause pause = new Pause(50);
			CompletableFuture<Integer> paused = Application.elsewhere(() -> credits.review(1, pause));
			Application.await(pause.begun);
			writesLater(context, 200);
			pause.end.countDown();
			Throwable failure = Application.failure(paused);
			assertThat(failure).isInstanceOf(LockLostException.class);
			assertThat(failure.getSuppressed()[0]).isInstanceOf(OptimisticLockingFailureException.class)
				.hasMessageContaining(TOO_LATE);
			assertThat(credit(context)).isEqualTo(200);
		});
	}

	@Test
	void control_withoutTheTokenTheLaterHolderIsOverwritten() {
		run(false, (context) -> {
			Credits credits = context.getBean(Credits.class);
			Pause pause = new Pause(50);
			CompletableFuture<Integer> paused = Application.elsewhere(() -> credits.reviewUnfenced(1, pause));
			Application.await(pause.begun);
			writesLater(context, 200);
			pause.end.countDown();
			assertThat(Application.failure(paused)).isInstanceOf(LockLostException.class);
			assertThat(credit(context)).isEqualTo(50);
		});
	}

	@Test
	void whoHasClaimedTheRowNeedNotHaveWrittenItYet() {
		run(false, (context) -> {
			Credits credits = context.getBean(Credits.class);
			long older = token(context);
			Application.get(context.getBean(LockService.class).execute(LockRequest.of("account-1"), (lease) -> {
				assertThat(credits.claimAndRead(1, lease.fencingToken())).isEqualTo(100);
				assertThatExceptionOfType(OptimisticLockingFailureException.class)
					.isThrownBy(() -> credits.write(1, 50, older));
				credits.write(1, 200, lease.fencingToken());
				return CompletableFuture.completedFuture("done");
			}));
			assertThat(credit(context)).isEqualTo(200);
		});
	}

	@Test
	void control_withoutAClaimAnOlderHolderWritesBetweenTheReadAndTheWrite() {
		run(false, (context) -> {
			long older = token(context);
			long newer = token(context);
			Credits credits = context.getBean(Credits.class);
			credits.write(1, credit(context) - 10, older);
			credits.write(1, 100 + 5, newer);
			assertThat(credit(context)).isEqualTo(105);
		});
	}

	@Test
	void withOrEqual_aHoldWritesAgainAndSoDoesWhatReenters() {
		run(false, (context) -> {
			Credits credits = context.getBean(Credits.class);
			LockService locks = context.getBean(LockService.class);
			Application.get(locks.execute(LockRequest.of("account-1"), (outer) -> {
				credits.write(1, 110, outer.fencingToken());
				credits.write(1, 120, outer.fencingToken());
				return locks.execute(LockRequest.of("account-1"), (inner) -> {
					assertThat(inner.fencingToken()).isEqualTo(outer.fencingToken());
					credits.write(1, 130, inner.fencingToken());
					return CompletableFuture.completedFuture("done");
				});
			}));
			assertThat(credit(context)).isEqualTo(130);
		});
	}

	@Test
	void withLess_aHoldWritesOnce() {
		run(false, (context) -> {
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			long token = token(context);
			String once = "update account set credit = ?, token = ? where id = ? and token < ?";
			assertThat(jdbc.update(once, 110, token, 1, token)).isEqualTo(1);
			assertThat(jdbc.update(once, 120, token, 1, token)).isZero();
		});
	}

	@Test
	void r2dbc_anOlderTokenWritesNothing() {
		run(false, (context) -> {
			ReactiveCredits credits = context.getBean(ReactiveCredits.class);
			long older = token(context);
			assertThat(Application.get(credits.review(1, Mono.just(200)))).isEqualTo(200);
			assertThat(Application.failure(credits.write(1, 50, older)))
				.isInstanceOf(OptimisticLockingFailureException.class)
				.hasMessageContaining(TOO_LATE);
			assertThat(credit(context)).isEqualTo(200);
		});
	}

	@Test
	void r2dbc_control_aNewerTokenWrites() {
		run(false, (context) -> {
			ReactiveCredits credits = context.getBean(ReactiveCredits.class);
			Application.get(credits.review(1, Mono.just(200)));
			assertThat(Application.get(credits.write(1, 50, token(context)))).isEqualTo(50);
			assertThat(credit(context)).isEqualTo(50);
		});
	}

	private static int credit(ApplicationContext context) {
		return context.getBean(JdbcTemplate.class)
			.queryForObject("select credit from account where id = 1", Integer.class);
	}

	/** Gets the key once the paused one has lost it, and writes. */
	private static void writesLater(ApplicationContext context, int credit) {
		context.getBean(LockService.class).executeBlocking(LockRequest.of("account-1"), (lease) -> {
			context.getBean(Credits.class).write(1, credit, lease.fencingToken());
			return credit;
		});
	}

	private static long token(ApplicationContext context) {
		return Application.get(context.getBean(LockService.class)
			.execute(LockRequest.of("account-1"), (lease) -> CompletableFuture.completedFuture(lease.fencingToken())));
	}

	private static void run(boolean onRedis, Consumer<ApplicationContext> test) {
		ApplicationContextRunner runner = Application.of(Database.class, Credits.class, ReactiveCredits.class);
		if (onRedis) {
			runner = runner.withPropertyValues("async-lock.redis.url=" + TestRedis.shared().url(),
					"async-lock.redis.key-prefix=" + TestRedis.randomPrefix(), "async-lock.redis.command-timeout=20s");
		}
		runner.withPropertyValues("credits.hold-at-most=50ms").run(test::accept);
	}

	/** What computes, and pauses before it answers. */
	private static final class Pause implements IntSupplier {

		private final int result;

		private final CountDownLatch begun = new CountDownLatch(1);

		private final CountDownLatch end = new CountDownLatch(1);

		Pause(int result) {
			this.result = result;
		}

		@Override
		public int getAsInt() {
			this.begun.countDown();
			Application.await(this.end);
			return this.result;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Database {

		private final String name = "guide-" + UUID.randomUUID();

		@Bean
		DataSource dataSource() {
			DataSource source = new DriverManagerDataSource("jdbc:h2:mem:" + this.name + ";DB_CLOSE_DELAY=-1");
			new ResourceDatabasePopulator(new ClassPathResource("guide/account.sql")).execute(source);
			return source;
		}

		@Bean
		JdbcTemplate jdbcTemplate(DataSource source) {
			return new JdbcTemplate(source);
		}

		@Bean
		DatabaseClient databaseClient(DataSource sameDatabase) {
			ConnectionFactory factory = ConnectionFactories
				.get("r2dbc:h2:mem:///" + this.name + "?options=DB_CLOSE_DELAY=-1");
			return DatabaseClient.create(factory);
		}

	}

	static class Credits {

		private final JdbcTemplate jdbc;

		Credits(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		// tag::jdbc[]
		@Locked(key = "'account-' + #id", holdAtMost = "${credits.hold-at-most}")
		public int review(long id, IntSupplier rating) {
			long token = Lease.current().orElseThrow().fencingToken();
			// Whatever happens here, and however long it takes.
			int credit = rating.getAsInt();
			write(id, credit, token);
			return credit;
		}

		void write(long id, int credit, long token) {
			int rows = this.jdbc.update("update account set credit = ?, token = ? where id = ? and token <= ?", credit,
					token, id, token);
			if (rows == 0) {
				throw new OptimisticLockingFailureException("A later holder has account " + id);
			}
		}
		// end::jdbc[]

		// tag::claim[]
		int claimAndRead(long id, long token) {
			int rows = this.jdbc.update("update account set token = ? where id = ? and token <= ?", token, id, token);
			if (rows == 0) {
				throw new OptimisticLockingFailureException("A later holder has account " + id);
			}
			return this.jdbc.queryForObject("select credit from account where id = ?", Integer.class, id);
		}
		// end::claim[]

		@Locked(key = "'account-' + #id", holdAtMost = "${credits.hold-at-most}")
		public int reviewUnfenced(long id, IntSupplier rating) {
			int credit = rating.getAsInt();
			this.jdbc.update("update account set credit = ? where id = ?", credit, id);
			return credit;
		}

	}

	static class ReactiveCredits {

		private final DatabaseClient client;

		ReactiveCredits(DatabaseClient client) {
			this.client = client;
		}

		@Locked("'account-' + #id")
		public Mono<Integer> review(long id, Mono<Integer> rating) {
			return Lease.inContext()
				.flatMap((lease) -> rating.flatMap((credit) -> write(id, credit, lease.fencingToken())));
		}

		// tag::r2dbc[]
		Mono<Integer> write(long id, int credit, long token) {
			return this.client
				.sql("update account set credit = :credit, token = :token where id = :id and token <= :token")
				.bind("credit", credit)
				.bind("token", token)
				.bind("id", id)
				.fetch()
				.rowsUpdated()
				.filter((rows) -> rows > 0)
				.switchIfEmpty(
						Mono.error(() -> new OptimisticLockingFailureException("A later holder has account " + id)))
				.thenReturn(credit);
		}
		// end::r2dbc[]

	}

}
