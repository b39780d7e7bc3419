package io.github.asynclock.aop;

import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import io.github.asynclock.LockService;
import io.github.asynclock.Locked;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.local.LocalLockStore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * With real databases: the lock is taken before the transaction starts and released after
 * it has committed or rolled back. Another connection is asked while the key is still
 * held, after the action has ended.
 */
class LockedTransactionTests {

	private static final String URL = "jdbc:h2:mem:locked;DB_CLOSE_DELAY=-1";

	private AnnotationConfigApplicationContext context;

	private NaiveLockService locks;

	private JdbcTemplate outside;

	@AfterEach
	void stop() {
		this.outside.execute("shutdown");
		this.context.close();
	}

	private <T> T start(Class<T> type, Class<?>... configuration) {
		this.context = LockedContext.of(configuration);
		// a data source of its own, or it would take part in the transaction
		this.outside = new JdbcTemplate(new DriverManagerDataSource(URL));
		this.outside.execute("create table account (id int primary key, amount int)");
		this.outside.execute("insert into account values (1, 100)");
		this.locks = this.context.getBean(NaiveLockService.class);
		this.locks.beforeRelease = () -> this.locks.events.add("outside sees " + amount());
		return this.context.getBean(type);
	}

	private Integer amount() {
		return this.outside.queryForObject("select amount from account where id = 1", Integer.class);
	}

	@Test
	void blockingCommit() {
		start(Blocking.class, Database.class, Blocking.class).withdraw(1, 30);
		assertThat(this.locks.events).containsExactly("locked account-1", "committed", "outside sees 70",
				"unlocked account-1");
	}

	@Test
	void blockingRollback() {
		Blocking bean = start(Blocking.class, Database.class, Blocking.class);
		assertThatIllegalStateException().isThrownBy(() -> bean.withdraw(1, 300));
		assertThat(this.locks.events).containsExactly("locked account-1", "rolled back", "outside sees 100",
				"unlocked account-1");
	}

	@Test
	void reactiveCommit() {
		Reactive bean = start(Reactive.class, Database.class, Reactive.class);
		StepVerifier.create(bean.withdraw(1, 30)).expectNext(70).verifyComplete();
		assertThat(this.locks.events).containsExactly("locked account-1", "committed", "outside sees 70",
				"unlocked account-1");
	}

	@Test
	void reactiveRollback() {
		Reactive bean = start(Reactive.class, Database.class, Reactive.class);
		StepVerifier.create(bean.withdraw(1, 300)).verifyError(IllegalStateException.class);
		assertThat(this.locks.events).containsExactly("locked account-1", "rolled back", "outside sees 100",
				"unlocked account-1");
	}

	@Test
	void reactiveCommitOfAFlux() {
		Reactive bean = start(Reactive.class, Database.class, Reactive.class);
		StepVerifier.create(bean.withdrawals(1, 10, 20)).expectNext(90, 70).verifyComplete();
		assertThat(this.locks.events).containsExactly("locked account-1", "committed", "outside sees 70",
				"unlocked account-1");
	}

	@Test
	void eachSubscriptionHasItsOwnTransactionUnderItsOwnLock() {
		Reactive bean = start(Reactive.class, Database.class, Reactive.class);
		StepVerifier.create(bean.withdraw(1, 30).repeat(1)).expectNext(70, 40).verifyComplete();
		assertThat(this.locks.events).containsExactly("locked account-1", "committed", "outside sees 70",
				"unlocked account-1", "locked account-1", "committed", "outside sees 40", "unlocked account-1");
	}

	@Test
	void noUpdateIsLostWithTheEngine() {
		Reactive reactive = start(Reactive.class, Engine.class, Database.class, Reactive.class, Blocking.class);
		Blocking blocking = this.context.getBean(Blocking.class);
		CompletableFuture<?>[] blockingCalls = IntStream.range(0, 20)
			.mapToObj((i) -> CompletableFuture.runAsync(() -> blocking.withdraw(1, 2)))
			.toArray(CompletableFuture<?>[]::new);
		Flux.range(0, 20).flatMap((i) -> reactive.withdraw(1, 2), 20).blockLast();
		CompletableFuture.allOf(blockingCalls).join();
		assertThat(amount()).isEqualTo(20);
	}

	static class Blocking {

		private final JdbcTemplate jdbc;

		private final NaiveLockService locks;

		Blocking(JdbcTemplate jdbc, NaiveLockService locks) {
			this.jdbc = jdbc;
			this.locks = locks;
		}

		@Locked("'account-' + #id")
		@Transactional("jdbc")
		public void withdraw(int id, int amount) {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
				@Override
				public void afterCompletion(int status) {
					Blocking.this.locks.events.add((status == STATUS_COMMITTED) ? "committed" : "rolled back");
				}
			});
			Integer before = this.jdbc.queryForObject("select amount from account where id = ?", Integer.class, id);
			this.jdbc.update("update account set amount = ? where id = ?", before - amount, id);
			if (before < amount) {
				throw new IllegalStateException("overdrawn");
			}
		}

	}

	static class Reactive {

		private final DatabaseClient database;

		private final NaiveLockService locks;

		Reactive(DatabaseClient database, NaiveLockService locks) {
			this.database = database;
			this.locks = locks;
		}

		@Locked("'account-' + #id")
		@Transactional("r2dbc")
		public Mono<Integer> withdraw(int id, int amount) {
			return noteCompletion().then(withdrawn(id, amount));
		}

		@Locked("'account-' + #id")
		@Transactional("r2dbc")
		public Flux<Integer> withdrawals(int id, int... amounts) {
			return noteCompletion()
				.thenMany(Flux.fromStream(IntStream.of(amounts).boxed()).concatMap((amount) -> withdrawn(id, amount)));
		}

		private Mono<Void> noteCompletion() {
			return org.springframework.transaction.reactive.TransactionSynchronizationManager.forCurrentTransaction()
				.doOnNext((transaction) -> transaction
					.registerSynchronization(new org.springframework.transaction.reactive.TransactionSynchronization() {
						@Override
						public Mono<Void> afterCompletion(int status) {
							return Mono.fromRunnable(() -> Reactive.this.locks.events
								.add((status == STATUS_COMMITTED) ? "committed" : "rolled back"));
						}
					}))
				.then();
		}

		private Mono<Integer> withdrawn(int id, int amount) {
			return this.database.sql("select amount from account where id = :id")
				.bind("id", id)
				.map((row) -> row.get(0, Integer.class))
				.one()
				.flatMap((before) -> this.database.sql("update account set amount = :amount where id = :id")
					.bind("amount", before - amount)
					.bind("id", id)
					.fetch()
					.rowsUpdated()
					.then((before < amount) ? Mono.error(new IllegalStateException("overdrawn"))
							: Mono.just(before - amount)));
		}

	}

	@Configuration
	@EnableTransactionManagement(proxyTargetClass = true)
	static class Database {

		@Bean
		DataSource dataSource() {
			return new DriverManagerDataSource(URL);
		}

		@Bean
		JdbcTemplate jdbcTemplate(DataSource dataSource) {
			return new JdbcTemplate(dataSource);
		}

		@Bean
		DataSourceTransactionManager jdbc(DataSource dataSource) {
			return new DataSourceTransactionManager(dataSource);
		}

		@Bean
		ConnectionFactory connectionFactory() {
			return ConnectionFactories.get("r2dbc:h2:mem:///locked?options=DB_CLOSE_DELAY=-1");
		}

		@Bean
		DatabaseClient databaseClient(ConnectionFactory connectionFactory) {
			return DatabaseClient.create(connectionFactory);
		}

		@Bean
		R2dbcTransactionManager r2dbc(ConnectionFactory connectionFactory) {
			return new R2dbcTransactionManager(connectionFactory);
		}

	}

	@Configuration
	static class Engine {

		@Bean
		@Primary
		LockService engine() {
			return QueueingLockService.builder(new LocalLockStore()).build();
		}

	}

}
