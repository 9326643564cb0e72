//! Where a person's own tokens are: they are of an organization each, so this page leads there.

use domain::Membership;
use leptos::prelude::*;

use crate::{
    layout::Breadcrumb,
    paths, queries,
    texts::{
        account::{YOUR_ACCOUNT, tokens as say},
        common,
    },
    ui::{
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        later::later,
        problem::Problem,
    },
};

/// Leads to the tokens that belong to who is signed in, organization by organization.
#[component]
pub fn OwnTokens() -> impl IntoView {
    let me = Resource::new_blocking(|| (), |()| queries::session::find());
    view! {
        <Breadcrumb steps=vec![(YOUR_ACCOUNT, None), (common::API_TOKENS, None)] />
        <PageTitle page=say::YOUR_API_TOKENS />
        <Heading text=say::YOUR_API_TOKENS />
        <p class="lead">{say::LEAD}</p>
        {later(async move {
            match me.await {
                Ok(me) => {
                    let places = me.memberships.into_iter().map(|membership| view! { <Place membership=membership /> });
                    view! { <ul class="places">{places.collect_view()}</ul> }.into_any()
                }
                Err(failure) => view! { <Problem failure=failure refused=say::REFUSED /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Place(membership: Membership) -> impl IntoView {
    let slug = membership.organization.slug.to_string();
    let name = membership.organization.name.to_string();
    let may_have_new = membership.user_tokens_allowed;
    view! {
        <li class="place">
            <div>
                <p class="place-name">{name.clone()}</p>
                <p class="text-muted">{membership.role.title()}</p>
                {(!may_have_new).then(|| view! { <p class="text-muted">{say::NO_NEW_ONES}</p> })}
            </div>
            <div class="form-actions">
                // Loaded anew: what stands around these pages is the organization's.
                <a class="button" data-look="secondary" href=paths::own_tokens(&slug)>
                    <Icon glyph=Glyph::Key />
                    {say::your_tokens_in(&name)}
                </a>
                {may_have_new
                    .then(|| {
                        view! {
                            <a class="button" data-look="secondary" href=paths::new_own_token(&slug)>
                                <Icon glyph=Glyph::Plus />
                                {say::generate_in(&name)}
                            </a>
                        }
                    })}
            </div>
        </li>
    }
}
