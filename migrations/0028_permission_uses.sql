-- What tokens are used for: written in batches like token_usage, never in the request.

-- The first and the last day (since 1970, UTC) on which a token was asked for a permission; empty where none was named. A row for each permission.
CREATE TABLE token_permission_uses (
    token_id TEXT NOT NULL REFERENCES tokens (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    permission TEXT NOT NULL,
    first_day BIGINT NOT NULL,
    last_day BIGINT NOT NULL,
    PRIMARY KEY (token_id, permission)
);

-- The tokens that may do more than they are used for, and what, as names with spaces between: judged once a day, so that nobody who looks has to.
CREATE TABLE token_excess (
    token_id TEXT NOT NULL PRIMARY KEY REFERENCES tokens (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    permissions TEXT NOT NULL CHECK (permissions <> ''),
    judged_at BIGINT NOT NULL
);
CREATE INDEX token_excess_by_organization ON token_excess (organization_id, token_id);

-- When it last changed what they may do: what was judged before that counts no more, and what is new is given its time.
ALTER TABLE tokens ADD COLUMN rights_changed_at BIGINT;
ALTER TABLE roles ADD COLUMN permissions_changed_at BIGINT;

-- The last day on which something that is done once a day was begun, by whichever server came first.
CREATE TABLE daily_tasks (
    name TEXT NOT NULL PRIMARY KEY,
    day BIGINT NOT NULL
);
