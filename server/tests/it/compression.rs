//! Which answers are compressed: pages, for those whom nobody else led there.

use std::io::Read as _;

use axum::{
    body::Body,
    http::{Method, Request},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::harness::{Caller, TestConsole, on_both, request, with};

on_both![a_page_is_compressed_for_its_reader_alone, what_is_no_page_is_not_compressed, the_style_comes_along_for_who_arrives];

/// What is said to be in a body, and the body.
async fn sent(it: &TestConsole, request: Request<Body>) -> (String, Vec<u8>) {
    let response = it.front.clone().oneshot(request).await.unwrap();
    let encoding = response.headers().get("content-encoding").map_or("", |value| value.to_str().unwrap()).to_owned();
    (encoding, response.into_body().collect().await.unwrap().to_bytes().to_vec())
}

fn page(path: &str, headers: &[(&'static str, &str)]) -> Request<Body> {
    with(request(Method::GET, path, ""), &[&[("accept", "text/html")], headers].concat())
}

async fn a_page_is_compressed_for_its_reader_alone(it: TestConsole) {
    let Caller::Session(session) = it.session("owner").await else { unreachable!("somebody signed in") };
    let cookie = format!("other=1; __Host-sid={session}");
    let path = "/orgs/acme/tokens?q=ci";
    for site in ["none", "same-origin"] {
        for accepted in ["br", "gzip, deflate, br, zstd", "br;q=1.0, gzip;q=0.8"] {
            let (encoding, body) =
                sent(&it, page(path, &[("cookie", &cookie), ("sec-fetch-site", site), ("accept-encoding", accepted)])).await;
            assert_eq!(encoding, "br", "{site} {accepted}");
            let mut html = String::new();
            brotli::Decompressor::new(body.as_slice(), 4096).read_to_string(&mut html).unwrap();
            assert!(html.starts_with("<!DOCTYPE html>") && html.contains("</html>"), "{site} {accepted}");
            assert!(body.len() * 2 < html.len(), "{} of {}", body.len(), html.len());
        }
        let (encoding, _) = sent(&it, page(path, &[("cookie", &cookie), ("sec-fetch-site", site), ("accept-encoding", "gzip")])).await;
        assert_eq!(encoding, "gzip", "{site}");
        let (encoding, _) = sent(&it, page(path, &[("cookie", &cookie), ("sec-fetch-site", site)])).await;
        assert_eq!(encoding, "", "{site}");
    }
    let foreign: [&[(&str, &str)]; 4] =
        [&[("sec-fetch-site", "cross-site")], &[("sec-fetch-site", "same-site")], &[("sec-fetch-site", "None")], &[]];
    for headers in foreign {
        let headers = [&[("cookie", cookie.as_str()), ("accept-encoding", "br, gzip")], headers].concat();
        let (encoding, body) = sent(&it, page(path, &headers)).await;
        assert_eq!(encoding, "", "{headers:?}");
        assert!(body.starts_with(b"<!DOCTYPE html>"), "{headers:?}");
    }
}

async fn what_is_no_page_is_not_compressed(it: TestConsole) {
    let Caller::Session(session) = it.session("owner").await else { unreachable!("somebody signed in") };
    let cookie = format!("other=1; __Host-sid={session}");
    let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin"), ("accept-encoding", "br, gzip")];
    // The answer to a form may hold a secret beside what was typed.
    let form = [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html")];
    let posted = request(Method::POST, "/orgs/acme/tokens/new", "label=&role=viewer");
    let (encoding, body) = sent(&it, with(with(posted, &form), &headers)).await;
    assert_eq!(encoding, "");
    assert!(String::from_utf8(body).unwrap().contains("label"), "the form comes back");
    // Whoever takes nothing as it is, either, is not refused what was done.
    let posted = request(Method::POST, "/account/preferences", "theme=dark&shortcuts=on");
    let odd = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin"), ("accept-encoding", "zstd, *;q=0")];
    assert_eq!(it.front.clone().oneshot(with(with(posted, &form), &odd)).await.unwrap().status(), 303);
    for path in ["/orgs/acme/tokens.csv", "/orgs/acme/audit.jsonl", "/healthz", "/api/v1/organizations/acme"] {
        let (encoding, _) = sent(&it, page(path, &headers)).await;
        assert_eq!(encoding, "", "{path}");
    }
}

async fn the_style_comes_along_for_who_arrives(it: TestConsole) {
    let html = async |site: &str| {
        let headers: &[_] = if site.is_empty() { &[] } else { &[("sec-fetch-site", site)] };
        String::from_utf8(sent(&it, page("/sign-in", headers)).await.1).unwrap()
    };
    for site in ["none", "cross-site", "same-site"] {
        let html = html(site).await;
        let style = html.split("<style").nth(1).and_then(|rest| rest.split_once('>')).unwrap();
        assert!(style.0.contains("nonce=") && style.1.starts_with("main{color:red}</style>"), "{site}");
        let linked = html.split("rel=\"stylesheet\"").nth(1).and_then(|rest| rest.split('>').next()).unwrap();
        assert!(linked.contains("media=\"not all\""), "{site}: the next page has it, this one does not wait for it");
    }
    for site in ["same-origin", ""] {
        let html = html(site).await;
        assert!(!html.contains("<style") && html.contains("rel=\"stylesheet\"") && !html.contains("not all"), "{site}");
    }
}
