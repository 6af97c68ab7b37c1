-- The orders that pgbench changes: those of the peers, with ids and details of the same length.
INSERT INTO orders (id, client_id, serviceman_id, status, version, details, placed_at, updated_at)
SELECT '01a3c5e7-9b1d-7f2a-8c4e-' || lpad(n::text, 12, '0'), 'abcdefgh-c-' || lpad((n % 1000)::text, 6, '0'),
       'abcdefgh-s-' || lpad((n % 1000)::text, 6, '0'), 1001, 1, $1, now(), now()
FROM generate_series(1, 100000) AS n;
