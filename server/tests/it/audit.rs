//! The audit log: its page, its filter, the check, the files, and `GET /api/v1/organizations/{organization}/audit`.

use axum::http::Method;
use domain::{Lifetime, Role};
use serde_json::Value;

use crate::harness::{Answer, Caller, TestConsole, on_both, request};

on_both![
    the_page_tells_who_did_what_on_what_and_from_where,
    the_way_to_the_log_is_shown_to_who_may_see_it,
    typed_texts_are_shown_and_never_run,
    differences_and_changes_are_told_in_words_as_well,
    the_address_holds_the_filter,
    what_cannot_be_asked_names_its_field,
    pages_hold_fifty_events_and_keep_the_filter,
    the_check_says_how_many_events_are_intact,
    the_check_says_where_the_trail_is_broken,
    files_hold_what_the_filter_lets_through,
    no_cell_of_a_file_is_a_formula,
    a_file_that_is_cut_says_so_and_where_the_rest_is,
    programs_read_the_log_in_pages,
    programs_read_only_their_own_organization,
    a_tokens_page_shows_its_latest_events,
];

const LOG: &str = "/orgs/acme/audit";
const API: &str = "/api/v1/organizations/acme/audit";

/// Adds events that no use case records (yet), as copies of the first one with other details, numbered from 1000 on.
async fn plant(it: &TestConsole, count: u32, details: &str) {
    it.execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
         INSERT INTO events SELECT 999 + i, at, organization_id, actor_kind, actor_id, actor_name, action, target_kind, target_id, \
         target_name, '{}', '192.0.2.7', request_id, mac FROM events, n WHERE seq = 1",
        details.replace('\'', "''")
    ))
    .await;
}

/// The titles of the events that a page shows, and the names of what they were done to.
fn rows(page: &Answer) -> Vec<String> {
    page.body.split("<tr role=\"row\">").skip(2).map(|row| row.split("audit-name").nth(2).unwrap()).map(text_of).collect()
}

fn text_of(markup: &str) -> String {
    markup.split_once('>').unwrap().1.split('<').next().unwrap().to_owned()
}

async fn the_page_tells_who_did_what_on_what_and_from_where(it: TestConsole) {
    let owner = it.session("owner").await;
    let create = [("label", "Deploy bot"), ("role", "developer"), ("expiry", "30")];
    assert_eq!(it.post_form(&owner, "/orgs/acme/tokens/new", &create).await.status, 200);
    let page = it.get(&owner, LOG).await;
    assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-store"));
    let text = page.text();
    for shown in
        ["Generated token", "token.create", "Ada Lovelace", "member", "Deploy bot", "Sun 22 Nov 2026, 09:05 UTC", "req_", "Details"]
    {
        assert!(text.contains(shown), "{shown}");
    }
    for shown in
        ["Expires at", "Tue 22 Dec 2026, 09:05 UTC", "Token", "developer", "Owner email", "Created organization", "Operator", "No address"]
    {
        assert!(text.contains(shown), "{shown}");
    }
    assert_eq!(rows(&page), ["Deploy bot", "Acme"], "newest first, and signing in is not in it");
    assert!(!text.contains("Signed in by") && !page.body.contains("session.create</code>"));
    assert!(page.body.contains("href=\"/orgs/acme/tokens/tok_"), "a token leads to its page");
}

async fn the_way_to_the_log_is_shown_to_who_may_see_it(it: TestConsole) {
    for (who, may) in [("owner", true), ("admin", true), ("developer", false), ("viewer", false)] {
        let caller = it.session(who).await;
        let page = it.get(&caller, "/orgs/acme/tokens").await;
        assert_eq!(page.body.contains("href=\"/orgs/acme/audit\""), may, "{who}");
        let log = it.get(&caller, LOG).await;
        assert_eq!(log.status, if may { 200 } else { 403 }, "{who}");
        if may {
            let link = log.body.split("href=\"/orgs/acme/audit\"").nth(1).unwrap();
            assert!(link.split('>').next().unwrap().contains("aria-current=\"page\""), "{who}");
        } else {
            assert!(log.body.contains("owner or admin") && !log.body.contains("Generated"), "{who}");
        }
    }
}

async fn typed_texts_are_shown_and_never_run(it: TestConsole) {
    let owner = it.session("owner").await;
    let payloads = [
        "</script><script>window.__pwn=1</script>",
        "<img src=x onerror=window.__pwn=1>",
        "\"><svg onload=window.__pwn=1>",
        "{{7*7}} <!--",
    ];
    for payload in payloads {
        it.issue("acme", payload, Role::Viewer, &[], Lifetime::Never).await;
    }
    plant(
        &it,
        1,
        "{\"<img src=x onerror=window.__pwn=2>\": [\"+<svg onload=window.__pwn=2>\"], \"label\": {\"from\": \"<b>\", \"to\": \"<i>\"}}",
    )
    .await;
    let reflected = "/orgs/acme/audit?actor=%3Cimg%20src%3Dx%3E%22%3E%3Csvg%20onload%3Dwindow.__pwn%3D3%3E&target=%3C%2Fscript%3E";
    for path in [LOG, reflected, "/orgs/acme/audit?from=%3Cscript%3Ewindow.x%3C/script%3E"] {
        let page = it.get(&owner, path).await;
        for raw in ["<script>window", "<img src=x", "<svg onload", "<b>", "<i>"] {
            assert!(!page.body.contains(raw), "{path}: {raw}");
        }
        assert!(!page.body.contains(" style="), "{path}");
    }
    let page = it.get(&owner, LOG).await;
    assert!(page.body.contains("&lt;img src=x onerror=window.__pwn=1&gt;") && page.body.contains("&lt;svg onload=window.__pwn=2&gt;"));
}

async fn differences_and_changes_are_told_in_words_as_well(it: TestConsole) {
    let owner = it.session("owner").await;
    plant(&it, 1, "{\"permissions\": [\"+cluster:update\", \"-billing:read\"], \"label\": {\"from\": \"ci\", \"to\": \"cd\"}}").await;
    let text = it.get(&owner, LOG).await.text();
    for shown in ["+added cluster:update", "\u{2212}removed billing:read", "from ci → ", "to cd", "192.0.2.7"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
}

async fn the_address_holds_the_filter(it: TestConsole) {
    let owner = it.session("owner").await;
    let (bot, _) = it.issue("acme", "Deploy bot", Role::Viewer, &[], Lifetime::Never).await;
    it.issue("acme", "backup & more", Role::Viewer, &[], Lifetime::Never).await;
    let about = format!("target={}", bot.id);
    for (query, found) in [
        ("action=token.create", &["backup &amp; more", "Deploy bot"][..]),
        ("action=organization.create", &["Acme"]),
        ("target=deploy+b", &["Deploy bot"]),
        ("target=backup%20%26", &["backup &amp; more"]),
        (&about, &["Deploy bot"]),
        ("actor=oper&to=2026-11-22", &["backup &amp; more", "Deploy bot", "Acme"]),
        ("from=2026-11-22&to=2026-11-22&action=token.create&target=D", &["Deploy bot"]),
    ] {
        let page = it.get(&owner, &format!("{LOG}?{query}")).await;
        assert_eq!((page.status.as_u16(), rows(&page)), (200, found.iter().map(|name| (*name).to_owned()).collect()), "{query}");
        assert!(page.body.contains(">Clear<"), "{query}");
    }
    let page = it.get(&owner, &format!("{LOG}?action=token.create&target=backup+%26&from=2026-11-22")).await;
    for kept in ["value=\"backup &amp;\"", "value=\"2026-11-22\"", "<option value=\"token.create\" selected"] {
        assert!(page.body.contains(kept), "{kept}");
    }
    assert!(page.body.contains("audit.csv?action=token.create&amp;target=backup%20%26&amp;from=2026-11-22"), "the files hold the same");
    for query in ["target=nothing", "from=2027-01-01", "actor=Ada"] {
        let page = it.get(&owner, &format!("{LOG}?{query}")).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("No event matches") && page.body.contains(">Clear the filter<"), "{query}");
        let link = page.body.split(">Clear the filter<").next().and_then(|before| before.rsplit('<').next()).unwrap();
        assert!(link.starts_with("a ") && link.contains("href=\"/orgs/acme/audit\""), "{query}: {link}");
    }
    let beyond = it.get(&owner, &format!("{LOG}?before=1")).await;
    assert!(beyond.body.contains("No earlier events"));
}

async fn what_cannot_be_asked_names_its_field(it: TestConsole) {
    let owner = it.session("owner").await;
    let token = it.token("acme", Role::Admin, &[]).await;
    let long = "x".repeat(101);
    for (field, value) in [
        ("action", "token.steal"),
        ("actor", "%00"),
        ("target", long.as_str()),
        ("actor", "jto_Ab1cdefghijklmnopqrstuvwxyz0123456789"),
        ("from", "yesterday"),
        ("to", "2026-02-30"),
        ("before", "-1"),
        ("before", "1e9"),
    ] {
        let page = it.get(&owner, &format!("{LOG}?{field}={value}")).await;
        assert_eq!(page.status, 422, "{field}={value}");
        assert!(page.body.contains("The filter was not accepted"), "{field}={value}");
        if field != "before" {
            assert!(page.body.contains(&format!("href=\"#{field}\"")), "{field}: the summary leads to it");
        }
        let by_program = it.get(&token, &format!("{API}?{field}={value}")).await;
        assert_eq!((by_program.status.as_u16(), by_program.json()["field"].as_str()), (422, Some(field)), "{value}");
        for file in ["csv", "jsonl"] {
            assert_eq!(it.get(&owner, &format!("{LOG}.{file}?{field}={value}")).await.status, 422, "{file}: {field}={value}");
        }
    }
    let page = it.get(&owner, &format!("{LOG}?from=2026-11-22&to=2026-11-21")).await;
    assert!(page.status == 422 && page.body.contains("The last day lies before the first"));
    for (query, field) in
        [("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("acton=token.create", "parameters"), ("to=", "parameters")]
    {
        let answer = it.get(&token, &format!("{API}?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["field"].as_str()), (422, Some(field)), "{query}");
    }
}

async fn pages_hold_fifty_events_and_keep_the_filter(it: TestConsole) {
    let owner = it.session("owner").await;
    plant(&it, 60, "{}").await;
    let first = it.get(&owner, &format!("{LOG}?action=organization.create")).await;
    assert_eq!(rows(&first).len(), 50);
    assert!(first.body.contains("href=\"/orgs/acme/audit?action=organization.create&amp;before=1010\""), "59 is the last of 60");
    assert!(!first.body.contains("Newest events"));
    let second = it.get(&owner, &format!("{LOG}?action=organization.create&before=1010")).await;
    assert_eq!(rows(&second).len(), 11);
    assert!(second.body.contains("Newest events") && !second.body.contains("Older events"));
    assert!(second.body.contains("href=\"/orgs/acme/audit?action=organization.create\""));
}

async fn the_check_says_how_many_events_are_intact(it: TestConsole) {
    let owner = it.session("owner").await;
    it.issue("acme", "ci", Role::Viewer, &[], Lifetime::Never).await;
    let before = it.count("SELECT seq FROM head").await;
    let page = it.post_form(&owner, "/orgs/acme/audit/verify?target=ci", &[]).await;
    assert_eq!(page.status, 200);
    let told = format!("All {before} events of this instance are intact");
    assert!(page.text().contains(&told) && page.text().contains(&format!("were removed:{before}:")), "{}", page.text());
    assert!(!it.get(&owner, LOG).await.text().contains("intact"), "what it says exists in this answer only");
    assert_eq!(rows(&page), ["ci"], "the filter stays");
    assert_eq!(it.count("SELECT seq FROM head").await, before, "it is a read");
    let opened = it.get(&owner, "/orgs/acme/audit/verify?target=ci").await;
    assert_eq!((opened.status.as_u16(), opened.header("location")), (303, "/orgs/acme/audit?target=ci"));
}

async fn the_check_says_where_the_trail_is_broken(it: TestConsole) {
    let owner = it.session("owner").await;
    // As nobody recorded it: right behind the last one.
    let last = it.count("SELECT seq FROM head").await;
    it.execute(&format!(
        "INSERT INTO events SELECT {last} + 1, at, organization_id, actor_kind, actor_id, actor_name, action, target_kind, target_id, \
         target_name, details, address, request_id, mac FROM events WHERE seq = 1"
    ))
    .await;
    let page = it.post_form(&owner, "/orgs/acme/audit/verify", &[]).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains(&format!("From event {} on, the log is not what was recorded.", last + 1)));
}

async fn files_hold_what_the_filter_lets_through(it: TestConsole) {
    let owner = it.session("owner").await;
    it.issue("acme", "say \"hi\", bot", Role::Viewer, &[], Lifetime::Never).await;
    it.issue("acme", "other", Role::Viewer, &[], Lifetime::Never).await;
    let csv = it.get(&owner, &format!("{LOG}.csv?target=say")).await;
    assert_eq!((csv.status.as_u16(), csv.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert_eq!((csv.header("cache-control"), csv.header("content-disposition")), ("no-store", "attachment; filename=\"audit-acme.csv\""));
    let lines: Vec<&str> = csv.body.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "seq,at,actor_kind,actor_id,actor_name,action,target_kind,target_id,target_name,details,address,request_id");
    assert_eq!(lines.len(), 2);
    assert!(lines[1].contains(",2026-11-22T09:05:00.000Z,operator,,Operator,token.create,token,tok_"), "{}", lines[1]);
    assert!(lines[1].contains(",\"say \"\"hi\"\", bot\",\"{\"\""), "{}", lines[1]);
    let jsonl = it.get(&owner, &format!("{LOG}.jsonl")).await;
    assert_eq!((jsonl.header("content-type"), jsonl.header("cache-control")), ("application/x-ndjson", "no-store"));
    assert_eq!(jsonl.header("content-disposition"), "attachment; filename=\"audit-acme.jsonl\"");
    let events: Vec<Value> = jsonl.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let token = it.token("acme", Role::Admin, &[]).await;
    let told = it.get(&token, API).await.json();
    assert_eq!(events.len(), 3);
    assert_eq!(events, told["items"].as_array().unwrap()[1..], "in the shape of the API, which has seen one event more");
}

async fn no_cell_of_a_file_is_a_formula(it: TestConsole) {
    let owner = it.session("owner").await;
    for label in ["=cmd|'/C calc'!A0", "+1", "-1+1", "@SUM(A1)"] {
        it.issue("acme", label, Role::Viewer, &[], Lifetime::Never).await;
    }
    let csv = it.get(&owner, &format!("{LOG}.csv")).await.body;
    for guarded in [",'=cmd|'/C calc'!A0,", ",'+1,", ",'-1+1,", ",'@SUM(A1),"] {
        assert!(csv.contains(guarded), "{guarded}: {csv}");
    }
    let jsonl = it.get(&owner, &format!("{LOG}.jsonl")).await.body;
    assert!(jsonl.contains("\"name\":\"=cmd|'/C calc'!A0\""), "where nothing runs it stays as it is");
}

async fn a_file_that_is_cut_says_so_and_where_the_rest_is(it: TestConsole) {
    let owner = it.session("owner").await;
    plant(&it, 10_004, "{}").await;
    let first = it.get(&owner, &format!("{LOG}.jsonl?action=organization.create")).await;
    assert_eq!(first.body.lines().count(), 10_000);
    assert_eq!(first.header("content-disposition"), "attachment; filename=\"audit-acme-newest-10000.jsonl\"");
    let link = first.header("link");
    let rest = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).unwrap();
    let second = it.get(&owner, rest).await;
    assert_eq!((second.body.lines().count(), second.header("link")), (5, ""));
    assert_eq!(second.header("content-disposition"), "attachment; filename=\"audit-acme.jsonl\"");
}

async fn programs_read_the_log_in_pages(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    for number in 0..4 {
        it.issue("acme", &format!("t{number}"), Role::Viewer, &[], Lifetime::Never).await;
    }
    let (mut seen, mut path) = (Vec::new(), format!("{API}?limit=2&action=token.create"));
    loop {
        let answer = it.get(&token, &path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type"), answer.header("cache-control")),
            (200, "application/json", "no-store")
        );
        let page = answer.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["target"]["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_i64() else { break };
        path = format!("{API}?limit=2&action=token.create&before={next}");
    }
    assert_eq!(seen, ["t3", "t2", "t1", "t0", "caller"]);
    let item = it.get(&token, &format!("{API}?limit=1")).await.json()["items"][0].clone();
    let names: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["action", "actor", "address", "at", "details", "request_id", "seq", "target"]);
    assert_eq!(item["actor"], serde_json::json!({ "kind": "operator", "id": null, "name": "Operator" }));
    assert_eq!((item["address"].as_str(), item["at"].as_str()), (None, Some("2026-11-22T09:05:00.000Z")));
    assert!(item["details"]["hint"].as_str().unwrap().starts_with("jto_"));
}

async fn programs_read_only_their_own_organization(it: TestConsole) {
    let token = it.token("acme", Role::Admin, &[]).await;
    let id = it.get(&token, "/organization").await.json()["id"].as_str().unwrap().to_owned();
    let by_id = it.get(&token, &format!("/api/v1/organizations/{id}/audit")).await;
    assert_eq!((by_id.status, by_id.json()), (it.get(&token, API).await.status, it.get(&token, API).await.json()));
    for other in ["globex", "org_00000000000000000000000000000001", "nowhere", "ACME", "%00"] {
        let answer = it.get(&token, &format!("/api/v1/organizations/{other}/audit")).await;
        assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (404, Some("not_found")), "{other}");
    }
    let viewer = it.token("acme", Role::Viewer, &[]).await;
    let refused = it.get(&viewer, API).await;
    assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()), (403, Some("insufficient_permissions")));
    assert!(refused.header("www-authenticate").contains("scope=\"organization:update\""));
    let session = it.session("owner").await;
    assert_eq!(it.get(&session, API).await.status, 401, "the API takes no cookies");
    assert_eq!(it.send(&token, request(Method::POST, API, "")).await.status, 405);
}

async fn a_tokens_page_shows_its_latest_events(it: TestConsole) {
    let owner = it.session("owner").await;
    let (bot, _) = it.issue("acme", "Deploy bot", Role::Viewer, &[], Lifetime::Never).await;
    it.issue("acme", "other", Role::Viewer, &[], Lifetime::Never).await;
    let address = format!("/orgs/acme/tokens/{}", bot.id);
    let page = it.get(&owner, &address).await;
    assert_eq!(page.status, 200);
    let recent = page.body.split("Recent events").nth(1).unwrap();
    assert_eq!(recent.matches("Generated token").count(), 1);
    assert!(recent.contains(&format!("href=\"/orgs/acme/audit?target={}\"", bot.id)));
    assert_eq!(recent.matches("class=\"recent-what\"").count(), 1, "and nobody else's");
    // Who may see their own token, and not the log, sees no events.
    let viewer = it.session("viewer").await;
    let fields = [("label", "script"), ("role", "viewer"), ("expiry", "30")];
    let made = it.post_form(&viewer, "/orgs/acme/tokens/new", &fields).await.secrets();
    let own = it.get(&viewer, &format!("/orgs/acme/tokens/{}", made[0].0)).await;
    assert!(own.status == 200 && !own.text().contains("Generated token") && !own.body.contains("/orgs/acme/audit"));
    assert_eq!(it.get(&owner, "/orgs/acme/tokens/x").await.status, 404);
    assert!(it.get(&Caller::Anonymous, &address).await.header("location").starts_with("/sign-in?"));
}
