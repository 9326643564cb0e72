-- Since when new tokens may belong to no person, and to no team; null while they may.
ALTER TABLE token_policies ADD COLUMN no_user_tokens_at BIGINT;
ALTER TABLE token_policies ADD COLUMN no_team_tokens_at BIGINT;
