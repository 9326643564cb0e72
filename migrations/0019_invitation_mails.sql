-- The mail with an invitation's link: when the latest one goes out. Nothing for one that was made before there were such mails.
ALTER TABLE invitations ADD COLUMN mailed_at BIGINT;

-- The invitation whose link a mail brings, like the reset of `password_reset_id`.
ALTER TABLE mails ADD COLUMN invitation_id TEXT;
CREATE INDEX mails_by_invitation ON mails (invitation_id) WHERE invitation_id IS NOT NULL;

-- When a mail was given up because its link had ended before it was handed over, or a newer mail brings it; `failed_at` is the same then.
ALTER TABLE mails ADD COLUMN dropped_at BIGINT;
