package io.github.asynclock.sample.wallet;

import io.github.asynclock.sample.wallet.TransferService.Receipt;
import reactor.core.publisher.Mono;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class WalletController {

	private final TransferService service;

	WalletController(TransferService service) {
		this.service = service;
	}

	@GetMapping("/wallets/{id}")
	Mono<Wallet> state(@PathVariable long id) {
		return this.service.find(id);
	}

	@PostMapping("/transfers")
	Mono<Receipt> transfer(@RequestBody Transfer transfer, @RequestParam(defaultValue = "true") boolean lock) {
		return lock ? this.service.transfer(transfer.from(), transfer.to(), transfer.amount())
				: this.service.transferUnlocked(transfer.from(), transfer.to(), transfer.amount());
	}

}
