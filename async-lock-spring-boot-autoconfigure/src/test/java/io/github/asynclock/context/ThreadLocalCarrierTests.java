package io.github.asynclock.context;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.github.asynclock.core.ContextCarrier;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.Mockito.mock;

class ThreadLocalCarrierTests {

	private final ThreadLocal<String> user = new ThreadLocal<>();

	private final ContextRegistry registry = new ContextRegistry().registerThreadLocalAccessor("user", this.user);

	private final ThreadLocalCarrier carrier = new ThreadLocalCarrier(this.registry, true);

	@BeforeEach
	@AfterEach
	void clear() {
		MDC.clear();
		LeaseContext.swap(null);
	}

	@Test
	void aCallerWithoutContextHasNothingToCarry() {
		this.registry.registerThreadLocalAccessor(new LeaseThreadLocalAccessor());
		LeaseContext.swap(mock(Lease.class));
		assertThat(this.carrier.capture()).isNull();
		assertThat(this.carrier.restore(null)).isNull();
	}

	@Test
	void theActionHasTheCallersValuesAndTheThreadItsOwnAfterwards() throws Exception {
		this.user.set("caller");
		MDC.put("request", "caller");
		Object captured = this.carrier.capture();
		this.user.set("thread");
		MDC.put("request", "thread");
		MDC.put("only-thread", "yes");
		try (AutoCloseable scope = restore(captured)) {
			assertThat(this.user.get()).isEqualTo("caller");
			assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("request", "caller"));
		}
		assertThat(this.user.get()).isEqualTo("thread");
		assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("request", "thread", "only-thread", "yes"));
	}

	@Test
	void whatTheCallerDidNotHaveIsAbsentInTheAction() throws Exception {
		Object captured = this.carrier.capture();
		this.user.set("thread");
		MDC.put("request", "thread");
		try (AutoCloseable scope = restore(captured)) {
			assertThat(this.user.get()).isNull();
			assertThat(MDC.get("request")).isNull();
		}
		assertThat(this.user.get()).isEqualTo("thread");
		assertThat(MDC.get("request")).isEqualTo("thread");
	}

	@Test
	void nothingStaysBehindOnAThreadThatHadNothing() throws Exception {
		this.user.set("caller");
		MDC.put("request", "caller");
		Object captured = this.carrier.capture();
		this.user.remove();
		MDC.clear();
		restore(captured).close();
		assertThat(this.user.get()).isNull();
		assertThat(MDC.get("request")).isNull();
	}

	@Test
	void oneCaptureServesManyScopes() throws Exception {
		this.user.set("caller");
		Object captured = this.carrier.capture();
		this.user.remove();
		for (int i = 0; i < 2; i++) {
			try (AutoCloseable scope = restore(captured)) {
				assertThat(this.user.get()).isEqualTo("caller");
			}
			assertThat(this.user.get()).isNull();
		}
	}

	@Test
	void theLeaseIsNotCarried() throws Exception {
		this.registry.registerThreadLocalAccessor(new LeaseThreadLocalAccessor());
		this.user.set("caller");
		LeaseContext.swap(mock(Lease.class));
		Object captured = this.carrier.capture();
		Lease ofTheAction = mock(Lease.class);
		LeaseContext.swap(ofTheAction);
		try (AutoCloseable scope = restore(captured)) {
			assertThat(Lease.current()).containsSame(ofTheAction);
		}
		assertThat(Lease.current()).containsSame(ofTheAction);
	}

	@Test
	void anAccessorThatFailsLeavesTheThreadAsItWas() throws Exception {
		this.registry.registerThreadLocalAccessor("broken", () -> "value", (value) -> {
			throw new IllegalStateException("broken");
		}, () -> {
		});
		this.user.set("caller");
		Object captured = this.carrier.capture();
		this.user.set("thread");
		assertThatIllegalStateException().isThrownBy(() -> this.carrier.restore(captured)).withMessage("broken");
		assertThat(this.user.get()).isEqualTo("thread");
	}

	@Test
	void anAccessorThatCannotRestoreDoesNotKeepOthersFromIt() throws Exception {
		List<String> calls = new ArrayList<>();
		this.registry.registerThreadLocalAccessor("broken", () -> "value", (value) -> {
			calls.add("set");
			if (calls.size() > 1) {
				throw new IllegalStateException("broken");
			}
		}, () -> {
		});
		this.user.set("caller");
		Object captured = this.carrier.capture();
		this.user.set("thread");
		restore(captured).close();
		assertThat(calls).containsExactly("set", "set");
		assertThat(this.user.get()).isEqualTo("thread");
	}

	@Test
	void theMdcIsNotCarriedWhereThereIsNoSlf4j() throws Exception {
		MDC.put("request", "caller");
		ThreadLocalCarrier withoutMdc = new ThreadLocalCarrier(this.registry, false);
		assertThat(withoutMdc.capture()).isNull();
		assertThat(withoutMdc.restore(null)).isNull();
		assertThat(MDC.get("request")).isEqualTo("caller");
	}

	@Test
	void theApplicationsChoiceOfMdcEntriesIsKept() throws Exception {
		this.registry.registerThreadLocalAccessor(new Slf4jThreadLocalAccessor("chosen"));
		MDC.put("chosen", "caller");
		MDC.put("other", "caller");
		Object captured = this.carrier.capture();
		MDC.clear();
		try (AutoCloseable scope = restore(captured)) {
			assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("chosen", "caller"));
		}
	}

	@Test
	void anMdcAccessorUnderAnyKeyIsRecognised() throws Exception {
		assertThat(MdcAccessors.carried(this.registry)).isFalse();
		this.registry.registerThreadLocalAccessor(new ThreadLocalAccessor<Map<String, String>>() {

			@Override
			public Object key() {
				return "anything";
			}

			@Override
			public Map<String, String> getValue() {
				return MDC.getCopyOfContextMap();
			}

			@Override
			public void setValue(Map<String, String> value) {
				MDC.setContextMap(value);
			}

			@Override
			public void setValue() {
				MDC.clear();
			}

		});
		assertThat(MdcAccessors.carried(this.registry)).isTrue();
		assertThat(MDC.getCopyOfContextMap()).isNullOrEmpty();
	}

	private AutoCloseable restore(@Nullable Object captured) {
		ContextCarrier.Scope scope = this.carrier.restore(captured);
		assertThat(scope).isNotNull();
		return scope::close;
	}

}
