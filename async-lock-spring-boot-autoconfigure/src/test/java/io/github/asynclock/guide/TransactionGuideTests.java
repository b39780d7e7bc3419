package io.github.asynclock.guide;

import java.util.UUID;

import javax.sql.DataSource;

import io.github.asynclock.LockService;
import io.github.asynclock.Locked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.DefaultTransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;

/** The guide's "Transactions". */
@Timeout(60)
class TransactionGuideTests {

	@Test
	void theTransactionHasCommittedWhenTheKeyIsFree() {
		application().run((context) -> {
			LookingManager manager = context.getBean(LookingManager.class);
			context.getBean(Accounts.class).credit(1, 30);
			assertThat(manager.heldAtCommit).isTrue();
			assertThat(manager.isHeld()).isFalse();
		});
	}

	@Test
	void aLockInsideATransactionIsKeptUntilItHasCommitted() {
		application().run((context) -> {
			LookingManager manager = context.getBean(LookingManager.class);
			context.getBean(Month.class).close(1);
			assertThat(manager.heldAtCommit).isTrue();
			assertThat(manager.isHeld()).isFalse();
		});
	}

	@Test
	void control_switchedOff_itIsNot() {
		application().withPropertyValues("async-lock.release-after-transaction=false").run((context) -> {
			context.getBean(Month.class).close(1);
			assertThat(context.getBean(LookingManager.class).heldAtCommit).isFalse();
		});
	}

	private static ApplicationContextRunner application() {
		return Application.of(Database.class, Accounts.class, Month.class);
	}

	/** The manager of the application, which looks at the key when it has committed. */
	static final class LookingManager extends DataSourceTransactionManager {

		private static final long serialVersionUID = 1L;

		private final transient LockService locks;

		private volatile Boolean heldAtCommit;

		LookingManager(DataSource source, LockService locks) {
			super(source);
			this.locks = locks;
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			super.doCommit(status);
			this.heldAtCommit = isHeld();
		}

		boolean isHeld() {
			return Application.get(this.locks.isLocked("account-1"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class Database {

		@Bean
		DataSource dataSource() {
			DataSource source = new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
			new ResourceDatabasePopulator(new ClassPathResource("guide/account.sql")).execute(source);
			return source;
		}

		@Bean
		JdbcTemplate jdbcTemplate(DataSource source) {
			return new JdbcTemplate(source);
		}

		@Bean
		LookingManager transactionManager(DataSource source, LockService locks) {
			return new LookingManager(source, locks);
		}

	}

	static class Accounts {

		private final JdbcTemplate jdbc;

		Accounts(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		// tag::around[]
		// The lock is outside: released after the commit.
		@Locked("'account-' + #id")
		@Transactional
		public void credit(long id, int amount) {
			this.jdbc.update("update account set credit = credit + ? where id = ?", amount, id);
		}
		// end::around[]

		@Locked("'account-' + #id")
		public void add(long id, int amount) {
			this.jdbc.update("update account set credit = credit + ? where id = ?", amount, id);
		}

	}

	static class Month {

		private final Accounts accounts;

		Month(Accounts accounts) {
			this.accounts = accounts;
		}

		// tag::inside[]
		@Transactional
		public void close(long id) {
			// Locked: kept until this transaction has completed.
			this.accounts.add(id, 5);
			this.accounts.add(id, 7);
		}
		// end::inside[]

	}

}
