package io.github.asynclock.sample.timeline;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What has just happened to a call. */
public enum State {

	/** It asked for a key, or would have. */
	@JsonProperty("asked")
	ASKED,

	/** It has stopped working on a key, and has written or not. */
	@JsonProperty("ended")
	ENDED,

	/** It works on a key: it reads, asks another service, writes. */
	@JsonProperty("started")
	STARTED,

	/** The caller was told that it worked. */
	@JsonProperty("succeeded")
	SUCCEEDED,

	/** The caller was told no, or its call was skipped. */
	@JsonProperty("refused")
	REFUSED,

	/** The caller got an exception. */
	@JsonProperty("failed")
	FAILED

}
