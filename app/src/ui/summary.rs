//! The summary of what was refused, above a form. It takes the focus and leads to the field, but for the password that is asked for: that
//! field takes the focus itself, since there is nothing to put right.

use domain::{CURRENT_PASSWORD, Failure};
use leptos::prelude::*;

use super::{
    field::Refusal,
    icon::{Glyph, Icon},
};
use crate::texts::ui::summary as say;

/// Says why a form was not taken. `fields` are the ids that a link can lead to, beside the password's where it was asked for.
#[component]
pub fn Summary(
    #[prop(default = say::NOT_ACCEPTED)] title: &'static str,
    fields: &'static [&'static str],
    refusal: Refusal,
) -> impl IntoView {
    refusal.failure().map(|Failure { message, field, .. }| {
        let takes_focus = field.as_deref() != Some(CURRENT_PASSWORD);
        let id = field.filter(|field| fields.contains(&field.as_str()) || field == CURRENT_PASSWORD);
        view! {
            <div class="summary" role="alert" tabindex="-1" autofocus=takes_focus>
                <Icon glyph=Glyph::Warning />
                <div>
                    <h2 class="summary-title">{title}</h2>
                    <p>
                        {match id {
                            Some(id) => view! { <a href=format!("#{id}")>{message}</a> }.into_any(),
                            None => message.into_any(),
                        }}
                    </p>
                </div>
            </div>
        }
    })
}
