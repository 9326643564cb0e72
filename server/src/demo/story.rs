//! Who is in the demo, and what becomes of their tokens. Days are counted back from today.

use domain::Overlap;

/// How many days there are to tell of.
pub(super) const DAYS: u32 = 30;

pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    /// The slug of an organization, a role in it, and the day of joining. The first person is there before anybody.
    pub(super) roles: &'static [(&'static str, &'static str, u32)],
    /// The day of removal.
    pub(super) left: Option<u32>,
}

#[rustfmt::skip] // a person a line
pub(super) const PEOPLE: [Person; 7] = [
    Person { name: "Ada Okafor", email: "ada@acme.example", roles: &[], left: None },
    Person { name: "Grace Lindqvist", email: "grace@acme.example", roles: &[(ACME, "admin", 30), (GLOBEX, "owner", 29)], left: None },
    Person { name: "Tomás Rivera", email: "tomas@acme.example", roles: &[(ACME, "developer", 29)], left: None },
    Person { name: "Mei Tanaka", email: "mei@acme.example", roles: &[(ACME, "developer", 28)], left: None },
    Person { name: "Priya Nair", email: "priya@acme.example", roles: &[(ACME, "viewer", 20), (GLOBEX, "admin", 19)], left: None },
    Person { name: "Jonas Weber", email: "jonas@acme.example", roles: &[(ACME, "admin", 29)], left: Some(6) },
    Person { name: "Sam Achterberg", email: "sam@globex.example", roles: &[(GLOBEX, "developer", 18)], left: None },
];

pub(super) const ACME: &str = "acme";
pub(super) const GLOBEX: &str = "globex";
/// What the organizations are called, and their slugs.
pub(super) const ORGANIZATIONS: [(&str, &str); 2] = [("Acme", ACME), ("Globex", GLOBEX)];

pub(super) const ADA: usize = 0;
pub(super) const GRACE: usize = 1;
const TOMAS: usize = 2;
const MEI: usize = 3;
const PRIYA: usize = 4;
const JONAS: usize = 5;
const SAM: usize = 6;

/// The day on which teams and roles come to Acme.
pub(super) const ORGANIZED: u32 = 27;
/// Acme's teams: name, description, who is in them.
pub(super) const TEAMS: [(&str, &str, &[usize]); 2] =
    [("Payments", "Everything that moves money.", &[TOMAS, MEI]), ("Platform", "Clusters, agents and what runs on them.", &[GRACE, TOMAS])];
/// Acme's own role: name, description, permissions, who is given it.
pub(super) const ROLE: (&str, &str, &str, usize) = (
    "Release manager",
    "Builds and deploys, and sees who is asked about it.",
    "agent:read cluster:read cluster:update deployment:trigger organization:read recommendations:read scopes:read teams:read user:read",
    MEI,
);

/// What happens to a token, some day.
#[derive(Clone, Copy)]
pub(super) enum Turn {
    None,
    Disabled,
    Revoked,
    Rotated(Overlap),
    /// Gets these permissions in the place of those it had.
    Edited(&'static str),
}

#[derive(Clone, Copy)]
pub(super) struct Planned {
    pub(super) organization: &'static str,
    pub(super) label: &'static str,
    pub(super) description: &'static str,
    /// A role, or none for permissions of its own.
    pub(super) role: &'static str,
    pub(super) permissions: &'static str,
    /// Days, or `never`.
    pub(super) expiry: &'static str,
    /// From where it may be used; empty for everywhere.
    pub(super) networks: &'static str,
    /// How often it may be used; empty for as often as somebody likes.
    pub(super) rate: &'static str,
    /// The place of its maker in [`PEOPLE`].
    pub(super) by: usize,
    /// Whether it belongs to its maker.
    pub(super) own: bool,
    /// The team that it belongs to; empty for none.
    pub(super) team: &'static str,
    pub(super) made: u32,
    /// How often it is presented on a working day.
    pub(super) a_day: u32,
    pub(super) turn: Turn,
    pub(super) turned: u32,
    /// Whether somebody goes on presenting what is dead.
    pub(super) persists: bool,
}

/// A token of Acme by Grace.
const fn token(label: &'static str, role: &'static str, expiry: &'static str, made: u32, a_day: u32) -> Planned {
    Planned {
        organization: ACME,
        label,
        description: "",
        role,
        permissions: "",
        expiry,
        networks: "",
        rate: "",
        by: GRACE,
        own: false,
        team: "",
        made,
        a_day,
        turn: Turn::None,
        turned: 0,
        persists: false,
    }
}

impl Planned {
    const fn for_what(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    const fn by(self, by: usize) -> Self {
        Self { by, ..self }
    }

    const fn own(self, by: usize) -> Self {
        Self { by, own: true, ..self }
    }

    const fn of_team(self, team: &'static str, by: usize) -> Self {
        Self { by, team, ..self }
    }

    const fn of_globex(self, by: usize) -> Self {
        Self { organization: GLOBEX, by, ..self }
    }

    const fn may(self, permissions: &'static str) -> Self {
        Self { role: "", permissions, ..self }
    }

    const fn from(self, networks: &'static str) -> Self {
        Self { networks, ..self }
    }

    const fn at_most(self, rate: &'static str) -> Self {
        Self { rate, ..self }
    }

    const fn then(self, turned: u32, turn: Turn) -> Self {
        Self { turn, turned, ..self }
    }

    const fn persists(self) -> Self {
        Self { persists: true, ..self }
    }
}

/// The place in [`TOKENS`] of the token that Acme's gateway asks with, and of Globex's.
pub(super) const GATEWAYS: [usize; 2] = [0, 44];

#[rustfmt::skip] // a token a line
pub(super) const TOKENS: [Planned; 60] = [
    token("api-gateway", "", "365", 30, 0).by(ADA).may("token:verify token:rotate_self").for_what("Asks whether what callers present is good."),
    token("ci-deploy", "developer", "90", 29, 14).for_what("Rolls out the shop from the main branch.").then(2, Turn::Rotated(Overlap::Week)),
    token("ci-preview", "developer", "90", 29, 9).for_what("Preview environments of merge requests."),
    token("nightly-backup", "viewer", "365", 29, 2).by(ADA).for_what("Copies what is configured, at two in the morning.").from("203.0.113.8/29"),
    token("billing-export", "", "30", 28, 4).may("billing:read budget:read").for_what("The monthly invoice run of finance.").from("203.0.113.12").at_most("100/hour"),
    token("terraform", "admin", "90", 28, 6).by(JONAS).for_what("Applies the platform repository.").then(9, Turn::Rotated(Overlap::Day)),
    token("terraform-plan", "viewer", "90", 28, 12).by(JONAS),
    token("status-page", "viewer", "never", 28, 20).by(JONAS).for_what("Reads which clusters are up."),
    token("cost-dashboard", "viewer", "60", 27, 8).by(JONAS),
    token("cluster-autoscaler", "", "90", 27, 18).may("cluster:read cluster:update").for_what("Resizes the pools."),
    token("agent-eu-west", "", "90", 26, 15).may("agent:read agent:update"),
    token("agent-us-east", "", "90", 26, 13).may("agent:read agent:update"),
    token("agent-ap-south", "", "90", 26, 7).may("agent:read agent:update").then(4, Turn::Disabled).persists(),
    token("recommendations-feed", "viewer", "90", 25, 5),
    token("chatops", "developer", "60", 25, 6).for_what("The bot in the release channel.").then(11, Turn::Edited("deployment:trigger cluster:read")),
    token("datadog", "viewer", "never", 25, 24).by(ADA).for_what("Metrics of the clusters.").from("203.0.113.0/24 2001:db8::/32").at_most("1000/minute"),
    token("grafana", "viewer", "30", 24, 11).for_what("Shared dashboards; ends with the month."),
    token("pagerduty", "viewer", "30", 27, 3).for_what("Looks up who is on call for what."),
    token("contractor-audit", "viewer", "7", 24, 4).for_what("For the security review of this quarter."),
    token("migration-2026", "admin", "14", 23, 10).by(JONAS).for_what("Moves the old budgets over.").persists(),
    token("load-test", "developer", "7", 22, 30),
    token("partner-sandbox", "", "30", 22, 5).may("agent:read cluster:read scopes:read").for_what("What partners may try out.").at_most("3/hour"),
    token("legacy-importer", "admin", "90", 22, 6).by(JONAS).then(7, Turn::Revoked).persists(),
    token("old-jenkins", "developer", "90", 21, 9).then(12, Turn::Revoked).persists().for_what("Replaced by ci-deploy."),
    token("leaked-in-a-gist", "developer", "90", 21, 3).then(15, Turn::Revoked).persists(),
    token("docs-examples", "viewer", "60", 20, 1),
    token("scim-sync", "", "90", 20, 8).by(ADA).may("user:read user:update teams:read").for_what("Brings people over from the directory."),
    token("saml-rotator", "", "90", 19, 1).by(ADA).may("saml_integration:read saml_integration:update"),
    token("mobile-backend", "developer", "90", 18, 22).then(8, Turn::Rotated(Overlap::FirstUse)),
    token("card-terminal", "developer", "30", 18, 16).of_team("Payments", TOMAS).at_most("10/second"),
    token("smoke-tests", "viewer", "30", 17, 12),
    token("refund-bot", "viewer", "90", 16, 6).of_team("Payments", TOMAS),
    token("never-used", "viewer", "90", 16, 0).for_what("Somebody wanted it, nobody took it."),
    token("warehouse-loader", "viewer", "60", 15, 4),
    token("pricing-lab", "", "30", 14, 2).may("custom_pricing:read custom_pricing:update").then(3, Turn::Disabled),
    token("release-train", "developer", "30", 10, 7).of_team("Platform", GRACE),
    token("hackathon", "viewer", "7", 9, 5),
    token("canary", "developer", "90", 3, 9).of_team("Platform", TOMAS),
    token("tomas laptop", "developer", "30", 24, 5).own(TOMAS),
    token("tomas notebook", "viewer", "7", 20, 2).own(TOMAS),
    token("mei scripts", "", "60", 21, 6).own(MEI).may("cluster:read deployment:trigger").then(5, Turn::Rotated(Overlap::Hour)),
    token("mei phone", "", "90", 12, 1).own(MEI).may("cluster:read").then(2, Turn::Revoked),
    token("priya reads", "viewer", "90", 15, 3).own(PRIYA),
    token("jonas cli", "admin", "90", 25, 4).own(JONAS).persists(),
    token("globex-gateway", "", "365", 28, 0).of_globex(GRACE).may("token:verify"),
    token("storefront", "developer", "90", 27, 15).of_globex(GRACE),
    token("inventory", "viewer", "90", 26, 9).of_globex(GRACE),
    token("returns", "viewer", "60", 24, 4).of_globex(GRACE),
    token("mailing", "", "90", 22, 6).of_globex(GRACE).may("user:read"),
    token("search-index", "viewer", "30", 22, 11).of_globex(GRACE),
    token("checkout", "developer", "90", 20, 18).of_globex(GRACE).then(1, Turn::Rotated(Overlap::Day)),
    token("fraud-check", "viewer", "90", 18, 8).of_globex(PRIYA),
    token("loyalty", "viewer", "30", 17, 2).of_globex(PRIYA),
    token("erp-bridge", "admin", "30", 16, 3).of_globex(PRIYA),
    token("old-erp-bridge", "admin", "90", 16, 2).of_globex(PRIYA).then(6, Turn::Revoked).persists(),
    token("reporting", "viewer", "90", 14, 5).of_globex(PRIYA),
    token("price-tags", "", "60", 12, 3).of_globex(PRIYA).may("custom_pricing:read"),
    token("trial", "viewer", "7", 11, 2).of_globex(PRIYA),
    token("sam cli", "developer", "30", 15, 4).of_globex(SAM).own(SAM),
    token("sam notebook", "viewer", "30", 4, 1).of_globex(SAM).own(SAM),
];
