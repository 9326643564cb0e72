//! Organizations: setting the first one up, and adding others beside it.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use domain::{Email, Name, Organization, OrganizationId, Role, Slug, Timestamp, UserId, audit::Action, texts::organizations as say};
use serde_json::json;

pub use crate::passwords::Password;
use crate::{
    Console,
    access::{Caller, Principal},
    entropy,
    error::{Error, Result},
    sessions::{self, SignedIn},
    store::{
        self,
        events::{NewEvent, Target},
    },
};

/// How long a set-up link opens the page.
const LINK_LIFETIME: Duration = Duration::from_hours(24);

/// The set-up page as it was typed.
pub struct SetupForm {
    /// The organization's name.
    pub organization: String,
    /// The owner's name.
    pub name: String,
    /// The owner's e-mail address.
    pub email: String,
    /// The owner's password.
    pub password: Password,
}

/// An organization that was just made.
pub struct SetUp {
    /// The organization.
    pub organization: Organization,
    /// Its owner.
    pub user: UserId,
}

/// Makes a code that opens the set-up page once, for a day, unless the instance is set up already.
pub async fn setup_code(console: &Console) -> Result<Option<String>> {
    if store::organizations::any(&console.0.db).await? {
        return Ok(None);
    }
    let code = BASE64URL_NOPAD.encode(&entropy::bytes::<32>(&*console.0.entropy));
    let now = console.now();
    store::setup::insert(&console.0.db, &console.0.keys.setup(&code), now, now.minus(LINK_LIFETIME)).await?;
    Ok(Some(code))
}

/// Whether the instance has an organization.
pub async fn is_set_up(console: &Console) -> Result<bool> {
    store::organizations::any(&console.0.db).await
}

/// Sets the instance up with the code of a set-up link, and signs the owner in. Refuses a code that is unknown, old or used.
pub async fn set_up_with_code(console: &Console, caller: &Caller, code: &str, form: &SetupForm) -> Result<(SetUp, SignedIn)> {
    let since = console.now().minus(LINK_LIFETIME);
    if !store::setup::is_known(&console.0.db, &console.0.keys.setup(code), since).await? {
        return Err(Error::Invalid { field: "code", why: say::NO_SETUP_LINK.to_owned() });
    }
    let made = set_up(console, caller, form).await?;
    let signed_in = sessions::begin(console, caller, console.0.db.begin_write().await?, made.user, &form.name()?, false).await?;
    Ok((made, signed_in))
}

/// Sets the instance up from the command line: an organization and its owner. Refuses when there is one.
pub async fn set_up(console: &Console, caller: &Caller, form: &SetupForm) -> Result<SetUp> {
    let organization = Name::parse(&form.organization).map_err(Error::in_field("organization"))?;
    let name = form.name()?;
    let email = Email::parse(&form.email).map_err(Error::in_field("email"))?;
    form.password.check(&[organization.as_str(), name.as_str(), email.as_str()]).map_err(Error::in_field("password"))?;
    let hash = console.0.hasher.hash(&form.password, &*console.0.entropy).await?;

    let mut write = console.0.db.begin_write().await?;
    if store::organizations::any_in(&mut write).await? {
        return Err(Error::Conflict(say::SET_UP_ALREADY));
    }
    let now = console.now();
    let organization = new(console, organization, now);
    let user = UserId::new(now, entropy::bytes(&*console.0.entropy));
    store::organizations::insert(&mut write, &organization).await?;
    store::users::insert(&mut write, user, &email, &name, &hash, now).await?;
    store::organizations::insert_member(&mut write, &organization, user, &Role::Owner.into(), now).await?;
    store::setup::delete_all(&mut write).await?;
    write.commit(&console.0.keys, &created(caller, &organization, user, &email)).await?;
    Ok(SetUp { organization, user })
}

/// Adds an organization to an instance that is set up, for the operator at the command line. Its owner is somebody who has an account:
/// whoever is to own it and has none is invited by them afterwards. Refuses a name whose slug another organization has.
pub async fn create(console: &Console, caller: &Caller, name: &str, owner: &str) -> Result<SetUp> {
    let name = Name::parse(name).map_err(Error::in_field("name"))?;
    let email = Email::parse(owner).map_err(Error::in_field("owner"))?;
    let now = console.now();
    let organization = new(console, name, now);
    let mut write = console.0.db.begin_write().await?;
    if store::organizations::has_slug(&mut write, &organization.slug).await? {
        return Err(Error::Invalid { field: "name", why: say::slug_in_use(&organization.slug) });
    }
    let unknown = || Error::Invalid { field: "owner", why: say::NO_ACCOUNT.to_owned() };
    let user = store::users::find_id_in(&mut write, &email).await?.ok_or_else(unknown)?;
    store::organizations::insert(&mut write, &organization).await?;
    store::sessions::ask_to_renew(&mut write, user, now).await?;
    store::organizations::insert_member(&mut write, &organization, user, &Role::Owner.into(), now).await?;
    write.commit(&console.0.keys, &created(caller, &organization, user, &email)).await?;
    Ok(SetUp { organization, user })
}

fn new(console: &Console, name: Name, now: Timestamp) -> Organization {
    let id = OrganizationId::new(now, entropy::bytes(&*console.0.entropy));
    Organization { id, slug: Slug::from_name(&name), name, created_at: now }
}

/// The event that the operator made this organization.
fn created<'a>(caller: &'a Caller, organization: &Organization, owner: UserId, email: &Email) -> NewEvent<'a> {
    NewEvent {
        at: organization.created_at,
        organization: Some(organization.id),
        actor: &Principal::Operator,
        action: Action::OrganizationCreate,
        target: Target { kind: "organization", id: organization.id.to_string(), name: organization.name.as_str().to_owned() },
        details: json!({ "owner": owner.to_string(), "owner_email": email.as_str() }),
        caller,
    }
}

impl SetupForm {
    fn name(&self) -> Result<Name> {
        Name::parse(&self.name).map_err(Error::in_field("name"))
    }
}
