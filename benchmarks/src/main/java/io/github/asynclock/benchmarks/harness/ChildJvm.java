package io.github.asynclock.benchmarks.harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts another JVM on the class path of this one.
 */
public final class ChildJvm {

	private ChildJvm() {
	}

	/**
	 * Starts it; what it writes to its standard error appears here.
	 */
	public static Process start(List<String> jvmArgs, Class<?> main, String... args) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(ProcessHandle.current().info().command().orElse("java"));
		command.addAll(jvmArgs);
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
		command.addAll(List.of(args));
		return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
	}

}
