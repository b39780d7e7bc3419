package io.github.asynclock.sample;

import reactor.core.publisher.Mono;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * A small shop. Each of its actions reads a row, waits for another service and writes the
 * row back: correct for one caller at a time, wrong for two. Every action is there with
 * the lock and without it.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class SampleApplication {

	public static void main(String[] args) {
		SpringApplication.run(SampleApplication.class, args);
	}

	@Bean
	RemoteCall remoteCall(ShopProperties shop) {
		return () -> Mono.delay(shop.remoteCall()).then();
	}

}
