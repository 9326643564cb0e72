//! Organizations beside the first one.

use domain::Permission;

use super::{Instance, caller, on_both};
use crate::{Error, access, members, organizations, tokens};

on_both![
    a_second_organization_is_apart_from_the_first,
    what_cannot_be_made_changes_nothing,
    nothing_changes_when_the_event_cannot_be_written
];

async fn a_second_organization_is_apart_from_the_first(instance: Instance) {
    let first = instance.set_up().await;
    let second = organizations::create(&instance.console, &caller(), "Globex Corporation", "Ada@Acme.test").await.unwrap();
    assert_eq!((second.organization.slug.as_str(), second.user), ("globex-corporation", first.user));
    let ada = instance.actor("ada@acme.test").await;
    let access =
        access::to_organization(&instance.console, Some(&ada), &caller(), "globex-corporation", Permission::USER_READ).await.unwrap();
    assert_eq!(members::list(&instance.console, &access).await.unwrap().len(), 1);
    assert!(tokens::list_all(&instance.console, &access, &domain::TokenFilter::default(), 10).await.unwrap().items.is_empty());
    assert!(access.allows(Permission::API_KEY_CREATE));
}

async fn what_cannot_be_made_changes_nothing(instance: Instance) {
    instance.set_up().await;
    let before = instance.shape().await;
    for (name, owner, wrong) in [
        ("", "ada@acme.test", "name"),
        ("ACME", "ada@acme.test", "name"),
        ("Globex", "nobody@acme.test", "owner"),
        ("Globex", "ada", "owner"),
    ] {
        let refused = organizations::create(&instance.console, &caller(), name, owner).await;
        assert!(matches!(refused, Err(Error::Invalid { field, .. }) if field == wrong), "{name} {owner}");
    }
    assert_eq!(instance.shape().await, before);
}

async fn nothing_changes_when_the_event_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    let before = instance.shape().await;
    instance.break_inserts("events").await;
    assert!(organizations::create(&instance.console, &caller(), "Globex", "ada@acme.test").await.is_err());
    instance.mend("events").await;
    assert_eq!(instance.shape().await, before);
}
