//! Who asks in the golden tables of [`crate::access`] and [`crate::access_targets`], beyond those who are in every test.

use domain::Role;

use crate::{
    harness::{Caller, TestConsole},
    teams,
};

/// A viewer who is in the teams that the samples are about.
pub(crate) const MATE: &str = "usr_00000000000000000000000000000008";
/// Who has a role that Acme made itself.
const EDITOR: &str = "usr_00000000000000000000000000000007";
/// The admin of Acme.
pub(crate) const ADMIN: &str = "usr_00000000000000000000000000000000";
/// All that a viewer may, and two permissions of the four on tokens: no built-in role cuts there.
const EDITS: &str = "agent:read budget:read cluster:read organization:read recommendations:read scopes:read teams:read user:read \
                     api_key:read api_key:update";

/// Everybody who asks, as the columns are called. There is a team that both the mate and the admin are in; its id comes with them.
pub(crate) async fn callers(it: &TestConsole) -> (Vec<(&'static str, Caller)>, String) {
    it.rejoin().await;
    join(it).await;
    let role = it.role("acme", EDITS).await.role.id.to_string();
    enter(it, EDITOR, "editor").await;
    it.execute(&format!("UPDATE memberships SET role_id = '{role}' WHERE user_id = '{EDITOR}'")).await;
    let team = teams::create(it, &teams::unused_name(), &[MATE, ADMIN]).await.to_string();
    let mut callers = vec![("anonymous", Caller::Anonymous)];
    for (name, who) in [
        ("outsider", "outsider"),
        ("viewer", "viewer"),
        ("in the team", "mate"),
        ("developer", "developer"),
        ("custom role", "editor"),
        ("admin", "admin"),
        ("owner", "owner"),
    ] {
        callers.push((name, it.session(who).await));
    }
    callers.push(("token", it.token("acme", Role::Admin, &[]).await));
    callers.push(("verifier", it.token("acme", Role::Viewer, &["token:verify"]).await));
    callers.push(("plain token", it.token("acme", Role::Developer, &[]).await));
    callers.push(("team's", it.token_of("admin", &team, Role::Admin).await));
    callers.push(("developer's", it.token_of("developer", "user", Role::Developer).await));
    callers.push(("admin's", it.token_of("admin", "user", Role::Admin).await));
    callers.push(("Globex's", it.token("globex", Role::Admin, &[]).await));
    callers.push(("bad token", Caller::Token("jto_00000000000000000000000000000000000000".into())));
    (callers, team)
}

/// Makes Acme the member who is in the teams of the samples, unless they are there.
pub(crate) async fn join(it: &TestConsole) {
    enter(it, MATE, "mate").await;
}

/// Makes Acme a viewer with this name, who has Ada's password.
async fn enter(it: &TestConsole, id: &str, name: &str) {
    it.execute(&format!(
        "INSERT INTO users (id, email, name, password_hash, created_at) SELECT '{id}', '{name}@acme.test', '{name}', password_hash, 1 \
         FROM users WHERE email = 'owner@acme.test' ON CONFLICT DO NOTHING"
    ))
    .await;
    it.execute(&format!(
        "INSERT INTO memberships (organization_id, user_id, role, created_at) SELECT id, '{id}', 'viewer', 1 FROM organizations \
         WHERE slug = 'acme' ON CONFLICT DO NOTHING"
    ))
    .await;
}
