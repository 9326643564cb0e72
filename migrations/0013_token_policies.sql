-- What an organization asks of its tokens. Without a row it asks for nothing.
CREATE TABLE token_policies (
    organization_id TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id),
    max_days BIGINT,
    default_days BIGINT,
    -- Since when tokens have to expire and labels have to be unique; null when they do not.
    must_expire_at BIGINT,
    unique_labels_at BIGINT,
    creators TEXT NOT NULL CHECK (creators IN ('permitted', 'admins')),
    revoke_unused_days BIGINT,
    -- From when on days without use count: nobody loses a token sooner than so many days after it was decided.
    unused_since BIGINT,
    edited_at BIGINT NOT NULL,
    CHECK ((revoke_unused_days IS NULL) = (unused_since IS NULL)),
    CHECK (max_days IS NULL OR must_expire_at IS NOT NULL)
);
