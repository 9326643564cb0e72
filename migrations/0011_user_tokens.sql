-- Tokens of people. Whose a token is of the kind 'user'; it may never do more than this person may at the moment of use, and ends when they
-- are removed from the organization.

ALTER TABLE tokens ADD COLUMN user_id TEXT REFERENCES users (id);

CREATE INDEX tokens_by_user ON tokens (organization_id, user_id) WHERE user_id IS NOT NULL;
