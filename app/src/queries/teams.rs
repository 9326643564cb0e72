//! What pages do with an organization's teams. They are changed by plain forms alone: whoever changes a team may be changing what they see
//! themselves, so they get a new page.

use domain::{Failure, Organization, Team, TeamMember, TeamPage, Timestamp, Token, TokenId, UserId};
use serde::{Deserialize, Serialize};

use crate::ssr::{reply, request};

/// A page of an organization's teams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamList {
    /// Whose teams.
    pub organization: Organization,
    /// The rows, by name.
    pub page: TeamPage,
    /// Whether this is not the first page.
    pub later: bool,
    /// Whether to offer "Create team".
    pub may_create: bool,
}

/// Somebody who could be added to a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub user: UserId,
    /// Their name and, since names repeat, their address.
    pub title: String,
}

/// One team, in the eyes of the person asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Whose team.
    pub organization: Organization,
    /// The team.
    pub team: Team,
    /// Who is in it, by name.
    pub members: Vec<TeamMember>,
    /// Who could be added; nobody for who may not add.
    pub candidates: Vec<Candidate>,
    /// Its tokens that are not over, newest first, as far as the person asking may see them.
    pub tokens: Vec<Token>,
    /// What is outside of the organization's policy about some of them.
    pub outside: Vec<(TokenId, String)>,
    /// Whether the person asking is in it, and so generates tokens for it where the policy allows such.
    pub is_in: bool,
    /// Whether the organization's policy allows new tokens of teams.
    pub may_have_new: bool,
    /// Whether the person asking may see its tokens.
    pub may_see: bool,
    /// Whether to offer editing, adding and removing.
    pub may_update: bool,
    /// Whether to offer ending it.
    pub may_end: bool,
    /// The server's time when it answered, which relative times are counted from.
    pub now: Timestamp,
}

/// What a form for a team begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blank {
    /// Whose team.
    pub organization: Organization,
    /// The team, of a form that edits one.
    pub team: Option<Team>,
    /// What the form gives back with the change, of a form that edits one; else empty.
    pub version: String,
}

/// What ends with a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doomed {
    /// Whose team.
    pub organization: Organization,
    /// The team.
    pub team: Team,
    /// Its tokens that are not over, newest first, as far as the person asking may see them.
    pub tokens: Vec<Token>,
    /// See [`Found::now`].
    pub now: Timestamp,
}

impl Candidate {
    fn new(user: UserId, name: &domain::Name, email: &domain::Email) -> Self {
        Self { user, title: format!("{name} ({})", email.as_str()) }
    }
}

/// Lists teams by name, those after this one.
pub async fn list(organization: String, after: String) -> Result<TeamList, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::TEAMS_READ).await?;
            let after = Some(after.as_str()).filter(|after| !after.is_empty());
            Ok(TeamList {
                page: services::teams::list(&request.console, &access, after, services::teams::PAGE).await?,
                later: after.is_some(),
                may_create: access.allows(domain::Permission::TEAMS_CREATE),
                organization: access.organization().clone(),
            })
        }
        .await,
    )
}

/// Finds one team, who is in it, and its tokens.
pub async fn find(organization: String, team: String) -> Result<Found, Failure> {
    use domain::Permission;

    let request = request();
    reply(
        async {
            let access = request.tokens(&organization, Permission::API_KEY_READ).await?;
            let team = services::teams::find(&request.console, &access, &team).await?;
            let members = services::teams::members(&request.console, &access, team.id).await?;
            let may_update = access.allows(Permission::TEAMS_UPDATE);
            let candidates = if may_update && access.allows(Permission::USER_READ) {
                let all = services::members::list(&request.console, &access).await?;
                let others = all.iter().filter(|one| members.iter().all(|each| each.user != one.user));
                others.map(|one| Candidate::new(one.user, &one.name, &one.email)).collect()
            } else {
                Vec::new()
            };
            let tokens = services::teams::list_tokens(&request.console, &access, team.id).await?;
            Ok(Found {
                outside: services::token_policy::breaches(&request.console, &access, &tokens).await?,
                tokens,
                is_in: access.is_in(team.id),
                may_have_new: services::token_policy::allows(&request.console, &access, domain::Kind::Team).await?,
                may_see: access.is_in(team.id) || access.allows(Permission::API_KEY_READ),
                may_update,
                may_end: access.allows(Permission::TEAMS_DELETE),
                organization: access.organization().clone(),
                team,
                members,
                candidates,
                now: request.console.now(),
            })
        }
        .await,
    )
}

/// What the "Create team" form needs to know. Refuses who may not create one.
pub async fn form(organization: String) -> Result<Blank, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::TEAMS_CREATE).await?;
            Ok(Blank { organization: access.organization().clone(), team: None, version: String::new() })
        }
        .await,
    )
}

/// Finds a team to edit it. Refuses who may not.
pub async fn editable(organization: String, team: String) -> Result<Blank, Failure> {
    let request = request();
    reply(
        async {
            let access = request.access(&organization, domain::Permission::TEAMS_UPDATE).await?;
            let team = services::teams::find(&request.console, &access, &team).await?;
            let version = services::teams::version(&team);
            Ok(Blank { organization: access.organization().clone(), team: Some(team), version })
        }
        .await,
    )
}

/// Tells what ends with a team. Refuses who may not end it.
pub async fn ending(organization: String, team: String) -> Result<Doomed, Failure> {
    use domain::Permission;

    let request = request();
    reply(
        async {
            request.access(&organization, Permission::TEAMS_DELETE).await?;
            let access = request.tokens(&organization, Permission::API_KEY_READ).await?;
            let team = services::teams::find(&request.console, &access, &team).await?;
            Ok(Doomed {
                tokens: services::teams::list_tokens(&request.console, &access, team.id).await?,
                organization: access.organization().clone(),
                team,
                now: request.console.now(),
            })
        }
        .await,
    )
}
