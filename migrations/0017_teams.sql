-- Teams: people of an organization who share tokens. A team's tokens are tied to no person and end with the team.

CREATE TABLE teams (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    -- The name in small letters. The server writes it: the databases disagree about letters outside of ASCII.
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by_kind TEXT NOT NULL,
    created_by_id TEXT NOT NULL,
    created_by_name TEXT NOT NULL,
    ended_at BIGINT,
    ended_by_name TEXT,
    CHECK ((ended_at IS NULL) = (ended_by_name IS NULL))
);
CREATE UNIQUE INDEX teams_by_name ON teams (organization_id, name_key) WHERE ended_at IS NULL;

-- Only members of the organization are in its teams: whoever leaves it is in none of them any more.
CREATE TABLE team_members (
    team_id TEXT NOT NULL REFERENCES teams (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX team_members_by_user ON team_members (organization_id, user_id);

-- Whose a token is of the kind 'team'.
ALTER TABLE tokens ADD COLUMN team_id TEXT REFERENCES teams (id);
CREATE INDEX tokens_by_team ON tokens (organization_id, team_id) WHERE team_id IS NOT NULL;
