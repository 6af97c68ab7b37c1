-- Times are milliseconds since 1970. Whatever is named in every row of an inbox is named by a number.

-- The head of an inbox is the seq of its last row, or the floor where all rows have been cut off.
CREATE TABLE users (
  n     INTEGER PRIMARY KEY,
  id    TEXT    NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64),
  floor INTEGER NOT NULL DEFAULT 0 CHECK (floor >= 0)        -- rows up to this one have been cut off
) STRICT;

-- The order itself is the body of its newest event.
CREATE TABLE orders (
  n             INTEGER PRIMARY KEY,
  id            TEXT    NOT NULL UNIQUE CHECK (length(id) BETWEEN 1 AND 64),
  version       INTEGER NOT NULL CHECK (version >= 1),
  status        INTEGER NOT NULL CHECK (status BETWEEN 1001 AND 1011),
  client_id     TEXT    NOT NULL CHECK (client_id <> ''),
  serviceman_id TEXT    CHECK (serviceman_id <> ''),
  last_event    INTEGER NOT NULL,
  former        TEXT    NOT NULL,                            -- a JSON array of ids
  placed_at     INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL CHECK (updated_at >= placed_at),
  due_at        INTEGER,
  due_code      INTEGER,
  CHECK ((due_at IS NULL) = (due_code IS NULL)),
  -- An offer expires, a change is declined, a verified payment completes; nothing else happens by itself.
  CHECK (due_code IS CASE status WHEN 1001 THEN 1003 WHEN 1002 THEN 1003 WHEN 1006 THEN 1012 WHEN 1011 THEN 1009 END),
  -- Nobody has an order before ACCEPTED, and somebody from then on; CANCELLED may come before or after.
  CHECK (status = 1008 OR (serviceman_id IS NULL) = (status <= 1003))
) STRICT;

CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;

-- Rows are only ever added, at the end: ids grow in the order of commits. An order's events are found from its newest
-- one by prev, so that adding one writes to no index but that of the commands.
CREATE TABLE events (
  id           INTEGER PRIMARY KEY,
  order_id     TEXT    NOT NULL,
  version      INTEGER NOT NULL CHECK (version >= 1),
  status       INTEGER NOT NULL CHECK (status BETWEEN 1001 AND 1014),
  order_status INTEGER NOT NULL CHECK (order_status BETWEEN 1001 AND 1011),
  sender_id    TEXT    NOT NULL CHECK (sender_id <> ''),
  sender_role  TEXT    NOT NULL CHECK (sender_role = 'client' OR sender_role = 'serviceman' OR sender_role = 'operator' OR
                                       sender_role = 'system'), -- IN (…) of more than two makes a table for every row added
  command_id   TEXT    NOT NULL CHECK (command_id <> ''),
  digest       BLOB    NOT NULL CHECK (length(digest) = 16),
  at           INTEGER NOT NULL,
  prev         INTEGER CHECK (prev < id),                    -- the order's event before this one
  party        TEXT    NOT NULL,                             -- the order as parties see it
  offer        TEXT,                                         -- and as servicemen on offer do, where any is told
  extra        TEXT    NOT NULL,
  CHECK ((prev IS NULL) = (version = 1)),
  CHECK ((version = 1) = (status = 1001)),
  CHECK (order_status = status OR status >= 1012),
  CHECK ((sender_id = 'system') = (sender_role = 'system'))
) STRICT;

-- A command takes effect once. The system's need no key: they carry the version at which alone they take effect.
CREATE UNIQUE INDEX events_command ON events (sender_id, command_id) WHERE sender_id <> 'system';

CREATE TABLE inbox (
  user  INTEGER NOT NULL,
  seq   INTEGER NOT NULL CHECK (seq >= 1),
  event INTEGER NOT NULL,                                    -- grows with seq
  view  INTEGER NOT NULL CHECK (view BETWEEN 1 AND 3),
  PRIMARY KEY (user, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
  user    INTEGER NOT NULL,
  device  TEXT    NOT NULL CHECK (length(device) BETWEEN 1 AND 64),
  cursor  INTEGER NOT NULL CHECK (cursor >= 0),
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (user, device)
) STRICT, WITHOUT ROWID;

-- Who is party to an order that has not ended, or on offer for it.
CREATE TABLE open_orders (
  user     INTEGER NOT NULL,
  "order"  INTEGER NOT NULL,
  PRIMARY KEY (user, "order")
) STRICT, WITHOUT ROWID;
