//! The addresses of pages, each written once.

use domain::{InvitationId, MemberQuery, Membership, OwnerChoice, Preset, RoleId, TeamId, TokenId, UserId};

/// Where people sign in and out.
pub const SIGN_IN: &str = "/sign-in";
/// Where the sign-out button posts to.
pub const SIGN_OUT: &str = "/sign-out";
/// Where the first person sets up the organization.
pub const SETUP: &str = "/setup";

/// Where people ask for a link that sets a new password.
pub const FORGOT_PASSWORD: &str = "/forgot-password";
/// Where the link leads, with its code, and where its form posts to.
pub const RESET_PASSWORD: &str = "/reset-password";

/// Every component of the pages, in development builds.
#[cfg(debug_assertions)]
pub const COMPONENTS: &str = "/docs/ui";

/// The API described, for people.
pub const API_REFERENCE: &str = "/docs/api";

/// A person's own account.
pub const ACCOUNT: &str = "/account";
/// Where the form for a new password posts to.
pub const PASSWORD: &str = "/account/password";
/// Where the form posts to that says how the console looks in this browser.
pub const PREFERENCES: &str = "/account/preferences";
/// Where a person finds the tokens that belong to them.
pub const OWN_TOKENS: &str = "/account/tokens";
/// Where a person is signed in.
pub const SESSIONS: &str = "/account/sessions";
/// Where the button that ends one session posts to.
pub const END_SESSION: &str = "/account/sessions/end";
/// Where the button that ends all other sessions posts to.
pub const END_OTHER_SESSIONS: &str = "/account/sessions/end-others";
/// Where an invitation is accepted.
pub const ACCEPT: &str = "/invitations/accept";

/// Where an invitation is accepted, up to its code. Only a good code is ever put behind it: 43 characters of base64url.
pub fn accept(code: &str) -> String {
    format!("{ACCEPT}?code={code}")
}

/// Where one's work in an organization begins: with what needs attention.
pub fn start(membership: &Membership) -> String {
    overview(membership.organization.slug.as_str())
}

/// What needs attention in an organization.
pub fn overview(organization: &str) -> String {
    format!("/orgs/{organization}")
}

/// The list of those of an organization's tokens that belong to who asks.
pub fn own_tokens(organization: &str) -> String {
    with_query(tokens(organization), "owner=me", &[])
}

/// The list of an organization's members.
pub fn members(organization: &str) -> String {
    format!("/orgs/{organization}/members")
}

/// The page of a token that stands in for another one, saying so.
pub fn replacement(organization: &str, token: TokenId) -> String {
    with_query(self::token(organization, token), "", &[("done", "replaces")])
}

/// The list of members that a query finds.
pub fn members_at(organization: &str, query: &MemberQuery) -> String {
    let text = |part: Option<String>| part.unwrap_or_default();
    let (q, after) = (text(query.search.as_ref().map(ToString::to_string)), text(query.after.as_ref().map(ToString::to_string)));
    with_fields(&members(organization), [("q", &q), ("after", &after)])
}

/// The list of members that a query finds, with a page of those who are invited: the first one, or that after this invitation.
pub fn invited_at(organization: &str, query: &MemberQuery, after: Option<InvitationId>) -> String {
    let text = |part: Option<String>| part.unwrap_or_default();
    let (q, invited) = (text(query.search.as_ref().map(ToString::to_string)), text(after.map(|after| after.to_string())));
    with_fields(&members(organization), [("q", &q), ("invited", &invited)]) + "#invited"
}

/// The page of one member.
pub fn member(organization: &str, user: UserId) -> String {
    format!("/orgs/{organization}/members/{user}")
}

/// The page that asks whether to sign a member out everywhere.
pub fn sign_out_member(organization: &str, user: UserId) -> String {
    format!("/orgs/{organization}/members/{user}/sign-out")
}

/// The page that asks what shall become of a member's things when they are removed.
pub fn remove_member(organization: &str, user: impl core::fmt::Display) -> String {
    format!("/orgs/{organization}/members/{user}/remove")
}

/// The list of members, telling that this one was removed.
pub fn removed(organization: &str, user: &str) -> String {
    with_query(members(organization), "", &[("removed", user)])
}

/// The form for an invitation.
pub fn invite(organization: &str) -> String {
    format!("/orgs/{organization}/members/invite")
}

/// Where the button that mails an invitation again posts to.
pub fn send_again(organization: &str, invitation: InvitationId) -> String {
    format!("/orgs/{organization}/members/invitations/{invitation}/send")
}

/// Where the button that takes an invitation back posts to.
pub fn withdraw(organization: &str, invitation: InvitationId) -> String {
    format!("/orgs/{organization}/members/invitations/{invitation}/withdraw")
}

/// The list of an organization's teams.
pub fn teams(organization: &str) -> String {
    format!("/orgs/{organization}/teams")
}

/// The list of teams, beginning after this one.
pub fn teams_after(organization: &str, team: TeamId) -> String {
    with_query(teams(organization), "", &[("after", &team.to_string())])
}

/// The form for a new team.
pub fn new_team(organization: &str) -> String {
    format!("/orgs/{organization}/teams/new")
}

/// The page of one team.
pub fn team(organization: &str, team: impl core::fmt::Display) -> String {
    format!("/orgs/{organization}/teams/{team}")
}

/// The form that renames a team.
pub fn edit_team(organization: &str, team: TeamId) -> String {
    format!("/orgs/{organization}/teams/{team}/edit")
}

/// The page that asks whether to end a team, and where its form posts to.
pub fn end_team(organization: &str, team: TeamId) -> String {
    format!("/orgs/{organization}/teams/{team}/end")
}

/// Where the form that adds somebody to a team posts to.
pub fn team_members(organization: &str, team: TeamId) -> String {
    format!("/orgs/{organization}/teams/{team}/members")
}

/// Where the button that removes somebody from a team posts to.
pub fn remove_from_team(organization: &str, team: TeamId, user: UserId) -> String {
    format!("/orgs/{organization}/teams/{team}/members/{user}/remove")
}

/// The roles of an organization: those that are built in, and its own.
pub fn roles(organization: &str) -> String {
    format!("/orgs/{organization}/roles")
}

/// The form for a new role.
pub fn new_role(organization: &str) -> String {
    format!("/orgs/{organization}/roles/new")
}

/// One of the organization's own roles, and the form that edits it.
pub fn role(organization: &str, role: RoleId) -> String {
    format!("/orgs/{organization}/roles/{role}")
}

/// The page that asks whether to delete a role.
pub fn delete_role(organization: &str, role: RoleId) -> String {
    format!("/orgs/{organization}/roles/{role}/delete")
}

/// The list of an organization's tokens.
pub fn tokens(organization: &str) -> String {
    format!("/orgs/{organization}/tokens")
}

/// The list, with the search ready to be typed into.
pub fn search_tokens(organization: &str) -> String {
    format!("{}#q", tokens(organization))
}

/// The list at a place in it: what `TokenQuery::to_query` writes, empty for the first page of what is active.
pub fn tokens_at(organization: &str, place: &str) -> String {
    with_query(tokens(organization), place, &[])
}

/// The list as a file, from its first page on.
pub fn tokens_csv(organization: &str, place: &str) -> String {
    with_query(format!("/orgs/{organization}/tokens.csv"), place, &[])
}

/// The list with the dialog that asks whether to revoke one of them.
pub fn ask_revoke(organization: &str, place: &str, token: TokenId) -> String {
    with_query(tokens(organization), place, &[("revoke", &token.to_string())])
}

/// The page that asks whether to revoke several of them.
pub fn ask_revoke_many<'a>(organization: &str, place: &str, tokens: impl IntoIterator<Item = &'a str>) -> String {
    let tokens: Vec<_> = tokens.into_iter().collect();
    with_query(revoke_many(organization, ""), place, &[("chosen", &tokens.join(","))])
}

/// The list, telling that these tokens are revoked.
pub fn revoked(organization: &str, place: &str, tokens: impl IntoIterator<Item = TokenId>) -> String {
    let tokens: Vec<_> = tokens.into_iter().map(|token| token.to_string()).collect();
    with_query(self::tokens(organization), place, &[("revoked", &tokens.join(","))])
}

/// The list, telling that this token was generated.
pub fn generated(organization: &str, token: TokenId) -> String {
    with_query(tokens(organization), "", &[("generated", &token.to_string())])
}

/// Where the form of the revoke dialog posts to, with the place in the list to go back to.
pub fn revoke(organization: &str, place: &str, token: TokenId) -> String {
    with_query(format!("/orgs/{organization}/tokens/{token}/revoke"), place, &[])
}

/// Where the form of the revoke dialog on the page of a token posts to: it leads back there.
pub fn revoke_on_page(organization: &str, token: TokenId) -> String {
    format!("{}?{ON_PAGE}", revoke(organization, "", token))
}

/// What an address that [`revoke_on_page`] wrote asks for.
pub const ON_PAGE: &str = "on=page";

/// Where the tokens that were chosen in the list are posted to, and then the confirmation.
pub fn revoke_many(organization: &str, place: &str) -> String {
    with_query(format!("/orgs/{organization}/tokens/revoke"), place, &[])
}

/// The page of one token.
pub fn token(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}")
}

/// The form that edits a token.
pub fn edit(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}/edit")
}

/// Where the button that disables a token posts to.
pub fn disable(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}/disable")
}

/// Where the button that enables a token posts to.
pub fn enable(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}/enable")
}

/// A form of a token, beginning with the permissions of a preset.
pub fn with_preset(form: &str, preset: Preset) -> String {
    let sign = if form.contains('?') { '&' } else { '?' };
    format!("{form}{sign}preset={}#permissions", preset.as_str())
}

/// The mails of an organization.
pub fn mail(organization: &str) -> String {
    format!("/orgs/{organization}/mail")
}

/// What an organization asks of its tokens.
pub fn policies(organization: &str) -> String {
    format!("/orgs/{organization}/policies")
}

/// The form that gives a token a new secret.
pub fn rotate(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}/rotate")
}

/// Where the button that ends the old secret of a token posts to.
pub fn end_overlap(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}/end-overlap")
}

/// The page of one token, telling that its old secret has ended.
pub fn overlap_ended(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}?overlap=ended")
}

/// The page of one token, asking whether to end its old secret.
pub fn ask_end_overlap(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}?overlap=ask")
}

/// The page of one token, asking whether to revoke it.
pub fn ask_revoke_on_page(page: &str) -> String {
    format!("{page}?revoke=ask")
}

/// The page of one token, telling that it is revoked.
pub fn revoked_on_page(page: &str) -> String {
    format!("{page}?done=revoked")
}

/// The page of one token, telling that it was edited.
pub fn edited(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}?done=edited")
}

/// The page of one token, telling that it was rotated.
pub fn rotated(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}?done=rotated")
}

/// The form for a token in the place of one that is over.
pub fn replace(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}/replace")
}

/// The form for a new token.
pub fn new_token(organization: &str) -> String {
    format!("/orgs/{organization}/tokens/new")
}

/// The form for a new token of who asks.
pub fn new_own_token(organization: &str) -> String {
    new_token_of(organization, OwnerChoice::Me)
}

/// The form for a new token of a team.
pub fn new_team_token(organization: &str, team: TeamId) -> String {
    new_token_of(organization, OwnerChoice::Team(team))
}

/// The form for a new token, with whom it belongs to chosen.
pub fn new_token_of(organization: &str, owner: OwnerChoice) -> String {
    with_query(new_token(organization), "", &[("owner", &owner.to_string())])
}

/// The audit log of an organization.
pub fn audit(organization: &str) -> String {
    format!("/orgs/{organization}/audit")
}

/// The audit log, of one token only.
pub fn audit_about(organization: &str, token: TokenId) -> String {
    with_fields(&audit(organization), [("target", &token.to_string())])
}

/// Where the button that checks the audit trail posts to.
pub fn verify_audit(organization: &str) -> String {
    format!("/orgs/{organization}/audit/verify")
}

/// The audit log as a file: `csv` or `jsonl`.
pub fn audit_export(organization: &str, kind: &str) -> String {
    format!("/orgs/{organization}/audit.{kind}")
}

/// Signing in, and then back to a page of the console.
pub fn sign_in_then(next: &str) -> String {
    format!("{SIGN_IN}?next={next}")
}

/// An address with the fields of a form, as a browser would send it; empty fields are left out. The values may be anything.
pub fn with_fields<'a>(page: &str, fields: impl IntoIterator<Item = (&'a str, &'a String)>) -> String {
    let mut address = page.to_owned();
    let mut sign = '?';
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        address.push(sign);
        address.push_str(name);
        address.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                address.push(char::from(byte));
            } else {
                address.push_str(&format!("%{byte:02X}"));
            }
        }
        sign = '&';
    }
    address
}

/// An address with the query of a place in the list, and more. None of the values needs escaping.
fn with_query(mut address: String, place: &str, more: &[(&str, &str)]) -> String {
    let place = (!place.is_empty()).then(|| place.to_owned());
    let more = more.iter().map(|(name, value)| format!("{name}={value}"));
    for (at, part) in place.into_iter().chain(more).enumerate() {
        address.push(if at == 0 { '?' } else { '&' });
        address.push_str(&part);
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_goes_into_an_address_whole() {
        let fields = [("actor", &"Ada & Söhne=?#".to_owned()), ("from", &String::new()), ("to", &"2026-11-22".to_owned())];
        assert_eq!(with_fields("/orgs/acme/audit", fields), "/orgs/acme/audit?actor=Ada%20%26%20S%C3%B6hne%3D%3F%23&to=2026-11-22");
        assert_eq!(with_fields("/orgs/acme/audit", [("to", &String::new())]), "/orgs/acme/audit");
    }

    #[test]
    fn queries_keep_the_place_in_the_list() {
        assert_eq!(tokens_at("acme", ""), "/orgs/acme/tokens");
        assert_eq!(tokens_at("acme", "q=ci&sort=label"), "/orgs/acme/tokens?q=ci&sort=label");
        assert_eq!(tokens_csv("acme", "q=ci"), "/orgs/acme/tokens.csv?q=ci");
        let id: TokenId = "tok_019aa000000070008000000000000000".parse().unwrap();
        assert_eq!(ask_revoke("acme", "", id), format!("/orgs/acme/tokens?revoke={id}"));
        assert_eq!(revoke("acme", "q=ci", id), format!("/orgs/acme/tokens/{id}/revoke?q=ci"));
        assert_eq!(revoked("acme", "q=ci", [id, id]), format!("/orgs/acme/tokens?q=ci&revoked={id},{id}"));
        assert_eq!(ask_revoke_many("acme", "q=ci", ["a", "b"]), "/orgs/acme/tokens/revoke?q=ci&chosen=a,b");
    }
}
