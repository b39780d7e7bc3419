package io.github.asynclock.sample;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What can be tuned to see the effects better.
 *
 * @param remoteCall how long the other service takes to answer
 * @param uploadLimit the largest file that is read at all, whatever the quota
 * @param sync the data synchronisation
 */
@ConfigurationProperties("shop")
public record ShopProperties(@DefaultValue("5ms") Duration remoteCall, @DefaultValue("1MB") DataSize uploadLimit,
		@DefaultValue Sync sync) {

	/**
	 * The data synchronisation.
	 *
	 * @param pages how many remote calls one run makes
	 */
	public record Sync(@DefaultValue("200") int pages) {

	}

}
