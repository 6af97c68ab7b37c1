-- Orders in the order in which they were placed: all of them (list 0), those that have not ended (-1), and those of each party (users.n).
CREATE TABLE lists (
  list      INTEGER NOT NULL CHECK (list >= -1),
  placed_at INTEGER NOT NULL,
  "order"   INTEGER NOT NULL,
  PRIMARY KEY (list, placed_at, "order")
) STRICT, WITHOUT ROWID;

INSERT INTO lists (list, placed_at, "order")
  SELECT 0, placed_at, n FROM orders
  UNION ALL SELECT -1, placed_at, n FROM orders WHERE status NOT IN (1003, 1008, 1009)
  UNION ALL SELECT u.n, o.placed_at, o.n FROM orders o JOIN users u ON u.id = o.client_id
  UNION ALL SELECT u.n, o.placed_at, o.n FROM orders o JOIN users u ON u.id = o.serviceman_id
  ORDER BY 1, 2, 3;
