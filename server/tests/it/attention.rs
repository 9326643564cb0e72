//! The overview of an organization: what needs attention, to whom it is told, and where its links lead.

use domain::{Lifetime, Role};

use crate::harness::{Caller, TestConsole, on_both};

on_both![
    each_reason_is_told_with_what_to_do_about_it,
    what_is_wider_than_used_is_named_where_it_is_edited,
    members_are_told_of_their_own_and_nobody_of_another_organization,
    who_has_nothing_is_led_to_the_first_token,
];

const OVERVIEW: &str = "/orgs/acme";

/// The addresses of the links whose text begins like this.
fn links(body: &str, text: &str) -> Vec<String> {
    let links = body.split("<a ").skip(1).filter_map(|link| link.split_once("</a>")).map(|(link, _)| link);
    let named = links.filter(|link| {
        let words: String = link.split('<').filter_map(|part| part.split_once('>')).map(|(_, words)| words).collect();
        words.trim_start().starts_with(text)
    });
    named.map(|link| link.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&")).collect()
}

async fn each_reason_is_told_with_what_to_do_about_it(it: TestConsole) {
    let owner = it.session("owner").await;
    let (soon, _) = it.issue("acme", "soon", Role::Viewer, &[], Lifetime::Minutes(30 * 1440)).await;
    it.issue("acme", "later", Role::Viewer, &[], Lifetime::Minutes(30 * 1440 + 1)).await;
    // Soon is the last third of ninety days, and thirty.
    it.execute("UPDATE tokens SET created_at = created_at - 5184000000000").await;
    let (endless, _) = it.issue("acme", "endless <b>", Role::Viewer, &[], Lifetime::Never).await;
    let (over, secret) = it.issue("acme", "over", Role::Viewer, &[], Lifetime::Never).await;
    it.execute(&format!("UPDATE tokens SET revoked_at = 1, revoked_by_name = 'Ada' WHERE id = '{}'", over.id)).await;
    let page = it.get(&owner, OVERVIEW).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("1 token expires soon") && page.text().contains("1 token never expires"), "{}", page.text());
    assert!(!page.text().contains("later") && page.body.contains("endless &lt;b&gt;"));
    let calm = "Nothing found for: tried with an old secret or while disabled; expired or revoked, but still tried; creator left; outside the policy; more permissions than used; unused for 90 days.";
    assert!(page.text().contains(calm), "{}", page.text());
    assert_eq!(links(&page.body, "Edit"), [soon.id, endless.id].map(|id| format!("/orgs/acme/tokens/{id}/edit")));
    // Where the links to the list lead is what was counted.
    let lists = links(&page.body, "Show in the list");
    assert_eq!(
        lists,
        ["/orgs/acme/tokens?status=active&expiring=soon&sort=expires", "/orgs/acme/tokens?status=active&expiring=never&sort=expires"]
    );
    for (address, label) in lists.iter().zip(["soon", "endless"]) {
        let list = it.get(&owner, address).await;
        assert!(list.status == 200 && list.body.matches("aria-label=\"Select ").count() == 1, "{address}");
        assert!(list.body.contains(&format!("aria-label=\"Select {label}")) && list.text().contains("2 applied"), "{address}");
    }
    // Ninety days on.
    it.execute(&format!(
        "INSERT INTO token_refusals (organization_id, token_id, cause, hint, times, last_at, address, user_agent) \
         SELECT organization_id, id, 'revoked', 'x', 1, {}, '', '' FROM tokens WHERE id = '{}'",
        it.console.now().as_micros() + 89 * 86_400_000_000,
        over.id
    ))
    .await;
    it.advance(90 * 86_400);
    let owner = it.session("owner").await;
    let page = it.get(&owner, OVERVIEW).await;
    assert!(page.text().contains("1 token was not used for 90 days") && !page.text().contains("expire soon"), "{}", page.text());
    let revoke = links(&page.body, "Revoke");
    assert_eq!(revoke, [format!("/orgs/acme/tokens?status=active&unused=90&sort=last_used&revoke={}", endless.id)]);
    assert!(it.get(&owner, &revoke[0]).await.text().contains("Revoke token “endless &lt;b&gt;”?"));
    assert_eq!(links(&page.body, "Generate replacement"), [format!("/orgs/acme/tokens/{}/replace", over.id)]);
    assert!(!page.body.contains(&secret));
}

/// The overview leads to the form that takes away what nobody asks for, and both say what that is.
async fn what_is_wider_than_used_is_named_where_it_is_edited(it: TestConsole) {
    let owner = it.session("owner").await;
    let (wide, _) = it.issue("acme", "wide", Role::Developer, &[], Lifetime::Never).await;
    let edit = format!("/orgs/acme/tokens/{}/edit", wide.id);
    assert!(!it.get(&owner, &edit).await.text().contains("not used in 100 days"));
    it.execute(&format!(
        "INSERT INTO token_excess (token_id, organization_id, permissions, judged_at) SELECT id, organization_id, \
         'agent:create agent:read budget:read cluster:read', {} FROM tokens WHERE id = '{}'",
        it.console.now().as_micros(),
        wide.id
    ))
    .await;
    let page = it.get(&owner, OVERVIEW).await;
    assert!(page.text().contains("1 token may do more than it is used for"), "{}", page.text());
    assert!(page.text().contains("agent:create, agent:read, budget:read and 1 more"), "{}", page.text());
    assert!(links(&page.body, "Edit").contains(&edit));
    let lists = links(&page.body, "Show in the list");
    assert!(lists.contains(&"/orgs/acme/tokens?status=active&finding=wider&sort=created".to_owned()), "{lists:?}");
    assert!(it.get(&owner, "/orgs/acme/tokens?finding=wider").await.body.contains("aria-label=\"Select wide\""));
    for page in [edit.clone(), format!("/orgs/acme/tokens/{}", wide.id)] {
        assert!(it.get(&owner, &page).await.text().contains("4 permissions were not used in 100 days"), "{page}");
    }
}

async fn members_are_told_of_their_own_and_nobody_of_another_organization(it: TestConsole) {
    it.issue("acme", "acme's secretly", Role::Viewer, &[], Lifetime::Minutes(1440)).await;
    it.token_of("developer", "user", Role::Viewer).await;
    it.execute("UPDATE tokens SET label = 'the developer''s' WHERE kind = 'user'").await;
    let soon = it.console.now().as_micros() + 86_400_000_000;
    it.execute(&format!("UPDATE tokens SET expires_at = {soon} WHERE kind = 'user'")).await;
    // Two of three days are over.
    it.execute("UPDATE tokens SET created_at = created_at - 172800000000").await;
    let [admin, developer, viewer] = [it.session("admin").await, it.session("developer").await, it.session("viewer").await];
    let page = it.get(&admin, OVERVIEW).await;
    assert!(page.text().contains("2 tokens expire soon") && page.body.contains("the developer") && page.body.contains("secretly"));
    assert_eq!(links(&page.body, "Edit").len(), 1, "nobody edits what belongs to somebody else");
    let page = it.get(&developer, OVERVIEW).await;
    assert!(page.text().contains("1 token expires soon") && page.text().contains("among your tokens in Acme"), "{}", page.text());
    assert!(page.body.contains("the developer") && !page.body.contains("secretly"));
    assert_eq!(links(&page.body, "Edit").len(), 1);
    let page = it.get(&viewer, OVERVIEW).await;
    assert!(page.status == 200 && !page.body.contains("the developer") && !page.body.contains("secretly"));
    let outsider = it.session("outsider").await;
    for address in [OVERVIEW, "/orgs/nowhere"] {
        let page = it.get(&outsider, address).await;
        assert!(page.status == 404 && page.text().contains("There is nothing here") && !page.body.contains("secretly"), "{address}");
    }
    assert_eq!(it.get(&Caller::Anonymous, OVERVIEW).await.header("location"), "/sign-in?next=%2Forgs%2Facme");
}

async fn who_has_nothing_is_led_to_the_first_token(it: TestConsole) {
    it.execute("DELETE FROM token_secrets").await;
    it.execute("DELETE FROM tokens").await;
    let owner = it.session("owner").await;
    let page = it.get(&owner, OVERVIEW).await;
    assert!(page.text().contains("No tokens yet") && links(&page.body, "Generate token") == ["/orgs/acme/tokens/new"], "{}", page.text());
    it.issue("acme", "fine", Role::Viewer, &[], Lifetime::Minutes(90 * 1440)).await;
    let page = it.get(&owner, OVERVIEW).await;
    let calm = "Nothing found for: tried with an old secret or while disabled; expired or revoked, but still tried; expiring soon;";
    assert!(page.text().contains("Nothing needs attention") && page.text().contains(calm), "{}", page.text());
}
