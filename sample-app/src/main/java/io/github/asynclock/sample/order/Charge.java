package io.github.asynclock.sample.order;

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * One row each time an order was processed: more than one, and the customer paid twice.
 */
@Table("CHARGES")
record Charge(@Id @Nullable Long id, long orderId, BigDecimal amount) {

}
