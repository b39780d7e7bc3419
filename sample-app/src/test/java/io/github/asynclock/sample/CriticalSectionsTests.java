package io.github.asynclock.sample;

import io.github.asynclock.sample.CriticalSections.Section;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/** What the experiments measure with. */
class CriticalSectionsTests {

	private final CriticalSections sections = new CriticalSections();

	private final Section section = this.sections.watch("key");

	@Test
	void countsActionsThatRunAtTheSameTime() {
		Sinks.One<String> first = Sinks.one();
		this.sections.inside("key", first.asMono()).subscribe();
		Disposable second = this.sections.inside("key", Mono.never()).subscribe();
		assertThat(this.section.peak()).isEqualTo(2);
		assertThat(this.section.overlaps()).isEqualTo(1);

		first.tryEmitValue("done");
		second.dispose();
		this.sections.inside("key", Mono.just("alone")).block();
		assertThat(this.section.overlaps()).isEqualTo(1);
	}

	@Test
	void aSuccessorThatStartsOnTheResultIsNoOverlap() {
		Mono<String> first = this.sections.inside("key", Mono.just("first"));
		Mono<String> second = this.sections.inside("key", Mono.just("second"));
		first.flatMap(value -> second).block();
		assertThat(this.section.peak()).isEqualTo(1);
	}

	@Test
	void otherKeysAreNotCounted() {
		this.sections.inside("other", Mono.just("value")).block();
		assertThat(this.section.peak()).isZero();
	}

}
