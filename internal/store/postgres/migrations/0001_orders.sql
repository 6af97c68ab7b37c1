-- Where Callout keeps what it knows. Times are milliseconds since 1970. Ids compare byte by byte (COLLATE "C"), as they
-- do in the program, so that both agree on the order in which rows are locked. No foreign keys: every transaction writes
-- all of what belongs together, and nothing is deleted but by the retention.

-- Users who have an inbox: its last number, and the number up to which it has been cut off. An update of a head stays on
-- its page as long as there is room (HOT), so pages are filled to a half.
CREATE TABLE callout.users (
    id    text COLLATE "C" PRIMARY KEY,
    head  bigint NOT NULL,
    floor bigint NOT NULL DEFAULT 0,
    CONSTRAINT users_floor CHECK (floor BETWEEN 0 AND head)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);

-- Orders as they are now. What an order holds beside is in the party column of its newest event.
CREATE TABLE callout.orders (
    id            text COLLATE "C" PRIMARY KEY,
    version       bigint NOT NULL CHECK (version >= 1),
    status        smallint NOT NULL CHECK (status BETWEEN 1001 AND 1011),
    client_id     text COLLATE "C" NOT NULL CHECK (client_id <> 'system'),
    serviceman_id text COLLATE "C",
    former        text[] COLLATE "C" NOT NULL, -- the servicemen whose offer is closed
    placed_at     bigint NOT NULL,
    updated_at    bigint NOT NULL,
    due_at        bigint,   -- when due_code happens by itself
    due_code      smallint,
    CONSTRAINT orders_two_people CHECK (serviceman_id <> client_id),
    CONSTRAINT orders_times CHECK (updated_at >= placed_at),
    CONSTRAINT orders_due_both CHECK ((due_at IS NULL) = (due_code IS NULL)),
    -- An offer expires, a change is declined, a verified payment completes the order; nothing else waits for its time.
    CONSTRAINT orders_due_what CHECK (due_code IS NOT DISTINCT FROM
        CASE status WHEN 1001 THEN 1003 WHEN 1002 THEN 1003 WHEN 1006 THEN 1012 WHEN 1011 THEN 1009 END),
    -- Nobody has an order that is on offer or has expired, and somebody every other but one that was called off.
    CONSTRAINT orders_whose CHECK (CASE WHEN status <= 1003 THEN serviceman_id IS NULL WHEN status <> 1008 THEN serviceman_id IS NOT NULL ELSE true END)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX orders_due ON callout.orders (due_at) WHERE due_at IS NOT NULL;

-- What happened. Rows are only ever added.
CREATE TABLE callout.events (
    order_id     text COLLATE "C" NOT NULL,
    version      bigint NOT NULL CHECK (version >= 1),
    status       smallint NOT NULL CHECK (status BETWEEN 1001 AND 1014),
    order_status smallint NOT NULL CHECK (order_status BETWEEN 1001 AND 1011), -- of the order after it
    sender_id    text COLLATE "C" NOT NULL,
    sender_role  text COLLATE "C" NOT NULL CHECK (sender_role IN ('client', 'serviceman', 'operator', 'system')),
    command_id   text COLLATE "C" NOT NULL,
    digest       bytea, -- of the command; the system's have none
    at           bigint NOT NULL,
    party        text COLLATE "C" NOT NULL, -- the order as parties see it
    offer        text COLLATE "C",          -- as servicemen on offer see it, when any was told
    extra        text COLLATE "C" NOT NULL,
    PRIMARY KEY (order_id, version),
    CONSTRAINT events_begin CHECK ((version = 1) = (status = 1001)),
    CONSTRAINT events_rest CHECK (CASE status
        WHEN 1012 THEN order_status IN (1005, 1007)
        WHEN 1013 THEN order_status IN (1005, 1007)
        WHEN 1014 THEN order_status IN (1001, 1002)
        ELSE order_status = status END),
    CONSTRAINT events_system CHECK ((sender_role = 'system') = (sender_id = 'system')),
    CONSTRAINT events_digest CHECK ((sender_role = 'system') = (digest IS NULL))
);

-- A user's command takes effect once. A timer's can only at one version of its order, which is a key already.
CREATE UNIQUE INDEX events_command ON callout.events (sender_id, command_id) WHERE sender_id <> 'system';

-- What each user is told of, numbered without a gap. Rows are only ever added, and cut off from the front.
CREATE TABLE callout.inbox (
    user_id  text COLLATE "C" NOT NULL,
    seq      bigint NOT NULL CHECK (seq >= 1),
    order_id text COLLATE "C" NOT NULL,
    version  bigint NOT NULL,
    view     smallint NOT NULL CHECK (view BETWEEN 1 AND 3), -- party, offer, closed
    PRIMARY KEY (user_id, seq)
);

-- How far each device has got in its user's inbox.
CREATE TABLE callout.devices (
    user_id text COLLATE "C" NOT NULL,
    device  text COLLATE "C" NOT NULL,
    cursor  bigint NOT NULL CHECK (cursor >= 0),
    seen_at bigint NOT NULL,
    PRIMARY KEY (user_id, device)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);

-- Who is party to, or on offer for, an order that has not ended.
CREATE TABLE callout.open_orders (
    user_id  text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, order_id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
