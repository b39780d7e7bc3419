package io.github.asynclock.transaction;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.github.asynclock.CommandLock;
import io.github.asynclock.LockRequest;
import io.github.asynclock.Locked;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.DefaultTransactionStatus;

/**
 * A real database with one account of 100, over JDBC and over R2DBC; every transaction
 * and every query outside of one has a connection of its own.
 */
@Configuration(proxyBeanMethods = false)
@EnableTransactionManagement(proxyTargetClass = true)
class Database {

	private final String name = "tx-" + UUID.randomUUID();

	@Bean
	DataSource dataSource() {
		DataSource source = new DriverManagerDataSource("jdbc:h2:mem:" + this.name + ";DB_CLOSE_DELAY=-1");
		JdbcTemplate jdbc = new JdbcTemplate(source);
		jdbc.execute("create table account (id int primary key, amount int)");
		jdbc.execute("insert into account values (1, 100)");
		return source;
	}

	@Bean
	JdbcTemplate jdbcTemplate(DataSource source) {
		return new JdbcTemplate(source);
	}

	@Bean
	FailingManager jdbc(DataSource source) {
		return new FailingManager(source);
	}

	@Bean
	ConnectionFactory connectionFactory(DataSource sameDatabase) {
		return ConnectionFactories.get("r2dbc:h2:mem:///" + this.name + "?options=DB_CLOSE_DELAY=-1");
	}

	@Bean
	DatabaseClient databaseClient(ConnectionFactory factory) {
		return DatabaseClient.create(factory);
	}

	@Bean
	R2dbcTransactionManager r2dbc(ConnectionFactory factory) {
		return new R2dbcTransactionManager(factory);
	}

	@Bean
	Accounts accounts(JdbcTemplate jdbc, DatabaseClient client) {
		return new Accounts(jdbc, client);
	}

	@Bean
	AskLock askLock() {
		return new AskLock();
	}

	@Bean
	Orders orders(Accounts accounts) {
		return new Orders(accounts);
	}

	/** What a command lock gives the request of, when the test says so. */
	record Ask(int id) {

		LockRequest request() {
			return LockRequest.of("account-" + this.id).waitingAtMost(Duration.ZERO);
		}

	}

	/** Answers later, on the thread that completes the answer. */
	static final class AskLock implements CommandLock<Ask> {

		volatile CompletableFuture<LockRequest> answer = new CompletableFuture<>();

		@Override
		public Mono<LockRequest> lockFor(Ask command) {
			return Mono.fromFuture(this.answer, true);
		}

	}

	/** Whose commit may fail, so that nobody knows how the transaction ended. */
	static final class FailingManager extends DataSourceTransactionManager {

		private static final long serialVersionUID = 1L;

		volatile boolean commitFails;

		FailingManager(DataSource source) {
			super(source);
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			if (this.commitFails) {
				throw new TransactionSystemException("the commit failed");
			}
			super.doCommit(status);
		}

	}

	/** Locked, and part of whatever transaction its caller has begun. */
	static class Accounts {

		private final JdbcTemplate jdbc;

		private final DatabaseClient client;

		Accounts(JdbcTemplate jdbc, DatabaseClient client) {
			this.jdbc = jdbc;
			this.client = client;
		}

		@Locked("'account-' + #id")
		public int add(int id, int amount) {
			this.jdbc.update("update account set amount = ? where id = ?", amount(id) + amount, id);
			return amount(id);
		}

		@Locked(key = "'account-' + #id", waitTime = "0")
		public int addAtOnce(int id, int amount) {
			return add(id, amount);
		}

		@Locked("'account-' + #id")
		public CompletableFuture<Integer> read(int id) {
			return CompletableFuture.completedFuture(amount(id));
		}

		@Locked("'account-' + #id")
		public <T> CompletableFuture<T> follow(int id, CompletableFuture<T> stage) {
			return stage;
		}

		@Locked
		public CompletableFuture<String> ask(Ask command) {
			return CompletableFuture.completedFuture("asked");
		}

		@Locked
		public Mono<String> askLater(Ask command) {
			return Mono.just("asked");
		}

		/** Outside of the transaction that it begins itself. */
		@Locked("'account-' + #id")
		@Transactional("jdbc")
		public void addInTransaction(int id, int amount) {
			add(id, amount);
		}

		@Locked("'account-' + #id")
		public Mono<Integer> addLater(int id, int amount) {
			return amountLater(id)
				.flatMap((before) -> this.client.sql("update account set amount = :amount where id = :id")
					.bind("amount", before + amount)
					.bind("id", id)
					.fetch()
					.rowsUpdated()
					.thenReturn(before + amount));
		}

		@Locked("'account-' + #id")
		public Mono<Integer> readLater(int id) {
			return amountLater(id);
		}

		private int amount(int id) {
			Integer amount = this.jdbc.queryForObject("select amount from account where id = ?", Integer.class, id);
			return (amount != null) ? amount : 0;
		}

		private Mono<Integer> amountLater(int id) {
			return this.client.sql("select amount from account where id = :id")
				.bind("id", id)
				.map((row) -> row.get(0, Integer.class))
				.one();
		}

	}

	/** Begins the transaction in which a locked method is called. */
	static class Orders {

		private final Accounts accounts;

		Orders(Accounts accounts) {
			this.accounts = accounts;
		}

		@Transactional("jdbc")
		public void pay(int amount, Runnable beforeCommit) {
			this.accounts.add(1, -amount);
			beforeCommit.run();
		}

		@Transactional("r2dbc")
		public Mono<Integer> payLater(int amount, Supplier<Mono<?>> beforeCommit) {
			return this.accounts.addLater(1, -amount).flatMap((left) -> beforeCommit.get().thenReturn(left));
		}

	}

}
