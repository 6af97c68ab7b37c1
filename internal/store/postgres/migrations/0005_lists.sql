-- Orders in the order in which they were placed: all ('*'), those that have not ended ('*open'), and those of each party. No user has a
-- name like the first two. An index of orders for that would have every update of an order write to it.
CREATE TABLE callout.lists (
    list      text COLLATE "C" NOT NULL,
    placed_at bigint NOT NULL,
    order_id  text COLLATE "C" NOT NULL,
    PRIMARY KEY (list, placed_at, order_id)
) WITH (autovacuum_vacuum_scale_factor = 0.05);

INSERT INTO callout.lists (list, placed_at, order_id)
    SELECT lists.name, o.placed_at, o.id
    FROM callout.orders o CROSS JOIN LATERAL (VALUES
        ('*'), (CASE WHEN o.status NOT IN (1003, 1008, 1009) THEN '*open' END), (o.client_id), (o.serviceman_id)) AS lists (name)
    WHERE lists.name IS NOT NULL
    ORDER BY 1, 2, 3;
