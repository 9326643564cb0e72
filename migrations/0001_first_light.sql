-- The first schema. Read README.md beside this file before adding another one: both databases run the same text.

-- Facts about this instance: the key check.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

-- One row. Every audited transaction begins by adding 1 to seq, which makes it the lock, the order of commits, the number of the
-- event and, later, the change feed. mac is that of the latest event.
CREATE TABLE head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    mac BYTEA NOT NULL
);

CREATE TABLE organizations (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'viewer')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);

-- One-time links that open the set-up page; all are gone once one was used.
CREATE TABLE setup_links (
    digest BYTEA NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    ended_at BIGINT,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL CHECK (kind IN ('organization', 'team', 'user')),
    label TEXT NOT NULL,
    description TEXT NOT NULL,
    role TEXT CHECK (role IN ('admin', 'developer', 'viewer')),
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by_kind TEXT NOT NULL,
    created_by_id TEXT NOT NULL,
    created_by_name TEXT NOT NULL,
    expires_at BIGINT,
    disabled_at BIGINT,
    disabled_by_name TEXT,
    revoked_at BIGINT,
    revoked_by_kind TEXT,
    revoked_by_id TEXT,
    revoked_by_name TEXT,
    CHECK ((disabled_at IS NULL) = (disabled_by_name IS NULL)),
    CHECK ((revoked_at IS NULL) = (revoked_by_name IS NULL))
);
CREATE INDEX tokens_by_age ON tokens (organization_id, created_at, id);
CREATE INDEX tokens_by_label ON tokens (organization_id, LOWER(label));

-- A token has one secret, or two while a rotation overlaps. Only the keyed digest is here; the key is not in the database.
CREATE TABLE token_secrets (
    digest BYTEA NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    token_id TEXT NOT NULL REFERENCES tokens (id),
    hint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT
);
CREATE UNIQUE INDEX token_secrets_current ON token_secrets (token_id) WHERE ends_at IS NULL;

-- Written in batches, apart from the tokens, so that use never waits for a change and no change for use.
CREATE TABLE token_usage (
    token_id TEXT NOT NULL PRIMARY KEY REFERENCES tokens (id),
    last_used_at BIGINT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
);

-- Budgets of sign-in attempts (generic cell rate algorithm): until when the bucket is spent.
CREATE TABLE throttles (
    bucket TEXT NOT NULL PRIMARY KEY,
    spent_until BIGINT NOT NULL
);
CREATE INDEX throttles_by_end ON throttles (spent_until);

-- The audit trail. Names are copied in, nothing refers to another table: it outlives what it tells of. Triggers refuse UPDATE and
-- DELETE; the server creates them at every start, since their syntax is not portable.
CREATE TABLE events (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    organization_id TEXT,
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    target_name TEXT NOT NULL,
    details TEXT NOT NULL,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    mac BYTEA NOT NULL CHECK (length(mac) = 32)
);
CREATE INDEX events_by_organization ON events (organization_id, seq);
