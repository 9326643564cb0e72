//! The document around the console: what stands in `<head>`, and the two scripts that make the page live.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{App, browser, ssr};

/// Lets Leptos's own inert markup through and refuses whatever could run or load something. There is no way to make a script of a
/// string at all.
const TRUSTED_TYPES: &str = "if(window.trustedTypes)trustedTypes.createPolicy('default',{createHTML:s=>\
    /<(?:script|iframe|object|embed|base|meta|link)| on\\w+\\s*=|javascript:/i.test(s)?null:s})";

/// The whole HTML document. Leptos's own hydration scripts would write the nonce where style sheets can read it, so these are ours.
pub fn shell() -> impl IntoView {
    let request = ssr::request();
    let assets = request.assets;
    // The answer to a plain form post is the only place where its outcome is known. It stays as the server wrote it.
    let scripts = request.posted.is_none().then(|| {
        let nonce = use_nonce();
        // Whoever went back while the module was on its way has the address of another page than the one that was sent.
        let start = format!(
            "import{{default as init,hydrate}}from'{}';const page=address=>address.split('#')[0];init({{module_or_path:'{}'}}).then(()=>\
             page(location.href)===page(performance.getEntriesByType('navigation')[0].name)?hydrate():location.reload())",
            assets.script, assets.module
        );
        view! {
            <script nonce=nonce.clone() inner_html=TRUSTED_TYPES></script>
            <link rel="modulepreload" href=assets.script.clone() nonce=nonce.clone() />
            <link rel="preload" href=assets.module.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
            <script r#type="module" nonce=nonce inner_html=start></script>
        }
    });
    // The browser knows the built-in catalogue; another one it has to be told before it reads a single permission.
    let catalogue = Some(domain::catalogue::in_force()).filter(|catalogue| !catalogue.is_built_in());
    let catalogue = catalogue.map(|catalogue| view! { <meta name=browser::CATALOGUE content=catalogue.written() /> });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="description" content="Generate, hand out and revoke the API tokens of your organization." />
                {catalogue}
                <link rel="stylesheet" href=assets.style.clone() />
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                {scripts}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
