package io.github.asynclock.sample.item;

import java.util.concurrent.CompletableFuture;

import io.github.asynclock.Locked;
import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.NotFoundException;
import io.github.asynclock.sample.RemoteCall;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

/**
 * Sells items as long as there is stock. Futures here: {@code @Locked} holds for them,
 * too.
 */
@Service
class ItemService {

	private final ItemRepository items;

	private final RemoteCall payment;

	private final CriticalSections sections;

	ItemService(ItemRepository items, RemoteCall payment, CriticalSections sections) {
		this.items = items;
		this.payment = payment;
		this.sections = sections;
	}

	@Locked(key = "'item-' + #id")
	public CompletableFuture<Item> purchase(long id, int quantity) {
		return purchaseUnlocked(id, quantity);
	}

	public CompletableFuture<Item> purchaseUnlocked(long id, int quantity) {
		Mono<Item> purchase = find(id).doOnNext(item -> item.requireStock(quantity))
			.delayUntil(item -> this.payment.answer())
			.flatMap(item -> this.items.save(item.sell(quantity)));
		return this.sections.inside("item-" + id, purchase, Item::stock).toFuture();
	}

	public Mono<Item> find(long id) {
		return this.items.findById(id).switchIfEmpty(Mono.error(() -> new NotFoundException("item", id)));
	}

}
