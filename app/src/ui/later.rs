//! What a page waits for: the part of it that shows what a service answered.

use leptos::{prelude::*, tachys::html::InertElement};

/// The part of a page that `found` becomes, in its place.
///
/// Pages are sent whole, so nothing stands there in the meantime. `<Suspense>` would make its children once to see what they wait for, and once more
/// to show them. What comes is written to one text at once: as a part of the page around it, it would take two more texts for each element. So
/// nothing in it may wait once more: what does is left out. So would this be below a `<Suspense>`, to which Leptos leaves the waiting.
pub fn later<V: IntoView + 'static>(found: impl Future<Output = V> + Send + 'static) -> impl IntoView {
    Suspend::new(async move { InertElement::new(found.await.into_view().to_html()) })
}
