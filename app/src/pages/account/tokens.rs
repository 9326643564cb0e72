//! Where a person's own tokens are: they are of an organization each, so this page leads there.

use domain::Membership;
use leptos::prelude::*;

use crate::{
    api::{self, Failure, policy},
    layout::Breadcrumb,
    paths,
    ui::{
        heading::{Heading, PageTitle},
        icon::{Glyph, Icon},
        problem::Problem,
    },
};

/// Leads to the tokens that belong to who is signed in, organization by organization.
#[component]
pub fn OwnTokens() -> impl IntoView {
    let places = Resource::new_blocking(|| (), |()| places());
    view! {
        <Breadcrumb steps=vec![("Your account", None), ("API tokens", None)] />
        <PageTitle page="Your API tokens" />
        <Heading text="Your API tokens" />
        <p class="lead">
            "A token of yours acts for you in one organization. It may never do more there than you may at that moment, and it ends when you leave."
        </p>
        <Transition>
            {move || Suspend::new(async move {
                match places.await {
                    Ok(places) => {
                        let places = places.into_iter().map(|(membership, allowed)| view! { <Place membership=membership allowed=allowed /> });
                        view! { <ul class="places">{places.collect_view()}</ul> }.into_any()
                    }
                    Err(Failure(failure)) => view! { <Problem failure=failure refused="see your API tokens" /> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The organizations of who is signed in, and whether each allows people new tokens of their own. Where that may not be read it is offered
/// all the same: the form says what there is to choose.
async fn places() -> Result<Vec<(Membership, bool)>, Failure> {
    let mut places = Vec::new();
    for membership in api::session::find().await?.memberships {
        let found = policy::find(membership.organization.slug.to_string()).await;
        places.push((membership, found.map_or(true, |found| found.policy.user_tokens_allowed)));
    }
    Ok(places)
}

#[component]
fn Place(membership: Membership, allowed: bool) -> impl IntoView {
    let slug = membership.organization.slug.to_string();
    let name = membership.organization.name.to_string();
    view! {
        <li class="place">
            <div>
                <p class="place-name">{name.clone()}</p>
                <p class="text-muted">{membership.role.title()}</p>
                {(!allowed)
                    .then(|| view! { <p class="text-muted">"The organization's policy allows no new tokens of people."</p> })}
            </div>
            <div class="form-actions">
                // Loaded anew: what stands around these pages is the organization's.
                <a class="button" data-look="secondary" href=paths::own_tokens(&slug) rel="external">
                    <Icon glyph=Glyph::Key />
                    {format!("Your tokens in {name}")}
                </a>
                {allowed
                    .then(|| {
                        view! {
                            <a class="button" data-look="secondary" href=paths::new_own_token(&slug) rel="external">
                                <Icon glyph=Glyph::Plus />
                                "Generate"
                                <span class="sr-only">{format!(" a token of yours in {name}")}</span>
                            </a>
                        }
                    })}
            </div>
        </li>
    }
}
