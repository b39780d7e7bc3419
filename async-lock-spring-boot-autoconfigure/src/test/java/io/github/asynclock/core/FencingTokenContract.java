package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * S3: every grant's token is greater than all earlier tokens of its key.
 */
abstract class FencingTokenContract extends ServiceContract {

	@ParameterizedTest
	@EnumSource(Form.class)
	void s3_tokensRiseOverHandOvers(Form form) {
		Call first = hold(this.key);
		List<Long> tokens = new ArrayList<>();
		tokens.add(first.lease().fencingToken());
		List<CompletableFuture<Boolean>> results = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			results.add(form.run(service(), patient(this.key), (lease) -> done(tokens.add(lease.fencingToken()))));
		}
		first.release();
		results.forEach(ServiceContract::get);
		assertThat(tokens).hasSize(21).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void s3_tokensRiseWhereAKeyWasFreeAndIsTakenAgain() {
		List<Long> tokens = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			get(service().execute(LockRequest.of(this.key), (lease) -> done(tokens.add(lease.fencingToken()))));
			assertThat(get(service().isLocked(this.key).toFuture())).isFalse();
		}
		assertThat(tokens).hasSize(200).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void s3_tokensRiseForEachOfManyKeys() {
		List<List<Long>> tokens = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			tokens.add(new ArrayList<>());
		}
		for (int round = 0; round < 5; round++) {
			for (int i = 0; i < tokens.size(); i++) {
				List<Long> ofKey = tokens.get(i);
				get(service().execute(LockRequest.of(key("k" + i)), (lease) -> done(ofKey.add(lease.fencingToken()))));
			}
		}
		assertThat(tokens).allSatisfy((ofKey) -> assertThat(ofKey).hasSize(5).isSorted().doesNotHaveDuplicates());
	}

	@Test
	void s3_tokensRiseOverALoss() {
		Call lost = hold(patient(this.key).heldAtMost(Duration.ofMillis(50)));
		Call next = call(patient(this.key));
		assertThat(next.lease().fencingToken()).isGreaterThan(lost.lease().fencingToken());
		next.release();
	}

	@Test
	void s3_severalKeysHaveATokenEachAndTheFirstKeysIsTheLeases() {
		String a = key("a");
		String b = key("b");
		Lease one = leaseOf(b);
		Lease both = leaseOf(b, a);
		assertThat(both.fencingToken(b)).isGreaterThan(one.fencingToken(b));
		assertThat(both.fencingToken()).isEqualTo(both.fencingToken(a));
		assertThat(leaseOf(a).fencingToken()).isGreaterThan(both.fencingToken(a));
		assertThat(leaseOf(b).fencingToken()).isGreaterThan(both.fencingToken(b));
	}

	@Test
	void s3_severalKeysThatWaitedHaveATokenEach() {
		String a = key("a");
		String b = key("b");
		Call holderOfA = hold(a);
		Call holderOfB = hold(b);
		Call both = call(patient(a, b));
		holderOfA.release();
		holderOfB.release();
		assertThat(both.lease().fencingToken(a)).isGreaterThan(holderOfA.lease().fencingToken());
		assertThat(both.lease().fencingToken(b)).isGreaterThan(holderOfB.lease().fencingToken());
		both.release();
	}

	@Test
	void aKeyThatIsNotTheLeasesIsRefusedAndNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> leaseOf(this.key).fencingToken("other"))
			.withMessageContaining("other")
			.withMessageContaining(this.key);
		assertThatIllegalArgumentException().isThrownBy(() -> leaseOf(key("a"), key("b")).fencingToken("other"))
			.withMessageContaining("other")
			.withMessageContaining(key("b"));
	}

	private Lease leaseOf(String... keys) {
		Call call = hold(keys);
		call.release();
		return call.lease();
	}

}
