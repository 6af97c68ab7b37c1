-- Ids of commands grow with time where whoever makes them follows the protocol, so the newest ones belong at this index's
-- end: a page that is written anyway.
DROP INDEX events_command;
CREATE UNIQUE INDEX events_command ON events (command_id, sender_id) WHERE sender_id <> 'system';
