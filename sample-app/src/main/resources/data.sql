INSERT INTO orders (id, customer, total, status) VALUES
  (1, 'Ada', 19.90, 'NEW'),
  (2, 'Grace', 249.00, 'NEW'),
  (3, 'Alan', 5.50, 'NEW');

INSERT INTO items (id, name, stock, sold) VALUES
  (1, 'Teapot', 100, 0),
  (2, 'Kettle', 3, 0);

INSERT INTO wallets (id, owner, balance, movements) VALUES
  (1, 'Ada', 100.00, 0),
  (2, 'Grace', 100.00, 0);

INSERT INTO users (id, name, quota_bytes) VALUES
  (1, 'Ada', 100000),
  (2, 'Grace', 1000);

INSERT INTO feeds (id, name, runs, fencing_token) VALUES
  (1, 'catalog', 0, 0);
