-- Where the peers keep their orders, and what pgbench writes to: as much as the job needs, and no index beside the keys.
CREATE TABLE orders (
    id            text PRIMARY KEY,
    client_id     text NOT NULL,
    serviceman_id text NOT NULL,
    status        integer NOT NULL,
    version       bigint NOT NULL,
    details       jsonb NOT NULL, -- services, currency, place
    placed_at     timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL
);

CREATE TABLE events (
    order_id   text NOT NULL,
    version    bigint NOT NULL,
    status     integer NOT NULL,
    sender_id  text NOT NULL,
    command_id text NOT NULL,
    at         timestamptz NOT NULL,
    body       jsonb NOT NULL, -- the event as it was sent
    PRIMARY KEY (order_id, version)
);

CREATE TABLE inbox (
    user_id  text NOT NULL,
    seq      bigserial,
    order_id text NOT NULL,
    version  bigint NOT NULL,
    PRIMARY KEY (user_id, seq)
);
