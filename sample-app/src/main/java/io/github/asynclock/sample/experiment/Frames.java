package io.github.asynclock.sample.experiment;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.asynclock.sample.timeline.Change;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A run as server-sent events: text, made once for all who watch. */
final class Frames {

	// When to try again where the connection is lost: in a second, where browsers take
	// three.
	private static final String AGAIN = "retry: 1000\n";

	private final JsonMapper json;

	private final String run;

	Frames(JsonMapper json, String run) {
		this.json = json;
		this.run = run;
	}

	/**
	 * What one who begins to watch is told first.
	 * @param run the one that is under way or was the last; null if there was none yet
	 * @param over whether it has ended
	 */
	static String hello(JsonMapper json, @Nullable String run, boolean over) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("run", run);
		data.put("over", over);
		return AGAIN + frame(json, "hello", data);
	}

	String start(Message.Start start) {
		Map<String, Object> data = data();
		data.put("scenario", start.scenario());
		data.put("lock", start.lock());
		data.put("callers", start.callers());
		data.put("keys", start.subject().keys());
		data.put("quantity", start.subject().quantity());
		data.put("instances", start.shares());
		data.put("apart", start.apart());
		return frame("run", data);
	}

	String change(String instance, Change change) {
		Map<String, Object> data = data();
		data.put("call", change.call());
		data.put("instance", instance);
		if (change.key() != null) {
			data.put("key", change.key());
		}
		data.put("state", change.state());
		data.put("at", millis(change.at()));
		if (change.reason() != null) {
			data.put("reason", change.reason());
		}
		return frame("call", data);
	}

	String level(Sums.Level level) {
		Map<String, Object> data = data();
		data.put("call", level.call());
		data.put("at", millis(level.at()));
		data.put("expected", level.expected());
		data.put("row", level.row());
		data.put("wrong", level.wrong());
		data.put("harm", level.harm());
		return frame("stock", data);
	}

	String summary(Summary summary) {
		Map<String, Object> data = data();
		data.put("summary", summary);
		return frame("summary", data);
	}

	private Map<String, Object> data() {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("run", this.run);
		return data;
	}

	private String frame(String event, Map<String, Object> data) {
		return frame(this.json, event, data);
	}

	private static String frame(JsonMapper json, String event, Map<String, Object> data) {
		return "event: " + event + "\ndata: " + json.writeValueAsString(data) + "\n\n";
	}

	/** To the microsecond. */
	static double millis(long nanos) {
		return Math.round(nanos / 1e3) / 1e3;
	}

}
