-- The orders of the list of tokens, each with the id that decides between equal ones. What never ends is last, as the greatest number.
CREATE INDEX tokens_by_label_and_id ON tokens (organization_id, LOWER(label), id);
CREATE INDEX tokens_by_expiry ON tokens (organization_id, COALESCE(expires_at, 9223372036854775807), id);
-- For the names that the filter offers.
CREATE INDEX tokens_by_creator ON tokens (organization_id, created_by_name);
-- The first of them begins with the same columns.
DROP INDEX tokens_by_label;
