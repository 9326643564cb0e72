-- Rotation: the overlap of two secrets, who still uses the older one, and what is presented though it is dead.

-- Of a secret that a rotation has replaced: what was chosen for it. Its ends_at says until when it is accepted at the latest.
ALTER TABLE token_secrets ADD COLUMN overlap TEXT;
-- When it was first accepted, as far as that has been written.
ALTER TABLE token_secrets ADD COLUMN first_used_at BIGINT;
CREATE INDEX token_secrets_by_token ON token_secrets (token_id);

-- Who used a replaced secret while it overlapped: a few rows a secret, written in batches like token_usage.
CREATE TABLE token_secret_users (
    digest BYTEA NOT NULL REFERENCES token_secrets (digest),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    token_id TEXT NOT NULL REFERENCES tokens (id),
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    last_used_at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (digest, address, user_agent)
);
CREATE INDEX token_secret_users_by_token ON token_secret_users (token_id);

-- What was presented and refused although it was once good: a row a token and cause.
CREATE TABLE token_refusals (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    token_id TEXT NOT NULL REFERENCES tokens (id),
    cause TEXT NOT NULL CHECK (cause IN ('ended', 'revoked', 'expired', 'disabled')),
    hint TEXT NOT NULL,
    times BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    PRIMARY KEY (token_id, cause)
);
