//! Permissions of a token's own, editing, disabling and enabling, with forms.

use axum::http::Method;
use domain::{Lifetime, Preset, Role, Token};
use services::{access, tokens};

use crate::harness::{Caller, TestConsole, command_line, on_both, request, with};

on_both![
    toggles_become_the_permissions_of_the_token,
    what_was_toggled_stays_when_it_is_refused,
    a_preset_fills_the_toggles_without_scripts,
    a_role_that_is_chosen_ignores_toggles,
    what_one_may_not_give_is_not_to_be_chosen,
    an_edit_is_true_at_once_and_leads_to_the_token,
    an_edit_page_shows_what_the_token_is,
    a_stale_or_refused_edit_changes_nothing_and_keeps_what_was_typed,
    the_dead_have_no_form_and_no_buttons,
    disabled_is_told_everywhere_until_it_is_enabled,
    nothing_is_edited_when_the_event_cannot_be_written,
    bad_input_is_told_and_nobody_elses_page_can_post,
];

async fn access(it: &TestConsole) -> services::Access {
    access::by_operator(&it.console, "acme", &command_line()).await.unwrap()
}

async fn found(it: &TestConsole, token: &Token) -> Token {
    tokens::find(&it.console, &access(it).await, &token.id.to_string()).await.unwrap()
}

/// The one token that has this label.
async fn labelled(it: &TestConsole, label: &str) -> Token {
    let page = tokens::list_all(&it.console, &access(it).await, &domain::TokenFilter::default(), 100).await.unwrap();
    page.items.into_iter().find(|token| token.label.as_str() == label).unwrap()
}

/// The ids of the boxes and buttons that are checked in a page.
fn checked(body: &str) -> Vec<String> {
    let inputs = body.split("<input ").skip(1).filter_map(|rest| rest.split('>').next());
    let on = inputs.filter(|attributes| attributes.split_whitespace().any(|each| each.trim_end_matches('/') == "checked"));
    on.filter_map(|attributes| Some(attributes.split(" id=\"").nth(1)?.split('"').next()?.to_owned())).collect()
}

async fn toggles_become_the_permissions_of_the_token(it: TestConsole) {
    let owner = it.session("owner").await;
    let form = [("label", "own"), ("role", "custom"), ("expiry", "90"), ("cluster:read", "on"), ("token:verify", "on")];
    assert_eq!(it.post_form(&owner, "/orgs/acme/tokens/new", &form).await.status, 200);
    let token = labelled(&it, "own").await;
    assert_eq!((token.role, token.permissions.stored().as_str()), (None, "cluster:read token:verify"));
    let page = it.get(&owner, &format!("/orgs/acme/tokens/{}", token.id)).await;
    assert!(page.text().contains("cluster") && page.text().contains("verify") && page.text().contains("Custom"));
}

async fn what_was_toggled_stays_when_it_is_refused(it: TestConsole) {
    let admin = it.session("admin").await;
    let before = it.count("SELECT seq FROM head").await;
    for (toggle, says) in [
        ("", "Choose at least one permission"),
        ("organization:delete", "Leave out what you may not do yourself: organization:delete."),
        ("cluster:explode", "not in the catalogue"),
    ] {
        let mut form = vec![("label", "own"), ("role", "custom"), ("expiry", "90")];
        if !toggle.is_empty() {
            form.extend([(toggle, "on"), ("billing:read", "on")]);
        }
        let page = it.post_form(&admin, "/orgs/acme/tokens/new", &form).await;
        assert_eq!(page.status, 422, "{toggle}");
        assert!(page.body.contains(says) && page.body.contains("href=\"#permissions\""), "{toggle}");
        let on = checked(&page.body);
        assert!(on.contains(&"role-custom".to_owned()), "{toggle}: {on:?}");
        assert_eq!(on.contains(&"may-billing:read".to_owned()), !toggle.is_empty());
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
}

async fn a_preset_fills_the_toggles_without_scripts(it: TestConsole) {
    let owner = it.session("owner").await;
    let plain = it.get(&owner, "/orgs/acme/tokens/new").await.body;
    assert_eq!(checked(&plain), ["owner-organization", "role-viewer", "expiry-90"]);
    for preset in Preset::ALL {
        let address = format!("/orgs/acme/tokens/new?preset={}", preset.as_str());
        assert!(plain.contains(&format!("{address}#permissions")) && plain.contains(preset.summary()));
        let on = checked(&it.get(&owner, &address).await.body);
        let toggles = preset.permissions().iter().map(|permission| format!("may-{permission}"));
        let expected: Vec<String> =
            ["owner-organization", "role-custom"].map(str::to_owned).into_iter().chain(toggles).chain(["expiry-90".to_owned()]).collect();
        assert_eq!(on, expected);
    }
    assert_eq!(
        checked(&it.get(&owner, "/orgs/acme/tokens/new?preset=root").await.body),
        ["owner-organization", "role-viewer", "expiry-90"]
    );
}

async fn a_role_that_is_chosen_ignores_toggles(it: TestConsole) {
    let owner = it.session("owner").await;
    let form = [("label", "a role"), ("role", "viewer"), ("expiry", "90"), ("billing:delete", "on")];
    assert_eq!(it.post_form(&owner, "/orgs/acme/tokens/new", &form).await.status, 200);
    let token = labelled(&it, "a role").await;
    assert_eq!((token.role, token.permissions.stored().as_str()), (Some(Role::Viewer.into()), ""));
}

async fn what_one_may_not_give_is_not_to_be_chosen(it: TestConsole) {
    let (owner, developer) = (it.session("owner").await, it.session("developer").await);
    let roles = |body: &str| -> Vec<bool> {
        let radio = |role: &str| body.split('<').find(|tag| tag.contains(&format!("id=\"role-{role}\""))).unwrap().contains("disabled");
        ["viewer", "developer", "admin", "custom"].into_iter().map(radio).collect()
    };
    let all = it.get(&owner, "/orgs/acme/tokens/new").await;
    assert_eq!(roles(&all.body), [false; 4]);
    assert!(!all.text().contains("you cannot give it") && all.body.contains("may-billing:delete"));
    let less = it.get(&developer, "/orgs/acme/tokens/new?preset=admin").await;
    assert_eq!(roles(&less.body), [false, false, true, false]);
    assert!(less.text().contains("You may not do all of this, so you cannot give it"));
    assert!(less.text().contains("Only what you may do yourself is here"));
    assert!(!less.body.contains("may-billing:delete") && less.body.contains("may-cluster:read"));
    let form = [("label", "more"), ("role", "admin"), ("expiry", "90")];
    let refused = it.post_form(&developer, "/orgs/acme/tokens/new", &form).await;
    assert!(refused.status == 422 && refused.body.contains("href=\"#role\""), "{}", refused.text());
    assert!(refused.text().contains("the role Admin allows"), "the role is named, not all that it may: {}", refused.text());
}

async fn an_edit_is_true_at_once_and_leads_to_the_token(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Minutes(90)).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let bearer = Caller::Token(secret);
    assert_eq!(it.get(&bearer, "/organization").await.status, 200);
    let version = tokens::version(&token);
    let form = [
        ("version", version.as_str()),
        ("label", "cd"),
        ("description", "Deploys"),
        ("role", "custom"),
        ("deployment:trigger", "on"),
        ("expiry", "keep"),
    ];
    let done = it.post_form(&owner, &format!("{page}/edit"), &form).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, format!("{page}?done=edited").as_str()));
    assert!(it.get(&owner, done.header("location")).await.text().contains("The token is saved as it is shown here"));
    assert_eq!(it.get(&bearer, "/organization").await.status, 403, "the role is gone");
    let edited = found(&it, &token).await;
    assert_eq!((edited.label.as_str(), edited.description.as_str(), edited.expires_at), ("cd", "Deploys", token.expires_at));
    assert_eq!((edited.role.clone(), edited.permissions.stored().as_str()), (None, "deployment:trigger"));
    let version = tokens::version(&edited);
    let form = [("version", version.as_str()), ("label", "cd"), ("role", "viewer"), ("expiry", "7")];
    assert_eq!(it.post_form(&owner, &format!("{page}/edit"), &form).await.status, 303);
    assert_eq!(it.get(&bearer, "/organization").await.status, 200);
    let edited = found(&it, &token).await;
    assert_eq!((edited.role, edited.permissions.stored().as_str()), (Some(Role::Viewer.into()), ""));
    assert_eq!(edited.expires_at, Lifetime::Minutes(7 * 1440).ends(it.console.now()), "counted from the edit");
}

async fn an_edit_page_shows_what_the_token_is(it: TestConsole) {
    let owner = it.session("owner").await;
    let edit = |token: &Token| format!("/orgs/acme/tokens/{}/edit", token.id);
    let (token, _) = it.issue("acme", "by role", Role::Developer, &[], Lifetime::Never).await;
    let page = it.get(&owner, &edit(&token)).await;
    let on = checked(&page.body);
    assert!(on.contains(&"role-developer".to_owned()) && on.contains(&"expiry-keep".to_owned()), "{on:?}");
    assert!(page.body.contains("value=\"by role\"") && page.text().contains("It never expires."));
    assert!(page.body.contains(&tokens::version(&token)));
    // Toggles begin with what the role allows, for whoever goes on to Custom.
    assert_eq!(on.iter().filter(|id| id.starts_with("may-")).count(), token.effective().iter().count());
    // A role with permissions beside it is neither of the cards; posting the page as it is changes nothing.
    let (token, _) = it.issue("acme", "both", Role::Viewer, &["token:verify"], Lifetime::Never).await;
    let page = it.get(&owner, &edit(&token)).await;
    assert!(page.text().contains("As it is") && checked(&page.body).contains(&"role-keep".to_owned()));
    let before = it.count("SELECT seq FROM head").await;
    let version = tokens::version(&token);
    let form = [("version", version.as_str()), ("label", "both"), ("description", ""), ("role", "keep"), ("expiry", "keep")];
    assert_eq!(it.post_form(&owner, &edit(&token), &form).await.status, 303);
    assert_eq!((it.count("SELECT seq FROM head").await, found(&it, &token).await), (before, token));
}

async fn a_stale_or_refused_edit_changes_nothing_and_keeps_what_was_typed(it: TestConsole) {
    let admin = it.session("admin").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let edit = format!("/orgs/acme/tokens/{}/edit", token.id);
    let version = tokens::version(&token);
    let before = it.count("SELECT seq FROM head").await;
    for (status, version, changed, value, says) in [
        (409, "stale", "label", "typed", "Somebody changed this token meanwhile."),
        (409, "", "label", "typed", "Somebody changed this token meanwhile."),
        (422, version.as_str(), "label", "", "A label is needed."),
        (422, &version, "role", "owner", "owner is for people"),
        (422, &version, "role", "", "A role is"),
        (422, &version, "role", "custom", "Leave out what you may not do yourself: organization:delete."),
        (422, &version, "expiry", "custom", "expires at once"),
        (422, &version, "expiry", "", "Choose one of the offered lifetimes"),
    ] {
        let fields = [
            ("version", version),
            ("label", "typed"),
            ("description", "typed"),
            ("role", "keep"),
            ("expiry", "keep"),
            ("organization:delete", "on"),
        ];
        let form: Vec<(&str, &str)> = fields.iter().copied().filter(|(name, _)| *name != changed).chain([(changed, value)]).collect();
        let page = it.post_form(&admin, &edit, &form).await;
        assert_eq!(page.status, status, "{changed} {value}");
        assert!(page.body.contains(says), "{changed} {value}: {}", page.text());
        assert!(page.body.contains(">typed</textarea>") && checked(&page.body).contains(&"may-organization:delete".to_owned()));
        assert!(page.body.contains(&format!("name=\"version\" value=\"{version}\"")), "{changed} {value}");
    }
    assert_eq!((it.count("SELECT seq FROM head").await, found(&it, &token).await), (before, token));
}

async fn the_dead_have_no_form_and_no_buttons(it: TestConsole) {
    let owner = it.session("owner").await;
    let (revoked, _) = it.issue("acme", "revoked", Role::Viewer, &[], Lifetime::Never).await;
    it.post_form(&owner, &format!("/orgs/acme/tokens/{}/revoke", revoked.id), &[("label", "revoked")]).await;
    let (expired, _) = it.issue("acme", "expired", Role::Viewer, &[], Lifetime::Minutes(1)).await;
    it.advance(60);
    for (token, why) in [(revoked, "This token is revoked"), (expired, "This token has expired")] {
        let page = format!("/orgs/acme/tokens/{}", token.id);
        let shown = it.get(&owner, &page).await;
        assert_eq!(shown.status, 200);
        for action in ["edit", "disable", "enable"] {
            assert!(!shown.body.contains(&format!("{page}/{action}")), "{action}");
        }
        let form = it.get(&owner, &format!("{page}/edit")).await;
        assert_eq!(form.status, 409);
        assert!(form.body.contains(why) && !form.body.contains("Save changes"));
        let version = tokens::version(&token);
        let edit = [("version", version.as_str()), ("label", "x"), ("role", "keep"), ("expiry", "never")];
        for (path, fields) in [("edit", &edit[..]), ("disable", &[]), ("enable", &[])] {
            let answer = it.post_form(&owner, &format!("{page}/{path}"), fields).await;
            assert_eq!(answer.status, 409, "{path}");
            assert!(answer.body.contains(why), "{path}");
        }
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action IN ('token.edit', 'token.disable', 'token.enable')").await, 0);
}

async fn disabled_is_told_everywhere_until_it_is_enabled(it: TestConsole) {
    let owner = it.session("owner").await;
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let question = format!("{{\"token\":\"{secret}\"}}");
    let bearer = Caller::Token(secret);
    let code = async || it.post_json(&verifier, "/api/v1/verify", &question).await.json()["code"].as_str().unwrap().to_owned();
    assert_eq!(code().await, "VALID");
    // Opened by hand, as after signing in, the buttons' addresses lead to the page.
    assert_eq!(it.get(&owner, &format!("{page}/disable")).await.header("location"), page);
    // Done twice, it is no error and one event.
    let switch = async |to: &str| {
        for _ in 0..2 {
            let done = it.post_form(&owner, &format!("{page}/{to}"), &[]).await;
            assert_eq!((done.status.as_u16(), done.header("location")), (303, format!("{page}?done={to}d").as_str()));
        }
        it.get(&owner, &format!("{page}?done={to}d")).await
    };
    let shown = switch("disable").await;
    assert_eq!((code().await.as_str(), it.get(&bearer, "/organization").await.status.as_u16()), ("DISABLED", 401));
    for text in ["Disabled", "The token is disabled.", "This token is disabled: whatever presents it is refused"] {
        assert!(shown.text().contains(text), "{text}: {}", shown.text());
    }
    assert!(shown.body.contains(&format!("{page}/enable")) && !shown.body.contains(&format!("{page}/disable")));
    assert!(it.get(&owner, "/orgs/acme/tokens").await.text().contains("Disabled"));
    let shown = switch("enable").await;
    assert!(shown.text().contains("The token is enabled.") && !shown.text().contains("This token is disabled"), "{}", shown.text());
    assert!(shown.body.contains(&format!("{page}/disable")) && !shown.body.contains(&format!("{page}/enable")));
    assert_eq!((code().await.as_str(), it.get(&bearer, "/organization").await.status.as_u16()), ("VALID", 200));
    switch("disable").await;
    assert_eq!(code().await, "DISABLED");
    switch("enable").await;
    assert_eq!(code().await, "VALID");
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'token.disable'").await, 2);
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'token.enable'").await, 2);
}

async fn nothing_is_edited_when_the_event_cannot_be_written(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let (id, version) = (token.id.to_string(), tokens::version(&token));
    it.break_events().await;
    let form = [("version", version.as_str()), ("label", "x"), ("role", "keep"), ("expiry", "keep")];
    for path in [format!("/orgs/acme/tokens/{id}/edit"), format!("/orgs/acme/tokens/{id}/disable")] {
        let answer = it.post_form(&owner, &path, &form).await;
        assert_eq!(answer.status, 500, "{path}");
        // The page's own script speaks of a default.
        assert!(!answer.body.replace("default", "").contains("fault"), "{path}");
    }
    assert_eq!(found(&it, &token).await, token);
    assert_eq!(it.get(&Caller::Token(secret), "/organization").await.status, 200);
}

async fn bad_input_is_told_and_nobody_elses_page_can_post(it: TestConsole) {
    let owner = it.session("owner").await;
    let outsider = it.session("outsider").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    for action in ["edit", "disable", "enable"] {
        for (organization, id) in [("acme", "x"), ("acme", "%00"), ("nowhere", token.id.to_string().as_str()), ("%2e%2e", "x")] {
            let path = format!("/orgs/{organization}/tokens/{id}/{action}");
            let form = [("version", "x"), ("label", "x"), ("role", "keep"), ("expiry", "keep")];
            assert_eq!(it.post_form(&owner, &path, &form).await.status, 404, "{path}");
            assert!(!it.get(&owner, &path).await.status.is_server_error(), "{path}");
        }
        let path = format!("/orgs/acme/tokens/{}/{action}", token.id);
        assert_eq!(it.post_form(&outsider, &path, &[("label", "x"), ("role", "keep"), ("expiry", "keep")]).await.status, 404);
        for site in ["cross-site", "same-site", "none"] {
            let forged = with(
                request(Method::POST, &path, "label=x"),
                &[("sec-fetch-site", site), ("content-type", "application/x-www-form-urlencoded")],
            );
            assert_eq!(it.send(&owner, forged).await.status, 403, "{path} {site}");
        }
    }
    assert_eq!(found(&it, &token).await, token);
}
