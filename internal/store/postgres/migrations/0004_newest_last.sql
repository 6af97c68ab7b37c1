-- Ids of commands grow with time where whoever makes them follows the protocol, so the newest ones belong at this index's end,
-- and adding them there takes neither a search nor a page that is not in use anyway.
DROP INDEX callout.events_command;
CREATE UNIQUE INDEX events_command ON callout.events (command_id, sender_id) WHERE sender_id <> 'system';
