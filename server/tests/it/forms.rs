//! Generating and revoking with forms, and what all forms have in common.

use axum::http::Method;
use domain::{Lifetime, Role};

use crate::{
    harness::{Caller, TestConsole, on_both, request, with},
    routes,
};

on_both![
    the_secret_is_in_one_answer_and_in_no_later_one,
    what_was_typed_stays_when_it_is_refused,
    a_label_in_use_is_asked_about_once,
    a_form_that_is_sent_again_generates_no_second_token,
    the_list_tells_what_was_just_generated,
    revoking_needs_the_label_and_leads_back,
    revoking_on_a_tokens_page_leads_back_there,
    another_organization_and_an_absent_one_answer_alike,
    nothing_is_written_when_the_event_cannot_be,
    nobody_elses_page_can_post,
    bad_input_is_never_our_fault,
];

const FORM: [(&str, &str); 4] = [("label", "ci"), ("role", "viewer"), ("expiry", "90"), ("description", "Deploys")];

/// Forms with nothing to type, of which no body is read.
const BUTTONS: [&str; 8] = [
    "/sign-out",
    "/account/sessions/end-others",
    "/orgs/acme/audit/verify",
    "/orgs/acme/members/invitations/x/send",
    "/orgs/acme/members/invitations/x/withdraw",
    "/orgs/acme/members/x/sign-out",
    "/orgs/acme/tokens/x/disable",
    "/orgs/acme/tokens/x/enable",
];

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
    assert!(!answer.scripts().contains(&secret), "no script is told a secret");
    assert_eq!(it.get(&Caller::Token(secret.clone()), "/organization").await.status, 200);
    for path in ["/orgs/acme/tokens", "/orgs/acme/tokens/new", "/orgs/acme/tokens?revoke=x", "/sign-in"] {
        let page = it.get(&owner, path).await.body;
        assert!(secrets(&page).is_empty() && !page.contains(&secret[4..]), "{path}");
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
        assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{field}: the summary leads to it");
        if field != "label" {
            assert!(answer.body.contains("value=\"ci\""), "{field}");
        }
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
    let refused = it.post_form(&owner, "/orgs/acme/tokens/new", &fields).await;
    assert_eq!(refused.status, 409);
    assert!(secrets(&refused.body).is_empty() && refused.body.contains("This form was sent before and generated the token “ci”"));
    // So it is without the warning, as when the page with the secret is reloaded: that the label is in use is no news.
    let unwarned = [&FORM[..], &[("form", form.as_str())]].concat();
    let reloaded = it.post_form(&owner, "/orgs/acme/tokens/new", &unwarned).await;
    for page in [&refused, &reloaded] {
        assert!(page.body.contains("This form was sent before and generated the token “ci”") && !page.body.contains("is in use already"));
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

async fn the_list_tells_what_was_just_generated(it: TestConsole) {
    let owner = it.session("owner").await;
    it.issue("acme", "before", Role::Viewer, &[], Lifetime::Never).await;
    let answer = it.post_form(&owner, "/orgs/acme/tokens/new", &FORM).await;
    // Of a form that gets a page the fields are what the next page is told.
    let done = answer.body.split("<form").find(|form| form.contains("class=\"secret-done\"")).unwrap();
    assert!(done.contains("method=\"get\"") && done.contains("action=\"/orgs/acme/tokens\""), "{done}");
    let id = done.split("name=\"generated\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let told = format!("/orgs/acme/tokens?generated={id}");
    let page = it.get(&owner, &told).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Token “ci” is generated. In the list it is marked as new."), "{}", page.text());
    assert!(page.body.contains(&format!("“<a href=\"/orgs/acme/tokens/{id}\">ci</a>”")), "it leads there");
    assert_eq!((page.text().matches("New").count(), secrets(&page.body).len()), (1, 0));
    let row = page.body.split(&format!("id=\"row-{id}\"")).nth(1).unwrap().split("</th>").next().unwrap();
    assert!(row.contains("New"), "{row}");
    // With other filters it may not be on the page.
    let elsewhere = it.get(&owner, &format!("{told}&q=before")).await.text();
    assert!(elsewhere.contains("Token “ci” is generated") && !elsewhere.contains("New"), "{elsewhere}");
    // What is not true, or not of who reads it, is not told.
    let admin = it.session("admin").await;
    let stranger = it.session("outsider").await;
    let says = |text: String| text.contains("is generated") || text.contains("New");
    assert!(!says(it.get(&admin, &told).await.text()));
    assert!(!says(it.get(&stranger, &told.replace("acme", "globex")).await.text()));
    for other in ["x", "%00", "tok_019aa000000070008000000000000000"] {
        let page = it.get(&owner, &format!("/orgs/acme/tokens?generated={other}")).await;
        assert!(page.status == 200 && !says(page.text()), "{other}");
    }
    it.advance(3_600);
    assert!(!says(it.get(&it.session("owner").await, &told).await.text()));
}

async fn revoking_on_a_tokens_page_leads_back_there(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let ask = format!("{page}?revoke=ask");
    assert!(it.get(&owner, &page).await.body.contains(&format!("href=\"{ask}\"")));
    let asked = it.get(&owner, &ask).await;
    let post = format!("{page}/revoke?on=page");
    assert!(asked.text().contains("Revoke token “ci”?") && asked.body.contains(&format!("action=\"{post}\"")));
    assert!(asked.body.contains(&format!("data-back=\"{page}\"")));
    assert_eq!(it.get(&owner, &post).await.header("location"), ask);
    let refused = it.post_form(&owner, &post, &[("label", "c")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Revoke token “ci”?") && refused.body.contains("exactly as it is shown"));
    // Nothing is told that is not true.
    assert!(!it.get(&owner, &format!("{page}?done=revoked")).await.text().contains("The token is revoked"));
    let done = it.post_form(&owner, &post, &[("label", "ci")]).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, format!("{page}?done=revoked").as_str()));
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 401);
    let told = it.get(&owner, done.header("location")).await.text();
    for text in ["The token is revoked. Whatever still presents it is refused.", "by Ada Lovelace", "Generate replacement"] {
        assert!(told.contains(text), "{text}: {told}");
    }
    // There is nothing left to ask.
    assert!(!it.get(&owner, &ask).await.body.contains("<dialog"));
    let (other, _) = it.issue("acme", "found", Role::Viewer, &[], Lifetime::Never).await;
    let post = format!("/orgs/acme/tokens/{}/revoke", other.id);
    let long = "x".repeat(201);
    let refused = it.post_form(&owner, &post, &[("label", "found"), ("why", &long)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("A reason may have 200 characters; this has 201.") && refused.body.contains(&long), "it is kept");
    assert_eq!(it.post_form(&owner, &post, &[("label", "found"), ("why", " in a gist\u{a0} of ours ")]).await.status, 303);
    let why = "by Ada Lovelace: in a gist of ours";
    for page in ["/orgs/acme/tokens?view=inactive", &format!("/orgs/acme/tokens/{}", other.id)] {
        assert!(it.get(&owner, page).await.text().contains(why), "{page}");
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE details LIKE '%\"reason\":\"in a gist of ours\"%'").await, 1);
    let file = it.get(&owner, "/orgs/acme/tokens.csv?view=inactive").await.body;
    assert!(file.lines().next().unwrap().ends_with("disabled,disabled by,revoked,revoked by,revoked because"), "{file}");
    assert!(file.lines().any(|line| line.starts_with("found,") && line.ends_with(",Ada Lovelace,in a gist of ours")), "{file}");
    // Any other word is that of the list.
    let elsewhere = it.post_form(&owner, &format!("{page}/revoke?on=//evil.example"), &[("label", "ci")]).await;
    assert_eq!(elsewhere.header("location"), format!("/orgs/acme/tokens?revoked={}", token.id));
}

async fn another_organization_and_an_absent_one_answer_alike(it: TestConsole) {
    let outsider = it.session("outsider").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let id = token.id.to_string();
    let revoking = format!("/{id}/revoke");
    let typed = [("label", "ci"), ("role", "viewer"), ("expiry", "90")];
    answer_alike(&it, &outsider, "tokens", &["", &format!("/{id}"), &format!("/{id}/edit"), "/new"], &["/new", &revoking], &typed).await;
    // An id of another organization, asked for in one's own.
    for path in ["", "/edit", "/rotate", "/replace"] {
        assert_eq!(it.get(&outsider, &format!("/orgs/globex/tokens/{id}{path}")).await.status, 404, "{path}");
    }
    assert_eq!(it.post_form(&outsider, &format!("/orgs/globex/tokens{revoking}"), &typed).await.status, 404);
}

/// Asks for pages of an organization, and posts to forms of it, as somebody who does not belong to it: what comes back is byte by byte what
/// comes back of one that does not exist.
pub(crate) async fn answer_alike(
    it: &TestConsole,
    outsider: &Caller,
    section: &str,
    pages: &[&str],
    forms: &[&str],
    typed: &[(&str, &str)],
) {
    // As they stand in an address, and as they come back in what leads to it again.
    let slugs = [("acme", "acme"), ("nowhere", "nowhere"), ("..%2Facme", "../acme"), ("%00", "\0")];
    for (is_form, path) in pages.iter().map(|path| (false, path)).chain(forms.iter().map(|path| (true, path))) {
        let mut bodies = Vec::new();
        for (slug, shown) in slugs {
            let address = format!("/orgs/{slug}/{section}{path}");
            let answer = if is_form { it.post_form(outsider, &address, typed).await } else { it.get(outsider, &address).await };
            assert_eq!(answer.status, 404, "{address}");
            assert!(!answer.body.contains("Acme"), "{address}");
            bodies.push(answer.without_nonce().replace(slug, "SLUG").replace(shown, "SLUG"));
        }
        assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{path}: {bodies:#?}");
    }
}

async fn nothing_is_written_when_the_event_cannot_be(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let id = token.id.to_string();
    it.break_events().await;
    let before = (it.count("SELECT COUNT(*) FROM tokens").await, it.count("SELECT COUNT(*) FROM sessions").await);
    let create = [&[("label_warned", "ci")], &FORM[..]].concat();
    let sign_in = [("email", "owner@acme.test"), ("password", crate::harness::PASSWORD)];
    for (path, fields) in [
        ("/orgs/acme/tokens/new", &create[..]),
        (format!("/orgs/acme/tokens/{id}/revoke").as_str(), &[("label", "ci")]),
        ("/sign-in", &sign_in),
        ("/sign-out", &[]),
    ] {
        let answer = it.post_form(&owner, path, fields).await;
        assert_eq!(answer.status, 500, "{path}");
        assert!(answer.headers.get("set-cookie").is_none(), "{path}");
        // The page's own script speaks of a default.
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
    for path in routes::forms(&it).await {
        let path = path.replace("/tokens/x", &format!("/tokens/{}", token.id));
        for headers in [
            vec![],
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site"), ("origin", crate::harness::ORIGIN)],
            vec![("sec-fetch-site", "none")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![("referer", "https://tokens.acme.test/")],
        ] {
            let body = format!("label=ci&role=admin&expiry=90&token={}&typed=ci", token.id);
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
    let all = routes::forms(&it).await;
    for button in BUTTONS {
        assert!(all.iter().any(|path| path == button), "{button} is no form any more");
    }
    for path in all.iter().map(String::as_str).filter(|path| !BUTTONS.contains(path)) {
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
            assert!(answer.status.is_client_error(), "{path} {kind} {body:?}: {} {}", answer.status, answer.body);
        }
        let large = with(
            request(Method::POST, path, &"x".repeat(70_000)),
            &[("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")],
        );
        assert_eq!(it.send(&owner, large).await.status, 413, "{path}");
    }
}
