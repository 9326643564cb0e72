//! The addresses of pages, each written once.

use domain::{Cursor, Preset, TokenId};

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
    format!("{form}?preset={}#permissions", preset.as_str())
}

/// The mails of an organization.
pub fn mail(organization: &str) -> String {
    format!("/orgs/{organization}/mail")
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

/// The form for a token in the place of one that is over.
pub fn replace(organization: &str, token: TokenId) -> String {
    format!("/orgs/{organization}/tokens/{token}/replace")
}

/// The form for a new token.
pub fn new_token(organization: &str) -> String {
    format!("/orgs/{organization}/tokens/new")
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
    fn what_was_typed_goes_into_an_address_whole() {
        let fields = [("actor", &"Ada & Söhne=?#".to_owned()), ("from", &String::new()), ("to", &"2026-11-22".to_owned())];
        assert_eq!(with_fields("/orgs/acme/audit", fields), "/orgs/acme/audit?actor=Ada%20%26%20S%C3%B6hne%3D%3F%23&to=2026-11-22");
        assert_eq!(with_fields("/orgs/acme/audit", [("to", &String::new())]), "/orgs/acme/audit");
    }

    #[test]
    fn queries_keep_the_place_in_the_list() {
        assert_eq!(tokens_after("acme", ""), "/orgs/acme/tokens");
        assert_eq!(tokens_after("acme", "1.tok_0"), "/orgs/acme/tokens?after=1.tok_0");
        let id: TokenId = "tok_019aa000000070008000000000000000".parse().unwrap();
        assert_eq!(ask_revoke("acme", "", id), format!("/orgs/acme/tokens?revoke={id}"));
        assert_eq!(revoked("acme", "1.tok_0", id), format!("/orgs/acme/tokens?after=1.tok_0&revoked={id}"));
    }
}
