-- Password resets: a link by mail that sets a new password, once, within half an hour. One is open per person; asking again ends the one before.

CREATE TABLE password_resets (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    ended_at BIGINT,
    CHECK (used_at IS NULL OR ended_at IS NULL)
);
CREATE UNIQUE INDEX password_resets_open ON password_resets (user_id) WHERE used_at IS NULL AND ended_at IS NULL;

-- The reset whose link a mail brings. Its bodies hold the id, in whose place the code is put when the mail is handed over.
ALTER TABLE mails ADD COLUMN password_reset_id TEXT;
