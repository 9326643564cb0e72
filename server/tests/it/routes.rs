//! Every operation there is, read from the front and the router behind it, so that none can be added without being asked for here.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;

use crate::harness::{Answer, Caller, TestConsole, request, with};

pub(crate) const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// Files that a build makes and everybody gets; before one there are none.
const FILES: [&str; 2] = ["/assets/{name}", "/favicon.svg"];

const PARAMETERS: [&str; 6] = ["{organization}", "{token}", "{team}", "{role}", "{user}", "{invitation}"];

/// The addresses that the whole router knows, read from how it prints itself.
pub(crate) fn routes(it: &TestConsole) -> BTreeSet<String> {
    let printed = format!("{:?}", it.front);
    let routes: BTreeSet<String> = printed.split('"').filter(|text| text.starts_with('/')).map(str::to_owned).collect();
    assert!(routes.contains("/sign-in") && routes.contains("/api/v1/verify"), "axum prints its routes in another way now");
    routes
}

/// The method and address of every operation, as the samples of [`crate::access`] are called, with what it answers to nobody who says nothing.
pub(crate) async fn operations(it: &TestConsole) -> BTreeMap<String, Answer> {
    let mut found = BTreeMap::new();
    // The first is what axum calls the page for what is at no address. Where gateways ask takes any method and changes nothing, whatever it is.
    let left_out = |route: &str| route.contains("{*") || route.starts_with("/auth/verify") || FILES.contains(&route);
    for route in routes(it).into_iter().filter(|route| !left_out(route)) {
        let name = if route.starts_with("/api/v1/") {
            route
        } else {
            PARAMETERS.iter().fold(route.replace("{organization}", "acme"), |name, parameter| name.replace(parameter, "ID"))
        };
        for method in METHODS {
            let probe = with(request(method.clone(), &address(&name), ""), &[("sec-fetch-site", "same-origin")]);
            let answer = it.send(&Caller::Anonymous, probe).await;
            if answer.status != 405 {
                found.insert(format!("{method} {name}"), answer);
            }
        }
    }
    assert!(found.len() > 120, "axum answers in another way now: {:?}", found.keys());
    found
}

/// An address of this name. Its ids are of nothing: enough for what is refused before anything is looked up.
pub(crate) fn address(name: &str) -> String {
    PARAMETERS.iter().fold(name.replace("ID", "x"), |address, parameter| address.replace(parameter, "x"))
}

/// Whether an operation shows nothing and only leads to a page, whoever asks: forms have addresses of their own, which somebody may open.
pub(crate) fn leads_on(operation: &str, answer: &Answer) -> bool {
    operation.starts_with("GET ") && answer.status.is_redirection() && !answer.header("location").starts_with("/sign-in")
}

/// The addresses that the console's forms post to, with the ids in them replaced.
pub(crate) async fn forms(it: &TestConsole) -> Vec<String> {
    // Programs post to these, without a cookie; and browsers their reports, which change nothing.
    let elsewhere = |name: &str| ["/api/v1/", "/oauth2/", "/csp-report"].iter().any(|start| name.starts_with(start));
    let all = operations(it).await;
    let forms: Vec<String> =
        all.keys().filter_map(|operation| operation.strip_prefix("POST ")).filter(|name| !elsewhere(name)).map(address).collect();
    assert!(forms.len() > 30, "{forms:?}");
    forms
}
