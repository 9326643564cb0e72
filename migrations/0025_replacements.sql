-- Which token a token was generated in the place of, so that the page of either leads to the other.
ALTER TABLE tokens ADD COLUMN replaces TEXT REFERENCES tokens (id);
CREATE INDEX tokens_replacing ON tokens (replaces) WHERE replaces IS NOT NULL;
