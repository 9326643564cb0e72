//! Tokens by the thousand: of everybody, for everything, in every state, so that every order and filter of the list has something to find.

use std::time::Duration;

use domain::{AssignedRole, Description, Issued, Label, Member, Name, Owner, OwnerTeam, PermissionSet, Person, Role, State, Timestamp};
use services::{
    Access, Caller, Console, Error, access, members, teams,
    tokens::{self, Seed},
};

const DAY: Duration = Duration::from_hours(24);
/// How many days ago the first were generated. Less than the demo's policy lets a token live.
const DAYS: u32 = 175;
/// Until when such a token may live at most.
const LIFE: u32 = 180;

const SERVICES: [&str; 24] = [
    "billing",
    "search",
    "checkout",
    "inventory",
    "mailer",
    "metrics",
    "gateway",
    "scheduler",
    "reports",
    "backup",
    "login",
    "catalog",
    "shipping",
    "invoices",
    "webhooks",
    "thumbnails",
    "imports",
    "exports",
    "audit",
    "alerts",
    "proxy",
    "registry",
    "crawler",
    "ledger",
];
const PLACES: [&str; 6] = ["prod", "staging", "ci", "dev", "eu", "us"];
const PURPOSES: [&str; 5] =
    ["", "", "Deploys from the pipeline.", "Reads what the dashboard shows.", "Rotated by hand; ask the team before you touch it."];
const PERMISSIONS: [&str; 4] = ["token:verify", "deployment:trigger", "cluster:read agent:read", "organization:read scopes:read"];

/// Adds so many made-up tokens to an organization; see [`tokens::seed`].
pub async fn seed(console: &Console, caller: &Caller, organization: &str, tokens: u32, kept: usize) -> Result<Vec<Issued>, Error> {
    let access = access::by_operator(console, organization, caller).await?;
    let crowd = Crowd::of(console, &access).await?;
    let now = console.now();
    tokens::seed(console, &access, (0..tokens).map(|number| crowd.token(number, tokens, now)), kept).await
}

/// Who there is.
struct Crowd {
    members: Vec<Member>,
    teams: Vec<OwnerTeam>,
}

impl Crowd {
    async fn of(console: &Console, access: &Access) -> Result<Self, Error> {
        let teams = teams::list(console, access, None, 100).await?.items;
        Ok(Self {
            members: members::list(console, access).await?,
            teams: teams.into_iter().map(|team| OwnerTeam { id: team.id, name: team.name, is_ended: false }).collect(),
        })
    }

    /// What token number so much of so many is. The same number is always the same, but for its secret.
    fn token(&self, number: u32, of: u32, now: Timestamp) -> Seed {
        let mut dice = Dice(u64::from(number));
        let creator = &self.members[dice.below(self.members.len())];
        let owner = match dice.below(100) {
            0..15 if !self.teams.is_empty() => Owner::Team(self.teams[dice.below(self.teams.len())].clone()),
            15..40 => Owner::User(Person { id: creator.user, name: creator.name.clone(), role: Some(creator.role.clone()) }),
            _ => Owner::Organization,
        };
        let role = match dice.below(100) {
            0..50 => Some(Role::Viewer),
            50..75 => Some(Role::Developer),
            75..85 => Some(Role::Admin),
            _ => None,
        };
        let own = PERMISSIONS[dice.below(PERMISSIONS.len())];
        let mut label = format!("{}-{}", SERVICES[dice.below(SERVICES.len())], PLACES[dice.below(PLACES.len())]);
        if dice.below(50) > 0 {
            label = format!("{label}-{number}");
        }
        // One after the other, the last a moment ago.
        let age = (DAY * DAYS).mul_f64(f64::from(of - number) / f64::from(of));
        let created_at = now.minus(age);
        let later = |dice: &mut Dice| created_at.plus(age.mul_f64(dice.share()));
        let name = creator.name.as_str().to_owned();
        let (state, expires_at) = match dice.below(100) {
            0..8 => (State::Revoked { at: later(&mut dice), by: name, why: None }, Some(created_at.plus(DAY * LIFE))),
            8..14 => (State::Active, Some(later(&mut dice))),
            14..16 => (State::Disabled { at: later(&mut dice), by: name }, Some(created_at.plus(DAY * LIFE))),
            // From before there was a policy.
            16..20 => (State::Active, None),
            _ => (State::Active, Some(now.plus((DAY * LIFE).saturating_sub(age).mul_f64(0.1 + 0.9 * dice.share())))),
        };
        let over = match &state {
            State::Revoked { at, .. } | State::Disabled { at, .. } => *at,
            State::Active => expires_at.map_or(now, |end| end.min(now)),
        };
        // Most are at work; some were forgotten, and an eighth was never used.
        let last_used_at = match dice.below(16) {
            0 | 1 => None,
            2 | 3 => Some(created_at.plus(over.since(created_at).mul_f64(dice.share()))),
            _ => Some(over.minus(DAY.mul_f64(dice.share())).max(created_at)),
        };
        Seed {
            owner,
            label: Label::parse(&label).expect("a label"),
            description: Description::parse(PURPOSES[dice.below(PURPOSES.len())]).expect("a description"),
            role: role.map(AssignedRole::from),
            permissions: if role.is_none() { own.parse().expect("permissions of the catalogue") } else { PermissionSet::NONE },
            created_at,
            creator: (creator.user, Name::clone(&creator.name)),
            expires_at,
            last_used_at,
            state,
        }
    }
}

/// `SplitMix64`: chance that is the same each time. Nothing secret comes of it.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or_default()
    }

    /// A share of the whole.
    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / f64::from(u32::MAX)
    }
}
