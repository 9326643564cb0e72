//! The addresses of pages, each written once.

use domain::{Cursor, InvitationId, Membership, Permission, TokenId, UserId, policy};

/// Where people sign in and out.
pub const SIGN_IN: &str = "/sign-in";
/// Where the sign-out button posts to.
pub const SIGN_OUT: &str = "/sign-out";
/// Where the first person sets up the organization.
pub const SETUP: &str = "/setup";

/// A person's own account.
pub const ACCOUNT: &str = "/account";
/// Where the form for a new password posts to.
pub const PASSWORD: &str = "/account/password";
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

/// Where one's work in an organization begins: at what one may see.
pub fn start(membership: &Membership) -> String {
    let slug = membership.organization.slug.as_str();
    if policy::allows(membership.role, Permission::API_KEY_READ) { tokens(slug) } else { members(slug) }
}

/// The list of an organization's members.
pub fn members(organization: &str) -> String {
    format!("/orgs/{organization}/members")
}

/// The page of one member.
pub fn member(organization: &str, user: UserId) -> String {
    format!("/orgs/{organization}/members/{user}")
}

/// The page that asks what shall become of a member's things when they are removed.
pub fn remove_member(organization: &str, user: UserId) -> String {
    format!("/orgs/{organization}/members/{user}/remove")
}

/// The form for an invitation.
pub fn invite(organization: &str) -> String {
    format!("/orgs/{organization}/members/invite")
}

/// Where the button that takes an invitation back posts to.
pub fn withdraw(organization: &str, invitation: InvitationId) -> String {
    format!("/orgs/{organization}/members/invitations/{invitation}/withdraw")
}

/// The list of an organization's tokens.
pub fn tokens(organization: &str) -> String {
    format!("/orgs/{organization}/tokens")
}

/// The list from a cursor on; `after` is empty for the first page.
pub fn tokens_after(organization: &str, after: &str) -> String {
    with_query(organization, after, None)
}

/// The next page of the list.
pub fn older_tokens(organization: &str, next: Cursor) -> String {
    with_query(organization, &next.to_string(), None)
}

/// The list with the dialog that asks whether to revoke one of them.
pub fn ask_revoke(organization: &str, after: &str, token: TokenId) -> String {
    with_query(organization, after, Some(("revoke", &token.to_string())))
}

/// The list, telling that a token is revoked.
pub fn revoked(organization: &str, after: &str, token: TokenId) -> String {
    with_query(organization, after, Some(("revoked", &token.to_string())))
}

/// Where the form of the revoke dialog posts to.
pub fn revoke(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}/revoke")
}

/// The page of one token.
pub fn token(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}")
}

/// The form for a new token.
pub fn new_token(organization: &str) -> String {
    format!("/orgs/{organization}/tokens/new")
}

/// Signing in, and then back to a page of the console.
pub fn sign_in_then(next: &str) -> String {
    format!("{SIGN_IN}?next={next}")
}

fn with_query(organization: &str, after: &str, more: Option<(&str, &str)>) -> String {
    let after = (!after.is_empty()).then_some(("after", after));
    let mut address = tokens(organization);
    for (sign, (name, value)) in ['?', '&'].into_iter().zip(after.into_iter().chain(more)) {
        address.push(sign);
        address.push_str(name);
        address.push('=');
        address.push_str(value);
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_keep_the_place_in_the_list() {
        assert_eq!(tokens_after("acme", ""), "/orgs/acme/tokens");
        assert_eq!(tokens_after("acme", "1.tok_0"), "/orgs/acme/tokens?after=1.tok_0");
        let id: TokenId = "tok_019aa000000070008000000000000000".parse().unwrap();
        assert_eq!(ask_revoke("acme", "", id), format!("/orgs/acme/tokens?revoke={id}"));
        assert_eq!(revoked("acme", "1.tok_0", id), format!("/orgs/acme/tokens?after=1.tok_0&revoked={id}"));
    }
}
