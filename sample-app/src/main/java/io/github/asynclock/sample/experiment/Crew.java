package io.github.asynclock.sample.experiment;

import java.util.ArrayList;
import java.util.List;

import io.github.asynclock.sample.experiment.Message.Here;
import io.github.asynclock.sample.experiment.Message.Share;
import org.jspecify.annotations.Nullable;

/**
 * Who takes part in a run.
 *
 * @param instances those that see the same rows, the one that asked first
 * @param apart how many others there are, with a database of their own
 * @param why no others are seen, in words; null where they would be
 */
record Crew(List<String> instances, int apart, @Nullable String why) {

	static Crew of(String self, String database, List<Here> others) {
		List<String> instances = new ArrayList<>();
		instances.add(self);
		others.stream()
			.filter(other -> other.database().equals(database))
			.map(Here::from)
			.sorted()
			.forEach(instances::add);
		return new Crew(List.copyOf(instances), others.size() + 1 - instances.size(), null);
	}

	static Crew alone(String self, String why) {
		return new Crew(List.of(self), 0, why);
	}

	boolean isAlone() {
		return this.instances.size() == 1;
	}

	/** As equal as possible; nobody gets none. */
	List<Share> shares(int callers) {
		int hands = Math.min(callers, this.instances.size());
		List<Share> shares = new ArrayList<>();
		int first = 0;
		for (int hand = 0; hand < hands; hand++) {
			int calls = callers / hands + ((hand < callers % hands) ? 1 : 0);
			shares.add(new Share(this.instances.get(hand), first, calls));
			first += calls;
		}
		return shares;
	}

}
