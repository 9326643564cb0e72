//! The outbox. What delivers reads and marks mails of every organization; it is no use case and asks for no proof of access.

use std::time::Duration;

use domain::{Delivery, Mail, MailId, OrganizationId, Timestamp, UserId};
use sqlx::QueryBuilder;

use super::{AT_ONCE, Db, Write, exactly, on_db, on_tx, stored};
use crate::{
    access::Access,
    error::Result,
    mails::{Linked, Outgoing},
};

/// The addresses of the organization's owners and admins.
pub(crate) async fn find_admins(write: &mut Write, organization: OrganizationId) -> Result<Vec<String>> {
    let found = on_tx!(write, |connection| {
        sqlx::query_scalar(
            "SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.organization_id = $1 AND m.role IN ('owner', 'admin') ORDER BY u.id",
        )
        .bind(organization.to_string())
        .fetch_all(connection)
        .await?
    });
    Ok(found)
}

/// The address of a person, and the organization in which they have been longest.
pub(crate) async fn find_person(write: &mut Write, user: UserId) -> Result<Option<(OrganizationId, String)>> {
    let found: Option<(String, String)> = on_tx!(write, |connection| {
        sqlx::query_as(
            "SELECT m.organization_id, u.email FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.user_id = $1 \
             ORDER BY m.created_at, m.organization_id LIMIT 1",
        )
        .bind(user.to_string())
        .fetch_optional(connection)
        .await?
    });
    found.map(|(organization, email)| Ok((stored("memberships.organization_id", organization.parse())?, email))).transpose()
}

/// Adds mails to the change they tell of, with that whose code they are to bring. They are due at the time that they bear.
pub(crate) async fn insert(write: &mut Write, organization: OrganizationId, mails: &[Outgoing], linked: Option<Linked>) -> Result<()> {
    let seq = write.seq;
    let (reset, invitation) = match linked {
        None => (None, None),
        Some(Linked::Reset(id)) => (Some(id.to_string()), None),
        Some(Linked::Invitation(id)) => (None, Some(id.to_string())),
    };
    for some in mails.chunks(AT_ONCE) {
        let touched = on_tx!(write, |connection| {
            let mut query = QueryBuilder::new(
                "INSERT INTO mails (id, organization_id, seq, recipient, subject, text_body, html_body, created_at, due_at, attempts, problem, \
                 password_reset_id, invitation_id) ",
            );
            query.push_values(some, |mut row, mail| {
                let at = mail.created_at.as_micros();
                row.push_bind(mail.id.to_string())
                    .push_bind(organization.to_string())
                    .push_bind(seq)
                    .push_bind(&mail.recipient)
                    .push_bind(&mail.subject)
                    .push_bind(&mail.text)
                    .push_bind(&mail.html)
                    .push_bind(at)
                    .push_bind(at)
                    .push("0")
                    .push("''")
                    .push_bind(&reset)
                    .push_bind(&invitation);
            });
            // Only the statement for one is asked for again.
            query.build().persistent(some.len() == 1).execute(connection).await?.rows_affected()
        });
        exactly(some.len(), touched)?;
    }
    Ok(())
}

/// A mail that nobody else delivers for a while.
pub(crate) struct Claimed {
    pub(crate) mail: Outgoing,
    /// That whose id stands in it.
    pub(crate) linked: Option<Linked>,
    /// How often it has been tried, this time included. It tells this claim from later ones.
    pub(crate) attempts: u32,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: String,
    recipient: String,
    subject: String,
    text_body: String,
    html_body: String,
    created_at: i64,
    attempts: i64,
    password_reset_id: Option<String>,
    invitation_id: Option<String>,
}

/// Takes the mail that has been due longest. The outer conditions are asked again by PostgreSQL once it holds the row, so that two servers
/// never take the same one.
pub(crate) async fn claim(db: &Db, now: Timestamp, lease: Duration) -> Result<Option<Claimed>> {
    let _place = db.place_to_write().await?;
    let row: Option<ClaimedRow> = on_db!(db, |pool| {
        sqlx::query_as(
            "UPDATE mails SET claimed_until = $1, attempts = attempts + 1 WHERE id = (SELECT id FROM mails WHERE sent_at IS NULL \
             AND failed_at IS NULL AND due_at <= $2 AND (claimed_until IS NULL OR claimed_until <= $2) ORDER BY due_at, id LIMIT 1) \
             AND sent_at IS NULL AND failed_at IS NULL AND (claimed_until IS NULL OR claimed_until <= $2) \
             RETURNING id, recipient, subject, text_body, html_body, created_at, attempts, password_reset_id, \
             invitation_id",
        )
        .bind(now.plus(lease).as_micros())
        .bind(now.as_micros())
        .fetch_optional(pool)
        .await?
    });
    row.map(|row| {
        Ok(Claimed {
            mail: Outgoing {
                id: stored("mails.id", row.id.parse())?,
                recipient: row.recipient,
                subject: row.subject,
                text: row.text_body,
                html: row.html_body,
                created_at: Timestamp::from_micros(row.created_at),
            },
            linked: match (row.password_reset_id, row.invitation_id) {
                (Some(id), _) => Some(Linked::Reset(stored("mails.password_reset_id", id.parse())?)),
                (None, Some(id)) => Some(Linked::Invitation(stored("mails.invitation_id", id.parse())?)),
                (None, None) => None,
            },
            attempts: stored("mails.attempts", u32::try_from(row.attempts))?,
        })
    })
    .transpose()
}

/// Whether what a mail is to bring can still be used at `now`, and no newer mail brings it; one that was given up brings nothing.
pub(crate) async fn is_wanted(db: &Db, mail: MailId, linked: Linked, now: Timestamp) -> Result<bool> {
    let found: i64 = match linked {
        // A reset has one mail alone.
        Linked::Reset(id) => on_db!(db, |pool| {
            sqlx::query_scalar(
                "SELECT COUNT(*) FROM password_resets WHERE id = $1 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $2",
            )
            .bind(id.to_string())
            .bind(now.as_micros())
            .fetch_one(pool)
            .await?
        }),
        Linked::Invitation(id) => on_db!(db, |pool| {
            sqlx::query_scalar(
                "SELECT COUNT(*) FROM invitations i WHERE i.id = $1 AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL \
                 AND i.expires_at > $2 AND NOT EXISTS \
                 (SELECT 1 FROM mails m JOIN mails newer ON newer.seq > m.seq WHERE m.id = $3 AND newer.invitation_id = i.id \
                 AND newer.failed_at IS NULL)",
            )
            .bind(id.to_string())
            .bind(now.as_micros())
            .bind(mail.to_string())
            .fetch_one(pool)
            .await?
        }),
    };
    Ok(found == 1)
}

/// Writes down that a mail server has taken it, whoever has claimed it since.
pub(crate) async fn mark_sent(db: &Db, id: MailId, at: Timestamp) -> Result<()> {
    let _place = db.place_to_write().await?;
    on_db!(db, |pool| {
        sqlx::query("UPDATE mails SET sent_at = $1, claimed_until = NULL, problem = '' WHERE id = $2 AND failed_at IS NULL")
            .bind(at.as_micros())
            .bind(id.to_string())
            .execute(pool)
            .await?;
    });
    Ok(())
}

/// The end of a claim by which the mail was not sent. Only for who still has it: whoever was away for so long that another server took the
/// mail must not take it from that one. Tells whether they had.
macro_rules! ending_claim {
    ($set:literal) => {
        concat!(
            "UPDATE mails SET ",
            $set,
            ", claimed_until = NULL WHERE id = $3 AND attempts = $4 AND sent_at IS NULL AND failed_at IS NULL"
        )
    };
}

async fn end_claim(db: &Db, sql: &'static str, claimed: &Claimed, at: Timestamp, problem: &str) -> Result<bool> {
    let _place = db.place_to_write().await?;
    let touched = on_db!(db, |pool| {
        sqlx::query(sql)
            .bind(at.as_micros())
            .bind(problem)
            .bind(claimed.mail.id.to_string())
            .bind(i64::from(claimed.attempts))
            .execute(pool)
            .await?
            .rows_affected()
    });
    Ok(touched == 1)
}

/// Puts it back, to be tried again later.
pub(crate) async fn mark_waiting(db: &Db, claimed: &Claimed, due_at: Timestamp, problem: &str) -> Result<bool> {
    end_claim(db, ending_claim!("due_at = $1, problem = $2"), claimed, due_at, problem).await
}

/// Gives it up because what it brings has ended, or comes with a newer one.
pub(crate) async fn mark_dropped(db: &Db, claimed: &Claimed, at: Timestamp) -> Result<bool> {
    end_claim(db, ending_claim!("failed_at = $1, dropped_at = $1, problem = $2"), claimed, at, "").await
}

/// Gives it up.
pub(crate) async fn mark_failed(db: &Db, claimed: &Claimed, at: Timestamp, problem: &str) -> Result<bool> {
    end_claim(db, ending_claim!("failed_at = $1, problem = $2"), claimed, at, problem).await
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    recipient: String,
    subject: String,
    created_at: i64,
    due_at: i64,
    attempts: i64,
    sent_at: Option<i64>,
    failed_at: Option<i64>,
    dropped_at: Option<i64>,
    problem: String,
}

impl Row {
    fn into_mail(self) -> Result<Mail> {
        Ok(Mail {
            id: stored("mails.id", self.id.parse())?,
            recipient: self.recipient,
            subject: self.subject,
            created_at: Timestamp::from_micros(self.created_at),
            delivery: match (self.sent_at, self.failed_at) {
                (Some(at), _) => Delivery::Sent { at: Timestamp::from_micros(at) },
                (None, Some(at)) if self.dropped_at.is_some() => Delivery::Dropped { at: Timestamp::from_micros(at) },
                (None, Some(at)) => Delivery::Failed { at: Timestamp::from_micros(at), problem: self.problem },
                (None, None) => Delivery::Waiting {
                    attempts: stored("mails.attempts", u32::try_from(self.attempts))?,
                    due_at: Timestamp::from_micros(self.due_at),
                    problem: self.problem,
                },
            },
        })
    }
}

/// The organization's latest mails, newest first; before them those that were given up after `since`, however many are newer.
pub(crate) async fn list(db: &Db, access: &Access, since: Timestamp, limit: i64) -> Result<Vec<Mail>> {
    let rows: Vec<Row> = on_db!(db, |pool| {
        sqlx::query_as(
            "SELECT id, recipient, subject, created_at, due_at, attempts, sent_at, failed_at, dropped_at, problem FROM mails \
             WHERE organization_id = $1 AND id IN (\
             SELECT id FROM (SELECT id FROM mails WHERE organization_id = $1 AND failed_at > $2 AND dropped_at IS NULL \
             ORDER BY failed_at DESC LIMIT $3) given_up UNION \
             SELECT id FROM (SELECT id FROM mails WHERE organization_id = $1 ORDER BY created_at DESC, id DESC LIMIT $3) latest) \
             ORDER BY CASE WHEN failed_at > $2 AND dropped_at IS NULL THEN 0 ELSE 1 END, created_at DESC, id DESC",
        )
        .bind(access.organization().id.to_string())
        .bind(since.as_micros())
        .bind(limit)
        .fetch_all(pool)
        .await?
    });
    rows.into_iter().map(Row::into_mail).collect()
}
