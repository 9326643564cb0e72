//! What stands where a list has nothing to show yet.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// Says what would be here, and offers the first step as children.
#[component]
pub fn Empty(glyph: Glyph, title: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="empty-mark">
                <Icon glyph=glyph />
            </span>
            <h2 class="empty-title">{title}</h2>
            {children()}
        </div>
    }
}
