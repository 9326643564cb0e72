//! The built files: embedded in a release binary, read from `target/site` in a development build.

use app::ssr::Assets;
use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../target/site"]
struct Site;

/// Finds the files that pages link to. Their names hold a hash, so the folder is searched for the one of each kind.
pub fn find() -> Option<Assets> {
    let named =
        |end: &str| Site::iter().find(|name| name.starts_with("assets/jeton-") && name.ends_with(end)).map(|name| format!("/{name}"));
    let style = named(".css")?;
    let sheet = String::from_utf8(Site::get(&style[1..])?.data.into_owned()).ok()?;
    Some(Assets { script: named(".js")?, module: named(".wasm")?, style, sheet })
}

/// Serves a file whose name holds a hash: what has been fetched is good for ever.
pub(crate) async fn hashed(Path(name): Path<String>, headers: HeaderMap) -> Response {
    file(&format!("assets/{name}"), &headers, "public, max-age=31536000, immutable")
}

/// Serves the icon.
pub(crate) async fn icon(headers: HeaderMap) -> Response {
    file("favicon.svg", &headers, "public, max-age=86400")
}

/// The smallest form the client takes: brotli, gzip, or as it is.
fn file(name: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |encoding: &str| {
        accepted.split(',').any(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            parts.next() == Some(encoding) && parts.next() != Some("q=0")
        })
    };
    let found = [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(encoding, _)| takes(encoding))
        .find_map(|(encoding, end)| Some((Site::get(&format!("{name}{end}"))?, Some(encoding))))
        .or_else(|| Some((Site::get(name)?, None)));
    let Some((EmbeddedFile { data, .. }, encoding)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let mut response = Response::new(Body::from(data.into_owned()));
    let answer = response.headers_mut();
    answer
        .insert(header::CONTENT_TYPE, HeaderValue::from_str(mime.as_ref()).unwrap_or(HeaderValue::from_static("application/octet-stream")));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answer.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
