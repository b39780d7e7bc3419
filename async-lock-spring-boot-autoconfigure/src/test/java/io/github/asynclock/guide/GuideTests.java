package io.github.asynclock.guide;

import java.io.File;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.asynclock.guide.Guide.Block;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What {@code docs/guide.md} shows is what the tests of this package, and the sample's,
 * compile and run.
 */
class GuideTests {

	private final List<Block> blocks = Guide.blocks();

	@Test
	void everyBlockShowsItsRegion() {
		Map<String, String> regions = Guide.regions();
		assertThat(this.blocks).isNotEmpty().allSatisfy((block) -> {
			assertThat(block.snippet()).as("line %s: a block without <!-- snippet: File#name -->", block.line())
				.isNotNull();
			assertThat(regions).as("line %s", block.line()).containsKey(block.snippet());
			assertThat(block.text()).as("line %s: %s", block.line(), block.snippet())
				.isEqualTo(regions.get(block.snippet()));
		});
	}

	@Test
	void everyRegionIsShown() {
		assertThat(this.blocks).extracting(Block::snippet)
			.doesNotHaveDuplicates()
			.containsAll(Guide.regions().keySet());
	}

	@Test
	void everyExceptionHasASectionOfItsOwn() {
		String[] sources = new File("src/main/java/io/github/asynclock")
			.list((folder, name) -> name.endsWith("Exception.java"));
		assertThat(sources).hasSizeGreaterThan(7);
		assertThat(Guide.lines())
			.containsAll(Stream.of(sources).map((name) -> "### " + name.replace(".java", "")).toList())
			.contains("### LockedDefinitionException", "### IllegalStateException");
	}

	@Test
	void everySectionIsInTheTableOfContentsAndEveryLinkLeadsToOne() {
		Set<String> anchors = new HashSet<>();
		List<String> sections = new ArrayList<>();
		for (String line : Guide.lines()) {
			if (line.startsWith("#")) {
				String title = line.replaceFirst("#+ ", "");
				String anchor = "#" + title.toLowerCase().replaceAll("[^\\w\\- ]", "").replace(' ', '-');
				anchors.add(anchor);
				if (line.startsWith("## ")) {
					sections.add("[" + title + "](" + anchor + ")");
				}
			}
		}
		String page = String.join("\n", Guide.lines());
		assertThat(page).contains(sections);
		List<String> links = Pattern.compile("]\\(([^)]+)\\)")
			.matcher(page)
			.results()
			.map((link) -> link.group(1))
			.toList();
		assertThat(links).allSatisfy((link) -> {
			if (link.startsWith("#")) {
				assertThat(anchors).contains(link);
			}
			else if (!link.startsWith("http")) {
				assertThat(new File("../docs", link.replaceFirst("#.*", ""))).exists();
			}
		});
	}

	@Test
	void itIsOnePage() {
		assertThat(Guide.lines()).hasSizeLessThan(600);
	}

	/** That the checks above can fail. */
	@Test
	void aBlockIsReadAsItIs() {
		assertThat(Guide
			.blocks(List.of("<!-- snippet: A.java#a -->", "```java", "a", "", "\tb", "```", "", "```sql", "```")))
			.containsExactly(new Block(2, "java", "A.java#a", "a\n\n\tb"), new Block(8, "sql", null, ""));
	}

	@Test
	void aRegionIsWhatIsBetweenItsMarksWithoutTheirIndentation() {
		Map<String, String> regions = new TreeMap<>();
		Guide.regions("A.java#", List.of("x", "\t// tag::a[]", "\tone {", "\t// tag::b[]", "\t\ttwo", "\t// end::b[]",
				"", "\t}", "\t// end::a[]", "y"), regions);
		assertThat(regions).containsOnly(Map.entry("A.java#a", "one {\n\ttwo\n\n}"), Map.entry("A.java#b", "two"));
	}

	@Test
	void aRegionThatDoesNotEndIsAnError() {
		assertThatIllegalStateException()
			.isThrownBy(() -> Guide.regions("A#", List.of("-- tag::a[]"), new TreeMap<>()));
		assertThatIllegalStateException().isThrownBy(() -> Guide.regions("A#", List.of("# end::a[]"), new TreeMap<>()));
	}

}
