package io.github.asynclock.sample.item;

import java.util.concurrent.CompletableFuture;

import io.github.asynclock.sample.InvalidInputException;
import reactor.core.publisher.Mono;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/items/{id}")
class ItemController {

	private final ItemService service;

	ItemController(ItemService service) {
		this.service = service;
	}

	@GetMapping
	Mono<Item> state(@PathVariable long id) {
		return this.service.find(id);
	}

	@PostMapping("/purchase")
	CompletableFuture<Item> purchase(@PathVariable long id, @RequestParam(defaultValue = "1") int quantity,
			@RequestParam(defaultValue = "true") boolean lock) {
		if (quantity < 1) {
			throw new InvalidInputException("quantity is " + quantity + "; give a number from 1 up");
		}
		return lock ? this.service.purchase(id, quantity) : this.service.purchaseUnlocked(id, quantity);
	}

}
