//! How much a token is used, on its page.

use domain::{Lifetime, Role};

use crate::harness::{Caller, TestConsole, on_both};

on_both![a_page_tells_uses_and_refusals_by_day_and_from_where];

async fn a_page_tells_uses_and_refusals_by_day_and_from_where(mut it: TestConsole) {
    let owner = it.session("owner").await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let page = format!("/orgs/acme/tokens/{}", token.id);
    let shown = it.get(&owner, &page).await;
    assert!(shown.text().contains("Never used.") && !shown.text().contains("No address is known yet."));
    assert!(!shown.body.contains("class=\"spark\"") && !shown.text().contains("Show by day"));
    for _ in 0..3 {
        assert_eq!(it.get(&Caller::Token(secret.clone()), "/organization").await.status, 200);
    }
    // Rotating first writes every use that waits.
    crate::rotation::rotate(&it, &owner, &page, "now").await;
    crate::rotation::rotate(&it, &owner, &page, "now").await;
    for _ in 0..2 {
        assert_eq!(it.get(&Caller::Token(secret.clone()), "/organization").await.status, 401);
    }
    crate::rotation::rotate(&it, &owner, &page, "now").await;
    let shown = it.get(&owner, &page).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text().contains("3 uses in 30 days, and 2 more tries were refused."), "{}", shown.text());
    assert!(shown.body.contains("class=\"spark\"") && !shown.body.contains("style=\""));
    assert!(shown.body.contains("<th scope=\"row\">Sun 22 Nov 2026</th><td>3</td><td>2</td>"), "{}", shown.body);
    assert_eq!(shown.body.matches("<th scope=\"row\">").count(), 30);
    it.stop().await;
}
