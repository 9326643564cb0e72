//! Lives through the last month, day by day.

use std::{collections::BTreeMap, net::IpAddr, path::Path, sync::Arc, time::Duration};

use domain::{
    Description, Name, Permission,
    change::{CUSTOM, KEEP},
};
use services::{
    Access, Actor, Background, Caller, Clock as _, Console, Database, Error, FixedClock, KeySource, OpenError, Parameters, Settings,
    SystemClock, SystemEntropy, access,
    invitations::{self, NewPerson},
    members,
    organizations::{self, Password, SetupForm},
    roles::{self, Definition},
    sessions, teams, token_policy,
    tokens::{self, Form},
    verify,
};

use super::story::{ACME, ADA, DAYS, GATEWAYS, GRACE, ORGANIZATIONS, ORGANIZED, PEOPLE, Person, Planned, ROLE, TEAMS, TOKENS, Turn};
use crate::Exit;

const DAY: Duration = Duration::from_hours(24);
/// A day's work: first what people change, then what programs do. It ends at the present hour.
const MORNING: Duration = Duration::from_hours(2);
const AFTERNOON: Duration = Duration::from_hours(7);
/// How often a token is presented on the days of a week, in tenths.
const WEEK: [u32; 7] = [10, 12, 11, 9, 8, 2, 1];
/// What those who present tokens call themselves.
const AGENTS: [&str; 5] = ["deploy/2.4.1", "Go-http-client/2.0", "python-requests/2.32.3", "curl/8.5.0", "Terraform/1.9.5"];

type Result<T> = std::result::Result<T, Error>;

struct Past<'a> {
    console: &'a Console,
    clock: &'a FixedClock,
    password: &'a str,
    /// How many days ago today is.
    day: u32,
    /// Who is signed in today, by their place in the story.
    here: BTreeMap<usize, Actor>,
    /// The browser each person uses.
    devices: BTreeMap<usize, String>,
    /// The ids of the teams, by name.
    teams: BTreeMap<&'static str, String>,
    /// What was generated: its id and the secrets that its users have, the newest last.
    issued: BTreeMap<usize, (String, Vec<String>)>,
}

/// Makes an instance, with its key in a folder, and lives through its first month, in which everybody has the same password. It is left open, at
/// the present hour.
pub(super) async fn live(database: Database, folder: &Path, password: &str) -> std::result::Result<(Console, Background), Exit> {
    let clock = Arc::new(FixedClock::at(SystemClock::default().now().minus(DAY * DAYS + MORNING + AFTERNOON)));
    // Without a mailer: the mails of the month wait for the server.
    let (console, background) = Console::open(Settings {
        database,
        key: KeySource::File(folder.join("jeton.key")),
        prefix: domain::Prefix::default(),
        clock: clock.clone(),
        entropy: Arc::new(SystemEntropy),
        passwords: Parameters::default(),
        origin: String::new(),
        remembered: 0,
        term: services::TERM,
        mailer: None,
    })
    .await
    .map_err(|error| match error {
        OpenError::Key(_) => Exit::input("The database holds something else than a demo. Name an empty one with --postgres."),
        error => error.into(),
    })?;
    let (here, devices, teams, issued) = Default::default();
    let lived = Past { console: &console, clock: &clock, password, day: DAYS, here, devices, teams, issued }.live().await;
    match lived {
        Ok(()) => Ok((console, background)),
        Err(error) => {
            background.stop().await;
            Err(error.into())
        }
    }
}

impl Past<'_> {
    async fn live(&mut self) -> Result<()> {
        let start = self.console.now();
        for day in (0..=DAYS).rev() {
            let dawn = start.plus(DAY * (DAYS - day));
            self.clock.advance(dawn.since(self.console.now()));
            self.here.clear();
            self.day = day;
            self.change(day).await?;
            self.clock.advance(dawn.plus(MORNING).since(self.console.now()));
            self.use_tokens(day).await?;
        }
        Ok(())
    }

    /// Everything that somebody does on this day.
    async fn change(&mut self, day: u32) -> Result<()> {
        if day == DAYS {
            self.begin().await?;
        }
        for (place, person) in PEOPLE.iter().enumerate() {
            for (organization, role, joined) in person.roles {
                if *joined == day {
                    self.join(place, organization, role).await?;
                }
            }
            if person.left == Some(day) {
                self.leave(person).await?;
            }
        }
        for (place, planned) in TOKENS.iter().enumerate() {
            if planned.made == day {
                self.generate(place, planned).await?;
            }
            if planned.turned == day && !matches!(planned.turn, Turn::None) {
                self.turn(place, planned).await?;
            }
        }
        if day == ORGANIZED {
            self.organize().await?;
        }
        if day == 5 {
            let access = self.administer(ADA, ACME, Permission::ORGANIZATION_UPDATE).await?;
            let policy = token_policy::find(self.console, &access).await?;
            let policy = domain::token_policy::Policy { max_days: Some(180), may_never_expire: false, ..policy };
            token_policy::edit(self.console, &access, None, &policy).await?;
        }
        if day == 1 {
            let access = self.administer(GRACE, ACME, Permission::INVITATION_CREATE).await?;
            invitations::create(self.console, &access, "noor@acme.example", "developer", "").await?;
        }
        Ok(())
    }

    async fn begin(&mut self) -> Result<()> {
        let (first, _) = ORGANIZATIONS[0];
        let form = SetupForm {
            organization: first.to_owned(),
            name: PEOPLE[ADA].name.to_owned(),
            email: PEOPLE[ADA].email.to_owned(),
            password: self.password(),
        };
        organizations::set_up(self.console, &self.caller(ADA), &form).await?;
        Ok(())
    }

    /// Somebody joins by an invitation; who is to own an organization is the reason that it is made.
    async fn join(&mut self, place: usize, slug: &str, role: &str) -> Result<()> {
        let person = &PEOPLE[place];
        if role == "owner" {
            let (name, _) = ORGANIZATIONS.iter().find(|(_, known)| *known == slug).ok_or(Error::NotFound)?;
            organizations::create(self.console, &Caller::command_line("demo"), name, person.email).await?;
            return Ok(());
        }
        let host = if slug == ACME { ADA } else { GRACE };
        let access = self.administer(host, slug, Permission::INVITATION_CREATE).await?;
        let invited = invitations::create(self.console, &access, person.email, role, "").await?;
        self.pause();
        let (caller, code) = (self.caller(place), invited.link.expose().to_owned());
        if self.devices.contains_key(&place) || person.roles[0].0 != slug {
            let actor = self.sign_in(place).await?;
            invitations::accept(self.console, &caller, &actor, &code).await?;
        } else {
            let new = NewPerson { name: person.name.to_owned(), password: self.password() };
            let (_, signed_in) = invitations::accept_as_new(self.console, &caller, &code, &new).await?;
            self.devices.insert(place, signed_in.device);
        }
        Ok(())
    }

    /// Teams and a role of its own come to an organization.
    async fn organize(&mut self) -> Result<()> {
        let access = self.administer(ADA, ACME, Permission::TEAMS_CREATE).await?;
        let members = members::list(self.console, &access).await?;
        let user = |place: usize| {
            let member = members.iter().find(|member| member.email.as_str() == PEOPLE[place].email);
            member.map(|member| member.user.to_string()).ok_or(Error::NotFound)
        };
        for (name, description, people) in TEAMS {
            let wrong = |invalid: domain::Invalid| Error::Invalid { field: "team", why: invalid.0 };
            let (typed, description) = (Name::parse(name).map_err(wrong)?, Description::parse(description).map_err(wrong)?);
            let team = teams::create(self.console, &access, typed, description).await?.id.to_string();
            for place in people {
                teams::add_member(self.console, &access, &team, &user(*place)?).await?;
                self.pause();
            }
            self.teams.insert(name, team);
        }
        let (name, description, permissions, holder) = ROLE;
        let role = roles::create(self.console, &access, Definition::parse(name, description, permissions)?).await?;
        members::edit(self.console, &access, &user(holder)?, &role.role.id.to_string()).await?;
        Ok(())
    }

    async fn leave(&mut self, person: &Person) -> Result<()> {
        let access = self.administer(ADA, ACME, Permission::USER_DELETE).await?;
        let members = members::list(self.console, &access).await?;
        let member = members.iter().find(|member| member.email.as_str() == person.email).ok_or(Error::NotFound)?;
        members::remove(self.console, &access, &member.user.to_string(), &BTreeMap::new()).await?;
        Ok(())
    }

    async fn generate(&mut self, place: usize, planned: &Planned) -> Result<()> {
        let access = self.manage(planned, Permission::API_KEY_CREATE).await?;
        let form = Form {
            owner: self.owner(planned),
            label: planned.label.to_owned(),
            description: planned.description.to_owned(),
            expiry: planned.expiry.to_owned(),
            allowed_networks: Some(planned.networks.to_owned()),
            rate_limit: Some(planned.rate.to_owned()),
            ..rights(planned.role, planned.permissions)
        };
        let issued = tokens::create(self.console, &access, form.parse(self.console, &access).await?).await?;
        self.issued.insert(place, (issued.token.id.to_string(), vec![issued.secret.expose().to_owned()]));
        Ok(())
    }

    /// As the form names whom a token is for.
    fn owner(&self, planned: &Planned) -> String {
        let team = self.teams.get(planned.team).cloned();
        team.unwrap_or_else(|| if planned.own { "user" } else { "organization" }.to_owned())
    }

    async fn turn(&mut self, place: usize, planned: &Planned) -> Result<()> {
        let needed = if matches!(planned.turn, Turn::Revoked) { Permission::API_KEY_DELETE } else { Permission::API_KEY_UPDATE };
        // Who left does nothing any more.
        let by = if PEOPLE[planned.by].left.is_some_and(|left| left >= planned.turned) { ADA } else { planned.by };
        let access = self.manage(&Planned { by, ..*planned }, needed).await?;
        let (id, secrets) = self.issued.get_mut(&place).ok_or(Error::NotFound)?;
        match planned.turn {
            Turn::None => {}
            Turn::Disabled => {
                tokens::disable(self.console, &access, id).await?;
            }
            Turn::Revoked => {
                tokens::revoke(self.console, &access, id, planned.label, None).await?;
            }
            Turn::Rotated(overlap) => {
                secrets.push(tokens::rotate(self.console, &access, id, overlap).await?.secret.expose().to_owned());
            }
            Turn::Edited(permissions) => {
                let form = Form {
                    label: planned.label.to_owned(),
                    description: planned.description.to_owned(),
                    expiry: KEEP.to_owned(),
                    ..rights("", permissions)
                };
                tokens::edit(self.console, &access, id, None, form.parse_change(self.console, &access).await?).await?;
            }
        }
        self.pause();
        Ok(())
    }

    /// Presents every token as often as it is on such a day. Some of its users go on with the secret before the last one.
    async fn use_tokens(&mut self, day: u32) -> Result<()> {
        let often = |planned: &Planned| planned.a_day * WEEK[(DAYS - day) as usize % WEEK.len()] / 10;
        let rounds = TOKENS.iter().map(often).max().unwrap_or_default();
        let pause = AFTERNOON / (rounds + 1);
        for round in 0..rounds {
            self.clock.advance(pause);
            for (place, planned) in TOKENS.iter().enumerate() {
                let Some((_, secrets)) = self.issued.get(&place) else { continue };
                if round < often(planned) && (planned.persists || !is_over(planned, day)) {
                    let newest = secrets.len() - 1;
                    let secret = &secrets[if round % 4 == 0 { newest.saturating_sub(1) } else { newest }];
                    self.present(place, planned, secret, round).await?;
                }
            }
        }
        Ok(())
    }

    /// A gateway is shown a token, and asks about it.
    async fn present(&self, place: usize, planned: &Planned, secret: &str, round: u32) -> Result<()> {
        let gateway = GATEWAYS[usize::from(planned.organization != ACME)];
        let Some((_, secrets)) = self.issued.get(&gateway) else { return Ok(()) };
        let asking = Caller::new("demo", Some(IpAddr::from([192, 0, 2, 10])), "gateway/1.14");
        let verifier = access::to_verify(self.console, &secrets[0], &asking).await?;
        let host = u8::try_from(place * 3 % 200).unwrap_or_default() + u8::try_from(round % 3).unwrap_or_default();
        let caller = Caller::new("demo", Some(IpAddr::from([203, 0, 113, host])), AGENTS[place % AGENTS.len()]);
        verify::verify(self.console, verifier, &caller, secret, None).await?;
        Ok(())
    }

    async fn manage(&mut self, planned: &Planned, needed: Permission) -> Result<Access> {
        let actor = self.sign_in(planned.by).await?;
        access::to_tokens(self.console, Some(&actor), &self.caller(planned.by), planned.organization, needed).await
    }

    async fn administer(&mut self, place: usize, slug: &str, needed: Permission) -> Result<Access> {
        let actor = self.sign_in(place).await?;
        access::to_organization(self.console, Some(&actor), &self.caller(place), slug, needed).await
    }

    /// The person's session of today, a few minutes after what was done before.
    async fn sign_in(&mut self, place: usize) -> Result<Actor> {
        self.pause();
        let (caller, device) = (self.caller(place), self.devices.get(&place).cloned());
        if let Some(actor) = self.here.get(&place).cloned() {
            if actor.is_recent(self.clock.now()) {
                return Ok(actor);
            }
            let (actor, _) = sessions::confirm(self.console, &caller, &actor, &self.password(), device.as_deref()).await?;
            self.here.insert(place, actor.clone());
            return Ok(actor);
        }
        let signed_in = sessions::sign_in(self.console, &caller, PEOPLE[place].email, &self.password(), device.as_deref()).await?;
        let actor = sessions::find(self.console, &signed_in.session).await?.ok_or(Error::Unauthenticated)?;
        self.devices.insert(place, signed_in.device);
        self.here.insert(place, actor.clone());
        Ok(actor)
    }

    /// Somebody at their desk. Each day has an address of its own: what one address may try is counted by the real clock, which a month of
    /// sign-ins passes in seconds.
    fn caller(&self, place: usize) -> Caller {
        let host = place * (DAYS as usize + 1) + self.day as usize;
        let address = IpAddr::from([198, 51, 100, u8::try_from(host).unwrap_or_default()]);
        Caller::new("demo", Some(address), "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0")
    }

    fn password(&self) -> Password {
        Password::new(self.password.to_owned())
    }

    fn pause(&self) {
        self.clock.advance(Duration::from_secs(110));
    }
}

/// A form with nothing in it but what a token may do.
fn rights(role: &str, permissions: &str) -> Form {
    let role = if role.is_empty() { CUSTOM } else { role };
    Form { role: role.to_owned(), permissions: permissions.to_owned(), ..Form::default() }
}

/// Whether who uses it knows that it is over.
fn is_over(planned: &Planned, day: u32) -> bool {
    let ended = matches!(planned.turn, Turn::Revoked | Turn::Disabled) && day <= planned.turned;
    ended || planned.expiry.parse().is_ok_and(|days: u32| planned.made >= day + days)
}
