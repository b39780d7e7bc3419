package io.github.asynclock.sample.experiment;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.asynclock.sample.InvalidInputException;
import io.github.asynclock.sample.NotFoundException;
import reactor.core.publisher.Mono;

import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ExperimentController {

	private static final int MOST_CALLERS = 10_000;

	private final Map<String, Experiment> experiments;

	private final Conductor conductor;

	private final Hub hub;

	ExperimentController(List<Experiment> experiments, Conductor conductor, Hub hub) {
		this.conductor = conductor;
		this.hub = hub;
		this.experiments = experiments.stream()
			.collect(Collectors.toMap(Experiment::scenario, Function.identity(), (one, other) -> one, TreeMap::new));
	}

	@PostMapping("/experiments/{scenario}")
	Mono<Report> run(@PathVariable String scenario, @RequestParam(defaultValue = "100") int callers,
			@RequestParam(defaultValue = "true") boolean lock) {
		Experiment experiment = this.experiments.get(scenario);
		if (experiment == null) {
			throw new NotFoundException("experiment", scenario + "; there are " + this.experiments.keySet());
		}
		if (callers < 1 || callers > MOST_CALLERS) {
			throw new InvalidInputException("callers is " + callers + "; give a number from 1 to " + MOST_CALLERS);
		}
		return this.conductor.conduct(experiment, callers, lock);
	}

	/**
	 * What happens in the run that is under way or was the last, from its beginning, and
	 * in all later ones, until the client leaves.
	 */
	@GetMapping(path = "/experiments/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Mono<Void> events(ServerHttpResponse response) {
		response.getHeaders().setContentType(MediaType.TEXT_EVENT_STREAM);
		response.getHeaders().setCacheControl(CacheControl.noStore());
		return response.writeAndFlushWith(this.hub.events()
			.map(text -> Mono.just(response.bufferFactory().wrap(text.getBytes(StandardCharsets.UTF_8)))));
	}

	/** Who would take part in a run now. */
	@GetMapping("/experiments/instances")
	Mono<Crew> instances() {
		return this.hub.rollCall();
	}

}
