//! What the list of tokens costs the databases, by their own plans: every order walks an index, and a page takes three statements.

use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use domain::{
    Cursor, Label, Owner, Role, RoleId, State, Timestamp, TokenQuery, UserId,
    token_query::{Expiring, Grant, Owned, Unused},
};
use tracing::{Event, Id, Metadata, Subscriber, span};

use super::{Instance, caller, list::explained, on_both, user};
use crate::{
    Access, access,
    store::{
        self, Pool,
        tokens::{Question, page, walks},
    },
    tokens::{self, Seed},
};

on_both![orders_are_read_off_an_index, a_filter_never_reads_every_token, a_page_takes_three_statements, only_the_operator_seeds];

/// Each order, and the indexes of which one gives it.
const ORDERS: [(&str, &[&str]); 4] = [
    ("label", &["tokens_by_label_and_id"]),
    ("created", &["tokens_by_age"]),
    ("expires", &["tokens_by_expiry"]),
    ("last_used", &["token_usage_by_time", "token_secrets_unused"]),
];

/// So many tokens that sorting all of them is not the cheaper way.
async fn some_thousand(instance: &Instance) -> Access {
    instance.set_up().await;
    let ada: UserId = user(instance, "ada@acme.test").await.parse().unwrap();
    let operator = access::by_operator(&instance.console, "acme", &caller()).await.unwrap();
    let now = instance.console.now();
    let days = |days: u64| std::time::Duration::from_hours(24 * days);
    let third = |number: u64| usize::try_from(number % 3).unwrap();
    let seed = |number: u64| Seed {
        owner: Owner::Organization,
        label: Label::parse(&format!("token {number}")).unwrap(),
        description: domain::Description::parse("").unwrap(),
        role: Some([Role::Viewer, Role::Developer, Role::Admin][third(number)].into()),
        permissions: domain::PermissionSet::NONE,
        created_at: now.minus(days(1 + number % 300)),
        creator: (ada, domain::Name::parse(["Ada", "Bob", "Cy"][third(number)]).unwrap()),
        expires_at: (!number.is_multiple_of(7)).then(|| now.plus(days(1 + number % 97))),
        last_used_at: (!number.is_multiple_of(5)).then(|| now.minus(days(number % 113))),
        state: if number.is_multiple_of(11) { State::Revoked { at: now, by: "Ada".to_owned(), why: None } } else { State::Active },
    };
    let issued = tokens::seed(&instance.console, &operator, (0..5_000).map(seed), 7).await.unwrap();
    assert_eq!((issued.len(), instance.count("SELECT COUNT(*) FROM tokens").await), (7, 5_000));
    // SQLite has no statistics in production, and its plans must not depend on them.
    if matches!(instance.console.0.db.pool, Pool::Postgres(_)) {
        instance.run("ANALYZE".to_owned()).await;
    }
    instance.owner().await
}

async fn plans(instance: &Instance, access: &Access, query: &TokenQuery) -> Vec<String> {
    let now = instance.console.now();
    let mut plans = Vec::new();
    let question = Question::Person(query);
    for (walk, after) in walks(access, question) {
        let sqlite = || page(access, question, walk, after, now, 26);
        let postgres = || page(access, question, walk, after, now, 26);
        plans.push(explained(instance, sqlite, postgres).await);
    }
    plans
}

/// Where a page deep in a list begins.
async fn deep(instance: &Instance, access: &Access, query: &TokenQuery) -> Option<Cursor> {
    let listed = store::tokens::list(&instance.console.0.db, access, Question::Person(query), instance.console.now(), 2_000).await.unwrap();
    listed.last().map(|last| Cursor::of(&last.token, query.sort))
}

/// Nothing is sorted, on the first page or deep in the list, whichever way: page 1,000 costs what page 1 costs.
async fn orders_are_read_off_an_index(instance: Instance) {
    let owner = some_thousand(&instance).await;
    for (order, indexes) in ORDERS {
        for query in ["", "-"].map(|turn| TokenQuery::parse(&format!("sort={turn}{order}")).unwrap()) {
            let deep = deep(&instance, &owner, &query).await;
            assert!(deep.is_some());
            for query in [query.clone(), query.from(deep)] {
                for plan in plans(&instance, &owner, &query).await {
                    let is_walk = indexes.iter().any(|index| plan.contains(index));
                    assert!(is_walk && !plan.contains("TEMP B-TREE") && !plan.contains("Sort"), "{}: {plan}", query.to_query());
                }
            }
        }
    }
}

/// Whatever is filtered and however it is sorted, tokens are reached by an index.
async fn a_filter_never_reads_every_token(instance: Instance) {
    let owner = some_thousand(&instance).await;
    let made = RoleId::new(Timestamp::from_micros(1), [7; 10]);
    let mut filters: Vec<String> =
        ["view=active", "view=inactive", "q=ci", "created_by=Bob", "created_by=Nobody", "role=admin&unused=30"].map(str::to_owned).into();
    filters.extend(["active", "disabled", "expired", "revoked"].map(|status| format!("status={status}")));
    filters.extend(Grant::ALL.into_iter().chain([Grant::Made(made)]).map(|role| format!("role={role}")));
    filters.extend(Owned::ALL.map(|owner| format!("owner={}", owner.as_str())));
    filters.extend(Expiring::ALL.map(|expiring| format!("expiring={expiring}")));
    filters.extend(Unused::ALL.map(|unused| format!("unused={unused}")));
    filters.extend(domain::attention::Finding::ALL.map(|finding| format!("finding={}", finding.as_str())));
    for filter in &filters {
        for (order, _) in ORDERS {
            for turn in ["", "-"] {
                let text = format!("{filter}&sort={turn}{order}");
                for plan in plans(&instance, &owner, &TokenQuery::parse(&text).unwrap()).await {
                    let scans = |line: &str| {
                        let line = line.trim().trim_start_matches("-> ").trim();
                        // One that an index gives the order of is not read to its end.
                        ["SCAN t", "SCAN u", "SCAN s"].contains(&line)
                            || ["tokens t", "token_usage u", "token_secrets s"]
                                .iter()
                                .any(|table| line.starts_with(&format!("Seq Scan on {table}")))
                    };
                    assert!(!plan.lines().any(scans), "{text}: {plan}");
                }
            }
        }
    }
}

/// Counts statements, whoever in this process sends them.
struct Statements;

static SENT: AtomicUsize = AtomicUsize::new(0);

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        SENT.fetch_add(1, Ordering::SeqCst);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// How many statements something takes. What else goes on in this process can only add to it, so the least of some tries counts.
async fn statements(mut work: impl AsyncFnMut()) -> usize {
    static COUNTING: OnceLock<()> = OnceLock::new();
    COUNTING.get_or_init(|| tracing::subscriber::set_global_default(Statements).expect("nothing else subscribes in tests"));
    let mut least = usize::MAX;
    for _ in 0..15 {
        let before = SENT.load(Ordering::SeqCst);
        work().await;
        least = least.min(SENT.load(Ordering::SeqCst) - before);
    }
    least
}

/// The rows with everything that stands in them, what the filters offer, and the policy.
async fn a_page_takes_three_statements(mut instance: Instance) {
    let owner = some_thousand(&instance).await;
    // The shorter a server's term, the more statements it sends by itself.
    instance.stop().await;
    let (console, background) = instance.again_at(&instance.database, std::time::Duration::from_mins(10)).await.unwrap();
    for text in ["", "view=inactive", "sort=label", "sort=-expires&role=admin", "sort=-last_used", "status=active&created_by=Bob"] {
        let query = TokenQuery::parse(text).unwrap();
        let sent = statements(async || {
            let listed = tokens::list(&console, &owner, &query).await.unwrap();
            assert_eq!((listed.page.items.len(), listed.creators.len()), (25, 3));
        });
        assert_eq!(sent.await, 3, "{text}");
    }
    background.stop().await;
}

async fn only_the_operator_seeds(instance: Instance) {
    let owner = some_thousand(&instance).await;
    let indexes = match &instance.console.0.db.pool {
        Pool::Sqlite(_) => "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'index'",
        Pool::Postgres(_) => "SELECT COUNT(*) FROM pg_indexes WHERE schemaname = 'public'",
    };
    let indexes = async || instance.count(indexes).await;
    let (before, built) = (instance.shape().await, indexes().await);
    assert!(matches!(tokens::seed(&instance.console, &owner, Vec::new(), 1).await, Err(crate::Error::Forbidden)));
    assert_eq!(instance.shape().await, before);
    assert_eq!(instance.count("SELECT COUNT(*) FROM events WHERE action = 'token.seed'").await, 1);
    assert!(instance.console.verify_events(None).await.unwrap().is_ok());
    // They are tokens like others: found by their secrets, listed, and gone when they are revoked.
    let operator = access::by_operator(&instance.console, "acme", &caller()).await.unwrap();
    let seed = Seed {
        owner: Owner::Organization,
        label: Label::parse("one more").unwrap(),
        description: domain::Description::parse("").unwrap(),
        role: Some(Role::Developer.into()),
        permissions: domain::PermissionSet::NONE,
        created_at: instance.console.now(),
        creator: (user(&instance, "ada@acme.test").await.parse().unwrap(), domain::Name::parse("Ada").unwrap()),
        expires_at: None,
        last_used_at: None,
        state: State::Active,
    };
    let issued = tokens::seed(&instance.console, &operator, vec![seed], 1).await.unwrap().pop().unwrap();
    assert_eq!(indexes().await, built, "all of them are there again");
    let asks = async || {
        access::by_token(&instance.console, issued.secret.expose(), &caller(), domain::Permission::ORGANIZATION_READ).await.map(|_| ())
    };
    asks().await.unwrap();
    let found = tokens::find(&instance.console, &owner, &issued.token.id.to_string()).await.unwrap();
    assert_eq!(found, issued.token);
    tokens::revoke(&instance.console, &owner, &issued.token.id.to_string(), "one more", None).await.unwrap();
    assert!(asks().await.is_err());
}
