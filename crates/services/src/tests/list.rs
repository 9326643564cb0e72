//! Finding tokens: pages in every order, filters, the file, and what the databases do for it.

use domain::{Permission, PermissionSet, Role, Token, TokenQuery, token_query::By};
use sqlx::{Execute as _, QueryBuilder, Row as _};

use super::{Instance, caller, new_token, on_both};
use crate::{
    Access, Error, access,
    store::{self, Pool},
    tokens,
};

on_both![
    every_order_is_paged_without_gap_or_repetition,
    filters_narrow_alone_and_together,
    what_is_typed_is_searched_for_as_it_is,
    earlier_secrets_are_searched_for_too,
    what_was_just_generated_is_told_to_who_did_it,
    the_clock_decides_which_view_a_token_is_in,
    a_place_of_another_order_is_refused,
    another_organization_is_never_listed,
    a_file_holds_what_the_query_finds,
];

fn query(text: &str) -> TokenQuery {
    TokenQuery::parse(text).unwrap()
}

async fn find(instance: &Instance, access: &Access, text: &str) -> Vec<String> {
    let listed = tokens::list(&instance.console, access, &query(text)).await.unwrap();
    listed.page.items.iter().map(|token| token.label.to_string()).collect()
}

/// Reads the whole list page by page, and tells how large the pages were.
async fn pages(instance: &Instance, access: &Access, text: &str) -> (Vec<Token>, Vec<usize>) {
    let (mut query, mut all, mut sizes) = (query(text), Vec::new(), Vec::new());
    loop {
        let page = tokens::list(&instance.console, access, &query).await.unwrap().page;
        sizes.push(page.items.len());
        all.extend(page.items);
        match page.next {
            // Through the address, as a browser does it.
            Some(next) => query = TokenQuery::parse(&query.from(Some(next)).to_query()).unwrap(),
            None => return (all, sizes),
        }
    }
}

fn use_of(access: &Access, token: domain::TokenId, at: domain::Timestamp) -> crate::usage::Use {
    crate::usage::Use { organization: access.organization().id, token, at, address: String::new(), user_agent: String::new() }
}

/// Sixty tokens: labels, creations, ends and uses in groups that are equal, and some that never end or were never used.
pub(super) async fn sixty(instance: &Instance, owner: &Access) {
    for number in 0..60_u32 {
        let mut new = new_token(&format!("{}{}", ["t", "T", "u"][number as usize % 3], number % 7), Role::Viewer);
        new.lifetime = if number % 4 == 0 { domain::Lifetime::Never } else { domain::Lifetime::Minutes(60 + number % 5) };
        let issued = tokens::create(&instance.console, owner, new).await.unwrap();
        if number % 5 != 0 {
            let at = instance.console.now().minus(std::time::Duration::from_secs(u64::from(number % 3)));
            let used = use_of(owner, issued.token.id, at);
            store::usage::upsert(&instance.console.0.db, &[used]).await.unwrap();
        }
        if number % 7 == 0 {
            // The others share their microsecond with the one before.
            instance.advance(1);
        }
    }
}

async fn every_order_is_paged_without_gap_or_repetition(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    sixty(&instance, &owner).await;
    let key = |token: &Token, by| match by {
        By::Label => (token.label.as_str().to_lowercase(), 0),
        By::Created => (String::new(), token.created_at.as_micros()),
        By::Expires => (String::new(), token.expires_at.map_or(i64::MAX, domain::Timestamp::as_micros)),
        By::LastUsed => (String::new(), token.last_used_at.map_or(0, domain::Timestamp::as_micros)),
    };
    for by in [By::Label, By::Created, By::Expires, By::LastUsed] {
        let (ascending, sizes) = pages(&instance, &owner, &format!("sort={}", by.as_str())).await;
        assert_eq!(sizes, [25, 25, 10], "{by:?}");
        let keys: Vec<_> = ascending.iter().map(|token| (key(token, by), token.id)).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "{by:?}: {keys:?}");
        assert!(by != By::Label || keys.windows(2).any(|pair| pair[0].0 == pair[1].0), "there are ties");
        let (mut descending, _) = pages(&instance, &owner, &format!("sort=-{}", by.as_str())).await;
        descending.reverse();
        assert_eq!(descending, ascending, "{by:?}: one is the other turned around");
    }
    assert_eq!(pages(&instance, &owner, "sort=expires").await.0[59].expires_at, None, "what never ends is last");
    assert_eq!(pages(&instance, &owner, "sort=last_used").await.0[0].last_used_at, None, "what was never used is first");
    // A page after the last row is empty, and that is no error.
    let end = query("").from(Some(domain::Cursor::of(pages(&instance, &owner, "").await.0.last().unwrap(), query("").sort)));
    assert!(tokens::list(&instance.console, &owner, &end).await.unwrap().page.items.is_empty());
}

async fn filters_narrow_alone_and_together(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    instance.member("acme", Role::Admin, "bob@acme.test").await;
    let make = async |access: &Access, label: &str, role: Option<Role>, days: u32| {
        let mut new = new_token(label, Role::Viewer);
        new.role = role.map(Into::into);
        if role.is_none() {
            new.permissions = [Permission::TOKEN_VERIFY].into_iter().collect::<PermissionSet>();
        }
        new.lifetime = if days == 0 { domain::Lifetime::Never } else { domain::Lifetime::Minutes(days * 1440) };
        instance.advance(1);
        tokens::create(&instance.console, access, new).await.unwrap()
    };
    make(&owner, "old", Some(Role::Viewer), 120).await;
    let old_and_used = make(&owner, "old, used", Some(Role::Developer), 0).await;
    instance.advance(40 * 86_400);
    let bob = instance.actor("bob@acme.test").await;
    let bob = access::to_organization(&instance.console, Some(&bob), &caller(), "acme", Permission::API_KEY_CREATE).await.unwrap();
    make(&bob, "bob's", Some(Role::Admin), 5).await;
    make(&owner, "custom", None, 20).await;
    let disabled = make(&owner, "disabled", Some(Role::Viewer), 80).await;
    let used = use_of(&owner, old_and_used.token.id, instance.console.now());
    store::usage::upsert(&instance.console.0.db, &[used]).await.unwrap();
    assert_eq!(instance.execute("UPDATE tokens SET disabled_at = 1, disabled_by_name = 'Ada' WHERE label = 'disabled'").await.unwrap(), 1);
    let found = async |text: &str| find(&instance, &owner, text).await;
    assert_eq!(found("").await, ["disabled", "custom", "bob's", "old, used", "old"]);
    assert_eq!(found("status=active").await, ["custom", "bob's", "old, used", "old"]);
    assert_eq!(found("status=disabled").await, ["disabled"]);
    assert_eq!(found("role=viewer").await, ["disabled", "old"]);
    assert_eq!(found("role=custom").await, ["custom"]);
    assert_eq!(found("expiring=7").await, ["bob's"]);
    assert_eq!(found("expiring=30").await, ["custom", "bob's"]);
    assert_eq!(found("expiring=90").await, ["disabled", "custom", "bob's", "old"]);
    assert_eq!(found("unused=30").await, ["old"], "what is younger had no time to stay unused");
    assert!(found("unused=90").await.is_empty());
    assert_eq!(found("unused=never").await, ["disabled", "custom", "bob's", "old"]);
    assert_eq!(found("created_by=bob@acme.test").await, ["bob's"]);
    assert!(found("created_by=bob").await.is_empty(), "the whole name");
    assert_eq!(found("expiring=90&role=viewer&created_by=Ada+Lovelace&q=O&status=active").await, ["old"]);
    let hint = disabled.token.hint.as_str();
    assert_eq!(found(&format!("q={hint}")).await, ["disabled"], "the mask is searched too");
    let listed = tokens::list(&instance.console, &owner, &query("q=nothing")).await.unwrap();
    assert!(listed.page.items.is_empty());
    assert_eq!(listed.creators, ["Ada Lovelace", "bob@acme.test"], "offered whatever is found");
}

async fn what_is_typed_is_searched_for_as_it_is(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    for (label, description) in [("100%", ""), ("1000", ""), ("a_b", ""), ("acb", "for DEPLOYS"), (r"a\b", ""), ("it's", "x' OR 1=1 --")] {
        let mut new = new_token(label, Role::Viewer);
        new.description = domain::Description::parse(description).unwrap();
        instance.advance(1);
        tokens::create(&instance.console, &owner, new).await.unwrap();
    }
    for (typed, labels) in [
        ("%25", &["100%"][..]),
        ("a_b", &["a_b"]),
        ("A_B", &["a_b"]),
        (r"a\b", &[r"a\b"]),
        ("deploys", &["acb"]),
        ("' OR 1=1 --", &["it's"]),
        ("' OR 2=2 --", &[]),
        ("100", &["1000", "100%"]),
        ("jto_", &["it's", r"a\b", "acb", "a_b", "1000", "100%"]),
    ] {
        assert_eq!(find(&instance, &owner, &format!("q={typed}")).await, labels, "{typed}");
    }
}

async fn earlier_secrets_are_searched_for_too(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    // No mask holds what is searched for here.
    let first = tokens::create(&instance.console, &owner, new_token("c-i", Role::Viewer)).await.unwrap();
    instance.advance(1);
    tokens::create(&instance.console, &owner, new_token("other", Role::Viewer)).await.unwrap();
    let id = first.token.id;
    let rotate = async || {
        instance.advance(1);
        tokens::rotate(&instance.console, &owner, &id.to_string(), domain::Overlap::Now).await.unwrap().token.hint
    };
    let (second, third) = (rotate().await, rotate().await);
    let first = first.token.hint;
    let earlier = async |view: &str, search: &str| {
        let listed = tokens::list(&instance.console, &owner, &query(&format!("{view}&q={search}"))).await.unwrap();
        (listed.page.items.iter().map(|token| token.label.to_string()).collect::<Vec<_>>(), listed.earlier)
    };
    let ci = || vec!["c-i".to_owned()];
    for hint in [&first, &second] {
        assert_eq!(earlier("", hint.as_str()).await, (ci(), vec![(id, hint.clone())]));
        // In any letters, and a part of it.
        let end = hint.as_str().split('…').nth(1).unwrap();
        assert_eq!(earlier("", &end.to_uppercase()).await, (ci(), vec![(id, hint.clone())]), "{end}");
    }
    assert_eq!(earlier("", third.as_str()).await, (ci(), vec![]), "that is the current one, which the row shows");
    assert_eq!(earlier("", "c-i").await, (ci(), vec![]));
    // All generations hold this, and so does the current one.
    assert_eq!(earlier("", "jto_").await, (vec!["other".to_owned(), "c-i".to_owned()], vec![]));
    tokens::revoke(&instance.console, &owner, &id.to_string(), "c-i", None).await.unwrap();
    assert_eq!(earlier("", first.as_str()).await, (vec![], vec![]));
    assert_eq!(earlier("view=inactive", first.as_str()).await, (ci(), vec![(id, first.clone())]));
    // So do programs find it, and files hold it.
    let filter = domain::TokenFilter { search: Some(domain::Search::parse(first.as_str()).unwrap()), ..Default::default() };
    assert_eq!(tokens::list_all(&instance.console, &owner, &filter, 100).await.unwrap().items.len(), 1);
    // Nobody learns of what is not theirs.
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let hank = instance.actor("hank@globex.test").await;
    let hank = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    assert_eq!(
        store::tokens::found_by_earlier(&instance.console.0.db, &hank, &domain::Search::parse(first.as_str()).unwrap(), &[id])
            .await
            .unwrap(),
        []
    );
}

async fn what_was_just_generated_is_told_to_who_did_it(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let token = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap().token;
    let id = token.id.to_string();
    instance.member("acme", Role::Admin, "bob@acme.test").await;
    let bob = instance.actor("bob@acme.test").await;
    let bob = access::to_organization(&instance.console, Some(&bob), &caller(), "acme", Permission::API_KEY_READ).await.unwrap();
    let told = async |access: &Access, id: &str| tokens::just_generated(&instance.console, access, id).await.unwrap();
    assert_eq!(told(&owner, &id).await, Some(token.clone()));
    assert_eq!(told(&bob, &id).await, None, "it was somebody else");
    for other in ["", "x", "tok_019aa000000070008000000000000000"] {
        assert_eq!(told(&owner, other).await, None, "{other:?}");
    }
    instance.advance(3_599);
    assert_eq!(told(&owner, &id).await, Some(token));
    instance.advance(1);
    assert_eq!(told(&owner, &id).await, None, "that is an hour ago");
}

async fn the_clock_decides_which_view_a_token_is_in(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    let issued = tokens::create(&instance.console, &owner, new_token("ends", Role::Viewer)).await.unwrap();
    instance.advance(1);
    let mut lasting = new_token("lasts", Role::Viewer);
    lasting.lifetime = domain::Lifetime::Never;
    let lasting = tokens::create(&instance.console, &owner, lasting).await.unwrap();
    instance.advance(3598);
    assert_eq!(find(&instance, &owner, "").await, ["lasts", "ends"]);
    instance.advance(1);
    assert_eq!(issued.token.status_at(instance.console.now()), domain::Status::Expired);
    assert_eq!(find(&instance, &owner, "").await, ["lasts"]);
    assert_eq!(find(&instance, &owner, "view=inactive").await, ["ends"]);
    tokens::revoke(&instance.console, &owner, &lasting.token.id.to_string(), "lasts", None).await.unwrap();
    assert!(find(&instance, &owner, "").await.is_empty());
    assert_eq!(find(&instance, &owner, "view=inactive").await, ["lasts", "ends"]);
    assert_eq!(find(&instance, &owner, "status=expired").await, ["ends"]);
    assert_eq!(find(&instance, &owner, "status=revoked").await, ["lasts"]);
}

async fn a_place_of_another_order_is_refused(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    sixty(&instance, &owner).await;
    let next = tokens::list(&instance.console, &owner, &query("sort=label")).await.unwrap().page.next.unwrap();
    for text in ["", "sort=-label", "sort=expires"] {
        let address = format!("{text}&after={next}");
        let refused: Error = TokenQuery::parse(&address).unwrap_err().into();
        assert!(matches!(refused, Error::Invalid { field: "after", .. }), "{address}");
    }
}

async fn another_organization_is_never_listed(instance: Instance) {
    instance.set_up().await;
    instance.member("globex", Role::Owner, "hank@globex.test").await;
    let owner = instance.owner().await;
    let hank = instance.actor("hank@globex.test").await;
    let globex = access::to_organization(&instance.console, Some(&hank), &caller(), "globex", Permission::API_KEY_READ).await.unwrap();
    let issued = tokens::create(&instance.console, &owner, new_token("ci", Role::Viewer)).await.unwrap();
    for text in ["", "q=ci", "sort=label", "sort=expires", "sort=last_used", "view=inactive", "created_by=Ada+Lovelace"] {
        let listed = tokens::list(&instance.console, &globex, &query(text)).await.unwrap();
        assert!(listed.page.items.is_empty() && listed.creators.is_empty(), "{text}");
    }
    assert!(tokens::export(&instance.console, &globex, &query("")).await.unwrap().tokens.is_empty());
    let id = issued.token.id.to_string();
    assert!(matches!(tokens::find_many(&instance.console, &globex, [&*id]).await, Err(Error::NotFound)));
    // Who may not read the tokens may do none of this.
    let reader = access::by_token(&instance.console, issued.secret.expose(), &caller(), Permission::ORGANIZATION_READ).await.unwrap();
    assert!(matches!(tokens::list(&instance.console, &reader, &query("")).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::export(&instance.console, &reader, &query("")).await, Err(Error::Forbidden)));
    assert!(matches!(tokens::find_many(&instance.console, &reader, [&*id]).await, Err(Error::Forbidden)));
}

async fn a_file_holds_what_the_query_finds(instance: Instance) {
    instance.set_up().await;
    let owner = instance.owner().await;
    tokens::create(&instance.console, &owner, new_token("first", Role::Viewer)).await.unwrap();
    // What a year of pipelines leaves behind: two batches, and one more than fits.
    let many = "INSERT INTO tokens (id, organization_id, kind, label, description, role, permissions, created_at, created_by_kind, \
                created_by_id, created_by_name) \
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) \
                SELECT 'tok_' || SUBSTR('00000000000000000000000000000000' || i, -32), t.organization_id, t.kind, 'many', '', t.role, \
                t.permissions, i, t.created_by_kind, t.created_by_id, t.created_by_name FROM tokens t, n WHERE t.label = 'first'";
    let many = match &instance.console.0.db.pool {
        Pool::Sqlite(_) => many.to_owned(),
        Pool::Postgres(_) => many
            .replace("INSERT INTO", "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO")
            .replace(
                "created_by_name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) ",
                "created_by_name) ",
            )
            .replace("SUBSTR('00000000000000000000000000000000' || i, -32)", "LPAD(i::text, 32, '0')"),
    };
    instance.run(many).await;
    let secrets = "INSERT INTO token_secrets (digest, organization_id, token_id, hint, created_at) \
                   SELECT CAST(SUBSTR(id, 5) AS BYTEA), organization_id, id, 'jto_aaaa…bbbb', created_at FROM tokens WHERE label = 'many'";
    let secrets = match &instance.console.0.db.pool {
        Pool::Sqlite(_) => secrets.replace("BYTEA", "BLOB"),
        Pool::Postgres(_) => secrets.replace("CAST(SUBSTR(id, 5) AS BYTEA)", "CONVERT_TO(SUBSTR(id, 5), 'UTF8')"),
    };
    instance.run(secrets).await;
    let all = tokens::export(&instance.console, &owner, &query("sort=created")).await.unwrap();
    assert_eq!((all.tokens.len(), all.cut), (tokens::EXPORT, true));
    assert!(all.tokens.is_sorted_by(|a, b| (a.created_at, a.id) < (b.created_at, b.id)));
    let found = tokens::export(&instance.console, &owner, &query("q=MANY&sort=label")).await.unwrap();
    assert_eq!((found.tokens.len(), found.cut), (tokens::EXPORT, false));
    let one = tokens::export(&instance.console, &owner, &query("q=first")).await.unwrap();
    assert_eq!((one.tokens.len(), one.cut), (1, false));
}

/// How the database goes about a statement, which is written anew for each.
pub(super) async fn explained(
    instance: &Instance,
    sqlite: impl FnOnce() -> QueryBuilder<sqlx::Sqlite>,
    postgres: impl FnOnce() -> QueryBuilder<sqlx::Postgres>,
) -> String {
    match &instance.console.0.db.pool {
        Pool::Sqlite(pool) => {
            let mut statement = sqlite();
            let mut built = statement.build();
            let arguments = built.take_arguments().unwrap().unwrap();
            let sql = format!("EXPLAIN QUERY PLAN {}", built.sql().as_str());
            let rows = sqlx::query_with(sqlx::AssertSqlSafe(sql), arguments).fetch_all(pool).await.unwrap();
            rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
        }
        Pool::Postgres(pool) => {
            let mut statement = postgres();
            let mut built = statement.build();
            let arguments = built.take_arguments().unwrap().unwrap();
            let sql = format!("EXPLAIN {}", built.sql().as_str());
            let mut connection = pool.acquire().await.unwrap();
            // Sixty rows are sorted faster than looked up; what could be done is what is asked for here.
            for setting in ["enable_sort", "enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin"] {
                sqlx::query(sqlx::AssertSqlSafe(format!("SET {setting} = off"))).execute(&mut *connection).await.unwrap();
            }
            let rows: Vec<String> = sqlx::query_scalar_with(sqlx::AssertSqlSafe(sql), arguments).fetch_all(&mut *connection).await.unwrap();
            rows.join("\n")
        }
    }
}
