package io.github.asynclock.benchmarks.harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs contestants in JVMs of their own, in turn (A B A B ...). The figure of a JVM is
 * the median of its rounds.
 */
public final class Turns {

	private static final String FIGURE = "figure ";

	private Turns() {
	}

	/**
	 * Measures all contestants.
	 * @param contestants the classes; each has a public constructor without arguments
	 */
	@SafeVarargs
	public static Figures take(Effort effort, Class<? extends Contestant>... contestants)
			throws IOException, InterruptedException {
		Figures figures = new Figures();
		for (int turn = 0; turn < effort.turns(); turn++) {
			for (Class<? extends Contestant> contestant : contestants) {
				System.err
					.println("# " + contestant.getSimpleName() + ", turn " + (turn + 1) + " of " + effort.turns());
				runChild(effort, contestant)
					.forEach((name, value) -> figures.add(contestant.getSimpleName(), name, value));
			}
		}
		return figures;
	}

	private static Map<String, Double> runChild(Effort effort, Class<?> contestant)
			throws IOException, InterruptedException {
		Process child = ChildJvm.start(effort.jvmArgs(), Turns.class, contestant.getName(), "" + effort.warmUpMillis(),
				"" + effort.rounds());
		Map<String, Double> figures = new LinkedHashMap<>();
		try (var lines = child.inputReader()) {
			lines.lines()
				.filter((line) -> line.startsWith(FIGURE))
				.map((line) -> line.split(" "))
				.forEach((words) -> figures.put(words[1], Double.valueOf(words[2])));
		}
		int exit = child.waitFor();
		if (exit != 0) {
			throw new IllegalStateException(contestant.getSimpleName() + " ended with " + exit + "; see above");
		}
		return figures;
	}

	/**
	 * The child: one contestant.
	 */
	public static void main(String[] args) throws Exception {
		Class<?> type = Class.forName(args[0]);
		try (Contestant contestant = (Contestant) type.getDeclaredConstructor().newInstance()) {
			contestant.check();
			long warm = System.nanoTime() + Long.parseLong(args[1]) * 1_000_000;
			do {
				contestant.round();
			}
			while (System.nanoTime() < warm);
			Map<String, List<Double>> values = new LinkedHashMap<>();
			for (int round = Integer.parseInt(args[2]); round > 0; round--) {
				contestant.round()
					.forEach((name, value) -> values.computeIfAbsent(name, (any) -> new ArrayList<>()).add(value));
			}
			values.forEach((name, all) -> System.out.println(FIGURE + name + " " + Sample.of(all).median()));
		}
		catch (Throwable ex) {
			ex.printStackTrace();
			System.exit(1);
		}
		System.exit(0);
	}

}
