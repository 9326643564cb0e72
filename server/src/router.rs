//! The router: every address there is, in one list, and the layers around it.

use std::{sync::Arc, time::Duration};

use app::ssr::Assets;
use axum::{
    Router,
    http::StatusCode,
    middleware,
    routing::{any, get, post},
};
use axum_client_ip::ClientIpSource;
use services::{Console, Entropy};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

use crate::{assets, compression, config::PublicUrl, cookies, csrf, exports, forms, observe, pages, rest};

/// The largest body anything takes.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;
/// The longest a request may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const _: () = assert!(services::revocations::LONGEST_WAIT.as_secs() + 5 <= PATIENCE.as_secs(), "who waits is answered in time");

/// What every handler may use.
#[derive(Clone)]
pub struct Site {
    /// The services.
    pub console: Console,
    /// The addresses of the built files.
    pub assets: Arc<Assets>,
    /// What people type.
    pub public_url: PublicUrl,
    /// Where a client's address is read from.
    pub client_ip: ClientIpSource,
    /// Whether mails only become files, which the console then says.
    pub mails_become_files: bool,
    /// For request ids and nonces.
    pub entropy: Arc<dyn Entropy>,
}

/// Everything but what [`rest::busy`] answers, which [`crate::front`] puts before it.
pub fn router(site: Site) -> Router {
    // Leptos spawns what a page waits for on tokio. It fails when that was said before, as by the router of another test.
    let _ = any_spawner::Executor::init_tokio();
    let rest = rest::router().0;
    // Outside of the guard: a report carries no cookie and changes nothing.
    let open = Router::new()
        .route("/assets/{name}", get(assets::hashed))
        .route("/favicon.svg", get(assets::icon))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(rest::health::ready))
        .route("/csp-report", post(rest::health::csp_report))
        .route("/openapi.json", get(rest::openapi::serve));
    let console = Router::new()
        .route("/", get(pages::home))
        .route("/docs/api", get(rest::reference))
        .route("/sign-in", get(pages::public).post(forms::sign_in))
        .route("/sign-out", post(forms::sign_out))
        .route("/setup", get(pages::public).post(forms::set_up))
        .route("/orgs/{organization}/mail", get(pages::members))
        .route("/forgot-password", get(pages::public).post(forms::request_reset))
        .route("/reset-password", get(pages::public).post(forms::reset_password))
        .route("/invitations/accept", get(pages::public).post(forms::accept_invitation))
        .route("/account", get(pages::members).post(forms::edit_account))
        .route("/account/password", get(pages::account).post(forms::change_password))
        .route("/account/preferences", get(pages::account).post(forms::prefer))
        .route("/account/tokens", get(pages::members))
        .route("/account/sessions", get(pages::members))
        .route("/account/sessions/end", get(pages::sessions).post(forms::end_session))
        .route("/account/sessions/end-others", get(pages::sessions).post(forms::end_other_sessions))
        .route("/orgs/{organization}", get(pages::members))
        .route("/orgs/{organization}/roles", get(pages::members))
        .route("/orgs/{organization}/roles/new", get(pages::members).post(forms::create_role))
        .route("/orgs/{organization}/roles/{role}", get(pages::members).post(forms::edit_role))
        .route("/orgs/{organization}/roles/{role}/delete", get(pages::members).post(forms::delete_role))
        .route("/orgs/{organization}/members", get(pages::members))
        .route("/orgs/{organization}/members/invite", get(pages::members).post(forms::create_invitation))
        .route("/orgs/{organization}/members/{user}", get(pages::members).post(forms::edit_member))
        .route("/orgs/{organization}/members/{user}/sign-out", get(pages::members).post(forms::sign_out_member))
        .route("/orgs/{organization}/members/{user}/remove", get(pages::members).post(forms::remove_member))
        .route("/orgs/{organization}/members/invitations/{invitation}/send", get(pages::invitation).post(forms::send_invitation))
        .route("/orgs/{organization}/members/invitations/{invitation}/withdraw", get(pages::invitation).post(forms::withdraw_invitation))
        .route("/orgs/{organization}/teams", get(pages::members))
        .route("/orgs/{organization}/teams/new", get(pages::members).post(forms::create_team))
        .route("/orgs/{organization}/teams/{team}", get(pages::members))
        .route("/orgs/{organization}/teams/{team}/edit", get(pages::members).post(forms::edit_team))
        .route("/orgs/{organization}/teams/{team}/end", get(pages::members).post(forms::end_team))
        .route("/orgs/{organization}/teams/{team}/members", get(pages::team).post(forms::add_team_member))
        .route("/orgs/{organization}/teams/{team}/members/{user}/remove", get(pages::team_of_member).post(forms::remove_team_member))
        .route("/orgs/{organization}/tokens", get(pages::members))
        .route("/orgs/{organization}/tokens/new", get(pages::members).post(forms::create_token))
        .route("/orgs/{organization}/tokens/revoke", get(pages::members).post(forms::revoke_many))
        .route("/orgs/{organization}/tokens.csv", get(exports::tokens_csv))
        .route("/orgs/{organization}/tokens/{token}", get(pages::members))
        .route("/orgs/{organization}/tokens/{token}/edit", get(pages::members).post(forms::edit_token))
        .route("/orgs/{organization}/tokens/{token}/disable", get(pages::token).post(forms::disable_token))
        .route("/orgs/{organization}/tokens/{token}/enable", get(pages::token).post(forms::enable_token))
        .route("/orgs/{organization}/tokens/{token}/revoke", get(pages::revoke).post(forms::revoke_token))
        .route("/orgs/{organization}/policies", get(pages::members).post(forms::edit_policy))
        .route("/orgs/{organization}/audit", get(pages::members))
        .route("/orgs/{organization}/audit/verify", get(pages::verify_audit).post(forms::verify_audit))
        .route("/orgs/{organization}/audit.csv", get(exports::audit_csv))
        .route("/orgs/{organization}/audit.jsonl", get(exports::audit_json_lines))
        .route("/orgs/{organization}/tokens/{token}/rotate", get(pages::members).post(forms::rotate_token))
        .route("/orgs/{organization}/tokens/{token}/end-overlap", get(pages::token).post(forms::end_overlap))
        .route("/orgs/{organization}/tokens/{token}/replace", get(pages::members).post(forms::replace_token));
    #[cfg(debug_assertions)]
    let console = console.route(app::paths::COMPONENTS, get(pages::public));
    let console = console.layer(middleware::from_fn_with_state(site.public_url.clone(), csrf::guard));
    // Programs have no session, so what they ask does not pass by where cookies are renewed.
    let pages = console.fallback(pages::not_found).layer(middleware::from_fn(cookies::renewing));
    let pages = pages.layer(compression::layer()).layer(middleware::map_request(compression::choose));
    layered(pages.merge(open).merge(rest), site.clone()).merge(gate(site))
}

/// Where gateways ask. The limits around other routes answer what gateways do not understand, so this one has its own: no body is read, and
/// trouble of any kind is 503.
fn gate(site: Site) -> Router {
    let mut routes = Router::new();
    for path in rest::gate::ADDRESSES {
        routes = routes.route(path, any(rest::gate::verify));
    }
    routes
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(middleware::map_response(rest::gate::only_what_gateways_understand))
        .layer(middleware::from_fn_with_state(site.clone(), observe::request))
        .with_state(site)
}

/// Puts around routes what every request goes through but those of `rest::busy` and of gateways: limits, and the watch of [`observe`]. Apart
/// from [`router`] for a test that adds a route which panics.
pub fn layered(routes: Router<Site>, site: Site) -> Router {
    // As one layer: each that is put around a router by itself is another box around every request.
    let around = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(site.clone(), observe::request))
        .layer(CatchPanicLayer::custom(observe::panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT));
    routes.layer(around).with_state(site)
}
