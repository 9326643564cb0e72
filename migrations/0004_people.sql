-- Invitations: how people become members. One is open per address and organization; making another takes the one before back.

CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by_kind TEXT NOT NULL,
    created_by_id TEXT NOT NULL,
    created_by_name TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT,
    withdrawn_at BIGINT,
    CHECK (accepted_at IS NULL OR withdrawn_at IS NULL)
);
CREATE UNIQUE INDEX invitations_open ON invitations (organization_id, email) WHERE accepted_at IS NULL AND withdrawn_at IS NULL;

-- The tokens somebody generated, for when they leave.
CREATE INDEX tokens_by_creator_id ON tokens (organization_id, created_by_id);
