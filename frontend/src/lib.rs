//! The browser's entry point.

/// Makes the server-rendered page live. Called by the script in the page's head once the module has loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    app::install_catalogue();
    leptos::mount::hydrate_body(app::App);
}
