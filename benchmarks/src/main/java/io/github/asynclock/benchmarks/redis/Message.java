package io.github.asynclock.benchmarks.redis;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What is said to a child JVM, and what it answers: one line, such as
 * {@code load start=123 millis=1000 tasks=16}.
 */
public record Message(String verb, Map<String, String> values) {

	public static Message of(String verb) {
		return new Message(verb, Map.of());
	}

	public static Message parse(String line) {
		Map<String, String> values = new LinkedHashMap<>();
		String[] words = line.split(" ");
		Arrays.stream(words).skip(1).map((word) -> word.split("=", 2)).forEach((pair) -> values.put(pair[0], pair[1]));
		return new Message(words[0], values);
	}

	public Message with(String name, Object value) {
		Map<String, String> more = new LinkedHashMap<>(this.values);
		more.put(name, value.toString());
		return new Message(this.verb, more);
	}

	public Message with(String name, LongStream numbers) {
		return with(name, numbers.mapToObj(Long::toString).collect(Collectors.joining(",")));
	}

	public String text(String name) {
		String value = this.values.get(name);
		if (value == null) {
			throw new IllegalArgumentException("No " + name + " in \"" + this + "\"");
		}
		return value;
	}

	public long number(String name) {
		return Long.parseLong(text(name));
	}

	public long[] numbers(String name) {
		String text = text(name);
		return text.isEmpty() ? new long[0] : Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray();
	}

	@Override
	public String toString() {
		return this.verb + this.values.entrySet()
			.stream()
			.map((entry) -> " " + entry.getKey() + "=" + entry.getValue())
			.collect(Collectors.joining());
	}

}
