-- The events about one thing, newest last: the audit log filtered by an id, and the recent events on a token's page.
CREATE INDEX events_by_target ON events (organization_id, target_id, seq);
