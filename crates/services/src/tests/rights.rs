//! Rights over a long life: whoever does whatever in whatever order, nobody comes to hold what neither they nor who gave it to them held
//! (R29), nobody reaches another organization (R28), who was removed leaves nothing behind that works (R31), and somebody always owns the
//! organization (R32).

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Change, Description, Issued, Label, Lifetime, Name, Overlap, Owner, OwnerChoice, Permission, PermissionSet, Rights, Role, UserId,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use test_database::rounds;

use super::{Instance, PASSWORD, caller, on_both};
use crate::{
    Access, Actor, Console, Error, Result, access,
    invitations::{self, NewPerson},
    members,
    organizations::Password,
    roles::{self, Definition},
    sessions, teams,
    tokens::{self, NewToken},
};

on_both![nobody_comes_to_hold_more_than_was_given];

/// How many operations are tried in one organization.
const STEPS: usize = 400;

/// The place among all of who owns another organization.
const EVE: usize = 1;

/// Somebody who may try things.
#[derive(Clone)]
enum Who {
    Person(Box<Actor>),
    /// The bearer of this secret, and whose the token is when it is a person's.
    Bearer {
        secret: String,
        of: Option<UserId>,
    },
}

struct World<'a> {
    instance: &'a Instance,
    everybody: Vec<Who>,
    all: Vec<Permission>,
    tokens: Vec<String>,
    users: Vec<String>,
    roles: Vec<String>,
    teams: Vec<String>,
    names: usize,
}

/// What to try, all of it by chance.
#[derive(Debug, Clone)]
struct Step {
    who: [prop::sample::Index; 3],
    what: u8,
    which: prop::sample::Index,
    other: prop::sample::Index,
    wish: Vec<usize>,
    broad: bool,
}

/// One of the latest: most of what is older is over.
fn pick(from: &[String], at: prop::sample::Index) -> String {
    let latest = &from[from.len().saturating_sub(4)..];
    if latest.is_empty() { String::new() } else { latest[at.index(latest.len())].clone() }
}

fn step(permissions: usize) -> impl Strategy<Value = Step> {
    let index = any::<prop::sample::Index>;
    ([index(), index(), index()], 0..18_u8, index(), index(), prop::collection::vec(0..permissions, 0..6), any::<bool>())
        .prop_map(|(who, what, which, other, wish, broad)| Step { who, what, which, other, wish, broad })
}

impl World<'_> {
    fn console(&self) -> &Console {
        &self.instance.console
    }

    /// The way in of somebody who asks for this: to tokens where the console and REST have one of their own.
    async fn way(&self, who: &Who, organization: &str, permission: Permission, to_tokens: bool) -> Result<Access> {
        match who {
            Who::Person(actor) if to_tokens => access::to_tokens(self.console(), Some(actor), &caller(), organization, permission).await,
            Who::Person(actor) => access::to_organization(self.console(), Some(actor), &caller(), organization, permission).await,
            Who::Bearer { secret, .. } => access::by_token_to(self.console(), secret, &caller(), organization, permission).await,
        }
    }

    /// All that somebody may do in Acme at this moment.
    async fn held(&self, who: &Who) -> PermissionSet {
        let access = match who {
            Who::Person(actor) => access::to_tokens(self.console(), Some(actor), &caller(), "acme", Permission::API_KEY_READ).await,
            Who::Bearer { secret, .. } => access::by_token_to_itself(self.console(), secret, &caller()).await,
        };
        match access {
            Ok(access) => self.all.iter().copied().filter(|each| access.allows(*each)).collect(),
            Err(Error::NotFound | Error::Unauthenticated) => PermissionSet::NONE,
            Err(error) => panic!("{error}"),
        }
    }

    async fn owners(&self) -> i64 {
        let sql = "SELECT COUNT(*) FROM memberships m JOIN organizations o ON o.id = m.organization_id WHERE o.slug = 'acme' AND m.role = 'owner'";
        self.instance.count(sql).await
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("N{}", self.names)
    }

    /// Tries one thing. What it brings into being is remembered, and tried by others and as somebody later.
    async fn attempt(&mut self, who: &Who, step: &Step) -> Result<()> {
        if step.what < 10 { self.attempt_on_tokens(who, step).await } else { self.attempt_on_people(who, step).await }
    }

    /// The permissions that a step wishes for.
    fn wish(&self, step: &Step) -> PermissionSet {
        let wish: PermissionSet = step.wish.iter().map(|at| self.all[*at]).collect();
        let keys = "api_key:create api_key:read api_key:update api_key:delete user:read user:update role:read role:create role:update";
        if step.broad { wish.union(keys.parse().unwrap()) } else { wish }
    }

    /// Remembers a secret, and whose its token is.
    fn remember(&mut self, issued: &Issued) {
        let of = if let Owner::User(person) = &issued.token.owner { Some(person.id) } else { None };
        self.everybody.push(Who::Bearer { secret: issued.secret.expose().to_owned(), of });
    }

    async fn attempt_on_tokens(&mut self, who: &Who, step: &Step) -> Result<()> {
        let console = self.console().clone();
        let (token, assigned, wish, name) = (pick(&self.tokens, step.which), pick(&self.roles, step.other), self.wish(step), self.name());
        let lifetime = Lifetime::Minutes(60 + u32::try_from(step.other.index(100_000)).unwrap());
        match step.what {
            0..=3 => {
                let access = self.way(who, "acme", Permission::API_KEY_CREATE, true).await?;
                let by_role = step.what == 1;
                let owner = match step.what {
                    2 => Some(OwnerChoice::Me),
                    3 => pick(&self.teams, step.other).parse().ok().map(OwnerChoice::Team),
                    _ => None,
                };
                let new = NewToken {
                    owner,
                    label: Label::parse(&name).unwrap(),
                    description: Description::parse("").unwrap(),
                    role: if by_role { Some(roles::named(&console, &access, &assigned).await?) } else { None },
                    permissions: if by_role { PermissionSet::NONE } else { wish },
                    lifetime,
                    limits: domain::Limits::default(),
                };
                let issued = tokens::create(&console, &access, new).await?;
                self.tokens.push(issued.token.id.to_string());
                self.remember(&issued);
            }
            4 => {
                let access = self.way(who, "acme", Permission::API_KEY_UPDATE, true).await?;
                let rights = Some(Rights { role: None, permissions: wish });
                let change = Change { label: None, description: None, rights, lifetime: step.broad.then_some(lifetime), limits: None };
                tokens::edit(&console, &access, &token, None, change).await?;
            }
            5 => {
                let access = self.way(who, "acme", Permission::API_KEY_UPDATE, true).await?;
                let issued = tokens::rotate(&console, &access, &token, if step.broad { Overlap::Now } else { Overlap::Hour }).await?;
                self.remember(&issued);
            }
            6 => {
                let access = self.way(who, "acme", Permission::API_KEY_UPDATE, true).await?;
                tokens::disable(&console, &access, &token).await?;
            }
            7 => {
                let access = self.way(who, "acme", Permission::API_KEY_UPDATE, true).await?;
                tokens::enable(&console, &access, &token).await?;
            }
            8 => {
                let access = self.way(who, "acme", Permission::API_KEY_CREATE, true).await?;
                let issued = tokens::replace(&console, &access, &token).await?;
                self.tokens.push(issued.token.id.to_string());
                self.remember(&issued);
            }
            _ => {
                let access = self.way(who, "acme", Permission::API_KEY_DELETE, true).await?;
                tokens::revoke_by_id(&console, &access, &token, None).await?;
            }
        }
        Ok(())
    }

    async fn attempt_on_people(&mut self, who: &Who, step: &Step) -> Result<()> {
        let console = self.console().clone();
        let (user, team, role) = (pick(&self.users, step.which), pick(&self.teams, step.other), pick(&self.roles, step.which));
        let (assigned, wish, name) = (pick(&self.roles, step.other), self.wish(step), self.name());
        match step.what {
            10 | 11 => {
                let access = self.way(who, "acme", Permission::USER_UPDATE, false).await?;
                members::edit(&console, &access, &user, &assigned).await?;
            }
            12 => {
                let access = self.way(who, "acme", Permission::INVITATION_CREATE, false).await?;
                let email = format!("{}@acme.test", name.to_lowercase());
                let invited = invitations::create(&console, &access, &email, &assigned, "").await?;
                let person = NewPerson { name, password: Password::new(PASSWORD.to_owned()) };
                let (_, signed_in) = invitations::accept_as_new(&console, &caller(), invited.link.expose(), &person).await?;
                let actor = sessions::find(&console, &signed_in.session).await?.unwrap();
                self.users.push(actor.id().to_string());
                self.everybody.push(Who::Person(Box::new(actor)));
            }
            13 => {
                let access = self.way(who, "acme", Permission::ROLE_CREATE, false).await?;
                let made =
                    roles::create(&console, &access, Definition { permissions: wish, ..Definition::parse(&name, "", "").unwrap() }).await?;
                self.roles.push(made.role.id.to_string());
            }
            14 => {
                let access = self.way(who, "acme", Permission::ROLE_UPDATE, false).await?;
                let to = Definition { permissions: wish, ..Definition::parse(&name, "", "").unwrap() };
                roles::edit(&console, &access, &role, None, to).await?;
            }
            // Few, so that there are people in them.
            15 if self.teams.len() > 1 => return Err(Error::Forbidden),
            15 => {
                let access = self.way(who, "acme", Permission::TEAMS_CREATE, false).await?;
                let made = teams::create(&console, &access, Name::parse(&name).unwrap(), Description::parse("").unwrap()).await?;
                self.teams.push(made.id.to_string());
            }
            16 => {
                let access = self.way(who, "acme", Permission::TEAMS_UPDATE, false).await?;
                let themselves = if let (Who::Person(actor), true) = (who, step.broad) { Some(actor.id().to_string()) } else { None };
                teams::add_member(&console, &access, &team, &themselves.unwrap_or(user)).await?;
            }
            // Seldom, or soon nobody would be left.
            _ if step.wish.len() < 2 => {
                let access = self.way(who, "acme", Permission::USER_DELETE, false).await?;
                members::remove(&console, &access, &user, &BTreeMap::new()).await?;
            }
            _ => return Err(Error::Forbidden),
        }
        Ok(())
    }
}

async fn nobody_comes_to_hold_more_than_was_given(instance: Instance) {
    let mut runner = TestRunner::deterministic();
    let (mut done, mut refused) = live_long(&instance, &mut runner).await;
    // In another one each time: the more there is, the less of it is anybody's who could still do something with it.
    let lives = rounds(1, 10);
    for _ in 1..lives {
        let (again, in_vain) = live_long(&instance.another().await, &mut runner).await;
        done.extend(again);
        refused += in_vain;
    }
    let kinds: Vec<u8> = (0..18).filter(|what| !done.contains(what)).collect();
    assert!(kinds.is_empty() && refused > lives * STEPS / 10, "never done: {kinds:?}; {refused} refused");
}

/// Lets everybody try things; answers which were done at all, and how often one was refused.
async fn live_long(instance: &Instance, runner: &mut TestRunner) -> (BTreeSet<u8>, usize) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "eve@globex.test").await;
    let people = [(Role::Owner, "olga"), (Role::Admin, "adam"), (Role::Developer, "dev"), (Role::Viewer, "vi")];
    let mut everybody = Vec::new();
    for email in ["ada@acme.test", "eve@globex.test"] {
        everybody.push(Who::Person(Box::new(instance.actor(email).await)));
    }
    for (role, name) in people {
        let email = format!("{name}@acme.test");
        instance.member("acme", role, &email).await;
        everybody.push(Who::Person(Box::new(instance.actor(&email).await)));
    }
    let users: Vec<_> =
        everybody.iter().filter_map(|who| if let Who::Person(actor) = who { Some(actor.id().to_string()) } else { None }).collect();
    let owner = instance.owner().await;
    let team = teams::create(&instance.console, &owner, Name::parse("Core").unwrap(), Description::parse("").unwrap()).await.unwrap();
    for (at, user) in users.iter().enumerate() {
        if at != EVE {
            teams::add_member(&instance.console, &owner, &team.id.to_string(), user).await.unwrap();
        }
    }
    let teams = vec![team.id.to_string()];
    let roles = ["owner", "admin", "developer", "viewer"].map(str::to_owned).to_vec();
    let all: Vec<Permission> = Permission::all().collect();
    let steps = step(all.len());
    let mut world = World { instance, everybody, all, tokens: Vec::new(), users, roles, teams, names: 0 };
    let mut before = Vec::new();
    for who in &world.everybody {
        before.push(world.held(who).await);
    }
    // The places in `everybody` of those who left, and of what was theirs.
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    let (mut done, mut refused) = (BTreeSet::new(), 0);
    for round in 0..STEPS {
        let step = steps.new_tree(runner).unwrap().current();
        // Of three, the one who may do the most, for nearly all that the others try is refused; and at times who belongs elsewhere.
        let places = step.who.map(|who| who.index(world.everybody.len()));
        let place = if places[0] == EVE { EVE } else { places.into_iter().max_by_key(|at| before[*at].iter().count()).unwrap() };
        let (who, may) = (world.everybody[place].clone(), before[place]);
        let head = instance.count("SELECT seq FROM head").await;
        match world.attempt(&who, &step).await {
            Ok(()) => {
                assert!(place != EVE, "round {round}: another organization was reached by {step:?}");
                done.insert(step.what);
            }
            Err(Error::Forbidden | Error::NotFound | Error::Invalid { .. } | Error::Conflict(_) | Error::Unauthenticated) => {
                // An invitation may be made and then not accepted; nothing else is done by halves.
                assert!(
                    step.what == 12 || instance.count("SELECT seq FROM head").await == head,
                    "round {round}: refused, but not without a trace: {step:?}"
                );
                refused += 1;
            }
            Err(error) => panic!("round {round}: {error} of {step:?}"),
        }
        assert!(world.owners().await >= 1, "round {round}: nobody owns the organization after {step:?}");
        let people: Vec<_> = world.everybody.iter().map(|who| if let Who::Person(actor) = who { Some(actor.id()) } else { None }).collect();
        for (at, who) in world.everybody.iter().enumerate() {
            let (now, was) = (world.held(who).await, before.get(at).copied().unwrap_or(PermissionSet::NONE));
            let gained = now.without(was);
            assert!(may.covers(gained), "round {round}: {step:?} gave {gained:?} by somebody who held {may:?}");
            if gone.contains(&at) {
                assert_eq!(now, PermissionSet::NONE, "round {round}: who was removed is back after {step:?}");
            }
            if before.len() == at { before.push(now) } else { before[at] = now }
        }
        if step.what == 17 {
            for (at, who) in world.everybody.iter().enumerate() {
                let left =
                    |user: UserId| people.iter().position(|each| *each == Some(user)).is_some_and(|at| before[at] == PermissionSet::NONE);
                let of = match who {
                    Who::Person(actor) => Some(actor.id()),
                    Who::Bearer { of, .. } => *of,
                };
                if at != EVE && of.is_some_and(left) {
                    assert_eq!(before[at], PermissionSet::NONE, "round {round}: what was theirs works on");
                    gone.insert(at);
                }
            }
        }
    }
    (done, refused)
}
