package io.github.asynclock.sample.upload;

import org.jspecify.annotations.Nullable;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

@Table("USERS")
record User(@Id @Nullable Long id, String name, long quotaBytes) {

}
