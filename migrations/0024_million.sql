-- The list of tokens by last use, read off indexes: first what was used, in the order of its uses, then what never was.

-- Whose a use is, so that an index begins with it. Rows of a server from before this get it within a day.
ALTER TABLE token_usage ADD COLUMN organization_id TEXT REFERENCES organizations (id);
UPDATE token_usage SET organization_id = (SELECT t.organization_id FROM tokens t WHERE t.id = token_usage.token_id);
-- What was used has a row here, also where a server ended between the two things it writes at a first use.
INSERT INTO token_usage (token_id, organization_id, last_used_at, address, user_agent)
    SELECT s.token_id, s.organization_id, s.first_used_at, '', '' FROM token_secrets s WHERE s.ends_at IS NULL AND s.first_used_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM token_usage u WHERE u.token_id = s.token_id);
CREATE INDEX token_usage_by_time ON token_usage (organization_id, last_used_at, token_id);
CREATE INDEX token_secrets_unused ON token_secrets (organization_id, token_id) WHERE ends_at IS NULL AND first_used_at IS NULL;

-- What somebody generated, newest first. The names alone are read off it as well.
CREATE INDEX tokens_by_creator_and_age ON tokens (organization_id, created_by_name, created_at, id);
DROP INDEX tokens_by_creator;
