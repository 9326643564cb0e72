//! Pages travel compressed, where nobody else can learn from their length.
//!
//! A page holds what its reader may see beside what stands in its address. Whoever can make a browser open addresses of their choice, and see how
//! long the answers are, could guess the one by the other (BREACH). So only a page is compressed that the browser says was opened from a page of
//! ours, or by hand; an answer to a form, in which a secret may stand, never is. Files are compressed when they are built.

use axum::{
    extract::Request,
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header},
};
use tower_http::{
    CompressionLevel,
    compression::{CompressionLayer, Predicate},
};

/// Leaves a tenth of a page and takes about a millisecond for the longest; 11 would leave little less and take a hundred times as long.
const QUALITY: CompressionLevel = CompressionLevel::Precise(4);

/// Takes the wish for compression from what must not be compressed, before [`layer`] sees it. It would be late to look at the answer: whoever
/// takes no encoding at all would be refused when the change they asked for was made.
pub(crate) async fn choose(mut request: Request) -> Request {
    if *request.method() != Method::GET || !is_of_the_readers_own_accord(request.headers()) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    request
}

/// Compresses pages for whom takes them so.
pub(crate) fn layer() -> CompressionLayer<impl Predicate> {
    let is_page = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
    };
    CompressionLayer::new().quality(QUALITY).compress_when(is_page)
}

/// Whether the browser says that no page of anybody else has led here. One that does not say is not believed.
fn is_of_the_readers_own_accord(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin" || site == "none")
}
