//! Who takes mails over: the SMTP server the operator names, or a folder of `.eml` files.

use std::{
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp,
};
use services::mails::{Handing, Mailer, Outgoing, Refused};
use tokio::io::AsyncWriteExt as _;

use crate::Exit;

/// How long the mail server may take for a single step.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes mails over, in the operator's name.
pub struct Post {
    sender: Mailbox,
    way: Way,
}

enum Way {
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Folder(PathBuf),
}

impl Post {
    /// Hands mails to the server at this address: `smtps://USER:PASSWORD@HOST` (TLS), or `smtp://HOST:PORT?tls=required` (STARTTLS).
    pub fn smtp(url: &str, sender: &str) -> Result<Self, Exit> {
        // The error could show the address, which holds a password.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| {
                Exit::config(
                    "The mail server's address cannot be read. Write it as smtps://USER:PASSWORD@HOST, or smtp://HOST:PORT?tls=required.",
                )
            })?
            .timeout(Some(PATIENCE))
            .build();
        Ok(Self { sender: mailbox(sender)?, way: Way::Smtp(Box::new(transport)) })
    }

    /// Writes mails into a folder, for want of a mail server.
    pub fn folder(folder: &Path, sender: &str) -> Result<Self, Exit> {
        Ok(Self { sender: mailbox(sender)?, way: Way::Folder(folder.to_owned()) })
    }

    fn message(&self, mail: &Outgoing) -> Result<Message, String> {
        let recipient = mail.recipient.parse().map_err(|_| "The address cannot be written in a mail.".to_owned())?;
        let date = UNIX_EPOCH + Duration::from_micros(u64::try_from(mail.created_at.as_micros()).unwrap_or(0));
        Message::builder()
            .from(self.sender.clone())
            .to(Mailbox::new(None, recipient))
            .subject(&mail.subject)
            .date(date)
            .message_id(Some(format!("<{}@{}>", mail.id, self.sender.email.domain())))
            // So that no holiday notice comes back (RFC 3834).
            .header(Automatic)
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|error| error.to_string())
    }

    async fn send(&self, mail: &Outgoing) -> Result<(), Refused> {
        let message = self.message(mail).map_err(Refused::ForGood)?;
        match &self.way {
            Way::Smtp(transport) => match transport.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(Refused::ForGood(said(&error))),
                Err(error) => Err(Refused::ForNow(said(&error))),
            },
            Way::Folder(folder) => {
                write(folder, &format!("{}.eml", mail.id), &message.formatted()).await.map_err(|error| Refused::ForNow(error.to_string()))
            }
        }
    }
}

impl Mailer for Post {
    fn hand_over<'a>(&'a self, mail: &'a Outgoing) -> Handing<'a> {
        Box::pin(self.send(mail))
    }
}

/// `Auto-Submitted: auto-generated`.
#[derive(Clone)]
struct Automatic;

impl lettre::message::header::Header for Automatic {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// What a mail server said, or why there was none, cut to a length that a table can show.
fn said(error: &smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let more = next.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = next.source();
    }
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}

fn mailbox(sender: &str) -> Result<Mailbox, Exit> {
    sender.parse().map_err(|_| Exit::config(format!("“{sender}” cannot be a sender of mails. Write it as Jeton <jeton@example.org>.")))
}

/// Writes a whole file or none: under another name first.
async fn write(folder: &Path, name: &str, content: &[u8]) -> std::io::Result<()> {
    tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).await?;
    let half = folder.join(format!(".{name}"));
    let mut file = tokio::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&half).await?;
    file.write_all(content).await?;
    file.sync_all().await?;
    tokio::fs::rename(half, folder.join(name)).await
}

#[cfg(test)]
mod tests {
    use domain::{MailId, Timestamp};

    use super::*;

    fn mail(subject: &str) -> Outgoing {
        Outgoing {
            id: MailId::new(Timestamp::from_micros(1_795_338_300_000_000), [7; 10]),
            recipient: "ada@acme.test".to_owned(),
            subject: subject.to_owned(),
            text: "Hello\n".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            created_at: Timestamp::from_micros(1_795_338_300_000_000),
        }
    }

    #[tokio::test]
    async fn a_folder_gets_a_whole_mail_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let post = Post::folder(&folder.path().join("mail"), "Jeton <jeton@acme.test>").ok().unwrap();
        let mail = mail("Token “ci”\u{e9}");
        post.hand_over(&mail).await.unwrap();
        let path = folder.path().join(format!("mail/{}.eml", mail.id));
        let text = std::fs::read_to_string(&path).unwrap();
        for line in
            [format!("Message-ID: <{}@acme.test>", mail.id), "To: ada@acme.test".to_owned(), "Auto-Submitted: auto-generated".to_owned()]
        {
            assert!(text.contains(&line), "{line}: {text}");
        }
        assert!(text.contains("Sun, 22 Nov 2026 09:05:00"), "{text}");
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    /// Names are parsed to one line long before; a mail would not take a second header from one either.
    #[tokio::test]
    async fn a_subject_is_one_header() {
        let folder = tempfile::tempdir().unwrap();
        let post = Post::folder(folder.path(), "Jeton <jeton@acme.test>").ok().unwrap();
        let mail = mail("Eve\r\nBcc: eve@evil.test\r\n\r\nBody invites you to Acme");
        post.hand_over(&mail).await.unwrap();
        let text = std::fs::read_to_string(folder.path().join(format!("{}.eml", mail.id))).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(head.contains("Message-ID: ") && head.contains("Content-Type: ") && !head.contains("\nBcc"), "{head}");
    }

    // A transport looks for the runtime when it is built and when it is dropped.
    #[tokio::test]
    async fn an_address_that_cannot_be_read_is_not_repeated() {
        let error = Post::smtp("smtps//ada:hunter2@mail", "jeton@acme.test").err().unwrap().to_string();
        assert!(!error.contains("hunter2"), "{error}");
        assert!(Post::smtp("smtp://127.0.0.1:1", "nobody").is_err());
    }
}
