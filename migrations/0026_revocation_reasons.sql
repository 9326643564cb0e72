-- Why a token was revoked: what somebody said, or what it was revoked with.
ALTER TABLE tokens ADD COLUMN revoked_why TEXT;
