//! What cannot be recorded does not happen: every route that changes something, from the front and the router behind it, while events cannot be written, then
//! while mails cannot.
//!
//! If you are here because a route is not in the table: the sample in [`crate::access`] has to succeed when nothing is broken and to change
//! something. What has nothing to record is named in `READS`; that list is for what only reads.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicU32, Ordering},
};

use domain::{Lifetime, Role};
use services::{organizations::Password, sessions};

use crate::{
    access::{VIEWER, sample},
    harness::{Answer, Caller, ORIGIN, PASSWORD, TestConsole, on_both},
    policy::value,
    resets::mailed,
    routes,
};

on_both![nothing_happens_unrecorded, nothing_happens_untold];

/// What answers to an unsafe method and changes nothing.
const READS: [&str; 7] = [
    // What is remembered is the browser's.
    "POST /account/preferences",
    // Tells whether the chain is whole.
    "POST /orgs/acme/audit/verify",
    // Tells what a policy would mean.
    "POST /api/v1/organizations/{organization}/policy/preview",
    // Says whether a token is good. Its use is counted later, beside the requests.
    "POST /api/v1/verify",
    "POST /api/v1/verify/batch",
    "POST /oauth2/introspect",
    // A browser's report becomes a line in the log.
    "POST /csp-report",
];

/// What is asked elsewhere, with the reason.
const ELSEWHERE: [&str; 2] = [
    // Only on an instance that is not set up yet: `services::tests::sessions`.
    "POST /setup",
    // What follows from it is done after the answer, which is the same for everybody: `services::tests::resets`.
    "POST /forgot-password",
];

/// What tells somebody, and does not happen when they cannot be told.
const TELLS: [&str; 25] = [
    "DELETE /api/v1/organizations/{organization}/members/{user}",
    "DELETE /api/v1/organizations/{organization}/teams/{team}",
    "DELETE /api/v1/organizations/{organization}/tokens/{token}",
    "DELETE /api/v1/token",
    "POST /account/password",
    "POST /api/v1/organizations/{organization}/invitations",
    "POST /api/v1/organizations/{organization}/invitations/{invitation}/send",
    "POST /api/v1/organizations/{organization}/tokens",
    "POST /api/v1/organizations/{organization}/tokens/revoke",
    "POST /api/v1/organizations/{organization}/tokens/{token}/replace",
    "POST /api/v1/organizations/{organization}/tokens/{token}/rotate",
    "POST /api/v1/token/rotate",
    "POST /oauth2/revoke",
    "POST /orgs/acme/members/ID/remove",
    "POST /orgs/acme/members/ID/sign-out",
    "POST /orgs/acme/members/invitations/ID/send",
    "POST /orgs/acme/members/invite",
    "POST /orgs/acme/teams/ID/end",
    "POST /orgs/acme/tokens/ID/edit",
    "POST /orgs/acme/tokens/ID/replace",
    "POST /orgs/acme/tokens/ID/revoke",
    "POST /orgs/acme/tokens/ID/rotate",
    "POST /orgs/acme/tokens/new",
    "POST /orgs/acme/tokens/revoke",
    "POST /reset-password",
];

/// What a request may leave behind although it was refused: spent budgets of attempts, and the use of the token that asked, which a worker
/// writes later. The rest of that is the time of the first use of a secret, which no dump holds.
const BESIDE: [&str; 7] =
    ["throttles", "token_usage", "token_days", "token_addresses", "token_permission_uses", "token_refusals", "token_secret_users"];

/// What may change something: whatever answers to an unsafe method.
async fn changing(it: &TestConsole) -> BTreeSet<String> {
    routes::operations(it).await.into_keys().filter(|operation| !operation.starts_with("GET ")).collect()
}

/// A member, at another machine each time: what one address may try is counted.
async fn session(it: &TestConsole, who: &str) -> Caller {
    static MACHINES: AtomicU32 = AtomicU32::new(1);
    let address = IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + MACHINES.fetch_add(1, Ordering::Relaxed)));
    let caller = services::Caller::new("req_test", Some(address), "tests");
    let password = Password::new(PASSWORD.to_owned());
    let signed_in = sessions::sign_in(&it.console, &caller, &format!("{who}@acme.test"), &password, None).await.unwrap();
    Caller::Session(signed_in.session.to_string())
}

/// Asks for an operation so that it would succeed and change something.
async fn attempt(it: &TestConsole, operation: &str, fault: &'static str) -> Answer {
    it.execute("DELETE FROM throttles").await;
    let api = operation.contains(" /api/v1/") || operation.contains(" /oauth2/");
    let caller = if api { it.token("acme", Role::Admin, &[]).await } else { session(it, "owner").await };
    let lifetime = if operation.contains("rotate") || api { Lifetime::Never } else { Lifetime::Minutes(60) };
    let (token, _) = it.issue("acme", "target", Role::Viewer, &[], lifetime).await;
    let target = token.id.to_string();
    it.rejoin().await;
    let form = async |caller: &Caller, path: &str, fields: &[(&str, &str)]| {
        it.arm(fault);
        it.post_form(caller, path, fields).await
    };
    match operation {
        "POST /sign-in" => form(&Caller::Anonymous, "/sign-in", &[("email", "admin@acme.test"), ("password", PASSWORD)]).await,
        "POST /csp-report" => form(&Caller::Anonymous, "/csp-report", &[]).await,
        "POST /sign-out" => form(&caller, "/sign-out", &[]).await,
        "POST /account/password" => {
            form(&caller, "/account/password", &[("present", PASSWORD), ("password", "nine herons over a mill")]).await
        }
        "POST /account/sessions/end" => {
            let other = value(&it.get(&caller, "/account/sessions").await, "session");
            form(&caller, "/account/sessions/end", &[("session", &other)]).await
        }
        "POST /orgs/acme/members/ID/sign-out" => {
            session(it, "viewer").await;
            form(&caller, &format!("/orgs/acme/members/{VIEWER}/sign-out"), &[]).await
        }
        "POST /reset-password" => {
            it.post_form(&Caller::Anonymous, "/forgot-password", &[("email", "developer@acme.test")]).await;
            let mail = mailed(it, "Reset your password").await;
            let code = mail.text.split("/reset-password?code=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
            form(&Caller::Anonymous, "/reset-password", &[("code", &code), ("password", "nine herons over a mill")]).await
        }
        "POST /invitations/accept" => {
            let invited = it.invite("acme", &format!("{}@acme.test", target.replace('_', ".")), Role::Viewer).await;
            let code = invited.link.expose().trim_start_matches(&format!("{ORIGIN}/invitations/accept?code=")).to_owned();
            let fields = [("code", code.as_str()), ("name", "Grace"), ("password", "nine herons over a mill")];
            form(&Caller::Anonymous, "/invitations/accept", &fields).await
        }
        "POST /orgs/acme/policies" => {
            let before = domain::token_policy::Policy::default();
            let after = domain::token_policy::Policy { revoke_unused_days: Some(30), ..before };
            it.execute("DELETE FROM token_policies").await;
            let fields = [
                ("may_never_expire", "yes"),
                ("creators", "permitted"),
                ("user_tokens_allowed", "yes"),
                ("team_tokens_allowed", "yes"),
                ("revoke_unused_days", "30"),
                ("unique_labels", "no"),
                ("version", &before.fingerprint()),
                ("confirmed", &after.fingerprint()),
            ];
            form(&caller, "/orgs/acme/policies", &fields).await
        }
        "PUT /api/v1/organizations/{organization}/policy" => {
            it.execute("DELETE FROM token_policies").await;
            it.arm(fault);
            it.put_json(&caller, "/api/v1/organizations/acme/policy", "{\"revoke_unused_days\":30}").await
        }
        other => {
            if other.ends_with("/enable") {
                it.execute(&format!("UPDATE tokens SET disabled_at = 1, disabled_by_name = 'test' WHERE id = '{target}'")).await;
            }
            if other.ends_with("overlap") {
                let operator = services::access::by_operator(&it.console, "acme", &crate::harness::command_line()).await.unwrap();
                services::tokens::rotate(&it.console, &operator, &target, domain::Overlap::Day).await.unwrap();
            }
            it.arm(fault);
            sample(it, other, &caller, &target).await
        }
    }
}

async fn nothing_happens_unrecorded(it: TestConsole) {
    let operations = changing(&it).await;
    for named in READS.iter().chain(&ELSEWHERE).chain(&TELLS) {
        assert!(operations.contains(*named), "{named} is no route any more");
    }
    without(&it, "events", &operations, |operation| !READS.contains(&operation)).await;
}

async fn nothing_happens_untold(it: TestConsole) {
    let mut operations = changing(&it).await;
    operations.retain(|operation| !READS.contains(&operation.as_str()));
    without(&it, "mails", &operations, |operation| TELLS.contains(&operation)).await;
}

/// Asks for each operation while nothing can be written into a table: it fails exactly where that `concerns` it, and what fails, or only reads,
/// leaves everything as it was.
async fn without(it: &TestConsole, fault: &'static str, operations: &BTreeSet<String>, concerns: impl Fn(&str) -> bool) {
    let mut wrong = Vec::new();
    for operation in operations.iter().map(String::as_str).filter(|operation| !ELSEWHERE.contains(operation)) {
        let answer = attempt(it, operation, fault).await;
        let Some([mut before, mut after]) = it.watched() else {
            wrong.push(format!("{operation}: nothing was asked"));
            continue;
        };
        for table in BESIDE {
            before.remove(table).zip(after.remove(table)).expect("a table of that name");
        }
        let changed: Vec<&String> = before.keys().filter(|table| before[*table] != after[*table]).collect();
        let (reads, failed) = (READS.contains(&operation), answer.status.is_server_error());
        if (failed || reads) && !changed.is_empty() {
            wrong.push(format!("{operation}: {} without {fault}, and yet {changed:?} changed", answer.status));
        }
        if failed != concerns(operation) {
            wrong.push(format!("{operation}: {} without {fault}", answer.status));
        }
        if failed && answer.headers.contains_key("set-cookie") {
            wrong.push(format!("{operation}: a cookie without {fault}"));
        }
        if !(failed || reads || answer.status.is_success() || answer.status.is_redirection()) {
            wrong.push(format!("{operation}: its sample does not succeed: {}", answer.status));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
