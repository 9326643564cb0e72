//! What a page waits for: the part of it that shows what a service answered.

use leptos::{prelude::*, tachys::html::InertElement};

/// The part of a page that `found` becomes, in its place.
///
/// Pages are sent whole, so nothing stands there in the meantime. It takes the place of `<Suspense>`, which makes its children once to see what they
/// wait for and once more to show them. It is written to one text as soon as it is there: walked piece by piece as the page around it, it
/// would take two more texts for each element. So nothing in it may wait once more, what would is left out.
pub fn later<V: IntoView + 'static>(found: impl Future<Output = V> + Send + 'static) -> impl IntoView {
    Suspend::new(async move { InertElement::new(found.await.into_view().to_html()) })
}
