//! What verification remembers: that it asks nobody while it may, everybody when it may not, and never more than fits.

use std::time::Duration;

use domain::{Kind, Permission, Role, Secret, Verdict};

use super::{Instance, TERM, caller, new_token, on_both};
use crate::{Access, Error, access, entropy, tokens, verify};

on_both![
    what_is_remembered_takes_no_look_up,
    what_nobody_has_is_remembered_and_bounded,
    never_takes_more_than_it_may,
    a_first_use_is_written_once,
    a_change_that_failed_ends_nothing,
];

fn made_up() -> Secret {
    Secret::mint(&domain::Prefix::default(), Kind::Organization, &entropy::secret_body(&crate::SystemEntropy)).unwrap()
}

async fn operator(instance: &Instance) -> Access {
    access::by_operator(&instance.console, "acme", &caller()).await.unwrap()
}

async fn judge(instance: &Instance, access: &Access, secret: &Secret) -> Result<Verdict, Error> {
    verify::verify(&instance.console, access.verifier().unwrap(), &caller(), secret.expose(), None).await.map(|found| found.verdict)
}

/// Lets nobody read tokens from the database, or lets them again.
async fn hide(instance: &Instance, hidden: bool) {
    let sql = if hidden { "ALTER TABLE token_secrets RENAME TO hidden" } else { "ALTER TABLE hidden RENAME TO token_secrets" };
    instance.run(sql.to_owned()).await;
}

/// Waits until the token is answered about without a look-up. What was read before a poll that told of a change, as the first one does, is
/// rightly not believed after it: then it has to be read again, which nobody can while the tokens are hidden.
async fn warm(instance: &Instance, access: &Access, secret: &Secret) {
    let is_remembered = async {
        loop {
            assert_eq!(judge(instance, access, secret).await.unwrap(), Verdict::Valid);
            hide(instance, true).await;
            let remembered = judge(instance, access, secret).await;
            hide(instance, false).await;
            if remembered.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), is_remembered).await.unwrap();
}

async fn what_is_remembered_takes_no_look_up(mut instance: Instance) {
    instance.set_up().await;
    let access = operator(&instance).await;
    let issued = tokens::create(&instance.console, &access, new_token("ci", Role::Viewer)).await.unwrap();
    warm(&instance, &access, &issued.secret).await;
    // Time is judged at each verdict, not when it was remembered.
    instance.advance(60 * 60);
    assert_eq!(judge(&instance, &access, &issued.secret).await.unwrap(), Verdict::Expired);

    let lasting = tokens::create(&instance.console, &access, new_token("lasting", Role::Viewer)).await.unwrap();
    warm(&instance, &access, &lasting.secret).await;
    let is_sole = matches!(instance.database, crate::Database::Sqlite(_));
    instance.stop().await;
    if is_sole {
        assert_eq!(judge(&instance, &access, &lasting.secret).await.unwrap(), Verdict::Valid, "nobody else could have changed it");
    } else {
        tokio::time::sleep(TERM).await;
        let unknown = judge(&instance, &access, &lasting.secret).await;
        assert!(matches!(unknown, Err(Error::Unavailable(_))), "without the database nobody says yes: {unknown:?}");
    }
}

async fn what_nobody_has_is_remembered_and_bounded(instance: Instance) {
    instance.set_up().await;
    let access = operator(&instance).await;
    let memory = &instance.console.0.db.memory;
    let malformed = memory.unknown();
    for presented in ["", "jto_00000000000000000000000000000000000000", "jtq_"] {
        let found = verify::verify(&instance.console, access.verifier().unwrap(), &caller(), presented, None).await.unwrap();
        assert_eq!(found.verdict, Verdict::NotFound);
    }
    assert_eq!(memory.unknown(), malformed, "what cannot be a secret is not worth remembering");
    for _ in 0..300 {
        let secret = made_up();
        assert_eq!(judge(&instance, &access, &secret).await.unwrap(), Verdict::NotFound);
        assert_eq!(judge(&instance, &access, &secret).await.unwrap(), Verdict::NotFound);
    }
    assert_eq!((memory.unknown(), memory.weight()), (300, 0));
    // What was not there is found as soon as it is.
    let body = entropy::secret_body(&crate::SystemEntropy);
    let secret = Secret::mint(&domain::Prefix::default(), Kind::Organization, &body).unwrap();
    assert_eq!(judge(&instance, &access, &secret).await.unwrap(), Verdict::NotFound);
    let issued = tokens::create(&instance.console, &access, new_token("ci", Role::Viewer)).await.unwrap();
    let digest = instance.console.0.keys.token(secret.presented());
    crate::store::on_db!(&instance.console.0.db, |pool| {
        sqlx::query("UPDATE token_secrets SET digest = $1 WHERE token_id = $2")
            .bind(digest.as_slice())
            .bind(issued.token.id.to_string())
            .execute(pool)
            .await
            .map(|_| ())
            .unwrap();
    });
    assert_eq!(judge(&instance, &access, &secret).await.unwrap(), Verdict::Valid, "something was made since it was not there");
}

async fn never_takes_more_than_it_may(instance: Instance) {
    instance.set_up().await;
    let access = operator(&instance).await;
    let memory = crate::memory::Memory::new(8 << 10, None);
    for number in 0..40 {
        let issued = tokens::create(&instance.console, &access, new_token(&format!("ci {number}"), Role::Viewer)).await.unwrap();
        let digest = instance.console.0.keys.token(issued.secret.presented());
        assert!(memory.find(&instance.console.0.db, &digest).await.unwrap().is_some());
        assert!(memory.weight() <= 8 << 10);
    }
    assert!(memory.weight() > 4 << 10, "it remembers some");
    let nothing = crate::memory::Memory::new(0, None);
    let issued = tokens::create(&instance.console, &access, new_token("ci", Role::Viewer)).await.unwrap();
    let digest = instance.console.0.keys.token(issued.secret.presented());
    assert!(nothing.find(&instance.console.0.db, &digest).await.unwrap().is_some());
    assert_eq!(nothing.weight(), 0);
}

async fn a_first_use_is_written_once(instance: Instance) {
    instance.set_up().await;
    let access = operator(&instance).await;
    let issued = tokens::create(&instance.console, &access, new_token("ci", Role::Viewer)).await.unwrap();
    let digest = instance.console.0.keys.token(issued.secret.presented());
    let is_used = async || {
        let found = instance.console.recognize(&digest).await.unwrap().unwrap();
        found.secret.is_used.load(std::sync::atomic::Ordering::Relaxed)
    };
    assert!(!is_used().await);
    judge(&instance, &access, &issued.secret).await.unwrap();
    instance.console.0.usage.settle().await.unwrap();
    assert!(is_used().await, "who remembers it is told");
    assert_eq!(instance.count("SELECT COUNT(*) FROM token_secrets WHERE first_used_at IS NOT NULL").await, 1);
}

async fn a_change_that_failed_ends_nothing(instance: Instance) {
    instance.set_up().await;
    let access = operator(&instance).await;
    let issued = tokens::create(&instance.console, &access, new_token("ci", Role::Viewer)).await.unwrap();
    warm(&instance, &access, &issued.secret).await;
    instance.break_inserts("events").await;
    let bearer = access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.unwrap();
    assert!(tokens::revoke_itself(&instance.console, &bearer).await.is_err());
    instance.mend("events").await;
    assert_eq!(judge(&instance, &access, &issued.secret).await.unwrap(), Verdict::Valid);
}
