-- How much a token is used, and from where: written in batches like token_usage, never in the request.

-- Presentations by day (days since 1970, UTC), kept for 90 days: a row for each day on which a token was presented.
CREATE TABLE token_days (
    token_id TEXT NOT NULL REFERENCES tokens (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    day BIGINT NOT NULL,
    allowed BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    PRIMARY KEY (token_id, day)
);
CREATE INDEX token_days_by_day ON token_days (day);

-- The addresses that a token was last accepted from: five rows a token.
CREATE TABLE token_addresses (
    token_id TEXT NOT NULL REFERENCES tokens (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    address TEXT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    PRIMARY KEY (token_id, address)
);
