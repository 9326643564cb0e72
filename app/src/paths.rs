//! The addresses of pages, each written once.

use domain::TokenId;

/// Where people sign in and out.
pub const SIGN_IN: &str = "/sign-in";
/// Where the sign-out button posts to.
pub const SIGN_OUT: &str = "/sign-out";
/// Where the first person sets up the organization.
pub const SETUP: &str = "/setup";

/// The list of an organization's tokens.
pub fn tokens(organization: &str) -> String {
    format!("/orgs/{organization}/tokens")
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

/// Where the form of the revoke dialog posts to, with the place in the list to go back to.
pub fn revoke(organization: &str, place: &str, token: TokenId) -> String {
    with_query(format!("/orgs/{organization}/tokens/{token}/revoke"), place, &[])
}

/// Where the tokens that were chosen in the list are posted to, and then the confirmation.
pub fn revoke_many(organization: &str, place: &str) -> String {
    with_query(format!("/orgs/{organization}/tokens/revoke"), place, &[])
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
