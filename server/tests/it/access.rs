//! Authorization, enumerated: every operation that the router knows, every page, form and route of the API, as every kind of caller.
//!
//! If you are here because an operation has no sample: add a request for it below, run the test, and read the difference of the golden
//! table as a security review. It has two parts: pages, forms and what programs ask elsewhere; and the JSON API. Never widen `PUBLIC` to make this pass: it may only shrink.
//!
//! What is left out is named in `ELSEWHERE`, and one thing by a rule: an address that only leads to a page, if it leads everybody to the same.

use std::{fmt::Write as _, net::SocketAddr};

use axum::{extract::ConnectInfo, http::Method};
use domain::{Lifetime, Role};

use crate::{
    callers::{self, ADMIN, MATE},
    harness::{self, Answer, Caller, TestConsole, on_both, request, with},
    routes::{address, leads_on, operations},
    teams,
};

on_both![pages_and_forms_are_what_the_golden_table_says, the_api_is_what_the_golden_table_says];

/// What anybody may ask without credentials.
pub(crate) const PUBLIC: [&str; 12] = [
    "GET /sign-in",
    "POST /sign-in",
    "GET /setup",
    // The code is the credential, and works until the instance is set up.
    "POST /setup",
    "GET /openapi.json",
    "GET /docs/api",
    // In development builds alone.
    "GET /docs/ui",
    // Who has forgotten their password has nothing to show. Everybody gets the same answer.
    "GET /forgot-password",
    "POST /forgot-password",
    // For whoever watches the server, and for browsers that refused something.
    "GET /healthz",
    "GET /readyz",
    "POST /csp-report",
];

/// What is not in the table: it ends the session that asks, so it is asked in `sign_in`.
const ELSEWHERE: &str = "POST /sign-out";

/// Generating over the API what does not belong to the organization: for the person whose token asks, and for a team that the developer and
/// the admin are in.
const OWNED: [&str; 2] =
    ["POST /api/v1/organizations/{organization}/tokens (user)", "POST /api/v1/organizations/{organization}/tokens (team)"];

/// The developer of Acme.
const DEVELOPER: &str = "usr_00000000000000000000000000000001";
/// The viewer of Acme.
pub(crate) const VIEWER: &str = "usr_00000000000000000000000000000002";
/// A member who is there to be changed and removed.
pub(crate) const LEAVER: &str = "usr_00000000000000000000000000000009";

/// A request that would succeed, for each operation.
pub(crate) async fn sample(it: &TestConsole, operation: &str, caller: &Caller, target: &str) -> Answer {
    let form = async |path: &str, fields: &[(&str, &str)]| it.post_form(caller, path, fields).await;
    let create = [("label", "new"), ("label_warned", "new"), ("role", "viewer"), ("expiry", "90")];
    let edit = [("label", "edited"), ("role", "viewer"), ("expiry", "90")];
    match operation {
        team if team.contains("/teams") => team_of(it, team, caller).await,
        api if api.contains(" /api/v1/") => rest(it, api, caller, target).await,
        "POST /oauth2/introspect" => form("/oauth2/introspect", &[("token", "x")]).await,
        "POST /oauth2/revoke" => {
            let (_, secret) = it.issue("acme", "target", Role::Viewer, &[], Lifetime::Never).await;
            form("/oauth2/revoke", &[("token", &secret)]).await
        }
        // The caller is a gateway's client: who may be the gateway is asked by the tests of `gate`.
        "GET /auth/verify" => {
            let (_, verifier) = it.issue("acme", "gateway", Role::Viewer, &["token:verify"], Lifetime::Never).await;
            it.send(caller, with(request(Method::GET, "/auth/verify", ""), &[("x-jeton-verifier", &verifier)])).await
        }
        "POST /sign-in" => {
            // Of somebody else each time and from elsewhere: so many callers would be too many tries at one.
            let [.., high, low] = target.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())).to_be_bytes();
            let mut post = harness::form("/sign-in", &[("email", &format!("{target}@acme.test")), ("password", "wrong")]);
            post.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 1, high, low], 443))));
            it.send(caller, post).await
        }
        "POST /orgs/acme/tokens/new" => form("/orgs/acme/tokens/new", &create).await,
        "POST /orgs/acme/tokens/ID/revoke" => form(&format!("/orgs/acme/tokens/{target}/revoke"), &[("label", "target")]).await,
        "POST /orgs/acme/tokens/ID/edit" => {
            let version = version(it, target).await;
            form(&format!("/orgs/acme/tokens/{target}/edit"), &[&edit[..], &[("version", version.as_str())]].concat()).await
        }
        "POST /orgs/acme/tokens/ID/disable" | "POST /orgs/acme/tokens/ID/enable" => {
            form(&operation.trim_start_matches("POST ").replace("ID", target), &[]).await
        }
        "GET /orgs/acme/tokens/ID/edit" => it.get(caller, &format!("/orgs/acme/tokens/{target}/edit")).await,
        "GET /orgs/acme/tokens/ID/rotate" => it.get(caller, &format!("/orgs/acme/tokens/{target}/rotate")).await,
        "POST /orgs/acme/tokens/ID/rotate" => {
            form(&format!("/orgs/acme/tokens/{target}/rotate"), &[("version", hint(it, target).await.as_str()), ("overlap", "1h")]).await
        }
        "POST /orgs/acme/tokens/ID/end-overlap" => form(&format!("/orgs/acme/tokens/{target}/end-overlap"), &[("sure", "yes")]).await,
        "GET /orgs/acme/tokens/ID/replace" => {
            revoked(it, target).await;
            it.get(caller, &format!("/orgs/acme/tokens/{target}/replace")).await
        }
        "POST /orgs/acme/tokens/ID/replace" => {
            revoked(it, target).await;
            form(&format!("/orgs/acme/tokens/{target}/replace"), &[]).await
        }
        "GET /orgs/acme/tokens/revoke" => it.get(caller, &format!("/orgs/acme/tokens/revoke?chosen={target}")).await,
        "POST /orgs/acme/tokens/revoke" => form("/orgs/acme/tokens/revoke", &[("token", target), ("typed", "target")]).await,
        "GET /orgs/acme/tokens/ID" => it.get(caller, &format!("/orgs/acme/tokens/{target}")).await,
        "POST /setup" => {
            let fields = [("code", "x"), ("organization", "New"), ("name", "Eve"), ("email", "eve@acme.test"), ("password", "x")];
            form("/setup", &fields).await
        }
        "POST /csp-report" => form("/csp-report", &[]).await,
        "POST /orgs/acme/audit/verify" => form("/orgs/acme/audit/verify", &[]).await,
        get if get.starts_with("GET /") && !get.contains("ID") => it.get(caller, get.trim_start_matches("GET ")).await,
        other => people(it, other, caller).await,
    }
}

/// The same for operations of the JSON API.
async fn rest(it: &TestConsole, operation: &str, caller: &Caller, target: &str) -> Answer {
    match operation {
        "GET /api/v1/organizations/{organization}" => it.get(caller, "/api/v1/organizations/acme").await,
        "GET /api/v1/organizations/{organization}/tokens" => it.get(caller, "/api/v1/organizations/acme/tokens").await,
        "POST /api/v1/organizations/{organization}/tokens" => {
            it.post_json(caller, "/api/v1/organizations/acme/tokens", "{\"label\":\"new\",\"role\":\"viewer\"}").await
        }
        "POST /api/v1/organizations/{organization}/tokens/revoke" => {
            it.post_json(caller, "/api/v1/organizations/acme/tokens/revoke", &format!("{{\"ids\":[\"{target}\"]}}")).await
        }
        "POST /api/v1/organizations/{organization}/tokens (user)" => {
            let body = "{\"label\":\"new\",\"role\":\"viewer\",\"expires_in\":60,\"owner\":{\"kind\":\"user\"}}";
            it.post_json(caller, "/api/v1/organizations/acme/tokens", body).await
        }
        "POST /api/v1/organizations/{organization}/tokens (team)" => {
            let team = teams::create(it, &teams::unused_name(), &[DEVELOPER, ADMIN]).await;
            let owner = format!("{{\"kind\":\"team\",\"id\":\"{team}\"}}");
            let body = format!("{{\"label\":\"new\",\"role\":\"viewer\",\"expires_in\":60,\"owner\":{owner}}}");
            it.post_json(caller, "/api/v1/organizations/acme/tokens", &body).await
        }
        "GET /api/v1/organizations/{organization}/tokens/{token}" => {
            it.get(caller, &format!("/api/v1/organizations/acme/tokens/{target}")).await
        }
        "DELETE /api/v1/organizations/{organization}/tokens/{token}" => {
            it.delete(caller, &format!("/api/v1/organizations/acme/tokens/{target}")).await
        }
        "PATCH /api/v1/organizations/{organization}/tokens/{token}" => {
            let patch = request(Method::PATCH, &format!("/api/v1/organizations/acme/tokens/{target}"), "{\"label\":\"edited\"}");
            it.send(caller, with(patch, &[("content-type", "application/json")])).await
        }
        "POST /api/v1/organizations/{organization}/tokens/{token}/replace" => {
            revoked(it, target).await;
            it.send(caller, request(Method::POST, &format!("/api/v1/organizations/acme/tokens/{target}/replace"), "")).await
        }
        "POST /api/v1/organizations/{organization}/tokens/{token}/rotate" => {
            it.post_json(caller, &format!("/api/v1/organizations/acme/tokens/{target}/rotate"), "{}").await
        }
        "GET /api/v1/organizations/{organization}/tokens/{token}/usage" => {
            it.get(caller, &format!("/api/v1/organizations/acme/tokens/{target}/usage")).await
        }
        "POST /api/v1/token/rotate" => it.post_json(caller, "/api/v1/token/rotate", "{}").await,
        "POST /api/v1/organizations/{organization}/tokens/{token}/disable"
        | "POST /api/v1/organizations/{organization}/tokens/{token}/enable"
        | "POST /api/v1/organizations/{organization}/tokens/{token}/end-overlap" => {
            let verb = operation.rsplit('/').next().unwrap_or_default();
            it.send(caller, request(Method::POST, &format!("/api/v1/organizations/acme/tokens/{target}/{verb}"), "")).await
        }
        "GET /api/v1/token" => it.get(caller, "/api/v1/token").await,
        "GET /api/v1/revocations" => it.get(caller, "/api/v1/revocations").await,
        "DELETE /api/v1/token" => {
            // A token of its own, alike in everything: the other operations still need the caller's.
            let copy = match caller {
                Caller::Token(secret) if it.get(caller, "/api/v1/token").await.status == 200 => it.like(secret).await,
                other => other.clone(),
            };
            it.delete(&copy, "/api/v1/token").await
        }
        "POST /api/v1/verify" => it.post_json(caller, "/api/v1/verify", "{\"token\":\"x\"}").await,
        "POST /api/v1/verify/batch" => it.post_json(caller, "/api/v1/verify/batch", "{\"questions\":[{\"token\":\"x\"}]}").await,
        "GET /api/v1/organizations/{organization}/audit" => it.get(caller, "/api/v1/organizations/acme/audit").await,
        "GET /api/v1/organizations/{organization}/policy" => it.get(caller, "/api/v1/organizations/acme/policy").await,
        "POST /api/v1/organizations/{organization}/policy/preview" => {
            it.post_json(caller, "/api/v1/organizations/acme/policy/preview", "{}").await
        }
        "PUT /api/v1/organizations/{organization}/policy" => it.put_json(caller, "/api/v1/organizations/acme/policy", "{}").await,
        other => rest_people(it, other, caller).await,
    }
}

/// The same for those on people.
async fn rest_people(it: &TestConsole, operation: &str, caller: &Caller) -> Answer {
    let leaver = format!("/api/v1/organizations/acme/members/{LEAVER}");
    let invited = "{\"email\":\"invited@acme.test\",\"role\":\"viewer\"}";
    match operation.replace("/api/v1/organizations/{organization}", "").as_str() {
        "GET /members" => it.get(caller, "/api/v1/organizations/acme/members").await,
        "GET /members/{user}" => it.get(caller, &format!("/api/v1/organizations/acme/members/{VIEWER}")).await,
        "PATCH /members/{user}" => {
            let patch = request(Method::PATCH, &leaver, "{\"role\":\"developer\"}");
            it.send(caller, with(patch, &[("content-type", "application/json")])).await
        }
        "DELETE /members/{user}" => {
            it.rejoin().await;
            it.delete(caller, &leaver).await
        }
        "GET /invitations" => it.get(caller, "/api/v1/organizations/acme/invitations").await,
        "POST /invitations" => it.post_json(caller, "/api/v1/organizations/acme/invitations", invited).await,
        "GET /invitations/{invitation}" | "DELETE /invitations/{invitation}" => {
            let id = it.invite("acme", "invited@acme.test", Role::Viewer).await.invitation.id;
            let method = if operation.starts_with("GET") { Method::GET } else { Method::DELETE };
            it.send(caller, request(method, &format!("/api/v1/organizations/acme/invitations/{id}"), "")).await
        }
        "POST /invitations/{invitation}/send" => {
            let path = format!("/api/v1/organizations/acme/invitations/{}/send", mailed_long_ago(it).await);
            it.send(caller, request(Method::POST, &path, "")).await
        }
        _ => roles(it, operation, caller).await,
    }
}

/// An invitation that may be mailed again.
async fn mailed_long_ago(it: &TestConsole) -> domain::InvitationId {
    let id = it.invite("acme", "invited@acme.test", Role::Viewer).await.invitation.id;
    it.execute("UPDATE invitations SET mailed_at = 1").await;
    id
}

/// The same for operations on people.
async fn people(it: &TestConsole, operation: &str, caller: &Caller) -> Answer {
    let form = async |path: &str, fields: &[(&str, &str)]| it.post_form(caller, path, fields).await;
    let invite = [("email", "invited@acme.test"), ("role", "viewer")];
    match operation {
        "POST /forgot-password" => form("/forgot-password", &[("email", "nobody@acme.test")]).await,
        // Without a good code, which is the credential in both: with one, whoever has it is let in.
        "POST /reset-password" => form("/reset-password", &[("code", "x"), ("password", "x")]).await,
        "POST /invitations/accept" => form("/invitations/accept", &[("code", "x"), ("name", "x"), ("password", "x")]).await,
        "GET /orgs/acme/members/ID" => it.get(caller, &format!("/orgs/acme/members/{VIEWER}")).await,
        "GET /orgs/acme/members/ID/remove" => it.get(caller, &format!("/orgs/acme/members/{LEAVER}/remove")).await,
        "POST /orgs/acme/members/ID" => form(&format!("/orgs/acme/members/{LEAVER}"), &[("role", "developer")]).await,
        "GET /orgs/acme/members/ID/sign-out" => it.get(caller, &format!("/orgs/acme/members/{LEAVER}/sign-out")).await,
        "POST /orgs/acme/members/ID/sign-out" => form(&format!("/orgs/acme/members/{LEAVER}/sign-out"), &[]).await,
        "POST /orgs/acme/members/ID/remove" => {
            it.rejoin().await;
            form(&format!("/orgs/acme/members/{LEAVER}/remove"), &[]).await
        }
        "POST /orgs/acme/members/invite" => form("/orgs/acme/members/invite", &invite).await,
        "POST /orgs/acme/members/invitations/ID/send" => {
            form(&format!("/orgs/acme/members/invitations/{}/send", mailed_long_ago(it).await), &[]).await
        }
        "POST /orgs/acme/members/invitations/ID/withdraw" => {
            let id = it.invite("acme", "invited@acme.test", Role::Viewer).await.invitation.id;
            form(&format!("/orgs/acme/members/invitations/{id}/withdraw"), &[]).await
        }
        "POST /account" => form("/account", &[("name", "Somebody")]).await,
        "POST /account/preferences" => form("/account/preferences", &[("theme", "dark"), ("shortcuts", "on")]).await,
        // With a wrong password, so that the callers keep their sessions.
        "POST /account/password" => form("/account/password", &[("present", "x"), ("password", "nine herons over a mill")]).await,
        // One that they do not have.
        "POST /account/sessions/end" => form("/account/sessions/end", &[("session", "x")]).await,
        "POST /account/sessions/end-others" => form("/account/sessions/end-others", &[]).await,
        other => policy(it, other, caller).await,
    }
}

/// The same for operations on the token policy.
async fn policy(it: &TestConsole, operation: &str, caller: &Caller) -> Answer {
    let form = async |path: &str, fields: &[(&str, &str)]| it.post_form(caller, path, fields).await;
    match operation {
        "POST /orgs/acme/policies" => {
            let policy = domain::token_policy::Policy::default().fingerprint();
            let fields = [
                ("may_never_expire", "yes"),
                ("creators", "permitted"),
                ("user_tokens_allowed", "yes"),
                ("team_tokens_allowed", "yes"),
                ("unique_labels", "no"),
            ];
            form("/orgs/acme/policies", &[&fields[..], &[("version", policy.as_str()), ("confirmed", policy.as_str())]].concat()).await
        }
        other => roles(it, other, caller).await,
    }
}

/// The same for operations on roles, each time on one that nobody has.
async fn roles(it: &TestConsole, operation: &str, caller: &Caller) -> Answer {
    it.execute("UPDATE roles SET deleted_at = 1 WHERE id NOT IN (SELECT role_id FROM memberships WHERE role_id IS NOT NULL)").await;
    let role = it.role("acme", "deployment:trigger").await;
    let (id, version) = (role.role.id.to_string(), services::roles::version(&role));
    let name = format!("New {id}");
    let form = async |path: &str, fields: &[(&str, &str)]| it.post_form(caller, path, fields).await;
    let definition = [("name", name.as_str()), ("deployment:trigger", "on"), ("version", version.as_str())];
    match operation {
        "POST /orgs/acme/roles/new" => form("/orgs/acme/roles/new", &definition).await,
        "POST /orgs/acme/roles/ID" => form(&format!("/orgs/acme/roles/{id}"), &definition).await,
        "POST /orgs/acme/roles/ID/delete" => form(&format!("/orgs/acme/roles/{id}/delete"), &[]).await,
        "GET /api/v1/organizations/{organization}/roles" => it.get(caller, "/api/v1/organizations/acme/roles").await,
        "POST /api/v1/organizations/{organization}/roles" => {
            let body = format!("{{\"name\":\"{name}\",\"permissions\":[\"deployment:trigger\"]}}");
            it.post_json(caller, "/api/v1/organizations/acme/roles", &body).await
        }
        "GET /api/v1/organizations/{organization}/roles/{role}" => it.get(caller, &format!("/api/v1/organizations/acme/roles/{id}")).await,
        "PATCH /api/v1/organizations/{organization}/roles/{role}" => {
            let patch = request(Method::PATCH, &format!("/api/v1/organizations/acme/roles/{id}"), "{\"description\":\"edited\"}");
            it.send(caller, with(patch, &[("content-type", "application/json")])).await
        }
        "DELETE /api/v1/organizations/{organization}/roles/{role}" => {
            it.delete(caller, &format!("/api/v1/organizations/acme/roles/{id}")).await
        }
        page if page.starts_with("GET /orgs/acme/roles/ID") => it.get(caller, &page.trim_start_matches("GET ").replace("ID", &id)).await,
        other => panic!("{other} has no sample request: add one"),
    }
}

/// The same for operations on teams, with a new team for each.
async fn team_of(it: &TestConsole, operation: &str, caller: &Caller) -> Answer {
    it.rejoin().await;
    callers::join(it).await;
    let name = teams::unused_name();
    let typed = teams::unused_name();
    let team = teams::create(it, &typed, &[LEAVER, MATE]).await.to_string();
    let (method, path) = operation.split_once(' ').unwrap_or_default();
    let user = if method == "DELETE" || path.ends_with("/remove") { LEAVER } else { VIEWER };
    let path = path
        .replace("{organization}", "acme")
        .replace("{team}", &team)
        .replace("{user}", user)
        .replacen("teams/ID", &format!("teams/{team}"), 1)
        .replace("members/ID", &format!("members/{user}"));
    let body = format!("{{\"name\":\"{name}\"}}");
    match method {
        "GET" => it.get(caller, &path).await,
        "DELETE" => it.delete(caller, &path).await,
        "PUT" => it.send(caller, request(Method::PUT, &path, "")).await,
        "PATCH" => it.send(caller, with(request(Method::PATCH, &path, &body), &[("content-type", "application/json")])).await,
        _ if path.starts_with("/api/v1/") => it.post_json(caller, &path, &body).await,
        _ => {
            let operator = services::access::by_operator(&it.console, "acme", &crate::harness::command_line()).await.unwrap();
            let version = services::teams::version(&services::teams::find(&it.console, &operator, &team).await.unwrap());
            let fields = [("name", name.as_str()), ("typed", &typed), ("user", VIEWER), ("version", &version)];
            it.post_form(caller, &path, &fields).await
        }
    }
}

/// What the form that edits the token would carry.
async fn version(it: &TestConsole, target: &str) -> String {
    let access = services::access::by_operator(&it.console, "acme", &crate::harness::command_line()).await.unwrap();
    services::tokens::version(&services::tokens::find(&it.console, &access, target).await.unwrap())
}

/// What the form that rotates the token would carry.
async fn hint(it: &TestConsole, target: &str) -> String {
    let access = services::access::by_operator(&it.console, "acme", &crate::harness::command_line()).await.unwrap();
    services::tokens::find(&it.console, &access, target).await.unwrap().hint.to_string()
}

/// Ends the target, so that it can be replaced.
async fn revoked(it: &TestConsole, target: &str) {
    it.execute(&format!("UPDATE tokens SET revoked_at = 1, revoked_by_name = 'test' WHERE id = '{target}'")).await;
}

/// Whether an operation is on tokens that its address or its body names.
pub(crate) fn names_tokens(operation: &str) -> bool {
    ["/tokens/ID", "/tokens/{token}", "/tokens/revoke"].iter().any(|part| operation.contains(part))
}

/// What stands in a golden table for an answer: its status, or where it leads.
pub(crate) fn cell(answer: &Answer) -> String {
    match answer.header("location").split('?').next() {
        Some(to) if answer.status.is_redirection() => format!("to {}", to.chars().take(8).collect::<String>()),
        _ => answer.status.as_u16().to_string(),
    }
}

/// Whether an operation is one of the JSON API, which has a table of its own.
pub(crate) fn is_api(operation: &str) -> bool {
    operation.contains(" /api/v1/")
}

async fn pages_and_forms_are_what_the_golden_table_says(it: TestConsole) {
    let (leading, asked): (Vec<_>, Vec<_>) = operations(&it).await.into_iter().partition(|(operation, answer)| leads_on(operation, answer));
    let mut operations: Vec<String> = asked.into_iter().map(|(operation, _)| operation).collect();
    operations.retain(|operation| operation != ELSEWHERE && !is_api(operation));
    operations.push("GET /auth/verify".to_owned());
    operations.sort();
    for public in PUBLIC {
        assert!(operations.iter().any(|operation| operation == public), "{public} is no operation any more");
    }
    let (callers, _) = callers::callers(&it).await;
    for (operation, answer) in &leading {
        let path = address(operation.trim_start_matches("GET "));
        for (who, caller) in &callers {
            let led = it.get(caller, &path).await;
            assert_eq!((led.status, led.header("location")), (answer.status, answer.header("location")), "{operation} as {who}");
        }
    }
    let table = table(&it, &operations, &callers).await;
    let (golden, _) = include_str!("access.txt").split_once("\n\n").unwrap();
    assert_eq!(table, format!("{golden}\n"), "\n{table}");
}

async fn the_api_is_what_the_golden_table_says(it: TestConsole) {
    let mut operations: Vec<String> = operations(&it).await.into_keys().filter(|operation| is_api(operation)).collect();
    operations.extend(OWNED.map(String::from));
    operations.sort();
    let (callers, _) = callers::callers(&it).await;
    let table = table(&it, &operations, &callers).await;
    let (_, golden) = include_str!("access.txt").split_once("\n\n").unwrap();
    assert_eq!(table, golden, "\n{table}");
}

/// Asks for each of these as everybody.
async fn table(it: &TestConsole, operations: &[String], callers: &[(&str, Caller)]) -> String {
    let mut table = format!("{:<50}", "operation");
    for (who, _) in callers {
        write!(table, "{who:<12}").unwrap();
    }
    let mut table = format!("{}\n", table.trim_end());
    for operation in operations {
        // The organization stands in nearly every address; it is left out to keep the table narrow.
        let mut line = format!("{:<49} ", operation.replace("organizations/{organization}", "…"));
        for (who, caller) in callers {
            let target = if names_tokens(operation) {
                // Shorter than that of the tokens that ask: nothing outlives what gives it, which is not what is asked here.
                let lifetime = Lifetime::of(30, 0, 0).unwrap();
                it.issue("acme", "target", Role::Viewer, &[], lifetime).await.0.id.to_string()
            } else {
                teams::unused_name().replace(' ', "")
            };
            let answer = sample(it, operation, caller, &target).await;
            write!(line, "{:<12}", cell(&answer)).unwrap();
            let refused = answer.status == 401 || (answer.status.is_redirection() && answer.header("location").starts_with("/sign-in"));
            if *who == "anonymous" && !PUBLIC.contains(&operation.as_str()) {
                assert!(refused, "{operation} answers {} to anybody", answer.status);
            }
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}
