//! Pages travel compressed, where nobody else can learn from their length.
//!
//! A page holds what its reader may see beside what stands in its address. Whoever can make a browser open addresses of their choice, and see how
//! long the answers are, could guess the one by the other (BREACH). So only a page is compressed that the browser says was opened from a page of
//! ours, or by hand; an answer to a form, in which a secret may stand, never is. Files are compressed when they are built.

use axum::{
    extract::Request,
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header},
    middleware::Next,
    response::Response,
};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, Predicate},
};

/// Leaves a tenth of a page and takes about a millisecond for the longest; 11 would leave little less and take a hundred times as long.
const QUALITY: CompressionLevel = CompressionLevel::Precise(4);

/// What [`mark`] leaves at an answer.
#[derive(Clone, Copy)]
struct MayBeCompressed;

/// Marks pages that may be compressed.
pub(crate) async fn mark(request: Request, next: Next) -> Response {
    let may = *request.method() == Method::GET && is_of_the_readers_own_accord(request.headers());
    let mut response = next.run(request).await;
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if may && is_page {
        response.extensions_mut().insert(MayBeCompressed);
    }
    response
}

/// Compresses what is marked, if the browser takes it.
pub(crate) fn layer() -> CompressionLayer<impl Predicate> {
    let is_marked = |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| extensions.get::<MayBeCompressed>().is_some();
    CompressionLayer::new().quality(QUALITY).compress_when(is_marked)
}

/// Whether the browser says that no page of anybody else has led here. One that does not say is not believed.
fn is_of_the_readers_own_accord(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin" || site == "none")
}
