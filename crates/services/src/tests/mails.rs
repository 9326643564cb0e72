//! The outbox: whom it writes to, that it is bound to the change, that each mail is delivered by one server and none is lost.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use domain::{Delivery, Role};
use tokio::sync::Notify;

use super::{Instance, new_token, on_both};
use crate::{
    Error,
    mails::{self, Delivered, Handing, Mailer, Outgoing, Refused},
    tokens,
};

on_both![
    every_owner_and_admin_is_told_and_nobody_else,
    nothing_is_written_for_what_did_not_happen,
    what_is_refused_for_now_is_tried_again_later_and_given_up_after_a_day,
    two_servers_deliver_each_mail_once,
    a_server_that_dies_leaves_its_mail_to_the_next,
    a_server_that_stalls_neither_sends_nor_gives_back_what_another_has,
    only_who_may_change_the_organization_sees_the_mails,
];

/// Takes mails over, after as many refusals as it was told to give.
#[derive(Default)]
pub(super) struct Post {
    refusals: AtomicU32,
    taken: Mutex<Vec<Outgoing>>,
}

impl Post {
    pub(super) fn refusing(refusals: u32) -> Self {
        Self { refusals: AtomicU32::new(refusals), ..Self::default() }
    }

    pub(super) fn taken(&self) -> Vec<Outgoing> {
        self.taken.lock().unwrap().clone()
    }
}

impl Mailer for Post {
    fn hand_over<'a>(&'a self, mail: &'a Outgoing) -> Handing<'a> {
        Box::pin(async move {
            // Somebody else gets a turn in between, as with a real server.
            tokio::task::yield_now().await;
            if self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                return Err(Refused::ForNow("421 come back later".to_owned()));
            }
            self.taken.lock().unwrap().push(mail.clone());
            Ok(())
        })
    }
}

async fn every_owner_and_admin_is_told_and_nobody_else(instance: Instance) {
    instance.set_up().await;
    for (role, email) in [(Role::Admin, "adam@acme.test"), (Role::Developer, "dev@acme.test"), (Role::Viewer, "vera@acme.test")] {
        instance.member("acme", role, email).await;
    }
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("deploy <b>bot</b>", Role::Developer)).await.unwrap();
    let post = Post::default();
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap(), Delivered { sent: 2, ..Delivered::default() });
    let mut taken = post.taken();
    taken.sort_by(|a, b| a.recipient.cmp(&b.recipient));
    assert_eq!(taken.iter().map(|mail| mail.recipient.as_str()).collect::<Vec<_>>(), ["ada@acme.test", "adam@acme.test"]);
    let mail = &taken[0];
    assert_eq!(mail.subject, "API token “deploy <b>bot</b>” was generated in Acme");
    for said in [
        "Ada Lovelace",
        issued.token.hint.as_str(),
        "Developer",
        "22 Nov 2026, 09:05 UTC",
        "https://tokens.acme.test/orgs/acme/tokens/tok_",
    ] {
        assert!(mail.text.contains(said) && mail.html.contains(said), "{said}: {} {}", mail.text, mail.html);
    }
    assert!(mail.html.contains("deploy &lt;b&gt;bot&lt;/b&gt;") && !mail.html.contains("<b>bot"));
    assert!(!mail.text.contains(issued.secret.expose()) && !mail.html.contains(issued.secret.expose()));
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap(), Delivered::default(), "nobody gets it twice");
}

async fn nothing_is_written_for_what_did_not_happen(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let before = instance.shape().await;
    for table in ["events", "mails"] {
        instance.break_inserts(table).await;
        assert!(tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.is_err());
        instance.mend(table).await;
        assert_eq!(instance.shape().await, before, "{table}");
    }
    tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let bound = instance.count("SELECT COUNT(*) FROM mails m JOIN events e ON e.seq = m.seq WHERE e.action = 'token.create'").await;
    assert_eq!(bound, 1, "a mail has the number of its event");
}

async fn what_is_refused_for_now_is_tried_again_later_and_given_up_after_a_day(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let post = Post::refusing(2);
    let waiting = Delivered { waiting: 1, ..Delivered::default() };
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap(), waiting);
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap(), Delivered::default(), "not before it is due");
    let listed = mails::list(&instance.console, &owner).await.unwrap();
    assert!(matches!(&listed[0].delivery, Delivery::Waiting { attempts: 1, problem, .. } if problem == "421 come back later"));
    instance.advance(1);
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap(), waiting);
    instance.advance(4);
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap().sent, 1);
    assert!(matches!(mails::list(&instance.console, &owner).await.unwrap()[0].delivery, Delivery::Sent { .. }));

    tokens::create(&instance.console, &owner, new_token("lost", Role::Viewer)).await.unwrap();
    let post = Post::refusing(u32::MAX);
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap(), waiting);
    instance.advance(24 * 60 * 60);
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap().failed, 1);
    // It stays before what comes after it, for seven days.
    let owner = instance.owner().await;
    tokens::create(&instance.console, &owner, new_token("newer", Role::Viewer)).await.unwrap();
    let first = async |owner: &crate::Access| mails::list(&instance.console, owner).await.unwrap()[0].subject.clone();
    assert!(first(&owner).await.contains("lost"));
    assert_eq!(mails::list(&instance.console, &owner).await.unwrap().len(), 3, "each once");
    instance.advance(7 * 24 * 60 * 60);
    let owner = instance.owner().await;
    assert!(first(&owner).await.contains("newer"));
    assert_eq!(instance.count("SELECT COUNT(*) FROM mails WHERE failed_at IS NOT NULL AND problem = '421 come back later'").await, 1);
}

async fn two_servers_deliver_each_mail_once(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    for number in 0..20 {
        tokens::create(&instance.console, &owner, new_token(&format!("t{number}"), Role::Viewer)).await.unwrap();
    }
    let (other, background) = instance.again().await.unwrap();
    let post = Arc::new(Post::default());
    let both = [instance.console.clone(), other].map(|console| {
        let post = post.clone();
        tokio::spawn(async move { mails::deliver(&console, &*post).await.unwrap().sent })
    });
    let mut sent = 0;
    for one in both {
        sent += one.await.unwrap();
    }
    let mut ids: Vec<_> = post.taken().iter().map(|mail| mail.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((sent, ids.len()), (20, 20));
    background.stop().await;
}

async fn a_server_that_dies_leaves_its_mail_to_the_next(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    // Claimed, and then nothing more is heard.
    let claimed =
        crate::store::mails::claim(&instance.console.0.db, instance.console.now(), std::time::Duration::from_mins(1)).await.unwrap();
    assert!(claimed.is_some());
    let post = Post::default();
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap(), Delivered::default());
    instance.advance(60);
    assert_eq!(mails::deliver(&instance.console, &post).await.unwrap().sent, 1);
    assert_eq!(claimed.unwrap().mail.id, post.taken()[0].id, "the same Message-ID");
}

/// Takes a mail over in two steps, and waits in between until it is told to go on.
#[derive(Default)]
struct Slow {
    has_begun: Notify,
    go_on: Notify,
    taken: AtomicU32,
}

impl Mailer for Slow {
    fn hand_over<'a>(&'a self, _: &'a Outgoing) -> Handing<'a> {
        Box::pin(async move {
            self.has_begun.notify_one();
            self.go_on.notified().await;
            self.taken.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
    }
}

async fn a_server_that_stalls_neither_sends_nor_gives_back_what_another_has(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let (other, background) = instance.second().await;
    let (stalled, quick) = (Arc::new(Slow::default()), Arc::new(Slow::default()));
    let deliver = |console: &crate::Console, mailer: &Arc<Slow>| {
        let (console, mailer) = (console.clone(), mailer.clone());
        tokio::spawn(async move { mails::deliver(&console, &*mailer).await.unwrap() })
    };
    let first = deliver(&instance.console, &stalled);
    stalled.has_begun.notified().await;
    // The first is stopped for longer than its claim lasts, and the second takes over.
    instance.advance(60);
    let second = deliver(&other, &quick);
    quick.has_begun.notified().await;
    // The first goes on where it was.
    stalled.go_on.notify_one();
    assert_eq!(first.await.unwrap(), Delivered::default(), "it has nothing to say of a mail that is not its own any more");
    assert_eq!(stalled.taken.load(Ordering::SeqCst), 0);
    // Nor may a third one have it while the second is at it.
    assert_eq!(mails::deliver(&instance.console, &Post::default()).await.unwrap(), Delivered::default());
    quick.go_on.notify_one();
    assert_eq!((second.await.unwrap().sent, quick.taken.load(Ordering::SeqCst)), (1, 1));
    instance.advance(3600);
    assert_eq!(mails::deliver(&instance.console, &Post::default()).await.unwrap(), Delivered::default());
    if let Some(background) = background {
        background.stop().await;
    }
}

async fn only_who_may_change_the_organization_sees_the_mails(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    let caller = super::caller();
    let reader = crate::access::by_token(&instance.console, issued.secret.expose(), &caller, domain::Permission::ORGANIZATION_READ);
    assert!(matches!(mails::list(&instance.console, &reader.await.unwrap()).await, Err(Error::Forbidden)));
    assert_eq!(mails::list(&instance.console, &owner).await.unwrap().len(), 1);
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let hank = instance.actor("hank@globex.test").await;
    let update = domain::Permission::ORGANIZATION_UPDATE;
    let globex = crate::access::to_organization(&instance.console, Some(&hank), &caller, "globex", update).await.unwrap();
    assert!(mails::list(&instance.console, &globex).await.unwrap().is_empty());
}
