package io.github.asynclock.sample.experiment;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.asynclock.sample.InvalidInputException;
import io.github.asynclock.sample.NotFoundException;
import reactor.core.publisher.Mono;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ExperimentController {

	private static final int MOST_CALLERS = 10_000;

	private final Map<String, Experiment> experiments;

	ExperimentController(List<Experiment> experiments) {
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
		return experiment.run(callers, lock);
	}

}
