//! `POST /oauth2/introspect`: RFC 7662.

use axum::http::{HeaderMap, Method};
use domain::{Kind, Lifetime, Role, Secret};
use serde_json::json;

use crate::{
    harness::{Answer, Caller, TestConsole, on_both, request, with},
    teams,
};

on_both![
    tells_of_a_good_token_what_gateways_know,
    whatever_is_not_good_is_the_same_to_the_byte,
    who_asks_presents_a_token_of_their_own,
    the_form_is_read_as_oauth_says,
];

const PATH: &str = "/oauth2/introspect";
const DEVELOPER: &str = "usr_00000000000000000000000000000001";
const VIEWER: &str = "usr_00000000000000000000000000000002";

pub(crate) async fn form(it: &TestConsole, caller: &Caller, path: &str, body: &str) -> Answer {
    it.send(caller, with(request(Method::POST, path, body), &[("content-type", "application/x-www-form-urlencoded")])).await
}

async fn ask(it: &TestConsole, caller: &Caller, token: &str) -> Answer {
    form(it, caller, PATH, &form_urlencoded::Serializer::new(String::new()).append_pair("token", token).finish()).await
}

/// Has a member generate a token for themselves, or for a team; answers its secret.
pub(crate) async fn generated_by(it: &TestConsole, who: &str, owner: &str) -> String {
    let fields = [("owner", owner), ("label", "ci"), ("label_warned", "ci"), ("role", "viewer"), ("expiry", "90")];
    let (_, secret) =
        it.post_form(&it.session(who).await, "/orgs/acme/tokens/new", &fields).await.secrets().pop().expect("a page with a secret");
    secret
}

/// What is good for nothing in Acme, by its cause. It takes an hour and the developer.
pub(crate) async fn dead(it: &TestConsole) -> Vec<(&'static str, String)> {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let tokens = "/api/v1/organizations/acme/tokens";
    let issue = async |label: &str, lifetime| it.issue("acme", label, Role::Viewer, &[], lifetime).await;
    let mut dead = vec![("malformed", "nonsense".to_owned()), ("empty but for spaces", "  ".to_owned())];
    let unknown = Secret::mint(it.console.prefix(), Kind::Organization, &"b".repeat(32)).unwrap();
    dead.push(("unknown", unknown.expose().to_owned()));
    let (_, good) = issue("good", Lifetime::Never).await;
    let wrong = if good.ends_with('0') { '1' } else { '0' };
    dead.push(("a bad checksum", format!("{}{wrong}", &good[..good.len() - 1])));
    dead.push(("another organization", it.issue("globex", "ci", Role::Admin, &[], Lifetime::Never).await.1));

    let (token, secret) = issue("revoked", Lifetime::Never).await;
    assert_eq!(it.delete(&admin, &format!("{tokens}/{}", token.id)).await.status, 200);
    dead.push(("revoked", secret));
    let (token, secret) = issue("disabled", Lifetime::Never).await;
    assert_eq!(it.send(&admin, request(Method::POST, &format!("{tokens}/{}/disable", token.id), "")).await.status, 200);
    dead.push(("disabled", secret));
    dead.push(("expired", issue("expired", Lifetime::Minutes(1)).await.1));
    for (cause, overlap) in [("overlap over", "1h"), ("replaced at once", "now")] {
        let (token, secret) = issue(cause, Lifetime::Never).await;
        let rotated = it.post_json(&admin, &format!("{tokens}/{}/rotate", token.id), &format!("{{\"overlap\":\"{overlap}\"}}")).await;
        assert_eq!(rotated.status, 200);
        dead.push((cause, secret));
    }
    let once = || {
        let post = request(Method::POST, tokens, "{\"label\":\"once\",\"role\":\"viewer\"}");
        with(post, &[("content-type", "application/json"), ("idempotency-key", "once")])
    };
    let lost = it.send(&admin, once()).await;
    assert_eq!(it.send(&admin, once()).await.header("idempotency-replayed"), "true");
    dead.push(("its answer was lost", lost.json()["secret"].as_str().unwrap().to_owned()));

    let team = teams::create(it, &teams::unused_name(), &[VIEWER]).await.to_string();
    dead.push(("dissolved team", generated_by(it, "viewer", &team).await));
    assert_eq!(it.delete(&admin, &format!("/api/v1/organizations/acme/teams/{team}")).await.status, 200);
    dead.push(("removed member", generated_by(it, "developer", "user").await));
    assert_eq!(it.delete(&admin, &format!("/api/v1/organizations/acme/members/{DEVELOPER}?tokens=keep")).await.status, 204);
    it.advance(3600);
    dead
}

async fn tells_of_a_good_token_what_gateways_know(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let (token, secret) = it.issue("acme", "ci", Role::Viewer, &["deployment:trigger"], Lifetime::Minutes(90)).await;
    let organization = it.get(&verifier, "/organization").await.json()["id"].clone();
    let answer = ask(&it, &verifier, &secret).await;
    let scope =
        "agent:read budget:read cluster:read organization:read recommendations:read scopes:read teams:read user:read deployment:trigger";
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type"), answer.header("cache-control")),
        (200, "application/json", "no-store")
    );
    assert_eq!(
        answer.json(),
        json!({
            "active": true, "scope": scope, "sub": organization, "token_type": "Bearer", "exp": 1_795_343_700, "iat": 1_795_338_300,
            "iss": crate::harness::ORIGIN, "jti": token.id.to_string(), "org": organization, "kind": "organization",
        })
    );
    // Of a person and of a team; a token that has no end tells none.
    let (_, lasting) = it.issue("acme", "lasting", Role::Viewer, &[], Lifetime::Never).await;
    assert_eq!(ask(&it, &verifier, &lasting).await.json()["exp"], serde_json::Value::Null);
    let team = teams::create(&it, &teams::unused_name(), &[VIEWER]).await.to_string();
    let of_team = ask(&it, &verifier, &generated_by(&it, "viewer", &team).await).await.json();
    assert_eq!((&of_team["kind"], &of_team["sub"], &of_team["org"]), (&"team".into(), &team.into(), &organization));
    let of_person = ask(&it, &verifier, &generated_by(&it, "developer", "user").await).await.json();
    assert_eq!((&of_person["kind"], &of_person["sub"]), (&"user".into(), &DEVELOPER.into()));
    // While a rotation overlaps both secrets are the same token, but the old one is accepted for no longer than the overlap.
    let admin = it.token("acme", Role::Admin, &["deployment:trigger"]).await;
    let path = format!("/api/v1/organizations/acme/tokens/{}/rotate", token.id);
    let rotated = it.post_json(&admin, &path, "{}").await.json();
    let second = rotated["secret"].as_str().unwrap().to_owned();
    assert_eq!(ask(&it, &verifier, &second).await.json(), answer.json());
    let mut of_old = answer.json();
    of_old["exp"] = 1_795_341_900.into();
    assert_eq!(ask(&it, &verifier, &secret).await.json(), of_old);
    // An overlap that would end after the token ends with it.
    let rotated = it.post_json(&admin, &path, "{\"overlap\":\"7d\"}").await;
    assert_eq!(rotated.status, 200);
    assert_eq!(ask(&it, &verifier, &second).await.json(), answer.json());
}

async fn whatever_is_not_good_is_the_same_to_the_byte(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let mut seen: Option<HeaderMap> = None;
    for (cause, secret) in dead(&it).await {
        let answer = ask(&it, &verifier, &secret).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "{\"active\":false}"), "{cause}");
        let mut headers = answer.headers;
        headers.remove("x-request-id");
        headers.remove("date");
        assert_eq!(*seen.get_or_insert_with(|| headers.clone()), headers, "{cause}");
    }
    // What the connection adds, the length, is that of the body.
    assert!(seen.is_some_and(|headers| headers.contains_key("content-type")));
}

async fn who_asks_presents_a_token_of_their_own(it: TestConsole) {
    let (_, verifier) = it.issue("acme", "gateway", Role::Viewer, &["token:verify"], Lifetime::Never).await;
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let (_, foreign) = it.issue("globex", "gateway", Role::Viewer, &["token:verify"], Lifetime::Never).await;
    let body = format!("token={secret}&client_id=gateway&client_secret={verifier}");
    let basic = data_encoding::BASE64.encode(format!("gateway:{verifier}").as_bytes());
    for (name, value, status, challenge) in [
        ("authorization", format!("Bearer {verifier}"), 200, ""),
        ("authorization", format!("Token {verifier}"), 200, ""),
        ("authorization", format!("Api-Key {verifier}"), 200, ""),
        ("x-api-key", verifier.clone(), 200, ""),
        ("cookie", "nothing=1".to_owned(), 401, "Bearer realm=\"jeton\""),
        ("authorization", format!("Basic {basic}"), 401, "Bearer realm=\"jeton\", error=\"invalid_token\""),
        ("authorization", "Bearer nonsense".to_owned(), 401, "Bearer realm=\"jeton\", error=\"invalid_token\""),
        ("authorization", format!("Bearer {secret}"), 403, "Bearer realm=\"jeton\", error=\"insufficient_scope\", scope=\"token:verify\""),
    ] {
        let headers = [("content-type", "application/x-www-form-urlencoded"), (name, value.as_str())];
        let answer = it.send(&Caller::Anonymous, with(request(Method::POST, PATH, &body), &headers)).await;
        let shown = value.split(' ').next().unwrap();
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (status, challenge), "{name} {shown}");
        assert_eq!(status == 200, answer.json()["active"] == true, "{name} {shown}");
    }
    // Each organization's verifier knows its own tokens, itself among them, and no others.
    for (by, of, active) in
        [(&verifier, &secret, true), (&foreign, &secret, false), (&verifier, &foreign, false), (&foreign, &foreign, true)]
    {
        assert_eq!(ask(&it, &Caller::Token(by.clone()), of).await.json()["active"], active);
    }
    let get = it.get(&Caller::Token(verifier), PATH).await;
    assert_eq!((get.status.as_u16(), get.header("allow")), (405, "POST"));
}

async fn the_form_is_read_as_oauth_says(it: TestConsole) {
    let verifier = it.token("acme", Role::Viewer, &["token:verify"]).await;
    let (_, secret) = it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    for hint in ["access_token", "refresh_token", "nonsense", ""] {
        let answer = form(&it, &verifier, PATH, &format!("token={secret}&token_type_hint={hint}&something=else")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["active"].as_bool()), (200, Some(true)), "{hint}");
    }
    for body in
        [String::new(), "token=".to_owned(), "token".to_owned(), format!("Token={secret}"), format!("token={secret}&token={secret}")]
    {
        let answer = form(&it, &verifier, PATH, &body).await;
        let problem = answer.json();
        assert_eq!(
            (answer.status.as_u16(), problem["error"].as_str(), problem["field"].as_str()),
            (400, Some("invalid_request"), Some("token"))
        );
        assert!(!answer.body.contains(&secret));
    }
    assert_eq!(it.post_json(&verifier, PATH, &format!("{{\"token\":\"{secret}\"}}")).await.status, 415);
    assert_eq!(form(&it, &verifier, PATH, &format!("token={}", "x".repeat(70_000))).await.status, 413);
    for odd in ["token=%", "token=%ff%00", "token=%F0%9F%92%A9"] {
        assert_eq!(form(&it, &verifier, PATH, odd).await.body, "{\"active\":false}", "{odd}");
    }
}
