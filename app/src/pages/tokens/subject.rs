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
pub fn SubjectDetails(token: Token) -> AnyView {
    let owner = owner(&token, None);
    view! {
        <Detail term=common::TOKEN>
            <code class="hint">{token.hint.to_string()}</code>
        </Detail>
        <Detail term=common::BELONGS_TO>{owner}</Detail>
    }
    .into_any()
}
