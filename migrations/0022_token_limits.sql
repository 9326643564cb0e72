-- From where a token may be used, ranges of network addresses with spaces between; null for everywhere.
ALTER TABLE tokens ADD COLUMN allowed_networks TEXT CHECK (allowed_networks <> '');
-- How often it may be used, as in 100/minute; null for as often as somebody likes.
ALTER TABLE tokens ADD COLUMN rate_limit TEXT;
