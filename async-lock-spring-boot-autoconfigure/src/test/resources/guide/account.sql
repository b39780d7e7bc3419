-- tag::table[]
create table account (
  id      bigint primary key,
  credit  int    not null,
  token   bigint not null default 0      -- the greatest fencing token that has written this row
);
-- end::table[]
insert into account (id, credit) values (1, 100);
