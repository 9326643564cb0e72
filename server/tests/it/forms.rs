//! Generating and revoking with plain forms and with server functions.

use axum::http::Method;
use domain::{Lifetime, Role};

use crate::harness::{Caller, TestConsole, on_both, request, with};

on_both![
    the_secret_is_in_one_answer_and_in_no_later_one,
    what_was_typed_stays_when_it_is_refused,
    a_label_in_use_is_asked_about_once,
    a_form_that_is_sent_again_generates_no_second_token,
    revoking_needs_the_label_and_leads_back,
    another_organization_and_an_absent_one_answer_alike,
    nothing_is_written_when_the_event_cannot_be,
    nobody_elses_page_can_post,
    bad_input_is_never_our_fault,
];

const FORM: [(&str, &str); 4] = [("label", "ci"), ("role", "viewer"), ("expiry", "90"), ("description", "Deploys")];

fn secrets(body: &str) -> Vec<&str> {
    body.match_indices("jto_")
        .map(|(at, _)| &body[at..])
        .filter_map(|rest| rest.get(..42))
        .filter(|text| text[4..].bytes().all(|b| b.is_ascii_alphanumeric()))
        .collect()
}

async fn the_secret_is_in_one_answer_and_in_no_later_one(it: TestConsole) {
    let owner = it.session("owner").await;
    let answer = it.post_form(&owner, "/orgs/acme/tokens/new", &FORM).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
    let secret = (*secrets(&answer.body).first().unwrap()).to_owned();
    assert!(secrets(&answer.body).iter().all(|found| *found == secret));
    assert!(!answer.body.contains("hydrate"), "a page that shows a secret is not brought to life");
    assert_eq!(it.get(&Caller::Token(secret.clone()), "/organization").await.status, 200);
    let by_script = it.post_form(&owner, "/api/tokens/create", &[&[("organization", "acme")], &FORM[..]].concat()).await;
    assert_eq!((by_script.status.as_u16(), by_script.header("cache-control")), (200, "no-store"));
    let second = by_script.json()["secret"].as_str().unwrap().to_owned();
    for path in ["/orgs/acme/tokens", "/orgs/acme/tokens/new", "/orgs/acme/tokens?revoke=x", "/sign-in"] {
        let page = it.get(&owner, path).await.body;
        assert!(secrets(&page).is_empty() && !page.contains(&secret[4..]) && !page.contains(&second[4..]), "{path}");
    }
    let list = it.get(&owner, "/orgs/acme/tokens").await.body;
    assert!(list.contains(&format!("{}…{}", &secret[..8], &secret[38..])), "the mask is there");
}

async fn what_was_typed_stays_when_it_is_refused(it: TestConsole) {
    let owner = it.session("owner").await;
    let before = it.count("SELECT seq FROM head").await;
    for (field, value) in [
        ("label", ""),
        ("label", "a\u{202e}b"),
        ("role", "owner"),
        ("role", "king"),
        ("role", ""),
        ("expiry", "custom"),
        ("expiry", "-1"),
        ("description", &"x".repeat(501)),
    ] {
        let mut form: Vec<(&str, &str)> = FORM.iter().copied().filter(|(name, _)| *name != field).collect();
        form.push((field, value));
        form.push(("days", "0"));
        let answer = it.post_form(&owner, "/orgs/acme/tokens/new", &form).await;
        assert_eq!(answer.status, 422, "{field}");
        assert!(answer.body.contains(&format!("aria-describedby=\"{field}")) || answer.body.contains("role=\"alert\""), "{field}");
        if field != "label" {
            assert!(answer.body.contains("value=\"ci\""), "{field}");
        }
        let by_script = it.post_form(&owner, "/api/tokens/create", &[&[("organization", "acme")], &form[..]].concat()).await;
        assert_eq!((by_script.status.as_u16(), by_script.json()["field"].as_str()), (422, Some(field)));
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens").await, 0);
}

async fn a_label_in_use_is_asked_about_once(it: TestConsole) {
    let owner = it.session("owner").await;
    it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    assert_eq!(it.post_form(&owner, "/orgs/acme/tokens/new", &FORM).await.status, 409);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens").await, 1);
    let warned = [&FORM[..], &[("label_warned", "ci")]].concat();
    assert_eq!(it.post_form(&owner, "/orgs/acme/tokens/new", &warned).await.status, 200);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens").await, 2);
}

async fn a_form_that_is_sent_again_generates_no_second_token(it: TestConsole) {
    let owner = it.session("owner").await;
    let form = crate::policy::value(&it.get(&owner, "/orgs/acme/tokens/new").await, "form");
    let fields = [&FORM[..], &[("label_warned", "ci"), ("form", form.as_str())]].concat();
    // What was refused was not sent: the form goes on.
    assert_eq!(it.post_form(&owner, "/orgs/acme/tokens/new", &[&fields[1..], &[("label", "")]].concat()).await.status, 422);
    let first = it.post_form(&owner, "/orgs/acme/tokens/new", &fields).await;
    let secret = (*secrets(&first.body).first().unwrap()).to_owned();
    let by_script = [&fields[..], &[("organization", "acme")]].concat();
    for (path, fields) in [("/orgs/acme/tokens/new", &fields), ("/api/tokens/create", &by_script)] {
        let refused = it.post_form(&owner, path, fields).await;
        assert_eq!(refused.status, 409, "{path}");
        assert!(
            secrets(&refused.body).is_empty() && refused.body.contains("This form was sent before and generated the token “ci”"),
            "{path}"
        );
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens").await, 1);
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
    // The key is of whoever sends it: it tells nobody else anything.
    let admin = it.session("admin").await;
    assert_eq!(it.post_form(&admin, "/orgs/acme/tokens/new", &fields).await.status, 200);
    let wrong = [&FORM[1..], &[("label", "other"), ("form", "é")]].concat();
    assert_eq!(it.post_form(&owner, "/orgs/acme/tokens/new", &wrong).await.status, 422);
}

async fn revoking_needs_the_label_and_leads_back(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let path = format!("/orgs/acme/tokens/{}/revoke", token.id);
    assert_eq!(it.get(&owner, &path).await.header("location"), format!("/orgs/acme/tokens?revoke={}", token.id));
    // The place in the list goes along.
    let there = format!("{path}?q=c&sort=label");
    assert_eq!(it.get(&owner, &there).await.header("location"), format!("/orgs/acme/tokens?q=c&sort=label&revoke={}", token.id));
    let refused = it.post_form(&owner, &there, &[("label", "c")]).await;
    assert!(refused.text().contains("API tokens of Acme, by label, A to Z"));
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("exactly as it is shown"));
    assert_eq!(it.get(&Caller::Token(secret.clone()), "/organization").await.status, 200);
    let done = it.post_form(&owner, &path, &[("label", "ci")]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, format!("/orgs/acme/tokens?revoked={}", token.id).as_str()));
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 401);
    // Doing it again is no error and no second event.
    let again = it.post_form(&owner, &there, &[("label", "ci")]).await;
    assert_eq!(again.header("location"), format!("/orgs/acme/tokens?q=c&sort=label&revoked={}", token.id));
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'token.revoke'").await, 1);
}

async fn another_organization_and_an_absent_one_answer_alike(it: TestConsole) {
    let outsider = it.session("outsider").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let id = token.id.to_string();
    for (path, fields) in [
        ("/api/tokens/list", vec![]),
        ("/api/tokens/find", vec![("token", id.as_str())]),
        ("/api/tokens/revoke", vec![("token", id.as_str()), ("label", "ci")]),
    ] {
        let mut bodies = Vec::new();
        for organization in ["acme", "nowhere", "../acme", ""] {
            let answer = it.post_form(&outsider, path, &[&fields[..], &[("organization", organization)]].concat()).await;
            assert_eq!(answer.status, 404, "{path} {organization}");
            bodies.push(answer.body);
        }
        assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
    }
    // An id of another organization, asked for in one's own.
    let own = it.post_form(&outsider, "/api/tokens/find", &[("organization", "globex"), ("token", &id)]).await;
    assert_eq!(own.status, 404);
    let page = |organization: &str| format!("/orgs/{organization}/tokens");
    let (there, absent) = (it.get(&outsider, &page("acme")).await, it.get(&outsider, &page("xxxx")).await);
    assert_eq!((there.status, absent.status), (axum::http::StatusCode::NOT_FOUND, axum::http::StatusCode::NOT_FOUND));
    assert!(!there.body.contains("Acme"));
}

async fn nothing_is_written_when_the_event_cannot_be(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let id = token.id.to_string();
    it.break_events().await;
    let before = (it.count("SELECT COUNT(*) FROM tokens").await, it.count("SELECT COUNT(*) FROM sessions").await);
    let create = [&[("organization", "acme"), ("label_warned", "ci")], &FORM[..]].concat();
    let revoke = [("organization", "acme"), ("token", id.as_str()), ("label", "ci")];
    let sign_in = [("email", "owner@acme.test"), ("password", crate::harness::PASSWORD)];
    for (path, fields) in [
        ("/orgs/acme/tokens/new", &create[..]),
        ("/api/tokens/create", &create),
        ("/api/tokens/revoke", &revoke),
        (format!("/orgs/acme/tokens/{id}/revoke").as_str(), &revoke),
        ("/sign-in", &sign_in),
        ("/sign-out", &[]),
    ] {
        let answer = it.post_form(&owner, path, fields).await;
        assert_eq!(answer.status, 500, "{path}");
        assert!(answer.headers.get("set-cookie").is_none(), "{path}");
        // Data of the page may speak of a default.
        let body = answer.body.replace("default", "");
        for word in ["fault", "sqlx", "INSERT", "panicked"] {
            assert!(!body.contains(word), "{path}: {word}");
        }
    }
    assert_eq!((it.count("SELECT COUNT(*) FROM tokens").await, it.count("SELECT COUNT(*) FROM sessions").await), before);
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
    assert_eq!(it.get(&owner, "/orgs/acme/tokens").await.status, 200, "the session was not ended");
}

async fn nobody_elses_page_can_post(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let revoke = format!("/orgs/acme/tokens/{}/revoke", token.id);
    let mut paths: Vec<String> =
        ["/sign-in", "/sign-out", "/setup", "/orgs/acme/tokens/new", "/orgs/acme/tokens/revoke"].map(String::from).to_vec();
    paths.push(revoke);
    paths.extend(["rotate", "end-overlap", "replace"].map(|verb| format!("/orgs/acme/tokens/{}/{verb}", token.id)));
    paths.extend(crate::people::POSTS.map(String::from));
    paths.extend(server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()));
    for path in paths {
        for headers in [
            vec![],
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site"), ("origin", crate::harness::ORIGIN)],
            vec![("sec-fetch-site", "none")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![("referer", "https://tokens.acme.test/")],
        ] {
            let body = format!("organization=acme&label=ci&role=admin&expiry=90&token={}", token.id);
            let forged = with(request(Method::POST, &path, &body), &headers);
            let forged = with(forged, &[("content-type", "application/x-www-form-urlencoded")]);
            let answer = it.send(&owner, forged).await;
            assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (403, Some("cross_site")), "{path} {headers:?}");
        }
    }
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens").await, 1);
    // A browser without Sec-Fetch-Site says at least where it comes from.
    let old = with(request(Method::POST, "/sign-out", ""), &[("origin", crate::harness::ORIGIN)]);
    assert_eq!(it.send(&owner, old).await.status, 303);
}

async fn bad_input_is_never_our_fault(it: TestConsole) {
    let owner = it.session("owner").await;
    for path in server_fn::axum::server_fn_paths().map(|(path, _)| path).chain([
        "/sign-in",
        "/setup",
        "/orgs/acme/tokens/new",
        "/orgs/acme/tokens/x/revoke",
        "/orgs/acme/tokens/x/rotate",
        "/orgs/acme/tokens/x/end-overlap",
        "/orgs/acme/tokens/x/replace",
        "/orgs/acme/tokens/revoke",
        "/invitations/accept",
        "/account",
        "/account/password",
        "/account/sessions/end",
        "/orgs/acme/members/invite",
        "/orgs/acme/members/x",
        "/orgs/acme/members/x/remove",
    ]) {
        for (kind, body) in [
            ("application/x-www-form-urlencoded", "%"),
            ("application/x-www-form-urlencoded", "a[b]=c&organization[]=x"),
            ("application/x-www-form-urlencoded", "organization=acme&organization=globex&token=\0&label=%00&email=%ff"),
            ("application/json", "{}"),
            ("text/plain", "organization=acme"),
            ("multipart/form-data; boundary=x", "--x--"),
            ("", ""),
        ] {
            let bad = with(request(Method::POST, path, body), &[("content-type", kind), ("sec-fetch-site", "same-origin")]);
            let answer = it.send(&owner, bad).await;
            assert!(
                answer.status.is_client_error() || matches!(path, "/api/session/find" | "/api/account/sessions"),
                "{path} {kind} {body:?}: {} {}",
                answer.status,
                answer.body
            );
        }
        let large = with(
            request(Method::POST, path, &"x".repeat(70_000)),
            &[("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")],
        );
        assert_eq!(it.send(&owner, large).await.status, 413, "{path}");
    }
}
