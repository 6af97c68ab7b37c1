\set n random(1, 100000)
\set status random(1004, 1011)
BEGIN;
UPDATE orders SET status = :status, version = version + 1, updated_at = now()
  WHERE id = '01a3c5e7-9b1d-7f2a-8c4e-' || lpad((:n)::text, 12, '0')
  RETURNING id AS order_id, version, client_id, serviceman_id \gset
INSERT INTO events (order_id, version, status, sender_id, command_id, at, body)
  VALUES (:order_id, :version, :status, :client_id, '01a3c5e7-9b1d-7f2a-8c4e-' || lpad((:n)::text, 12, '0'), now(), :body);
INSERT INTO inbox (user_id, order_id, version)
  VALUES (:client_id, :order_id, :version), (:serviceman_id, :order_id, :version);
COMMIT;
