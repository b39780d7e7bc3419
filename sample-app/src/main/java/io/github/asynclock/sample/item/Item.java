package io.github.asynclock.sample.item;

import io.github.asynclock.sample.RefusedException;
import org.jspecify.annotations.Nullable;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

@Table("ITEMS")
record Item(@Id @Nullable Long id, String name, int stock, int sold) {

	void requireStock(int quantity) {
		if (this.stock < quantity) {
			throw new RefusedException(
					"Only " + this.stock + " of item " + this.id + " left, " + quantity + " were asked for");
		}
	}

	Item sell(int quantity) {
		return new Item(this.id, this.name, this.stock - quantity, this.sold + quantity);
	}

}
