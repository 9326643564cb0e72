//! What a browser remembers of how the console is used in it: the server writes its pages accordingly, and keeps nothing.

use axum::http::Method;

use crate::harness::{Answer, Caller, TestConsole, on_both, request, with};

on_both![the_theme_is_remembered_by_the_browser, every_page_has_the_colours_that_were_chosen, a_value_of_nobodys_is_none];

/// A page for a browser that remembers this.
async fn page(it: &TestConsole, path: &str, cookies: &str) -> Answer {
    it.send(&Caller::Anonymous, with(request(Method::GET, path, ""), &[("cookie", cookies), ("accept", "text/html")])).await
}

async fn the_theme_is_remembered_by_the_browser(it: TestConsole) {
    let owner = it.session("owner").await;
    for (theme, cookie) in [
        ("dark", "__Host-theme=dark; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000"),
        ("light", "__Host-theme=light; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000"),
        ("system", "__Host-theme=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0"),
    ] {
        let chosen = it.post_form(&owner, "/account/preferences", &[("theme", theme)]).await;
        assert_eq!((chosen.status.as_u16(), chosen.header("location")), (303, "/account?done=preferences"));
        assert_eq!(chosen.header("set-cookie"), cookie);
    }
    for refused in [&[][..], &[("theme", "blue")], &[("theme", "dark; Domain=acme.test")]] {
        let answer = it.post_form(&owner, "/account/preferences", refused).await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (422, ""));
        assert!(answer.text().contains("Choose the colours of the system, light or dark.") && answer.body.contains("href=\"#theme\""));
    }
}

async fn every_page_has_the_colours_that_were_chosen(it: TestConsole) {
    for path in ["/sign-in", "/docs/api", "/nowhere"] {
        let system = page(&it, path, "other=1").await;
        assert!(system.body.contains("<meta name=\"color-scheme\" content=\"light dark\">"), "{path}");
        assert_eq!(system.body.matches("<meta name=\"theme-color\" ").count(), 2, "{path}");
        for theme in ["light", "dark"] {
            let chosen = page(&it, path, &format!("other=1; __Host-theme={theme}")).await;
            assert!(chosen.body.contains(&format!("<meta name=\"color-scheme\" content=\"{theme}\">")), "{path}");
            assert_eq!(chosen.body.matches("<meta name=\"theme-color\" ").count(), 1, "{path}");
            assert!(chosen.header("vary").contains("Cookie"), "{path}");
        }
    }
}

async fn a_value_of_nobodys_is_none(it: TestConsole) {
    for forged in ["blue", "DARK", "dark%20", "\"><script>", "light dark", ""] {
        let answer = page(&it, "/sign-in", &format!("__Host-theme={forged}")).await;
        assert_eq!(answer.status, 200, "{forged}");
        assert!(answer.body.contains("<meta name=\"color-scheme\" content=\"light dark\">"), "{forged}");
        assert!(forged.is_empty() || forged == "light dark" || !answer.body.contains(forged), "{forged}");
    }
}
