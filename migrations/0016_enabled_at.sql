-- When a token was last switched on again: days without use are counted from then.

ALTER TABLE tokens ADD COLUMN enabled_at BIGINT;
