-- When the person of a session last proved their password; null in one that an older server began, where signing in was the last time.
ALTER TABLE sessions ADD COLUMN proved_at BIGINT;
UPDATE sessions SET proved_at = created_at;

-- Since when the session waits for another cookie, because its person has got more rights; null when it does not.
ALTER TABLE sessions ADD COLUMN renew_from BIGINT;
