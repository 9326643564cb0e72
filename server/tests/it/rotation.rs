//! Rotating, ending an overlap and replacing.

use domain::{Lifetime, Role};

use crate::{
    harness::{Answer, Caller, TestConsole, on_both},
    policy::value,
};

on_both![
    both_secrets_open_the_api_until_the_overlap_is_ended,
    the_new_secret_is_in_one_answer_and_in_no_later_one,
    what_was_chosen_stays_when_it_is_refused,
    what_is_over_is_replaced_and_not_rotated,
    a_second_rotation_says_what_it_does,
    a_rotation_that_is_sent_again_changes_nothing,
    a_replacement_that_is_sent_again_is_one_token,
    an_old_secret_in_use_is_ended_by_who_is_sure,
    forms_say_which_token_they_are_about,
    what_is_dead_is_warned_of,
    nothing_is_written_when_the_event_cannot_be,
];

/// The secret that an answer holds.
fn secret(body: &str) -> String {
    let found: Vec<&str> = body
        .match_indices("jto_")
        .filter_map(|(at, _)| body[at..].get(..42))
        .filter(|text| text[4..].bytes().all(|b| b.is_ascii_alphanumeric()))
        .collect();
    assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "one secret at most");
    found.first().map(|secret| (*secret).to_owned()).unwrap_or_default()
}

async fn opens(it: &TestConsole, secret: &str) -> bool {
    it.get(&Caller::Token(secret.to_owned()), "/organization").await.status == 200
}

/// Rotates as somebody does who opens the form of the token at this page.
pub(crate) async fn rotate(it: &TestConsole, caller: &Caller, page: &str, overlap: &str) -> Answer {
    let path = format!("{page}/rotate");
    let version = value(&it.get(caller, &path).await, "version");
    it.post_form(caller, &path, &[("version", &version), ("overlap", overlap)]).await
}

async fn both_secrets_open_the_api_until_the_overlap_is_ended(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, old) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let rotated = rotate(&it, &owner, &page, "6h").await;
    assert_eq!((rotated.status.as_u16(), rotated.header("cache-control")), (200, "no-store"));
    let new = secret(&rotated.body);
    assert!(!rotated.scripts().contains(&new), "no script is told a secret");
    assert!(opens(&it, &old).await && opens(&it, &new).await);
    let shown = it.get(&owner, &page).await;
    for text in ["Rotation under way", "for another 6 hours", "Nobody has used the old secret since the rotation", "End overlap now"] {
        assert!(shown.text().contains(text), "{text}");
    }
    let says = format!("Old secret {} accepted until", token.hint);
    for shown in [shown, it.get(&owner, "/orgs/acme/tokens").await] {
        assert!(shown.text().contains("Rotating") && shown.text().contains(&says), "{}", shown.text());
    }
    assert_eq!(it.get(&owner, &format!("{page}/end-overlap")).await.header("location"), page);
    let ended = it.post_form(&owner, &format!("{page}/end-overlap"), &[("sure", "yes")]).await;
    assert_eq!((ended.status.as_u16(), ended.header("location")), (303, format!("{page}?overlap=ended").as_str()));
    assert!(!opens(&it, &old).await && opens(&it, &new).await);
    let told = it.get(&owner, ended.header("location")).await;
    assert!(told.text().contains("The old secret has ended") && !told.text().contains("Rotation under way"));
    assert!(!told.text().contains("Rotating") && !it.get(&owner, "/orgs/acme/tokens").await.text().contains("Rotating"));
    // Once more is no error; and nothing is told that is not true.
    assert_eq!(it.post_form(&owner, &format!("{page}/end-overlap"), &[]).await.status, 303);
    let third = secret(&rotate(&it, &owner, &page, "1h").await.body);
    assert!(!it.get(&owner, &format!("{page}?overlap=ended")).await.text().contains("The old secret has ended"));
    assert_eq!(it.post_form(&owner, &format!("{page}/end-overlap"), &[("sure", "yes")]).await.status, 303);
    assert!(!opens(&it, &new).await && opens(&it, &third).await);
    assert_eq!(it.count("SELECT COUNT(*) FROM events WHERE action = 'token.end_overlap'").await, 2);
}

async fn the_new_secret_is_in_one_answer_and_in_no_later_one(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let new = secret(&rotate(&it, &owner, &page, "first_use").await.body);
    assert_eq!(new.len(), 42);
    for path in [page.clone(), format!("{page}/rotate"), "/orgs/acme/tokens".to_owned()] {
        let later = it.get(&owner, &path).await;
        assert_eq!(later.status, 200, "{path}");
        assert!(secret(&later.body).is_empty() && !later.body.contains(&new[4..]), "{path}");
    }
    assert!(it.get(&owner, &page).await.text().contains("or until the new one is first used"));
}

async fn what_was_chosen_stays_when_it_is_refused(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let before = it.count("SELECT seq FROM head").await;
    let path = format!("/orgs/acme/tokens/{}/rotate", token.id);
    for overlap in ["", "2h", "8d", "NOW"] {
        let refused = it.post_form(&owner, &path, &[("overlap", overlap)]).await;
        assert_eq!(refused.status, 422, "{overlap}");
        assert!(refused.text().contains("Choose when the old secret ends") && refused.body.contains("href=\"#overlap\""), "{overlap}");
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
}

async fn what_is_over_is_replaced_and_not_rotated(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, _) = it.issue("acme", "ci", Role::Developer, &[], Lifetime::Minutes(2 * 1440)).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let refused = it.post_form(&owner, &format!("{page}/replace"), &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("still in force"));
    assert!(it.get(&owner, &page).await.body.contains("/rotate\""));
    it.advance(2 * 86_400);
    let owner = it.session("owner").await;
    let refused = it.post_form(&owner, &format!("{page}/rotate"), &[("version", token.hint.as_str()), ("overlap", "1h")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("expired and cannot be rotated"));
    let shown = it.get(&owner, &page).await;
    assert!(shown.text().contains("Generate replacement") && !shown.body.contains("/rotate\""));
    let form = it.get(&owner, &format!("{page}/replace")).await;
    for text in ["ci", "Developer", "After 2 days", "Thu 26 Nov 2026, 09:05 UTC"] {
        assert!(form.text().contains(text), "{text}");
    }
    let replaced = it.post_form(&owner, &format!("{page}/replace"), &[]).await;
    assert_eq!((replaced.status.as_u16(), replaced.header("cache-control")), (200, "no-store"));
    assert!(opens(&it, &secret(&replaced.body)).await);
    assert!(it.get(&owner, &format!("{page}/replace")).await.text().contains("is in use already"));
    // The page of either leads to the other.
    let new = format!("/orgs/acme/tokens/{}", replaced.secrets()[0].0);
    let (old_page, new_page) = (it.get(&owner, &page).await, it.get(&owner, &format!("{new}?done=replaces")).await);
    assert!(old_page.text().contains("Replaced by") && old_page.body.contains(&format!("href=\"{new}\"")));
    assert!(new_page.text().contains("Replaces") && new_page.body.contains(&format!("href=\"{page}\"")));
    assert!(new_page.text().contains("It stands in for another one"));
    assert!(!it.get(&owner, &format!("{page}?done=replaces")).await.text().contains("It stands in"), "this one stands in for none");
}

async fn a_second_rotation_says_what_it_does(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let path = format!("{page}/rotate");
    assert!(!it.get(&owner, &path).await.text().contains("Rotating again"));
    let new = secret(&rotate(&it, &owner, &page, "24h").await.body);
    let unused = it.get(&owner, &path).await;
    assert!(unused.text().contains("has never been used") && unused.text().contains("As chosen before"));
    assert!(opens(&it, &new).await);
    // Rotating settles what was used; the page does so a second later, so another rotation is what this test can wait for.
    rotate(&it, &owner, &page, "24h").await;
    assert!(opens(&it, &new).await, "a secret that is at work keeps the overlap");
}

async fn what_is_dead_is_warned_of(mut it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, old) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    rotate(&it, &owner, &page, "now").await;
    assert!(!it.get(&owner, &page).await.text().contains("still being tried"));
    for _ in 0..3 {
        assert!(!opens(&it, &old).await);
    }
    // Whatever waits to be written is written before a change that asks.
    rotate(&it, &owner, &page, "now").await;
    let warned = it.get(&owner, &page).await.text();
    assert!(warned.contains("A secret that has ended is still being tried") && warned.contains("3 times"), "{warned}");
    let row = it.get(&owner, "/orgs/acme/tokens").await.text();
    assert!(row.contains("Still tried") && row.contains("A secret that has ended is tried and refused: 3 times, last on "), "{row}");
    it.stop().await;
}

async fn nothing_is_written_when_the_event_cannot_be(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, old) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let (gone, _) = it.issue("acme", "gone", Role::Viewer, &[], Lifetime::Minutes(1)).await;
    rotate(&it, &owner, &format!("/orgs/acme/tokens/{}", token.id), "7d").await;
    it.advance(60);
    let version = value(&it.get(&owner, &format!("/orgs/acme/tokens/{}/rotate", token.id)).await, "version");
    it.break_events().await;
    let before = it.count("SELECT COUNT(*) FROM token_secrets").await;
    for path in [
        format!("/orgs/acme/tokens/{}/rotate", token.id),
        format!("/orgs/acme/tokens/{}/end-overlap", token.id),
        format!("/orgs/acme/tokens/{}/replace", gone.id),
    ] {
        let answer = it.post_form(&owner, &path, &[("version", &version), ("overlap", "now"), ("sure", "yes")]).await;
        assert_eq!(answer.status, 500, "{path}");
        assert!(secret(&answer.body).is_empty(), "{path}");
    }
    assert_eq!(it.count("SELECT COUNT(*) FROM token_secrets").await, before);
    assert!(opens(&it, &old).await);
}

async fn a_rotation_that_is_sent_again_changes_nothing(it: TestConsole) {
    let (owner, admin) = (it.session("owner").await, it.session("admin").await);
    let (token, old) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let path = format!("{page}/rotate");
    let version = value(&it.get(&owner, &path).await, "version");
    let fields = [("version", version.as_str()), ("overlap", "1h")];
    let answer = it.post_form(&owner, &path, &fields).await;
    let new = secret(&answer.body);
    let says = format!("The old secret {} works until Sun 22 Nov 2026, 10:05 UTC", token.hint);
    assert!(answer.text().contains(&says), "{}", answer.text());
    assert!(opens(&it, &old).await && opens(&it, &new).await);
    it.advance(60);
    let before = (it.count("SELECT seq FROM head").await, it.count("SELECT COUNT(*) FROM token_secrets").await);
    // The same person reloads the answer; another one has had the form open since before; nobody says what they saw.
    for (caller, fields) in [
        (&owner, &fields[..]),
        (&admin, &fields[..]),
        (&admin, &[("version", version.as_str()), ("overlap", "now")]),
        (&owner, &[("overlap", "now")]),
    ] {
        let refused = it.post_form(caller, &path, fields).await;
        assert_eq!(refused.status, 409, "{fields:?}");
        assert!(secret(&refused.body).is_empty());
        let text = refused.text();
        assert!(
            text.contains("A rotation happened meanwhile by Ada Lovelace, Sun 22 Nov 2026, 09:05 UTC, so nothing was done now"),
            "{text}"
        );
        assert!(text.contains(&says), "{text}");
        assert!(refused.body.contains(&format!("href=\"{page}\"")), "a way to the token");
    }
    assert_eq!((it.count("SELECT seq FROM head").await, it.count("SELECT COUNT(*) FROM token_secrets").await), before);
    assert!(opens(&it, &old).await && opens(&it, &new).await, "nobody was cut off");
    // From a fresh page it is meant.
    let again = secret(&rotate(&it, &admin, &page, "1h").await.body);
    assert!(!opens(&it, &old).await && opens(&it, &new).await && opens(&it, &again).await);
}

async fn a_replacement_that_is_sent_again_is_one_token(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Minutes(1)).await;
    it.advance(60);
    let path = format!("/orgs/acme/tokens/{}/replace", token.id);
    let form = value(&it.get(&owner, &path).await, "form");
    let first = secret(&it.post_form(&owner, &path, &[("form", &form)]).await.body);
    assert!(opens(&it, &first).await);
    let tokens = it.count("SELECT COUNT(*) FROM tokens").await;
    let refused = it.post_form(&owner, &path, &[("form", &form)]).await;
    assert_eq!(refused.status, 409);
    assert!(secret(&refused.body).is_empty() && refused.body.contains("This form was sent before and generated"));
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens").await, tokens);
    assert!(opens(&it, &first).await, "what somebody may have stored goes on working");
    // A fresh form is meant, and it warns.
    let fresh = it.get(&owner, &path).await;
    assert!(fresh.text().contains("is in use already"));
    let second = secret(&it.post_form(&owner, &path, &[("form", &value(&fresh, "form"))]).await.body);
    assert!(opens(&it, &second).await && second != first);
}

async fn an_old_secret_in_use_is_ended_by_who_is_sure(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, old) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let new = secret(&rotate(&it, &owner, &page, "24h").await.body);
    let ends_at_once = async || it.get(&owner, &page).await.body.contains("type=\"submit\" id=\"end-overlap\"");
    // Nobody has used the old one since, and nobody the new one: what runs once a night may be neither yet.
    assert!(!ends_at_once().await);
    let asked = it.post_form(&owner, &format!("{page}/end-overlap"), &[]).await;
    assert_eq!((asked.status.as_u16(), asked.header("location")), (303, format!("{page}?overlap=ask").as_str()));
    assert!(it.get(&owner, asked.header("location")).await.text().contains("Nothing has used the new secret yet."));
    assert!(opens(&it, &new).await);
    // Rotating another waits until every use is written.
    let (waiting, _) = it.issue("acme", "waiting", Role::Viewer, &[], Lifetime::Never).await;
    rotate(&it, &owner, &format!("/orgs/acme/tokens/{}", waiting.id), "1h").await;
    assert!(ends_at_once().await, "nobody would be cut off");
    // Used after the page was shown.
    assert!(opens(&it, &old).await);
    let asked = it.post_form(&owner, &format!("{page}/end-overlap"), &[]).await;
    assert_eq!((asked.status.as_u16(), asked.header("location")), (303, format!("{page}?overlap=ask").as_str()));
    assert!(opens(&it, &old).await);
    let question = it.get(&owner, asked.header("location")).await;
    for text in ["End the overlap now?", "The old secret was last used moments ago", " by a program without a name"] {
        assert!(question.text().contains(text), "{text}: {}", question.text());
    }
    assert_eq!(value(&question, "sure"), "yes");
    assert!(!it.get(&owner, &page).await.text().contains("End the overlap now?"));
    let ended = it.post_form(&owner, &format!("{page}/end-overlap"), &[("sure", "yes")]).await;
    assert_eq!((ended.status.as_u16(), ended.header("location")), (303, format!("{page}?overlap=ended").as_str()));
    assert!(!opens(&it, &old).await);
    assert!(!it.get(&owner, asked.header("location")).await.text().contains("End the overlap now?"), "there is nothing left to end");
}

async fn forms_say_which_token_they_are_about(it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, _) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Minutes(1)).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let shows = async |address: &str| {
        let text = it.get(&owner, address).await.text();
        assert!(text.contains(token.hint.as_str()) && text.to_lowercase().contains("organization"), "{address}: {text}");
        text
    };
    shows(&format!("{page}/rotate")).await;
    shows(&format!("{page}/edit")).await;
    assert!(shows(&format!("/orgs/acme/tokens?revoke={}", token.id)).await.contains("It belongs to the organization"));
    it.advance(60);
    shows(&format!("{page}/replace")).await;
}
