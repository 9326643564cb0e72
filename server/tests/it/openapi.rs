//! `GET /openapi.json` and `GET /docs/api`: everything is in the document, and both say the same.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    harness::{Caller, TestConsole, on_both, request},
    routes::{METHODS, address, routes},
};

on_both![every_route_of_the_api_is_in_the_document, the_document_is_public_and_the_page_shows_all_of_it];

/// A route that is added beside the document's router is found here.
async fn every_route_of_the_api_is_in_the_document(it: TestConsole) {
    let document = it.get(&Caller::Anonymous, "/openapi.json").await.json();
    let mut seen = 0;
    for route in routes(&it) {
        if !["/api/", "/organization", "/oauth2/"].iter().any(|start| route.starts_with(start)) {
            continue;
        }
        let documented = &document["paths"][&route];
        assert!(documented.is_object(), "{route} is not in the document");
        for method in METHODS {
            let answer = it.send(&Caller::Anonymous, request(method.clone(), &address(&route), "")).await;
            let known = documented[method.as_str().to_lowercase()].is_object();
            assert_eq!(answer.status.as_u16(), if known { 401 } else { 405 }, "{method} {route}");
            seen += usize::from(known);
        }
    }
    // Gateways' own way in answers every method, and says so in tests of its own.
    assert!(document["paths"]["/auth/verify"]["get"].is_object());
    assert_eq!(seen + 1, server::rest::openapi::operations(&document).count(), "everything in the document is there");
}

#[test]
fn every_operation_says_what_it_is() {
    let document = server::rest::openapi::document();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in server::rest::openapi::operations(document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let (noun, verb) = id.rsplit_once('_').unwrap_or_default();
        let verbs = [
            "list",
            "find",
            "create",
            "edit",
            "rotate",
            "replace",
            "revoke",
            "disable",
            "enable",
            "end",
            "delete",
            "verify",
            "add",
            "remove",
            "withdraw",
            "send",
            "introspect",
            "preview",
        ];
        assert!(!noun.is_empty() && verbs.contains(&verb), "{method} {path}: operationId {id:?} is no noun_verb");
        assert!(ids.insert(id), "{id} is there twice");
        for member in ["summary", "description"] {
            assert!(operation[member].as_str().is_some_and(|text| text.len() > 10), "{id} has no {member}");
        }
        let responses = operation["responses"].as_object().unwrap();
        let is_gate = id == "request_verify";
        if is_gate {
            assert!(responses.keys().eq(["200", "401", "403", "503"]), "{responses:?}");
        }
        for status in ["400", "401", "503"].into_iter().skip(usize::from(is_gate)) {
            assert!(responses.contains_key(status), "{id} does not say when it answers {status}");
        }
        for (status, response) in responses {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{id} {status}");
            if status.starts_with(['4', '5']) {
                let problem = &response["content"]["application/problem+json"];
                assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem", "{id} {status}");
                assert!(problem["example"]["code"].is_string(), "{id} {status}");
            } else if status != "204" && !is_gate {
                assert!(response["content"]["application/json"]["example"].is_object(), "{id} {status} has no example");
            }
        }
        if operation.get("requestBody").is_some() {
            let content = operation["requestBody"]["content"].as_object().unwrap();
            assert!(content.values().all(|content| content["examples"].is_object()), "{id} has no example");
            let wrong = if content.contains_key("application/json") { "422" } else { "400" };
            for status in ["413", "415", wrong] {
                assert!(responses.contains_key(status), "{id} does not say when it answers {status}");
            }
        }
        if method != "get" && !["token_verify", "tokens_verify", "token_introspect", "policy_preview"].contains(&id) {
            assert!(responses.contains_key("409"), "{id} does not say when it answers 409");
        }
        if path.contains('{') {
            assert!(responses.contains_key("404"), "{id} does not say when it answers 404");
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string() && !parameter["example"].is_null(), "{id}: {parameter}");
        }
    }
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    assert_eq!(document["components"]["securitySchemes"]["api_key"]["name"], "X-API-Key");
}

/// Who has a role, or gets one, may have one that the organization has made.
#[test]
fn a_role_may_be_the_organizations_own() {
    for (name, built_in) in [("Role", "viewer|developer|admin"), ("MemberRole", "viewer|developer|admin|owner")] {
        let pattern = server::rest::openapi::document()["components"]["schemas"][name]["pattern"].as_str();
        assert_eq!(pattern, Some(format!("^({built_in}|rol_[0-9a-f]{{32}})$").as_str()), "{name}");
    }
}

/// Every reference in the document leads somewhere.
#[test]
fn no_reference_is_broken() {
    fn walk<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| match value.as_str().filter(|_| name == "$ref") {
                Some(address) => into.push(address),
                None => walk(value, into),
            }),
            Value::Array(items) => items.iter().for_each(|item| walk(item, into)),
            _ => {}
        }
    }
    let document = server::rest::openapi::document();
    let mut references = Vec::new();
    walk(document, &mut references);
    assert!(references.len() > 20);
    for address in references {
        assert!(document.pointer(address.trim_start_matches('#')).is_some(), "{address}");
    }
}

async fn the_document_is_public_and_the_page_shows_all_of_it(it: TestConsole) {
    let answer = it.get(&Caller::Anonymous, "/openapi.json").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    assert!(answer.json()["openapi"].as_str().unwrap().starts_with("3."));
    let page = it.get(&Caller::Anonymous, "/docs/api").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    for (path, _, operation) in server::rest::openapi::operations(&answer.json()) {
        assert!(page.body.contains(path) && page.body.contains(operation["operationId"].as_str().unwrap()), "{path}");
    }
    // The address of an issuer is text.
    let body = page.body.replace("https://tokens.example.org", "");
    assert!(!body.contains("<script") && !body.contains("style=") && !body.contains("//"), "nothing runs, nothing is fetched");
}
