package io.github.asynclock.sample.experiment;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.asynclock.sample.timeline.Change;

/** What instances tell each other, and each of them itself. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({ @JsonSubTypes.Type(value = Message.RollCall.class, name = "roll-call"),
		@JsonSubTypes.Type(value = Message.Here.class, name = "here"),
		@JsonSubTypes.Type(value = Message.Start.class, name = "start"),
		@JsonSubTypes.Type(value = Message.Changes.class, name = "changes"),
		@JsonSubTypes.Type(value = Message.Done.class, name = "done"),
		@JsonSubTypes.Type(value = Message.End.class, name = "end") })
@JsonInclude(JsonInclude.Include.NON_NULL)
sealed interface Message {

	/** The instance that tells it. */
	String from();

	/**
	 * Who is there?
	 *
	 * @param call of this name
	 */
	record RollCall(String from, String call) implements Message {

	}

	/**
	 * I am.
	 *
	 * @param call the answer to which call
	 * @param database which rows the instance sees
	 */
	record Here(String from, String call, String database) implements Message {

	}

	/**
	 * A run begins.
	 *
	 * @param startAt at which moment of the clock that all share, in nanoseconds
	 * @param shares which instance makes how many of the calls, in their order
	 * @param apart how many instances do not take part, as they do not see the rows
	 */
	record Start(String from, String run, String scenario, boolean lock, int callers, Subject subject, long startAt,
			List<Share> shares, int apart) implements Message {

	}

	/**
	 * Some of an instance's calls.
	 *
	 * @param first the number of the first of them
	 */
	record Share(String instance, int first, int calls) {

	}

	/**
	 * What happened to an instance's calls since it last told so.
	 *
	 * @param upTo nothing from before this time will follow
	 */
	record Changes(String from, String run, long upTo, List<Change> changes) implements Message {

	}

	/**
	 * An instance's calls have all ended.
	 *
	 * @param dropped how many changes were not told
	 */
	record Done(String from, String run, Crowd crowd, long dropped) implements Message {

	}

	/** A run is over. */
	record End(String from, String run, Summary summary) implements Message {

	}

}
