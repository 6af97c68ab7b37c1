-- What has been sent to a device and what it has acknowledged, in ranges of its user's inbox, each as of the last second or
-- so: the highest seq that a row speaks of is its key. Rows are only ever added, and cut off from the front.
CREATE TABLE callout.receipts (
    user_id text COLLATE "C" NOT NULL,
    device  text COLLATE "C" NOT NULL,
    kind    smallint NOT NULL CHECK (kind IN (1, 2)), -- sent, acknowledged
    last    bigint NOT NULL CHECK (last >= 1),
    marks   bytea NOT NULL,
    PRIMARY KEY (user_id, device, kind, last)
);

ALTER TABLE callout.devices ADD COLUMN sent bigint NOT NULL DEFAULT 0; -- up to where receipts speak of what was sent

-- How many rows of inboxes show an order: what has ended goes when the last of them has been cut off.
ALTER TABLE callout.orders ADD COLUMN told bigint NOT NULL DEFAULT 0;
UPDATE callout.orders o SET told = counted.told
    FROM (SELECT order_id, count(*) AS told FROM callout.inbox GROUP BY order_id) AS counted WHERE counted.order_id = o.id;
ALTER TABLE callout.orders ADD CONSTRAINT orders_told CHECK (told >= 0);

-- Orders that have ended, and when it is to be looked whether they may go. An index of orders for that would have every
-- update of an order write to all of its indexes.
CREATE TABLE callout.ended_orders (
    look_at  bigint NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (look_at, order_id)
);
INSERT INTO callout.ended_orders (look_at, order_id) SELECT updated_at, id FROM callout.orders WHERE status IN (1003, 1008, 1009);

-- Users who are let in no more.
CREATE TABLE callout.barred (
    user_id text COLLATE "C" PRIMARY KEY,
    since   bigint NOT NULL,
    reason  text COLLATE "C" NOT NULL
);

-- Sessions that are to end. Whoever serves sessions reads what has been added; writers lock the table, so that numbers
-- become visible in their order.
CREATE TABLE callout.dismissals (
    n       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id text COLLATE "C" NOT NULL,
    device  text COLLATE "C", -- NULL: all of the user's
    barred  boolean NOT NULL,
    at      bigint NOT NULL
);
