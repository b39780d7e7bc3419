package io.github.asynclock.sample.order;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

@Table("ORDERS")
record Order(@Id @Nullable Long id, String customer, BigDecimal total, Status status) {

	Order processed() {
		return new Order(this.id, this.customer, this.total, Status.PROCESSED);
	}

	enum Status {

		NEW, PROCESSED

	}

}
