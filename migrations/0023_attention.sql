-- The overview of an organization asks which tokens were presented lately though they are dead.
CREATE INDEX token_refusals_by_time ON token_refusals (organization_id, last_at);
