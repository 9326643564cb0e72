-- Attempts to generate a token that carried an Idempotency-Key, kept for a day. Neither the key nor the body is here, only keyed digests
-- of them; secret is the digest under which the token's first secret is stored, to see whether it is still the current one.
CREATE TABLE idempotency_keys (
    digest BYTEA NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    token_id TEXT NOT NULL REFERENCES tokens (id),
    body BYTEA NOT NULL CHECK (length(body) = 32),
    secret BYTEA NOT NULL CHECK (length(secret) = 32),
    created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (organization_id, created_at);
