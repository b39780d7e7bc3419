-- Only into a new database: one that instances share has them already.
INSERT INTO orders (id, customer, total, status) SELECT * FROM (VALUES
    (1, 'Ada', 19.90, 'NEW'),
    (2, 'Grace', 249.00, 'NEW'),
    (3, 'Alan', 5.50, 'NEW'))
  WHERE NOT EXISTS (SELECT 1 FROM orders);

INSERT INTO items (id, name, stock, sold) SELECT * FROM (VALUES
    (1, 'Teapot', 100, 0),
    (2, 'Kettle', 3, 0))
  WHERE NOT EXISTS (SELECT 1 FROM items);

INSERT INTO wallets (id, owner, balance, movements) SELECT * FROM (VALUES
    (1, 'Ada', 100.00, 0),
    (2, 'Grace', 100.00, 0))
  WHERE NOT EXISTS (SELECT 1 FROM wallets);

INSERT INTO users (id, name, quota_bytes) SELECT * FROM (VALUES
    (1, 'Ada', 100000),
    (2, 'Grace', 1000))
  WHERE NOT EXISTS (SELECT 1 FROM users);

INSERT INTO feeds (id, name, runs, fencing_token) SELECT * FROM (VALUES
    (1, 'catalog', 0, 0))
  WHERE NOT EXISTS (SELECT 1 FROM feeds);
INSERT INTO shop (id) SELECT RANDOM_UUID() WHERE NOT EXISTS (SELECT 1 FROM shop);
