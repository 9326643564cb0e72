//! The browser's entry point: the module that holds the console's islands. The script in the page's head calls each by its name.

// Nothing is called from here; naming the crate links it.
use app as _;

/// Readies what islands need. Runs once the module has loaded.
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
