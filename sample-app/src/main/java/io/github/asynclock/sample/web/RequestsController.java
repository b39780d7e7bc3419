package io.github.asynclock.sample.web;

import java.util.List;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What can be tried besides the page. */
@RestController
class RequestsController {

	private static final List<Entry> ENTRIES = List.of(
			new Entry("POST /experiments/items?callers=100&lock=false",
					"many buy at once; also orders, payments, submissions, transfers, uploads, sync"),
			new Entry("POST /orders/1/process?lock=true", "process an order, once"),
			new Entry("POST /orders/2/pay", "pay an order by a command, once"),
			new Entry("POST /payments",
					"{\"submission\": \"a1\", \"orders\": [2, 3]}: the same submission once more is ignored"),
			new Entry("GET  /orders/1", "its status, and how often it was charged"),
			new Entry("POST /items/1/purchase?quantity=1&lock=true", "buy"), new Entry("GET  /items/1", "its stock"),
			new Entry("POST /transfers?lock=true", "{\"from\": 1, \"to\": 2, \"amount\": \"10.00\"}"),
			new Entry("GET  /wallets/1", "its balance"),
			new Entry("PUT  /users/1/files/notes.txt?lock=true", "store the body, up to the user's quota"),
			new Entry("GET  /users/1/files", "what is stored"),
			new Entry("POST /sync?lock=true", "a synchronisation by hand, beside the scheduled ones"),
			new Entry("GET  /sync", "runs, skips and overlaps so far"),
			new Entry("GET  /actuator/health", "whether the shop is well"));

	@GetMapping("/requests")
	List<Entry> requests() {
		return ENTRIES;
	}

	record Entry(String request, String does) {

	}

}
