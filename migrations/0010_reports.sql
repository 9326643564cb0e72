-- What the server reports by itself: the row is written in the transaction of the mail, so that a second server, or the same one after a
-- restart, does not report again.

-- A person gets at most one digest of expiring tokens a day (days since 1970, UTC).
CREATE TABLE expiry_digests (
    user_id TEXT NOT NULL REFERENCES users (id),
    day BIGINT NOT NULL,
    reported_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, day)
);
CREATE INDEX tokens_by_end ON tokens (expires_at) WHERE expires_at IS NOT NULL AND revoked_at IS NULL;

-- When it was last reported that a dead token is presented, and the latest presentation that was known then.
CREATE TABLE refusal_reports (
    token_id TEXT NOT NULL PRIMARY KEY REFERENCES tokens (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    reported_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
