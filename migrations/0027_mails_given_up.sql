-- Mails that nobody got come first where admins look at how far mails have come.
CREATE INDEX mails_given_up ON mails (organization_id, failed_at) WHERE failed_at IS NOT NULL AND dropped_at IS NULL;
