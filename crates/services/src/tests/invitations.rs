//! Invitations: made, taken back, accepted once.

use domain::{Permission, Role, Standing};
use test_database::rounds;

use super::{Instance, PASSWORD, caller, members::access_of, on_both};
use crate::{
    Access, Error, access,
    invitations::{self, NewPerson},
    organizations::Password,
    sessions,
};

on_both![
    a_new_person_becomes_a_member_and_is_signed_in,
    pages_follow_one_another_without_gap_or_repetition,
    an_account_joins_when_it_is_signed_in_and_is_never_touched_otherwise,
    looking_uses_nothing_up,
    a_link_ends_after_a_week_when_it_is_taken_back_or_replaced,
    twenty_accepts_at_once_are_one_membership,
    nobody_invites_to_more_than_they_hold,
    a_member_is_not_invited_again,
    bad_input_uses_nothing_up,
    another_organization_withdraws_nothing,
    nothing_changes_when_the_event_cannot_be_written,
];

fn person() -> NewPerson {
    NewPerson { name: "Grace Hopper".to_owned(), password: Password::new(PASSWORD.to_owned()) }
}

/// Invites somebody as Ada; answers the code.
async fn invite(instance: &Instance, email: &str, role: &str) -> String {
    invite_as(instance, &instance.owner().await, email, role).await
}

async fn invite_as(instance: &Instance, owner: &Access, email: &str, role: &str) -> String {
    let invited = invitations::create(&instance.console, owner, email, role, "https://x/accept?code=").await.unwrap();
    let code = invited.link.expose().strip_prefix("https://x/accept?code=").unwrap().to_owned();
    assert_eq!(code.len(), 43, "256 bits");
    code
}

async fn a_new_person_becomes_a_member_and_is_signed_in(instance: Instance) {
    instance.set_up().await;
    let code = invite(&instance, "Grace@Acme.test", "developer").await;
    let (organization, signed_in) = invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await.unwrap();
    assert_eq!(organization.slug.as_str(), "acme");
    let actor = sessions::find(&instance.console, &signed_in.session).await.unwrap().unwrap();
    let me = sessions::me(&instance.console, Some(&actor)).await.unwrap();
    assert_eq!(
        (me.email.as_str(), me.name.as_str(), me.memberships[0].role.clone()),
        ("grace@acme.test", "Grace Hopper", Role::Developer.into())
    );
    assert!(invitations::list(&instance.console, &instance.owner().await, None, 100).await.unwrap().0.is_empty());
    let again = invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await;
    assert!(matches!(again, Err(Error::Unauthenticated)));
    assert!(matches!(invitations::accept(&instance.console, &caller(), &actor, &code).await, Err(Error::Unauthenticated)));
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'invitation.accept'").await, 1);
}

async fn pages_follow_one_another_without_gap_or_repetition(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let mut made = Vec::new();
    for number in 0..55 {
        // Some share their moment.
        instance.advance(number % 2);
        made.push(invitations::create(&instance.console, &owner, &format!("p{number}@new.test"), "viewer", "/").await.unwrap().invitation);
    }
    made.sort_by_key(|invitation| core::cmp::Reverse(invitation.id));
    let page = async |after: Option<&str>| invitations::list(&instance.console, &owner, after, invitations::PAGE).await.unwrap();
    let (mut listed, mut after, mut sizes) = (Vec::new(), None::<String>, Vec::new());
    loop {
        let (invitations, next) = page(after.as_deref()).await;
        sizes.push(invitations.len());
        listed.extend(invitations);
        let Some(next) = next else { break };
        after = Some(next.to_string());
        if sizes.len() == 1 {
            // The place stays one when what stands there is over; what is over is on no page.
            invitations::withdraw(&instance.console, &owner, &next.to_string()).await.unwrap();
            invitations::withdraw(&instance.console, &owner, &made[25].id.to_string()).await.unwrap();
        }
    }
    let over = made.remove(25);
    assert_eq!((listed, sizes), (made, vec![25, 25, 4]), "newest first, and {} left out", over.email.as_str());
    assert!(invitations::list(&instance.console, &owner, Some(&over.id.to_string()), 2).await.unwrap().1.is_some(), "that is a place");
    assert!(matches!(invitations::list(&instance.console, &owner, Some("x"), 2).await, Err(Error::Invalid { field: "after", .. })));
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let hank = instance.actor("hank@globex.test").await;
    let hank = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::INVITATION_READ).await.unwrap();
    let foreign = Some(listed_first(&instance, &owner).await);
    assert_eq!(invitations::list(&instance.console, &hank, foreign.as_deref(), 100).await.unwrap(), (vec![], None));
}

async fn listed_first(instance: &Instance, access: &crate::Access) -> String {
    invitations::list(&instance.console, access, None, 1).await.unwrap().0[0].id.to_string()
}

async fn an_account_joins_when_it_is_signed_in_and_is_never_touched_otherwise(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let code = invite(&instance, "eve@globex.test", "viewer").await;
    let (eve, ada) = (instance.actor("eve@globex.test").await, instance.actor("ada@acme.test").await);
    let standing = async |actor| invitations::open(&instance.console, actor, &code).await.unwrap().standing;
    assert_eq!([standing(None).await, standing(Some(&ada)).await], [Standing::SignIn, Standing::SomebodyElse]);
    assert_eq!(standing(Some(&eve)).await, Standing::Join);
    let before = instance.shape().await;
    let anew = invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await;
    assert!(matches!(anew, Err(Error::Conflict(_))));
    assert!(matches!(invitations::accept(&instance.console, &caller(), &ada, &code).await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
    invitations::accept(&instance.console, &caller(), &eve, &code).await.unwrap();
    let me = sessions::me(&instance.console, Some(&eve)).await.unwrap();
    let places: Vec<_> = me.memberships.iter().map(|each| (each.organization.slug.as_str(), each.role.clone())).collect();
    assert_eq!(places, [("acme", Role::Viewer.into()), ("globex", Role::Owner.into())]);
}

async fn looking_uses_nothing_up(instance: Instance) {
    instance.set_up().await;
    let code = invite(&instance, "grace@acme.test", "viewer").await;
    let before = instance.shape().await;
    for _ in 0..3 {
        let open = invitations::open(&instance.console, None, &code).await.unwrap();
        assert_eq!((open.organization.as_str(), open.created_by.as_str(), open.standing), ("Acme", "Ada Lovelace", Standing::New));
    }
    for wrong in ["", "A", &code[1..], &code.to_lowercase()] {
        assert!(matches!(invitations::open(&instance.console, None, wrong).await, Err(Error::Unauthenticated)));
    }
    assert_eq!(instance.shape().await, before);
    assert!(invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await.is_ok());
}

async fn a_link_ends_after_a_week_when_it_is_taken_back_or_replaced(instance: Instance) {
    instance.set_up().await;
    let first = invite(&instance, "grace@acme.test", "admin").await;
    let second = invite(&instance, "grace@acme.test", "viewer").await;
    let dead = async |code: &str| {
        let seen = invitations::open(&instance.console, None, code).await;
        let refused = invitations::accept_as_new(&instance.console, &caller(), code, &person()).await;
        matches!((seen, refused), (Err(Error::Unauthenticated), Err(Error::Unauthenticated)))
    };
    assert!(dead(&first).await);
    let owner = instance.owner().await;
    let listed = invitations::list(&instance.console, &owner, None, 100).await.unwrap().0;
    assert_eq!(listed.iter().map(|each| each.role.clone()).collect::<Vec<_>>(), [Role::Viewer]);
    invitations::withdraw(&instance.console, &owner, &listed[0].id.to_string()).await.unwrap();
    assert!(dead(&second).await);
    assert!(matches!(invitations::withdraw(&instance.console, &owner, &listed[0].id.to_string()).await, Err(Error::NotFound)));
    let third = invite(&instance, "grace@acme.test", "viewer").await;
    instance.advance(7 * 24 * 3600 - 1);
    assert!(invitations::open(&instance.console, None, &third).await.is_ok());
    instance.advance(1);
    assert!(dead(&third).await);
    assert!(invitations::list(&instance.console, &owner, None, 100).await.unwrap().0.is_empty());
    // What is over does not stand in the way of a new one.
    let fourth = invite(&instance, "grace@acme.test", "viewer").await;
    assert!(invitations::open(&instance.console, None, &fourth).await.is_ok());
}

async fn twenty_accepts_at_once_are_one_membership(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let (owner, eve) = (instance.owner().await, instance.actor("eve@globex.test").await);
    let mut people = vec![("eve@globex.test".to_owned(), Some(eve))];
    people.extend((0..rounds(10, 200)).map(|round| (format!("grace{round}@acme.test"), None)));
    let joined = people.len();
    for (email, actor) in people {
        let members = instance.count("SELECT COUNT(*) FROM memberships").await;
        let code = invite_as(&instance, &owner, &email, "viewer").await;
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (console, code, actor) = (instance.console.clone(), code.clone(), actor.clone());
                tokio::spawn(async move {
                    match actor {
                        Some(actor) => invitations::accept(&console, &caller(), &actor, &code).await.map(|_| ()),
                        None => invitations::accept_as_new(&console, &caller(), &code, &person()).await.map(|_| ()),
                    }
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => done += 1,
                Err(Error::Unauthenticated | Error::Conflict(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!((done, instance.count("SELECT COUNT(*) FROM memberships").await), (1, members + 1), "{email}");
    }
    let accepted = instance.count("SELECT COUNT(*) FROM events WHERE action = 'invitation.accept'").await;
    assert_eq!(usize::try_from(accepted).unwrap(), joined);
}

async fn nobody_invites_to_more_than_they_hold(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Admin, "admin@acme.test").await;
    instance.member("acme", Role::Developer, "dev@acme.test").await;
    let (admin, developer) = (access_of(&instance, "admin@acme.test").await, access_of(&instance, "dev@acme.test").await);
    let before = instance.shape().await;
    let invite = async |access, role| invitations::create(&instance.console, access, "grace@acme.test", role, "").await;
    assert!(matches!(invite(&admin, "owner").await, Err(Error::Invalid { field: "role", .. })));
    assert!(matches!(invite(&developer, "viewer").await, Err(Error::Forbidden)));
    assert!(matches!(invitations::list(&instance.console, &developer, None, 100).await, Err(Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
    assert!(invite(&admin, "admin").await.is_ok());
}

async fn a_member_is_not_invited_again(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let before = instance.shape().await;
    for (email, role, field) in [("Ada@acme.test", "viewer", "email"), ("nobody", "viewer", "email"), ("grace@acme.test", "", "role")] {
        let refused = invitations::create(&instance.console, &owner, email, role, "").await;
        assert!(matches!(refused, Err(Error::Invalid { field: wrong, .. }) if wrong == field), "{email}");
    }
    assert_eq!(instance.shape().await, before);
}

async fn bad_input_uses_nothing_up(instance: Instance) {
    instance.set_up().await;
    let code = invite(&instance, "grace@acme.test", "viewer").await;
    let before = instance.shape().await;
    for (name, password, field) in [("", PASSWORD, "name"), ("Grace", "short", "password"), ("Grace", "grace acme grace acme", "password")]
    {
        let person = NewPerson { name: name.to_owned(), password: Password::new(password.to_owned()) };
        let refused = invitations::accept_as_new(&instance.console, &caller(), &code, &person).await;
        assert!(matches!(refused, Err(Error::Invalid { field: wrong, .. }) if wrong == field));
    }
    assert_eq!(instance.shape().await, before);
    assert!(invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await.is_ok());
}

async fn another_organization_withdraws_nothing(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let code = invite(&instance, "grace@acme.test", "viewer").await;
    let id = invitations::list(&instance.console, &instance.owner().await, None, 100).await.unwrap().0[0].id.to_string();
    let actor = instance.actor("eve@globex.test").await;
    let eve = access::to_organization(&instance.console, Some(&actor), &caller(), "globex", Permission::INVITATION_DELETE).await.unwrap();
    let before = instance.shape().await;
    for id in [id.as_str(), "", "inv_x"] {
        assert!(matches!(invitations::withdraw(&instance.console, &eve, id).await, Err(Error::NotFound)));
    }
    assert_eq!(instance.shape().await, before);
    assert!(invitations::list(&instance.console, &eve, None, 100).await.unwrap().0.is_empty());
    assert!(invitations::open(&instance.console, None, &code).await.is_ok());
}

async fn nothing_changes_when_the_event_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let (owner, eve) = (instance.owner().await, instance.actor("eve@globex.test").await);
    let code = invite(&instance, "grace@acme.test", "viewer").await;
    let other = invite(&instance, "eve@globex.test", "viewer").await;
    let id = invitations::list(&instance.console, &owner, None, 100).await.unwrap().0[0].id.to_string();
    instance.break_inserts("events").await;
    let before = instance.shape().await;
    let invited = invitations::create(&instance.console, &owner, "grace@acme.test", "admin", "").await;
    assert!(matches!(invited, Err(Error::Internal(_))));
    assert!(matches!(invitations::withdraw(&instance.console, &owner, &id).await, Err(Error::Internal(_))));
    let anew = invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await;
    assert!(matches!(anew, Err(Error::Internal(_))));
    assert!(matches!(invitations::accept(&instance.console, &caller(), &eve, &other).await, Err(Error::Internal(_))));
    assert_eq!(instance.shape().await, before);
    instance.mend("events").await;
    assert!(invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await.is_ok());
}
