-- Roles that organizations make themselves. Who holds one has it in role_id, and in role the least of the built-in ones, so that nothing
-- widens where role_id is lost sight of. A deleted role stays for what is over and was given it; nothing that lives refers to one.

CREATE TABLE roles (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL,
    -- The name in small letters, as the server folds them: the databases do not agree about letters beyond ASCII.
    name_folded TEXT NOT NULL,
    description TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX roles_by_name ON roles (organization_id, name_folded) WHERE deleted_at IS NULL;

ALTER TABLE memberships ADD COLUMN role_id TEXT REFERENCES roles (id);
ALTER TABLE invitations ADD COLUMN role_id TEXT REFERENCES roles (id);
ALTER TABLE tokens ADD COLUMN role_id TEXT REFERENCES roles (id);

CREATE INDEX memberships_by_role ON memberships (organization_id, role_id) WHERE role_id IS NOT NULL;
CREATE INDEX invitations_by_role ON invitations (organization_id, role_id) WHERE role_id IS NOT NULL;
CREATE INDEX tokens_by_role ON tokens (organization_id, role_id) WHERE role_id IS NOT NULL;
