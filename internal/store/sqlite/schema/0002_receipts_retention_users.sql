-- What has been sent to a device and what it has acknowledged, in ranges of its user's inbox, each as of the last second or
-- so: the highest seq that a row speaks of is its key.
CREATE TABLE receipts (
  user   INTEGER NOT NULL,
  device TEXT    NOT NULL CHECK (length(device) BETWEEN 1 AND 64),
  kind   INTEGER NOT NULL CHECK (kind IN (1, 2)),            -- sent, acknowledged
  last   INTEGER NOT NULL CHECK (last >= 1),
  marks  BLOB    NOT NULL,
  PRIMARY KEY (user, device, kind, last)
) STRICT, WITHOUT ROWID;

ALTER TABLE devices ADD COLUMN sent INTEGER NOT NULL DEFAULT 0; -- up to where receipts speak of what was sent

-- How many rows of inboxes show an order: what has ended goes when the last of them has been cut off.
ALTER TABLE orders ADD COLUMN told INTEGER NOT NULL DEFAULT 0 CHECK (told >= 0);
UPDATE orders SET told = counted.told FROM (
  SELECT e.order_id, count(*) AS told FROM inbox i JOIN events e ON e.id = i.event GROUP BY e.order_id
) AS counted WHERE counted.order_id = orders.id;

CREATE INDEX orders_over ON orders (updated_at) WHERE status IN (1003, 1008, 1009) AND told = 0;

CREATE TABLE barred (
  user_id TEXT    NOT NULL PRIMARY KEY CHECK (length(user_id) BETWEEN 1 AND 64),
  since   INTEGER NOT NULL,
  reason  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Sessions that are to end. Whoever serves sessions reads what has been added.
CREATE TABLE dismissals (
  n       INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT    NOT NULL CHECK (length(user_id) BETWEEN 1 AND 64),
  device  TEXT,                                              -- NULL: all of the user's
  barred  INTEGER NOT NULL CHECK (barred IN (0, 1)),
  at      INTEGER NOT NULL
) STRICT;
