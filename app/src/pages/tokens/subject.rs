//! Which token a form is about.

use domain::Token;
use leptos::prelude::*;

use super::row::owner;
use crate::{
    texts::common,
    ui::details::{Detail, Details},
};

/// The token's mask and its owner, beside its label: labels may repeat, and whoever takes one token for another cuts somebody off.
#[component]
pub fn Subject(token: Token) -> AnyView {
    view! {
        <Details>
            <SubjectDetails token=token />
        </Details>
    }
    .into_any()
}

/// The same among other details.
#[component]
pub fn SubjectDetails(
    token: Token,
    /// What the mask is called, where it is not that of the token itself.
    #[prop(default = common::TOKEN)]
    mask: &'static str,
) -> AnyView {
    let owner = owner(&token, None);
    view! {
        <Detail term=mask>
            <code class="hint">{token.hint.to_string()}</code>
        </Detail>
        <Detail term=common::BELONGS_TO>{owner}</Detail>
    }
    .into_any()
}
