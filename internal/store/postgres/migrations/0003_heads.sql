-- An inbox's last number is that of its last row, or its floor when all rows have been cut off. Whoever adds a row finds by
-- the key that another was faster. To have it in the user's row as well had every event write to that of everybody told.
ALTER TABLE callout.users DROP CONSTRAINT users_floor, DROP COLUMN head, ADD CONSTRAINT users_floor CHECK (floor >= 0);
