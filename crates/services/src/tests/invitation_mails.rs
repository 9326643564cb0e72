//! The mail with an invitation's link: it brings what nothing keeps, to one address once a minute at most, and not when it is too late.

use std::time::Duration;

use domain::{Delivery, Permission, Role, Standing};

use super::{Instance, PASSWORD, caller, mails::Post, members::access_of, new_token, notices::taken, on_both, storage::dump};
use crate::{
    Access, Error, access,
    invitations::{self, NewPerson},
    mails::{self, Delivered, Outgoing},
    organizations::Password,
    tokens,
};

on_both![
    who_is_invited_gets_a_link_that_works_once,
    the_code_is_nowhere_in_the_database,
    what_has_ended_is_not_mailed_any_more,
    it_is_sent_again_with_the_same_link_and_end,
    once_a_minute_at_most,
    a_mail_server_that_was_away_gets_the_newest_alone,
    one_that_was_given_up_stands_in_nobodys_way,
    an_address_that_is_invited_again_and_again_gets_one_mail_a_minute,
    one_with_a_code_from_before_gets_a_link_that_works,
    a_name_cannot_lead_elsewhere,
    who_may_not_invite_sends_nothing,
    nothing_changes_when_the_event_or_the_mail_cannot_be_written,
];

const LINK: &str = "https://tokens.acme.test/invitations/accept?code=";

fn person() -> NewPerson {
    NewPerson { name: "Grace Hopper".to_owned(), password: Password::new(PASSWORD.to_owned()) }
}

/// Invites Grace as a developer; answers the id and the code.
async fn invite(instance: &Instance, access: &Access) -> (String, String) {
    let invited = invitations::create(&instance.console, access, "grace@acme.test", "developer", "").await.unwrap();
    (invited.invitation.id.to_string(), invited.link.expose().to_owned())
}

/// What Grace has got since this was last asked.
async fn got(instance: &Instance) -> Vec<Outgoing> {
    taken(instance).await.into_iter().filter(|mail| mail.recipient == "grace@acme.test").collect()
}

fn code_in(mail: &Outgoing) -> String {
    let code = mail.text.split(LINK).nth(1).unwrap().split_whitespace().next().unwrap();
    assert!(mail.html.contains(&format!("{LINK}{code}\"")) && !mail.text.contains("inv_") && !mail.html.contains("inv_"));
    code.to_owned()
}

async fn is_open(instance: &Instance, code: &str) -> bool {
    invitations::open(&instance.console, None, code).await.is_ok()
}

async fn who_is_invited_gets_a_link_that_works_once(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (_, shown) = invite(&instance, &owner).await;
    let [mail] = &got(&instance).await[..] else { panic!("one mail") };
    assert_eq!(mail.subject, "Ada Lovelace invites you to Acme");
    for said in ["Ada Lovelace invites you to join Acme", "Developer", "Sun 29 Nov 2026, 09:05 UTC", "works once"] {
        assert!(mail.text.contains(said) && mail.html.contains(said), "{said}: {} {}", mail.text, mail.html);
    }
    let code = code_in(mail);
    assert!(code.len() == 43 && code == shown, "one link, whichever way it comes");
    assert_eq!(invitations::open(&instance.console, None, &code).await.unwrap().standing, Standing::New);
    invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await.unwrap();
    let again = invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await;
    assert!(matches!(again, Err(Error::Unauthenticated)));
    let bound = "SELECT COUNT(*) FROM mails m JOIN events e ON e.seq = m.seq WHERE e.action = 'invitation.create'";
    assert_eq!(instance.count(bound).await, 2, "hers and that to the owner have the number of the event");
}

async fn the_code_is_nowhere_in_the_database(mut instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (_, code) = invite(&instance, &owner).await;
    let waiting = dump(&instance.console.0.db).await;
    assert!(waiting.contains("/invitations/accept?code=inv_"), "the dump holds what it should");
    // Another server on the same database hands over the same link.
    let (other, background) = instance.again().await.unwrap();
    let first = std::mem::replace(&mut instance.console, other);
    assert_eq!(code_in(&got(&instance).await[0]), code);
    let sent = dump(&instance.console.0.db).await;
    let hex = data_encoding::HEXLOWER.encode(&data_encoding::BASE64URL_NOPAD.decode(code.as_bytes()).unwrap());
    for form in [code.to_lowercase(), hex] {
        assert!(!waiting.contains(&form) && !sent.contains(&form), "a secret is stored");
    }
    for wrong in ["", "inv_00000000000000000000000000000000"] {
        assert!(matches!(invitations::open(&first, None, wrong).await, Err(Error::Unauthenticated)));
    }
    background.stop().await;
}

async fn what_has_ended_is_not_mailed_any_more(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (id, _) = invite(&instance, &owner).await;
    invitations::withdraw(&instance.console, &owner, &id).await.unwrap();
    let post = Post::default();
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap(), Delivered { sent: 1, dropped: 1, ..Delivered::default() });
    assert_eq!(post.taken()[0].recipient, "ada@acme.test", "who is to know of it is told");
    let listed = mails::list(&instance.console, &owner).await.unwrap();
    let hers = listed.iter().find(|mail| mail.recipient == "grace@acme.test").unwrap();
    assert!(matches!(hers.delivery, Delivery::Dropped { .. }));
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap(), Delivered::default(), "it is not looked at again");

    // Accepted with the link that was shown, while the mail server was away.
    instance.advance(60);
    let (_, code) = invite(&instance, &owner).await;
    invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await.unwrap();
    assert!(got(&instance).await.is_empty());

    // Who made it may no longer, and so it is withdrawn.
    instance.member("acme", Role::Admin, "adam@acme.test").await;
    let adam = access_of(&instance, "adam@acme.test").await;
    invitations::create(&instance.console, &adam, "late@acme.test", "admin", "").await.unwrap();
    let id = instance.actor("adam@acme.test").await.id().to_string();
    crate::members::edit(&instance.console, &owner, &id, "viewer").await.unwrap();
    assert!(taken(&instance).await.iter().all(|mail| mail.recipient != "late@acme.test"));

    // Its time is over.
    invitations::create(&instance.console, &owner, "late@acme.test", "viewer", "").await.unwrap();
    instance.advance(7 * 24 * 3600);
    assert!(taken(&instance).await.iter().all(|mail| mail.recipient != "late@acme.test"));
    assert_eq!(instance.count("SELECT COUNT(*) FROM mails WHERE dropped_at IS NOT NULL AND failed_at = dropped_at").await, 4);
}

async fn it_is_sent_again_with_the_same_link_and_end(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (id, code) = invite(&instance, &owner).await;
    assert_eq!(got(&instance).await.len(), 1);
    instance.advance(3600);
    let before = invitations::find(&instance.console, &owner, &id).await.unwrap();
    let sent = invitations::send(&instance.console, &owner, &id).await.unwrap();
    assert_eq!((sent.expires_at, sent.id, sent.mailed_at), (before.expires_at, before.id, Some(instance.console.now())));
    assert_eq!(invitations::list(&instance.console, &owner, None, 100).await.unwrap().0, [sent]);
    let mails = got(&instance).await;
    assert!(mails.len() == 1 && code_in(&mails[0]) == code && mails[0].text.contains("Sun 29 Nov 2026, 09:05 UTC"));
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'invitation.send'").await, 1);
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
    invitations::accept_as_new(&instance.console, &caller(), &code, &person()).await.unwrap();
    instance.advance(3600);
    assert!(matches!(invitations::send(&instance.console, &owner, &id).await, Err(Error::NotFound)), "accepted");
    let withdrawn = invitations::create(&instance.console, &owner, "late@acme.test", "viewer", "").await.unwrap().invitation.id.to_string();
    invitations::withdraw(&instance.console, &owner, &withdrawn).await.unwrap();
    instance.advance(3600);
    assert!(matches!(invitations::send(&instance.console, &owner, &withdrawn).await, Err(Error::NotFound)), "withdrawn");
    // The session of a week ago would have ended.
    let operator = access::by_operator(&instance.console, "acme", &caller()).await.unwrap();
    let over = invitations::create(&instance.console, &operator, "late@acme.test", "viewer", "").await.unwrap().invitation.id.to_string();
    instance.advance(7 * 24 * 3600 - 1);
    assert!(invitations::send(&instance.console, &operator, &over).await.is_ok());
    instance.advance(1);
    assert!(matches!(invitations::send(&instance.console, &operator, &over).await, Err(Error::NotFound)), "over");
}

async fn once_a_minute_at_most(instance: Instance) {
    instance.set_up().await;
    let owner = std::sync::Arc::new(instance.owner().await);
    let (id, _) = invite(&instance, &owner).await;
    let before = instance.shape().await;
    let wait = async || match invitations::send(&instance.console, &owner, &id).await {
        Err(Error::TooMany { wait }) => Some(wait.as_secs()),
        other => other.map(|_| None).unwrap(),
    };
    assert_eq!(wait().await, Some(60));
    instance.advance(59);
    assert_eq!(wait().await, Some(1));
    assert_eq!(instance.shape().await, before);
    instance.advance(1);
    assert_eq!(wait().await, None);
    // Of many at once one is sent.
    instance.advance(60);
    let tries: Vec<_> = (0..10)
        .map(|_| {
            let (console, owner, id) = (instance.console.clone(), owner.clone(), id.clone());
            tokio::spawn(async move { invitations::send(&console, &owner, &id).await.is_ok() })
        })
        .collect();
    let mut sent = 0;
    for each in tries {
        sent += u32::from(each.await.unwrap());
    }
    assert_eq!((sent, got(&instance).await.len()), (1, 1), "and of the three that wait the newest");
    assert_eq!(instance.count("SELECT COUNT(*) FROM mails WHERE invitation_id IS NOT NULL").await, 3);
}

async fn a_mail_server_that_was_away_gets_the_newest_alone(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (id, code) = invite(&instance, &owner).await;
    let post = Post::refusing(8);
    for _ in 0..4 {
        mails::deliver(&instance.console, &post).await.unwrap();
        instance.advance(60);
        invitations::send(&instance.console, &owner, &id).await.unwrap();
    }
    instance.advance(24 * 3600 - 600);
    mails::deliver(&instance.console, &post).await.unwrap();
    let hers: Vec<_> = post.taken().into_iter().filter(|mail| mail.recipient == "grace@acme.test").collect();
    assert!(hers.len() == 1 && code_in(&hers[0]) == code);
    assert_eq!(instance.count("SELECT COUNT(*) FROM mails WHERE invitation_id IS NOT NULL AND dropped_at IS NULL").await, 1);
}

async fn one_that_was_given_up_stands_in_nobodys_way(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (id, code) = invite(&instance, &owner).await;
    instance.advance(60);
    invitations::send(&instance.console, &owner, &id).await.unwrap();
    let newest = "UPDATE mails SET failed_at = 1 WHERE seq = (SELECT MAX(seq) FROM mails WHERE invitation_id IS NOT NULL)";
    assert_eq!(instance.execute(newest).await.unwrap(), 1);
    let mails = got(&instance).await;
    assert!(mails.len() == 1 && code_in(&mails[0]) == code, "the first brings the link");
}

async fn an_address_that_is_invited_again_and_again_gets_one_mail_a_minute(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (mut mails, mut last, mut codes) = (0, instance.console.now(), Vec::new());
    for second in 0..180 {
        if second % 10 == 0 {
            codes.push(invite(&instance, &owner).await.1);
        }
        for mail in got(&instance).await {
            assert!(mails == 0 || instance.console.now().since(last) >= Duration::from_mins(1), "{second}");
            assert_eq!(&code_in(&mail), codes.last().unwrap(), "only the link that works");
            (mails, last) = (mails + 1, instance.console.now());
        }
        instance.advance(1);
    }
    assert!((1..=3).contains(&mails), "{mails}");
    // The last one is not lost.
    instance.advance(60);
    let after = got(&instance).await;
    assert!(after.len() == 1 && code_in(&after[0]) == *codes.last().unwrap() && is_open(&instance, codes.last().unwrap()).await);
}

async fn one_with_a_code_from_before_gets_a_link_that_works(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (id, code) = invite(&instance, &owner).await;
    got(&instance).await;
    // As an earlier version left it: the digest of a code that was drawn, and no mail.
    let digest = data_encoding::HEXLOWER.encode(&instance.console.0.keys.invitation("drawn"));
    let digest = match &instance.console.0.db.pool {
        crate::store::Pool::Sqlite(_) => format!("x'{digest}'"),
        crate::store::Pool::Postgres(_) => format!("'\\x{digest}'"),
    };
    instance.run(format!("UPDATE invitations SET mailed_at = NULL, digest = {digest}")).await;
    assert_eq!([is_open(&instance, "drawn").await, is_open(&instance, &code).await], [true, false]);
    invitations::send(&instance.console, &owner, &id).await.unwrap();
    assert_eq!(code_in(&got(&instance).await[0]), code);
    assert_eq!([is_open(&instance, "drawn").await, is_open(&instance, &code).await], [false, true]);
}

async fn a_name_cannot_lead_elsewhere(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let label = "https://evil.example/ <a href=\"//evil.example\">x</a>";
    let issued = tokens::create(&instance.console, &owner, new_token(label, Role::Admin)).await.unwrap();
    let access = access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::INVITATION_CREATE).await.unwrap();
    invite(&instance, &access).await;
    let mail = &got(&instance).await[0];
    for body in [&mail.subject, &mail.text, &mail.html] {
        assert!(body.contains("evil. example") && !body.contains("evil.example") && !body.contains("https://e"), "{body}");
    }
    assert!(!mail.html.contains("<a href=\"//") && mail.html.matches("<a ").count() == 1 && !mail.subject.contains(['\r', '\n']));
}

async fn who_may_not_invite_sends_nothing(instance: Instance) {
    instance.set_up().await;
    instance.member("acme", Role::Developer, "dev@acme.test").await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let owner = instance.owner().await;
    let (id, _) = invite(&instance, &owner).await;
    instance.advance(60);
    let actor = instance.actor("eve@globex.test").await;
    let eve = access::to_organization(&instance.console, Some(&actor), &caller(), "globex", Permission::INVITATION_CREATE).await.unwrap();
    let developer = access_of(&instance, "dev@acme.test").await;
    let before = instance.shape().await;
    assert!(matches!(invitations::send(&instance.console, &developer, &id).await, Err(Error::Forbidden)));
    for id in [id.as_str(), "", "inv_x", "inv_00000000000000000000000000000000"] {
        assert!(matches!(invitations::send(&instance.console, &eve, id).await, Err(Error::NotFound)));
    }
    assert_eq!(instance.shape().await, before);
}

async fn nothing_changes_when_the_event_or_the_mail_cannot_be_written(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let (id, _) = invite(&instance, &owner).await;
    instance.advance(60);
    let before = (instance.shape().await, invitations::list(&instance.console, &owner, None, 100).await.unwrap().0);
    for table in ["events", "mails"] {
        instance.break_inserts(table).await;
        assert!(matches!(invitations::send(&instance.console, &owner, &id).await, Err(Error::Internal(_))), "{table}");
        let invited = invitations::create(&instance.console, &owner, "grace@acme.test", "viewer", "").await;
        assert!(matches!(invited, Err(Error::Internal(_))), "{table}");
        instance.mend(table).await;
        assert_eq!((instance.shape().await, invitations::list(&instance.console, &owner, None, 100).await.unwrap().0), before, "{table}");
    }
    invitations::send(&instance.console, &owner, &id).await.unwrap();
}
