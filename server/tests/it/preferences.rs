//! What a browser remembers of how the console is used in it: the server writes its pages accordingly, and keeps nothing.

use axum::http::Method;

use crate::harness::{Answer, Caller, TestConsole, on_both, request, with};

on_both![
    what_is_chosen_is_remembered_by_the_browser,
    every_page_has_the_colours_that_were_chosen,
    a_value_of_nobodys_is_none,
    without_keys_no_element_names_one,
];

/// A page for a browser that remembers this.
async fn page(it: &TestConsole, path: &str, cookies: &str) -> Answer {
    it.send(&Caller::Anonymous, with(request(Method::GET, path, ""), &[("cookie", cookies), ("accept", "text/html")])).await
}

async fn what_is_chosen_is_remembered_by_the_browser(it: TestConsole) {
    let owner = it.session("owner").await;
    let a_year = "; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000";
    let no_more = "; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0";
    for (theme, keys, cookies) in [
        ("dark", "off", [format!("__Host-theme=dark{a_year}"), format!("__Host-keys=off{a_year}")]),
        ("light", "on", [format!("__Host-theme=light{a_year}"), format!("__Host-keys={no_more}")]),
        ("system", "on", [format!("__Host-theme={no_more}"), format!("__Host-keys={no_more}")]),
    ] {
        let chosen = it.post_form(&owner, "/account/preferences", &[("theme", theme), ("shortcuts", keys)]).await;
        assert_eq!((chosen.status.as_u16(), chosen.header("location")), (303, "/account?done=preferences"));
        let given: Vec<_> = chosen.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(given, cookies);
    }
    for (theme, keys, field, why) in [
        ("", "on", "theme", "Choose the colours of the system, light or dark."),
        ("dark; Domain=acme.test", "on", "theme", "Choose the colours of the system, light or dark."),
        ("dark", "maybe", "shortcuts", "Choose whether keyboard shortcuts are on or off."),
    ] {
        let answer = it.post_form(&owner, "/account/preferences", &[("theme", theme), ("shortcuts", keys)]).await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (422, ""));
        assert!(answer.text().contains(why) && answer.body.contains(&format!("href=\"#{field}\"")), "{theme} {keys}");
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

async fn without_keys_no_element_names_one(it: TestConsole) {
    let Caller::Session(session) = it.session("owner").await else { unreachable!("somebody signed in") };
    for (path, keys) in [("/orgs/acme/tokens", 4), ("/orgs/acme/members", 4), ("/account", 3)] {
        for (remembered, named) in [("on", keys), ("Off", keys), ("off", 0)] {
            let shown = page(&it, path, &format!("__Host-sid={session}; __Host-keys={remembered}")).await;
            assert_eq!(shown.status, 200, "{path}");
            assert_eq!(shown.body.matches("aria-keyshortcuts").count(), named, "{path} {remembered}");
        }
    }
}
