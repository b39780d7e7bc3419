package io.github.asynclock.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * What tests start, signal and stop: each by its own process id, so that nothing else on
 * the machine is touched, and nothing of ours outlives the test JVM.
 */
final class Processes {

	private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
	}

	private Processes() {
	}

	static Process start(ProcessBuilder builder) {
		try {
			Process process = builder.start();
			RUNNING.add(process);
			process.onExit().thenAccept(RUNNING::remove);
			return process;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Sends a signal, STOP or CONT for example; it has been delivered on return. */
	static void signal(Process process, String signal) {
		try {
			Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).inheritIO().start();
			if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
				throw new IllegalStateException("Could not send SIG" + signal + " to " + process.pid());
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Kills with SIGKILL, also what is stopped; it is gone on return. */
	static void kill9(Process process) {
		process.destroyForcibly();
		awaitExit(process, 10);
	}

	static void awaitExit(Process process, int seconds) {
		try {
			if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Process " + process.pid() + " did not end in " + seconds + " s");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
