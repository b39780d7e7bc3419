package io.github.asynclock.guide;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The page {@code docs/guide.md}, and the regions of compiled sources and of resources
 * that it may show.
 */
final class Guide {

	private static final Path PAGE = Path.of("../docs/guide.md");

	private static final List<Path> SOURCES = List.of(Path.of("src/test/java/io/github/asynclock/guide"),
			Path.of("src/test/resources/guide"), Path.of("../sample-app/src/test/java"));

	private static final Pattern SNIPPET = Pattern.compile("<!-- snippet: (\\S+#\\S+) -->");

	private static final Pattern MARK = Pattern.compile("\\s*(?://|#|--) (tag|end)::([\\w-]+)\\[]\\s*");

	private Guide() {
	}

	/**
	 * What stands between three backticks.
	 *
	 * @param snippet which region it shows, as {@code File#name}; null if it does not say
	 */
	record Block(int line, String language, @Nullable String snippet, String text) {

	}

	static List<String> lines() {
		return read(PAGE);
	}

	static List<Block> blocks() {
		return blocks(lines());
	}

	static List<Block> blocks(List<String> lines) {
		List<Block> blocks = new ArrayList<>();
		for (int i = 0; i < lines.size(); i++) {
			if (lines.get(i).startsWith("```")) {
				int end = i + 1;
				while (!lines.get(end).startsWith("```")) {
					end++;
				}
				blocks.add(new Block(i + 1, lines.get(i).substring(3).trim(),
						(i > 0) ? snippet(lines.get(i - 1)) : null, String.join("\n", lines.subList(i + 1, end))));
				i = end;
			}
		}
		return blocks;
	}

	private static @Nullable String snippet(String line) {
		Matcher matcher = SNIPPET.matcher(line.trim());
		return matcher.matches() ? matcher.group(1) : null;
	}

	/** All regions there are, by {@code File#name}. */
	static Map<String, String> regions() {
		Map<String, String> regions = new TreeMap<>();
		SOURCES.stream()
			.flatMap(Guide::files)
			.forEach((file) -> regions(file.getFileName() + "#", read(file), regions));
		return regions;
	}

	static void regions(String file, List<String> lines, Map<String, String> regions) {
		Map<String, List<String>> open = new TreeMap<>();
		for (String line : lines) {
			Matcher mark = MARK.matcher(line);
			if (!mark.matches()) {
				open.values().forEach((region) -> region.add(line));
			}
			else if (mark.group(1).equals("tag")) {
				open.put(mark.group(2), new ArrayList<>());
			}
			else {
				List<String> region = open.remove(mark.group(2));
				if (region == null || regions.put(file + mark.group(2), outdented(region)) != null) {
					throw new IllegalStateException(
							file + mark.group(2) + " ends without a beginning, or is there twice");
				}
			}
		}
		if (!open.isEmpty()) {
			throw new IllegalStateException(file + open.keySet() + " has no end");
		}
	}

	private static String outdented(List<String> lines) {
		int indent = lines.stream()
			.filter((line) -> !line.isBlank())
			.mapToInt((line) -> line.length() - line.stripLeading().length())
			.min()
			.orElse(0);
		return String.join("\n", lines.stream().map((line) -> line.isBlank() ? "" : line.substring(indent)).toList())
			.stripTrailing();
	}

	private static Stream<Path> files(Path folder) {
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter(Files::isRegularFile).toList().stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<String> read(Path file) {
		try {
			return Files.readAllLines(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
