//! From where a token may be used, and how often: what each door says of it, and how it is changed.

use std::net::SocketAddr;

use axum::{extract::ConnectInfo, http::Method};
use domain::{Lifetime, Limits, Networks, RateLimit, Role};
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Caller, TestConsole, on_both, request, with},
    introspect::form,
};

on_both![
    verification_judges_the_address_it_is_told,
    an_address_that_is_none_is_named,
    a_rate_limit_is_told_in_body_and_headers,
    a_gateway_learns_it_from_the_header_that_was_named,
    a_gateway_that_names_no_address_lets_no_bound_token_pass,
    the_gateways_own_token_is_judged_where_the_gateway_is,
    a_token_is_bound_at_the_api_itself,
    what_limits_refuse_is_told_before_somebody_takes_it_for_unused,
    whoever_finds_a_token_ends_it_from_anywhere,
    programs_read_and_write_limits,
    what_cannot_be_a_limit_is_named,
    a_bound_token_hands_on_its_own_networks,
    people_read_and_write_limits_in_plain_forms,
];

const VERIFY: &str = "/api/v1/verify";
const TOKENS: &str = "/api/v1/organizations/acme/tokens";
const INSIDE: &str = "10.1.2.3";
const OUTSIDE: &str = "192.0.2.7";

fn limits(networks: &str, rate: &str) -> Limits {
    Limits { networks: Networks::parse(networks).unwrap(), rate: RateLimit::parse(rate).unwrap() }
}

async fn limited(it: &TestConsole, label: &str, permissions: &[&str], limits: Limits) -> (String, String) {
    let (token, secret) = it.issue_limited("acme", label, Role::Viewer, permissions, Lifetime::Never, limits).await;
    (token.id.to_string(), secret)
}

async fn verifier(it: &TestConsole) -> Caller {
    it.token("acme", Role::Viewer, &["token:verify"]).await
}

async fn ask(it: &TestConsole, caller: &Caller, question: Value) -> Answer {
    it.post_json(caller, VERIFY, &question.to_string()).await
}

async fn patch(it: &TestConsole, caller: &Caller, id: &str, body: &Value) -> Answer {
    let patch = request(Method::PATCH, &format!("{TOKENS}/{id}"), &body.to_string());
    it.send(caller, with(patch, &[("content-type", "application/json")])).await
}

/// The status and the code of an answer.
fn said(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// What an answer's headers say of a rate limit.
fn told(answer: &Answer) -> [&str; 3] {
    ["retry-after", "ratelimit", "ratelimit-policy"].map(|name| answer.header(name))
}

async fn verification_judges_the_address_it_is_told(it: TestConsole) {
    let verifier = verifier(&it).await;
    let (id, secret) = limited(&it, "bound", &[], limits("10.0.0.0/8 2001:db8::/32", "")).await;
    let admin = it.token("acme", Role::Admin, &[]).await;
    let mut questions = Vec::new();
    for (address, code) in [
        (json!(INSIDE), "VALID"),
        (json!("::ffff:10.1.2.3"), "VALID"),
        (json!("2001:db8::7"), "VALID"),
        (json!(OUTSIDE), "IP_NOT_ALLOWED"),
        (json!(null), "IP_UNKNOWN"),
    ] {
        let question = json!({ "token": secret, "remote_addr": address });
        let answer = ask(&it, &verifier, question.clone()).await;
        assert_eq!(said(&answer), is(200, code), "{address}");
        if code != "VALID" {
            assert_eq!(answer.json(), json!({ "valid": false, "code": code }), "nothing else is told");
        }
        questions.push((question, code));
    }
    // The caller's own address is not that of whoever presented the token.
    assert_eq!(said(&ask(&it, &verifier, json!({ "token": secret })).await), is(200, "IP_UNKNOWN"));
    let asked: Vec<&Value> = questions.iter().map(|(question, _)| question).collect();
    let batch = it.post_json(&verifier, "/api/v1/verify/batch", &json!({ "questions": asked }).to_string()).await.json();
    let codes: Vec<&str> = batch["answers"].as_array().unwrap().iter().map(|answer| answer["code"].as_str().unwrap()).collect();
    assert_eq!(codes, questions.iter().map(|(_, code)| *code).collect::<Vec<_>>());
    let introspect = async |address: &str| form(&it, &verifier, "/oauth2/introspect", &format!("token={secret}{address}")).await.body;
    assert!(introspect("&remote_addr=10.1.2.3").await.contains("\"active\":true"));
    for address in ["", "&remote_addr=192.0.2.7"] {
        assert_eq!(introspect(address).await, "{\"active\":false}", "{address}");
    }
    // What an edit takes away is gone when it is answered.
    for (networks, code) in [(json!(["10.2.0.0/16"]), "IP_NOT_ALLOWED"), (json!([]), "VALID"), (json!(["10.1.2.4"]), "IP_NOT_ALLOWED")] {
        assert_eq!(patch(&it, &admin, &id, &json!({ "allowed_networks": networks })).await.status, 200);
        assert_eq!(said(&ask(&it, &verifier, json!({ "token": secret, "remote_addr": INSIDE })).await), is(200, code), "{networks}");
    }
}

async fn an_address_that_is_none_is_named(it: TestConsole) {
    let verifier = verifier(&it).await;
    for address in ["", "office", "10.1.2.3:443", "[2001:db8::7]", "10.0.0.0/8", "010.1.2.3", " 10.1.2.3", "fe80::1%eth0"] {
        let answer = ask(&it, &verifier, json!({ "token": "x", "remote_addr": address })).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some("remote_addr")), "{address:?}");
        let batch = json!({ "questions": [{ "token": "x" }, { "token": "x", "remote_addr": address }] }).to_string();
        let answer = it.post_json(&verifier, "/api/v1/verify/batch", &batch).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some("questions[1].remote_addr")), "{address:?}");
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("token", "x").append_pair("remote_addr", address).finish();
        let answer = form(&it, &verifier, "/oauth2/introspect", &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (400, Some("remote_addr")), "{address:?}");
    }
    let twice = form(&it, &verifier, "/oauth2/introspect", "token=x&remote_addr=10.1.2.3&remote_addr=10.1.2.3").await;
    assert_eq!((twice.status.as_u16(), twice.json()["error"].as_str()), (400, Some("invalid_request")));
}

async fn a_rate_limit_is_told_in_body_and_headers(mut it: TestConsole) {
    let verifier = verifier(&it).await;
    let (id, secret) = limited(&it, "limited", &[], limits("", "2/minute")).await;
    let question = json!({ "token": secret });
    let policy = "\"token\";q=2;w=60";
    let first = ask(&it, &verifier, question.clone()).await;
    assert_eq!((said(&first), told(&first)), (is(200, "VALID"), ["", "\"token\";r=1;t=60", policy]));
    it.advance(20);
    let weak = ask(&it, &verifier, json!({ "token": secret, "permission": "cluster:delete" })).await;
    assert_eq!((said(&weak), told(&weak)), (is(200, "INSUFFICIENT_PERMISSIONS"), ["", "\"token\";r=0;t=40", policy]));
    let over = ask(&it, &verifier, question.clone()).await;
    assert_eq!((over.status.as_u16(), told(&over)), (429, ["40", "\"token\";r=0;t=40", policy]));
    assert_eq!(over.header("content-type"), "application/json");
    assert_eq!(over.json(), json!({ "valid": false, "code": "RATE_LIMITED", "retry_after": 40 }));
    // One of several questions is no reason to refuse the others.
    let several = json!({ "questions": [question, { "token": "x" }] }).to_string();
    let batch = it.post_json(&verifier, "/api/v1/verify/batch", &several).await;
    assert_eq!(batch.status, 200);
    assert_eq!(
        batch.json()["answers"],
        json!([{ "valid": false, "code": "RATE_LIMITED", "retry_after": 40 }, { "valid": false, "code": "NOT_FOUND" }])
    );
    assert_eq!(form(&it, &verifier, "/oauth2/introspect", &format!("token={secret}")).await.body, "{\"active\":false}");
    // The token itself, here.
    let own = it.get(&Caller::Token(secret), "/organization").await;
    assert_eq!((said(&own), told(&own)), (is(429, "rate_limited"), ["40", "\"token\";r=0;t=40", policy]));
    assert_eq!(own.header("content-type"), "application/problem+json");
    assert_eq!(own.json()["message"], "This token is limited to 2 per minute. Try again in 40 seconds.");
    it.advance(40);
    assert_eq!(said(&ask(&it, &verifier, question).await), is(200, "VALID"));
    let free = ask(&it, &verifier, json!({ "token": it.issue("acme", "free", Role::Viewer, &[], Lifetime::Never).await.1 })).await;
    assert_eq!((said(&free), told(&free)), (is(200, "VALID"), [""; 3]));
    it.stop().await;
    let counted = it.count(&format!("SELECT allowed * 100 + refused FROM token_days WHERE token_id = '{id}'")).await;
    assert_eq!(counted, 204, "two were let in, four refused; what lacked a permission was neither");
}

async fn gate(it: &TestConsole, verifier: &str, secret: &str, headers: &[(&'static str, &str)]) -> Answer {
    let headers = [&[("x-jeton-verifier", verifier), ("x-api-key", secret)], headers].concat();
    it.send(&Caller::Anonymous, with(request(Method::GET, "/auth/verify", ""), &headers)).await
}

async fn a_gateway_learns_it_from_the_header_that_was_named(it: TestConsole) {
    let it = it.behind_a_proxy();
    let (_, verifier) = limited(&it, "gateway", &["token:verify"], Limits::default()).await;
    let (_, bound) = limited(&it, "bound", &[], limits("10.0.0.0/8", "")).await;
    let (_, slow) = limited(&it, "slow", &[], limits("", "1/hour")).await;
    let from = |address: &'static str| [("x-forwarded-for", address)];
    for (addresses, status, code) in [
        ("10.1.2.3", 200, ""),
        ("192.0.2.7", 403, "ip_not_allowed"),
        // What the client says of itself stands on the left.
        ("10.1.2.3, 192.0.2.7", 403, "ip_not_allowed"),
        ("192.0.2.7, 10.1.2.3", 200, ""),
        ("nonsense", 403, "ip_unknown"),
    ] {
        let answer = gate(&it, &verifier, &bound, &from(addresses)).await;
        assert_eq!(answer.status.as_u16(), status, "{addresses}");
        if status == 403 {
            assert_eq!(answer.json()["code"], code, "{addresses}");
        }
        assert_eq!(answer.headers.contains_key("x-jeton-token"), status == 200);
    }
    assert_eq!(said(&gate(&it, &verifier, &bound, &[]).await), is(403, "ip_unknown"));
    assert_eq!(gate(&it, &verifier, &slow, &from(OUTSIDE)).await.status, 200);
    let over = gate(&it, &verifier, &slow, &from(OUTSIDE)).await;
    assert_eq!((said(&over), told(&over)), (is(403, "rate_limited"), ["3600", "\"token\";r=0;t=3600", "\"token\";q=1;w=3600"]));
}

async fn a_gateway_that_names_no_address_lets_no_bound_token_pass(it: TestConsole) {
    let (_, verifier) = limited(&it, "gateway", &["token:verify"], Limits::default()).await;
    let (_, bound) = limited(&it, "bound", &[], limits("10.0.0.0/8", "")).await;
    // The gateway is inside, which says nothing about its client; nor does a header that nobody named.
    let asked = request(Method::GET, "/auth/verify", "");
    let mut asked = with(asked, &[("x-jeton-verifier", &verifier), ("x-api-key", &bound), ("x-forwarded-for", INSIDE)]);
    asked.extensions_mut().insert(ConnectInfo(SocketAddr::from(([10, 1, 2, 3], 443))));
    assert_eq!(said(&it.send(&Caller::Anonymous, asked).await), is(403, "ip_unknown"));
}

async fn the_gateways_own_token_is_judged_where_the_gateway_is(it: TestConsole) {
    let it = it.behind_a_proxy();
    let (_, verifier) = limited(&it, "gateway", &["token:verify"], limits("10.0.0.0/8", "2/minute")).await;
    let (_, client) = limited(&it, "client", &[], Limits::default()).await;
    let ask = async |gateway: [u8; 4]| {
        let headers = [("x-jeton-verifier", verifier.as_str()), ("x-api-key", &client), ("x-forwarded-for", OUTSIDE)];
        let mut asked = with(request(Method::GET, "/auth/verify", ""), &headers);
        asked.extensions_mut().insert(ConnectInfo(SocketAddr::from((gateway, 443))));
        it.send(&Caller::Anonymous, asked).await
    };
    assert_eq!(ask([10, 0, 0, 7]).await.status, 200);
    assert_eq!(said(&ask([192, 0, 2, 8]).await), is(403, "verifier_refused"));
    assert_eq!(ask([10, 0, 0, 7]).await.status, 200);
    // Nothing can be said of the client when the gateway has asked too often.
    assert_eq!(said(&ask([10, 0, 0, 7]).await), is(503, "unavailable"));
}

async fn a_token_is_bound_at_the_api_itself(it: TestConsole) {
    let it = it.behind_a_proxy();
    let (_, bound) = limited(&it, "bound", &[], limits("10.0.0.0/8", "")).await;
    let bound = Caller::Token(bound);
    let get = async |headers: &[(&'static str, &str)]| it.send(&bound, with(request(Method::GET, "/organization", ""), headers)).await;
    assert_eq!(get(&[("x-forwarded-for", INSIDE)]).await.status, 200);
    let outside = get(&[("x-forwarded-for", OUTSIDE)]).await;
    assert_eq!(said(&outside), is(403, "ip_not_allowed"));
    assert!(outside.json()["message"].as_str().unwrap().contains("allowed networks"));
    assert_eq!(said(&get(&[]).await), is(403, "ip_unknown"));
}

async fn what_limits_refuse_is_told_before_somebody_takes_it_for_unused(mut it: TestConsole) {
    let owner = it.session("owner").await;
    let (id, secret) = limited(&it, "inside", &[], limits("10.0.0.0/8", "")).await;
    let page = format!("/orgs/acme/tokens/{id}");
    let before = it.get(&owner, &format!("{page}?revoke=ask")).await;
    assert!(!before.text().contains("presented and refused") && !before.text().contains("some networks only:"), "{}", before.text());
    for _ in 0..2 {
        assert_eq!(it.get(&Caller::Token(secret.clone()), "/organization").await.status, 403);
    }
    // Rotating first writes every use that waits.
    crate::rotation::rotate(&it, &owner, &page, "now").await;
    let asked = it.get(&owner, &format!("{page}?revoke=ask")).await;
    for text in [
        "Never used. It was presented and refused 2 times in 30 days.",
        "It may be used from some networks only: what comes from elsewhere, or from nobody knows where, is refused.",
    ] {
        assert!(asked.text().contains(text), "{}", asked.text());
    }
    it.stop().await;
}

async fn whoever_finds_a_token_ends_it_from_anywhere(it: TestConsole) {
    let it = it.behind_a_proxy();
    let outside = [("x-forwarded-for", OUTSIDE)];
    let bound = async |label| limited(&it, label, &["api_key:delete"], limits("10.0.0.0/8", "1/day")).await.1;
    let one = Caller::Token(bound("one").await);
    let delete = || with(request(Method::DELETE, "/api/v1/token", ""), &outside);
    assert_eq!(it.send(&one, delete()).await.status, 204);
    assert_eq!(it.send(&one, delete()).await.status, 401);
    let (two, other) = (bound("two").await, bound("other").await);
    let revoke = async |presented: &str| {
        let headers = [&outside[..], &[("content-type", "application/x-www-form-urlencoded")]].concat();
        let body = format!("token={presented}");
        it.send(&Caller::Token(two.clone()), with(request(Method::POST, "/oauth2/revoke", &body), &headers)).await
    };
    assert_eq!(said(&revoke(&other).await), is(403, "ip_not_allowed"), "itself, and nothing else");
    assert_eq!(revoke(&two).await.status, 200);
    let verifier = verifier(&it).await;
    for (secret, code) in [(&two, "REVOKED"), (&other, "VALID")] {
        assert_eq!(said(&ask(&it, &verifier, json!({ "token": secret, "remote_addr": INSIDE })).await), is(200, code));
    }
}

async fn programs_read_and_write_limits(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let rate = |requests: u32, period: &str| json!({ "requests": requests, "period": period });
    let body = json!({
        "label": "ci", "role": "viewer", "allowed_networks": ["2001:db8::/32", "10.0.0.0/8", "192.0.2.7"], "rate_limit": rate(100, "minute"),
    });
    let created = it.post_json(&admin, TOKENS, &body.to_string()).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let networks = json!(["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]);
    let path = format!("{TOKENS}/{id}");
    let found = it.get(&admin, &path).await;
    for token in [created.json(), found.json(), it.get(&admin, &format!("{TOKENS}?q=ci")).await.json()["items"][0].clone()] {
        assert_eq!((&token["allowed_networks"], &token["rate_limit"]), (&networks, &rate(100, "minute")));
    }
    let mut expected = found.json();
    let mut tag = found.header("etag").to_owned();
    for (body, networks, rate) in [
        (json!({ "label": "cd" }), networks.clone(), rate(100, "minute")),
        (json!({ "rate_limit": rate(5, "second") }), networks, rate(5, "second")),
        (json!({ "allowed_networks": ["10.0.0.0/8"] }), json!(["10.0.0.0/8"]), rate(5, "second")),
        (json!({ "rate_limit": null }), json!(["10.0.0.0/8"]), json!(null)),
        (json!({ "allowed_networks": [], "rate_limit": { "requests": 7.0, "period": "day" } }), json!([]), rate(7, "day")),
    ] {
        let edited = patch(&it, &admin, &id, &body).await;
        (expected["allowed_networks"], expected["rate_limit"]) = (networks, rate);
        if body["label"] == "cd" {
            expected["label"] = "cd".into();
        }
        assert_eq!((edited.status.as_u16(), edited.json()), (200, expected.clone()), "{body}");
        assert_ne!(edited.header("etag"), tag, "{body}: a limit is part of what is edited");
        edited.header("etag").clone_into(&mut tag);
    }
    let events = "SELECT COUNT(*) FROM events WHERE action = 'token.edit' AND details LIKE '%allowed_networks%'";
    assert_eq!(it.count(events).await, 2);
    // What a replacement is made of.
    assert_eq!(it.delete(&admin, &path).await.status, 200);
    let replaced = it.send(&admin, request(Method::POST, &format!("{path}/replace"), "")).await;
    assert_eq!((replaced.status.as_u16(), &replaced.json()["rate_limit"]), (201, &expected["rate_limit"]));
}

async fn what_cannot_be_a_limit_is_named(it: TestConsole) {
    let admin = it.token("acme", Role::Admin, &[]).await;
    let (id, _) = limited(&it, "target", &[], Limits::default()).await;
    let before = it.count("SELECT seq FROM head").await;
    let many: Vec<String> = (0..51).map(|number| format!("10.0.{number}.0/24")).collect();
    for (member, value, says) in [
        ("allowed_networks", json!(["10.0.0.7/8"]), "10.0.0.7/8 has bits beyond its prefix; write 10.0.0.0/8"),
        ("allowed_networks", json!(["192.0.2.0/24", "office"]), "Entry 2 is no network"),
        ("allowed_networks", json!(["10.0.0.0/8, 192.0.2.0/24"]), "Entry 1 is no network"),
        ("allowed_networks", json!([""]), "Entry 1 is no network"),
        ("allowed_networks", json!(many), "may have 50 allowed networks"),
        ("rate_limit", json!({ "requests": 0, "period": "minute" }), "from 1 to 1,000,000"),
        ("rate_limit", json!({ "requests": 1_000_001, "period": "minute" }), "from 1 to 1,000,000"),
        ("rate_limit", json!({ "requests": 5, "period": "week" }), "second, minute, hour or day"),
        ("rate_limit", json!({ "requests": 5, "period": "min" }), "second, minute, hour or day"),
    ] {
        let body = json!({ member: value });
        for answer in [patch(&it, &admin, &id, &body).await, {
            let mut body = body.clone();
            (body["label"], body["role"]) = ("x".into(), "viewer".into());
            it.post_json(&admin, TOKENS, &body.to_string()).await
        }] {
            assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(member)), "{body}: {}", answer.body);
            assert!(answer.json()["message"].as_str().unwrap().contains(says), "{body}: {}", answer.body);
        }
    }
    for body in [
        json!({ "allowed_networks": null }),
        json!({ "allowed_networks": "10.0.0.0/8" }),
        json!({ "rate_limit": "5/minute" }),
        json!({ "rate_limit": [5, "minute"] }),
        json!({ "rate_limit": { "requests": 5 } }),
        json!({ "rate_limit": { "requests": 5, "period": "minute", "burst": 9 } }),
        json!({ "rate_limit": { "requests": 1.5, "period": "minute" } }),
    ] {
        assert_eq!(said(&patch(&it, &admin, &id, &body).await), is(422, "invalid_body"), "{body}");
    }
    assert_eq!(it.count("SELECT seq FROM head").await, before);
}

async fn a_bound_token_hands_on_its_own_networks(it: TestConsole) {
    let it = it.behind_a_proxy();
    let (_, minter) = limited(&it, "minter", &["api_key:create"], limits("10.0.0.0/8", "")).await;
    let generate = async |body: Value| {
        let headers = [("content-type", "application/json"), ("x-forwarded-for", INSIDE)];
        it.send(&Caller::Token(minter.clone()), with(request(Method::POST, TOKENS, &body.to_string()), &headers)).await
    };
    let made = generate(json!({ "label": "made", "role": "viewer", "expires_in": null })).await;
    assert_eq!((made.status.as_u16(), &made.json()["allowed_networks"]), (201, &json!(["10.0.0.0/8"])));
    let narrow = generate(json!({ "label": "made", "role": "viewer", "allowed_networks": ["10.1.0.0/16"] })).await;
    assert_eq!(narrow.json()["allowed_networks"], json!(["10.1.0.0/16"]));
    for networks in [json!([]), json!(["0.0.0.0/0"]), json!(["192.0.2.0/24"])] {
        let refused = generate(json!({ "label": "made", "role": "viewer", "allowed_networks": networks })).await;
        assert_eq!((refused.status.as_u16(), refused.json()["field"].as_str()), (422, Some("allowed_networks")), "{}", refused.body);
    }
}

/// What the field with this name holds in a form.
fn typed(page: &Answer, name: &str) -> String {
    let field = page.body.split('<').find(|tag| tag.contains(&format!(" name=\"{name}\""))).unwrap_or_else(|| panic!("no {name}"));
    let field = if field.starts_with("textarea") { field.split_once('>') } else { field.split_once("value=\"") };
    field.map_or_else(String::new, |(_, value)| value.split('"').next().unwrap().trim().to_owned())
}

async fn people_read_and_write_limits_in_plain_forms(it: TestConsole) {
    let owner = it.session("owner").await;
    let generate = async |networks: &str, rate: &str| {
        let fields = [
            ("owner", "organization"),
            ("label", "ci"),
            ("label_warned", "ci"),
            ("role", "viewer"),
            ("expiry", "90"),
            ("allowed_networks", networks),
            ("rate_limit", rate),
        ];
        it.post_form(&owner, "/orgs/acme/tokens/new", &fields).await
    };
    for (networks, rate, says) in [
        ("10.0.0.0/8\r\n10.0.0.7/8", "", "10.0.0.7/8 has bits beyond its prefix; write 10.0.0.0/8"),
        ("10.0.0.0/8", "often", "Write a rate limit as 100/minute"),
    ] {
        let refused = generate(networks, rate).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(says), "{}", refused.text());
        assert_eq!((typed(&refused, "allowed_networks"), typed(&refused, "rate_limit")), (networks.into(), rate.into()));
    }
    assert_eq!(generate("2001:db8::/32\r\n10.0.0.0/8", "100 per minute").await.status, 200);
    let list = it.get(&owner, "/orgs/acme/tokens").await;
    assert!(list.text().contains("2 networks · 100/min"), "{}", list.text());
    let at = list.body.find("/orgs/acme/tokens/tok_").unwrap();
    let page = list.body[at..at + 54].to_owned();
    let shown = it.get(&owner, &page).await.text();
    assert!(shown.contains("10.0.0.0/8") && shown.contains("2001:db8::/32") && shown.contains("100 per minute"), "{shown}");
    let file = it.get(&owner, "/orgs/acme/tokens.csv").await.body;
    assert!(file.contains(",active,10.0.0.0/8 2001:db8::/32,100/minute,,,,,\r\n"), "{file}");

    let form = it.get(&owner, &format!("{page}/edit")).await;
    assert_eq!(
        (typed(&form, "allowed_networks").as_str(), typed(&form, "rate_limit").as_str()),
        ("10.0.0.0/8\n2001:db8::/32", "100/minute")
    );
    let edit = async |limits: &[(&str, &str)]| {
        let version = typed(&it.get(&owner, &format!("{page}/edit")).await, "version");
        let fields = [&[("version", version.as_str()), ("label", "ci"), ("role", "viewer"), ("expiry", "keep")], limits].concat();
        it.post_form(&owner, &format!("{page}/edit"), &fields).await.status.as_u16()
    };
    let stored = async || {
        let sql = "SELECT COUNT(*) FROM tokens WHERE allowed_networks = '10.1.0.0/16' AND rate_limit = '5/second'";
        it.count(sql).await
    };
    assert_eq!(edit(&[("allowed_networks", "10.1.0.0/16"), ("rate_limit", "5/s")]).await, 303);
    assert_eq!(stored().await, 1);
    // A form that knows nothing of limits, as one from an older page, leaves them.
    assert_eq!(edit(&[]).await, 303);
    assert_eq!(stored().await, 1);
    assert_eq!(edit(&[("allowed_networks", "x"), ("rate_limit", "5/s")]).await, 422);
    assert_eq!(edit(&[("allowed_networks", ""), ("rate_limit", "")]).await, 303);
    assert_eq!(it.count("SELECT COUNT(*) FROM tokens WHERE allowed_networks IS NULL AND rate_limit IS NULL AND label = 'ci'").await, 1);
    let shown = it.get(&owner, &page).await.text();
    assert!(shown.contains("Allowed networksAll") && shown.contains("Rate limitNone"), "{shown}");
    // The audit log says it in words.
    let log = it.get(&owner, "/orgs/acme/audit").await.text();
    assert!(log.contains("100 per minute") && log.contains("Allowed networks"), "{log}");
}
