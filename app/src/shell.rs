//! The document around the console: what stands in `<head>`, the routes, and the script that makes the islands live.

use leptos::{html, nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

#[cfg(debug_assertions)]
use crate::pages::components::Components;
// A release has no such page.
#[cfg(not(debug_assertions))]
use crate::pages::not_found::NotFound as Components;
use crate::{islands, layout, pages, ssr, texts::shell as say};

/// Lets the inert markup through that Leptos makes new elements from, and refuses whatever could run or load something. There is no way to
/// make a script of a string at all.
const TRUSTED_TYPES: &str = "if(window.trustedTypes)trustedTypes.createPolicy('default',{createHTML:s=>\
    /<(?:script|iframe|object|embed|base|meta|link)| on\\w+\\s*=|javascript:/i.test(s)?null:s})";

/// The whole HTML document. Leptos's own script would write the nonce where style sheets can read it, so this one is ours.
pub(crate) fn shell() -> impl IntoView {
    let ssr::Request { assets, preferences, arrives, .. } = ssr::request();
    let theme = preferences.theme;
    // The macro knows no `media` on `<meta>`.
    let colored = |&(color, media)| html::meta().name("theme-color").attr("media", media).content(color);
    let around = theme.around().iter().map(colored).collect_view();
    let nonce = use_nonce();
    let start = format!(
        "import*as live from'{}';live.default({{module_or_path:'{}'}}).then(()=>\
         document.querySelectorAll('leptos-island').forEach(island=>live[island.dataset.component](island)))",
        assets.script, assets.module
    );
    // Whoever arrives reads the page sooner by a way there and back when the style comes along. The link then fits no medium: the browser fetches
    // it when it has nothing else to do, and the next page finds it in the cache.
    let sheet = arrives.then(|| view! { <style nonce=nonce.clone() inner_html=assets.sheet.clone()></style> });
    let link = html::link().rel("stylesheet").href(assets.style.clone()).media(arrives.then_some("not all"));
    // Only islands are taken over by the browser: nothing else has to be marked for it, nor what it was made from sent along.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=theme.scheme() />
                {around}
                <meta name="description" content=say::DESCRIPTION />
                {sheet}
                {link}
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                <script nonce=nonce.clone() inner_html=TRUSTED_TYPES></script>
                <link rel="modulepreload" href=assets.script.clone() nonce=nonce.clone() />
                <link rel="preload" href=assets.module.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                <script r#type="module" nonce=nonce inner_html=start></script>
                <MetaTags />
            </head>
            <body>
                <App />
                <islands::Page />
            </body>
        </html>
    }
}

/// The console: everything inside `<body>`.
#[component]
fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        // For a page that does not name itself.
        <Title text=say::JETON />
        <a class="skip-link" href="#main">
            {say::SKIP_TO_CONTENT}
        </a>
        <Router>
            <Routes fallback=pages::not_found::NotFound>
                <Route path=path!("/docs/ui") view=Components ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=pages::sign_in::SignIn ssr=SsrMode::Async />
                <Route path=path!("/setup") view=pages::setup::Setup ssr=SsrMode::Async />
                <Route path=path!("/forgot-password") view=pages::forgot_password::ForgotPassword ssr=SsrMode::Async />
                <Route path=path!("/reset-password") view=pages::reset_password::ResetPassword ssr=SsrMode::Async />
                <Route path=path!("/invitations/accept") view=pages::invitations::accept::Accept ssr=SsrMode::Async />
                <ParentRoute path=path!("/account") view=layout::Account ssr=SsrMode::Async>
                    <Route path=path!("") view=pages::account::profile::Profile ssr=SsrMode::Async />
                    <Route path=path!("tokens") view=pages::account::tokens::OwnTokens ssr=SsrMode::Async />
                    <Route path=path!("sessions") view=pages::account::sessions::Sessions ssr=SsrMode::Async />
                </ParentRoute>
                <ParentRoute path=path!("/orgs/:organization") view=layout::Settings ssr=SsrMode::Async>
                    <Route path=path!("") view=pages::overview::OverviewPage ssr=SsrMode::Async />
                    <Route path=path!("tokens") view=pages::tokens::list::Tokens ssr=SsrMode::Async />
                    <Route path=path!("tokens/new") view=pages::tokens::create::NewToken ssr=SsrMode::Async />
                    <Route path=path!("tokens/revoke") view=pages::tokens::revoke_many::RevokeMany ssr=SsrMode::Async />
                    <Route path=path!("tokens/:token") view=pages::tokens::token::TokenPage ssr=SsrMode::Async />
                    <Route path=path!("tokens/:token/edit") view=pages::tokens::edit::EditToken ssr=SsrMode::Async />
                    <Route path=path!("tokens/:token/rotate") view=pages::tokens::rotate::RotateToken ssr=SsrMode::Async />
                    <Route path=path!("tokens/:token/replace") view=pages::tokens::replace::ReplaceToken ssr=SsrMode::Async />
                    <Route path=path!("audit") view=pages::audit::list::AuditLog ssr=SsrMode::Async />
                    <Route path=path!("mail") view=pages::mail::MailPage ssr=SsrMode::Async />
                    <Route path=path!("policies") view=pages::policies::Policies ssr=SsrMode::Async />
                    <Route path=path!("teams") view=pages::teams::list::Teams ssr=SsrMode::Async />
                    <Route path=path!("teams/new") view=pages::teams::form::NewTeam ssr=SsrMode::Async />
                    <Route path=path!("teams/:team") view=pages::teams::team::TeamPage ssr=SsrMode::Async />
                    <Route path=path!("teams/:team/edit") view=pages::teams::form::EditTeam ssr=SsrMode::Async />
                    <Route path=path!("teams/:team/end") view=pages::teams::end::EndTeam ssr=SsrMode::Async />
                    <Route path=path!("roles") view=pages::roles::list::Roles ssr=SsrMode::Async />
                    <Route path=path!("roles/new") view=pages::roles::create::NewRole ssr=SsrMode::Async />
                    <Route path=path!("roles/:role") view=pages::roles::edit::EditRole ssr=SsrMode::Async />
                    <Route path=path!("roles/:role/delete") view=pages::roles::delete::DeleteRole ssr=SsrMode::Async />
                    <Route path=path!("members") view=pages::members::list::Members ssr=SsrMode::Async />
                    <Route path=path!("members/invite") view=pages::invitations::create::Invite ssr=SsrMode::Async />
                    <Route path=path!("members/:user") view=pages::members::member::MemberPage ssr=SsrMode::Async />
                    <Route path=path!("members/:user/sign-out") view=pages::members::sign_out::SignOut ssr=SsrMode::Async />
                    <Route path=path!("members/:user/remove") view=pages::members::remove::Remove ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
