//! The console of Jeton: the same components rendered by the server and, once it has arrived, by the WebAssembly in the browser.
//!
//! Every page works without scripts: forms post to page addresses, links lead to pages. This crate never sees a database pool; on the
//! server it asks [`services`], in the browser it asks the server functions in [`api`].

pub mod api;
mod browser;
mod layout;
mod pages;
pub mod paths;
pub mod posted;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;
mod ui;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

pub use browser::install_catalogue;
#[cfg(feature = "ssr")]
pub use shell::shell;

/// The console: everything inside `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    browser::provide_guard();
    ui::heading::provide_arrival();
    view! {
        // Stands while a page that names itself is still loading.
        <Title text="Jeton" />
        // "external" keeps the router's hands off: the browser itself also moves the focus.
        <a class="skip-link" href="#main" rel="external">
            "Skip to content"
        </a>
        <Router>
            <Routes fallback=pages::not_found::NotFound>
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
