//! What is looked for in the list of tokens: which view, narrowed how, sorted by what, from where on. All of it is in the page's address,
//! read by [`TokenQuery::parse`] and written by [`TokenQuery::to_query`], and nowhere else.

use core::{fmt, str::FromStr, time::Duration};

use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};

pub use crate::texts::token_query::{LOOKS_LIKE_A_SECRET, NO_SECRET_HERE};
use crate::{
    Cursor, Invalid, Name, Role, RoleId, Search, Status,
    attention::Finding,
    secret,
    texts::{lists, token_query as say},
};

/// A question to the list of tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenQuery {
    /// Which of the two lists.
    pub view: View,
    /// What label, description or the hint of a secret hold, of an earlier one too.
    pub search: Option<Search>,
    /// What the tokens are; always one of the view's.
    pub status: Option<Status>,
    /// What they may do.
    pub role: Option<Grant>,
    /// Whom they belong to.
    pub owner: Option<Owned>,
    /// When they end. Only of what is active.
    pub expiring: Option<Expiring>,
    /// For how long they have not been used.
    pub unused: Option<Unused>,
    /// Who generated them, by the exact name.
    pub created_by: Option<Name>,
    /// What is the matter with them.
    pub finding: Option<Finding>,
    /// In which order.
    pub sort: Sort,
    /// The row before the first one wanted.
    pub after: Option<Cursor>,
}

/// One of the two lists that all tokens are in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum View {
    /// What may still be accepted: active and disabled ones.
    #[default]
    Active,
    /// What never is again: expired and revoked ones.
    Inactive,
}

/// What a token may do, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// What this role may.
    Role(Role),
    /// What the role with this id may, which the organization has made.
    Made(RoleId),
    /// What it was given by itself, without a role.
    Custom,
}

/// Whom tokens belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owned {
    /// The organization.
    ByOrganization,
    /// People, whoever they are.
    ByPeople,
    /// Teams, whichever they are.
    ByTeams,
    /// Who asks.
    ByMe,
}

/// When something ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiring {
    /// Within so many days.
    Days(u16),
    /// So soon that somebody should look: see [`Token::ends_soon`](crate::Token::ends_soon), within [`Expiring::SOON`].
    Soon,
    /// Not by itself.
    Never,
}

/// How long something has not been used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unused {
    /// For so many days at least, counted from its creation when it was never used.
    Days(u16),
    /// Not once.
    Never,
}

/// What a list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Letters, small and capital ones alike.
    Label,
    /// When it was generated.
    Created,
    /// When it ends; what never ends is last.
    Expires,
    /// When it was last used; what was never used is first.
    LastUsed,
}

/// The order of a list. Written as the column, with a minus before it when the greatest is first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub by: By,
    /// Whether the greatest is first.
    pub descending: bool,
}

/// Says which part of an address cannot be taken, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refused {
    /// The parameter's name.
    pub field: &'static str,
    /// A sentence for people.
    pub why: Invalid,
}

impl View {
    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }

    /// What a token in it can be.
    pub const fn statuses(self) -> [Status; 2] {
        match self {
            Self::Active => [Status::Active, Status::Disabled],
            Self::Inactive => [Status::Expired, Status::Revoked],
        }
    }
}

impl Grant {
    /// All that every organization has, the least first.
    pub const ALL: [Self; 4] = [Self::Role(Role::Viewer), Self::Role(Role::Developer), Self::Role(Role::Admin), Self::Custom];

    /// The word for people; of a role that an organization has made its name is to be looked up.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Role(role) => role.title(),
            Self::Made(_) => say::ANOTHER_ROLE,
            Self::Custom => say::CUSTOM,
        }
    }

    /// Reads a word, or the id of a role.
    pub(crate) fn read(value: &str) -> Result<Self, Invalid> {
        let named = || Self::ALL.into_iter().find(|each| each.to_string() == value);
        let made = value.parse().map(Self::Made).ok();
        made.or_else(named).ok_or_else(|| Invalid(say::no_role(&words(&Self::ALL, |each| each))))
    }
}

/// The word in addresses.
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => role.fmt(f),
            Self::Made(id) => id.fmt(f),
            Self::Custom => f.write_str("custom"),
        }
    }
}

impl Owned {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::ByOrganization, Self::ByTeams, Self::ByPeople, Self::ByMe];
    /// Those that mean something to who is nobody.
    pub const FOR_PROGRAMS: [Self; 3] = [Self::ByOrganization, Self::ByTeams, Self::ByPeople];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByOrganization => "organization",
            Self::ByPeople => "user",
            Self::ByTeams => "team",
            Self::ByMe => "me",
        }
    }
}

impl Expiring {
    /// All there are to choose from.
    pub const ALL: [Self; 5] = [Self::Soon, Self::Days(7), Self::Days(30), Self::Days(90), Self::Never];
    /// What is soon for a token that lives long.
    pub const SOON: Duration = Duration::from_hours(30 * 24);
}

impl fmt::Display for Expiring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}"),
            Self::Soon => f.write_str("soon"),
            Self::Never => f.write_str("never"),
        }
    }
}

impl Unused {
    /// All there are to choose from.
    pub const ALL: [Self; 3] = [Self::Days(30), Self::Days(90), Self::Never];
}

impl fmt::Display for Unused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}"),
            Self::Never => f.write_str("never"),
        }
    }
}

impl By {
    const ALL: [Self; 4] = [Self::Label, Self::Created, Self::Expires, Self::LastUsed];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Created => "created",
            Self::Expires => "expires",
            Self::LastUsed => "last_used",
        }
    }
}

impl Sort {
    /// What choosing a column leads to: the other direction when the list is sorted by it already, else the one that is asked for most:
    /// letters from A, the newest first, what ends soonest first, what was used last first.
    #[must_use]
    pub fn choose(self, by: By) -> Self {
        let descending = if self.by == by { !self.descending } else { matches!(by, By::Created | By::LastUsed) };
        Self { by, descending }
    }
}

impl Default for Sort {
    fn default() -> Self {
        Self { by: By::Created, descending: true }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.by.as_str())
    }
}

impl FromStr for Sort {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        By::ALL.into_iter().find(|by| by.as_str() == name).map(|by| Self { by, descending }).ok_or_else(|| Invalid(say::NO_SORT.to_owned()))
    }
}

/// All that a token can be.
pub(crate) const STATUSES: [Status; 4] = [Status::Active, Status::Disabled, Status::Expired, Status::Revoked];

/// Finds a value by how it is written, or says that `what` has to be one of them.
pub(crate) fn one_of<T: Copy, W: fmt::Display>(all: &[T], written: impl Fn(T) -> W, given: &str, what: &str) -> Result<T, Invalid> {
    let found = all.iter().copied().find(|each| written(*each).to_string() == given);
    found.ok_or_else(|| Invalid(say::one_of(what, &words(all, written))))
}

/// How these are written, with commas between.
fn words<T: Copy, W: fmt::Display>(all: &[T], written: impl Fn(T) -> W) -> String {
    all.iter().map(|each| written(*each).to_string()).collect::<Vec<_>>().join(", ")
}

/// What may be searched for, as the `pattern` of a field: a browser keeps to itself what does not match.
pub fn search_pattern() -> String {
    format!("(?!.*[A-Za-z0-9]{{{}}}).*", secret::BODY_LENGTH + 1)
}

/// Whether something in a text is as long as a secret. A few characters of the checksum may be missing, which could be computed; what is as long as
/// the random ones alone may be an id.
pub fn looks_like_a_secret(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.len() > secret::BODY_LENGTH)
}

/// What is searched for. A secret is kept out: what is searched for is in addresses, which end up in histories and logs.
pub(crate) fn search(typed: &str) -> Result<Search, Invalid> {
    if looks_like_a_secret(typed) {
        return Err(Invalid(LOOKS_LIKE_A_SECRET.to_owned()));
    }
    Search::parse(&as_mask(typed).unwrap_or_else(|| typed.to_owned()))
}

/// A mask as somebody typed or pasted it: with three dots for the one sign, which no keyboard has, and out of a sentence or quotation marks. It shows
/// four characters on either side.
fn as_mask(typed: &str) -> Option<String> {
    let alone = typed.trim_matches(|c: char| c.is_whitespace() || "`'\"“”.,;:!?()[]<>".contains(c));
    let (start, end) = alone.split_once("...").or_else(|| alone.split_once('…'))?;
    let is_shown = |text: &str| text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (prefix, rest) = start.rsplit_once('_')?;
    (!prefix.is_empty() && is_shown(rest) && is_shown(end)).then(|| format!("{start}…{end}"))
}

impl TokenQuery {
    /// The fields of the form that asks.
    pub const FIELDS: [&str; 10] = ["view", "q", "status", "role", "owner", "expiring", "unused", "created_by", "finding", "sort"];

    /// Reads the query of an address, with or without its question mark.
    pub fn parse(query: &str) -> Result<Self, Refused> {
        Self::from_pairs(form_urlencoded::parse(query.strip_prefix('?').unwrap_or(query).as_bytes()))
    }

    /// Reads the fields of a form, or what an address holds. What is empty is not asked for, as a form sends it; what is unknown is of
    /// somebody else.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, Refused> {
        let mut it = Self::default();
        let (mut view, mut after) = (None, None);
        for (name, value) in pairs {
            let value = value.as_ref().trim();
            if value.is_empty() {
                continue;
            }
            let in_field = |field| move |why| Refused { field, why };
            match name.as_ref() {
                "view" => {
                    let found = one_of(&[View::Active, View::Inactive], View::as_str, value, say::VIEW);
                    view = Some(found.map_err(in_field("view"))?);
                }
                "q" => it.search = Some(search(value).map_err(in_field("q"))?),
                "status" => it.status = Some(one_of(&STATUSES, Status::as_str, value, say::STATUS).map_err(in_field("status"))?),
                "role" => it.role = Some(Grant::read(value).map_err(in_field("role"))?),
                "owner" => it.owner = Some(one_of(&Owned::ALL, Owned::as_str, value, say::OWNER).map_err(in_field("owner"))?),
                "expiring" => {
                    let found = one_of(&Expiring::ALL, |expiring| expiring, value, say::EXPIRING);
                    it.expiring = Some(found.map_err(in_field("expiring"))?);
                }
                "unused" => {
                    let found = one_of(&Unused::ALL, |unused| unused, value, say::UNUSED);
                    it.unused = Some(found.map_err(in_field("unused"))?);
                }
                "created_by" => it.created_by = Some(Name::parse(value).map_err(in_field("created_by"))?),
                "finding" => it.finding = Some(one_of(&Finding::ALL, Finding::as_str, value, say::FINDING).map_err(in_field("finding"))?),
                "sort" => it.sort = value.parse().map_err(in_field("sort"))?,
                "after" => after = Some(value.parse::<Cursor>().map_err(in_field("after"))?),
                _ => {}
            }
        }
        it.with(view, after)
    }

    /// Checks what parts of an address say about one another.
    fn with(mut self, view: Option<View>, after: Option<Cursor>) -> Result<Self, Refused> {
        let refuse = |field, why: &str| Err(Refused { field, why: Invalid(why.to_owned()) });
        // A status is in one view only, so it says which.
        let implied = self.status.map(|status| if View::Active.statuses().contains(&status) { View::Active } else { View::Inactive });
        self.view = view.or(implied).unwrap_or_default();
        if implied.is_some_and(|implied| implied != self.view) {
            return refuse("status", say::OTHER_VIEW);
        }
        if self.expiring.is_some() && self.view == View::Inactive {
            return refuse("expiring", say::NONE_EXPIRES);
        }
        if self.finding.is_some_and(|finding| !finding.is_in(self.view)) {
            return refuse("finding", say::NONE_IS_OVER);
        }
        if after.as_ref().is_some_and(|after| after.sort != self.sort) {
            return refuse("after", lists::OTHER_ORDER);
        }
        self.after = after;
        Ok(self)
    }

    /// The query of an address that [`Self::parse`] reads as this; empty for the first page of what is active, newest first.
    pub fn to_query(&self) -> String {
        let mut query = Serializer::new(String::new());
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                query.append_pair(name, &value);
            }
        };
        add("view", (self.view != View::default()).then(|| self.view.as_str().to_owned()));
        add("q", self.search.as_ref().map(Search::to_string));
        add("status", self.status.map(|status| status.as_str().to_owned()));
        add("role", self.role.map(|role| role.to_string()));
        add("owner", self.owner.map(|owner| owner.as_str().to_owned()));
        add("expiring", self.expiring.map(|days| days.to_string()));
        add("unused", self.unused.map(|unused| unused.to_string()));
        add("created_by", self.created_by.as_ref().map(Name::to_string));
        add("finding", self.finding.map(|finding| finding.as_str().to_owned()));
        add("sort", (self.sort != Sort::default()).then(|| self.sort.to_string()));
        add("after", self.after.as_ref().map(Cursor::to_string));
        query.finish()
    }

    /// How many filters narrow it; the search is none.
    pub fn filters(&self) -> usize {
        [
            self.status.is_some(),
            self.role.is_some(),
            self.owner.is_some(),
            self.expiring.is_some(),
            self.unused.is_some(),
            self.created_by.is_some(),
            self.finding.is_some(),
        ]
        .into_iter()
        .filter(|narrows| *narrows)
        .count()
    }

    /// Whether search or filters leave anything out.
    pub fn is_narrowed(&self) -> bool {
        self.search.is_some() || self.filters() > 0
    }

    /// The same view in the same order, with nothing left out.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self { view: self.view, sort: self.sort, ..Self::default() }
    }

    /// The same question, from a place on.
    #[must_use]
    pub fn from(&self, after: Option<Cursor>) -> Self {
        Self { after, ..self.clone() }
    }

    /// The same question in another order, from its beginning.
    #[must_use]
    pub fn sorted(&self, sort: Sort) -> Self {
        Self { sort, after: None, ..self.clone() }
    }

    /// The same question to another view, without what makes sense in this one only.
    #[must_use]
    pub fn in_view(&self, view: View) -> Self {
        if view == self.view {
            return self.from(None);
        }
        let finding = self.finding.filter(|finding| finding.is_in(view));
        Self { view, status: None, expiring: None, finding, after: None, ..self.clone() }
    }
}

impl TryFrom<String> for TokenQuery {
    type Error = Refused;

    fn try_from(query: String) -> Result<Self, Refused> {
        Self::parse(&query)
    }
}

impl From<TokenQuery> for String {
    fn from(query: TokenQuery) -> Self {
        query.to_query()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{option, prelude::*, sample::select};

    use super::*;
    use crate::{Label, Timestamp, TokenId, page::Key};

    fn any_query() -> impl Strategy<Value = TokenQuery> {
        let narrowing = (
            option::of("[ -~é…]{1,20}"),
            option::of(any::<bool>()),
            option::of(select(Grant::ALL.to_vec())),
            option::of(select(Owned::ALL.to_vec())),
            option::of(select(Expiring::ALL.to_vec())),
            option::of(select(Unused::ALL.to_vec())),
            option::of("[A-Za-z&=+%# .é-]{1,20}"),
            option::of(select(Finding::ALL.to_vec())),
        );
        let order = (any::<bool>(), select(By::ALL.to_vec()), any::<bool>(), any::<bool>(), "[!-~é.]{1,10}", 0..i64::MAX);
        (narrowing, order).prop_map(
            |((search, status, role, owner, expiring, unused, by, finding), (active, column, descending, later, label, micros))| {
                let view = if active { View::Active } else { View::Inactive };
                let sort = Sort { by: column, descending };
                let key = if column == By::Label { Key::Label(Label::parse(&label).unwrap()) } else { Key::Time(micros) };
                TokenQuery {
                    view,
                    search: search.and_then(|text| Search::parse(&text).ok()),
                    status: status.map(|second| view.statuses()[usize::from(second)]),
                    role,
                    owner,
                    expiring: expiring.filter(|_| active),
                    unused,
                    created_by: by.and_then(|name| Name::parse(&name).ok()),
                    finding: finding.filter(|finding| finding.is_in(view)),
                    sort,
                    after: later.then(|| Cursor { sort, key, id: TokenId::new(Timestamp::from_micros(1), [7; 10]) }),
                }
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(query in any_query()) {
            let written = query.to_query();
            prop_assert_eq!(TokenQuery::parse(&written).unwrap(), query.clone());
            prop_assert_eq!(TokenQuery::parse(&format!("?{written}&revoke=tok_x&page=")).unwrap(), query);
        }

        #[test]
        fn whatever_is_in_an_address_is_read_or_refused(query in ".{0,60}") {
            if let Ok(read) = TokenQuery::parse(&query) {
                prop_assert_eq!(TokenQuery::parse(&read.to_query()).unwrap(), read);
            }
        }
    }

    #[test]
    fn a_form_that_is_sent_empty_asks_for_everything() {
        let sent = "q=&status=&role=&expiring=&unused=&created_by=+&view=active&sort=-created";
        assert_eq!(TokenQuery::parse(sent).unwrap(), TokenQuery::default());
        assert_eq!(TokenQuery::default().to_query(), "");
    }

    #[test]
    fn what_cannot_be_taken_is_named() {
        let id = TokenId::new(Timestamp::from_micros(1), [7; 10]);
        for (query, field) in [
            ("view=all".to_owned(), "view"),
            ("q=a%00b".to_owned(), "q"),
            (format!("q={}", "x ".repeat(51)), "q"),
            (format!("q=Bearer+jto_{}", "x".repeat(38)), "q"),
            ("status=asleep".to_owned(), "status"),
            ("view=active&status=revoked".to_owned(), "status"),
            ("role=owner".to_owned(), "role"),
            ("expiring=8".to_owned(), "expiring"),
            ("expiring=7&view=inactive".to_owned(), "expiring"),
            ("finding=lost".to_owned(), "finding"),
            ("finding=left&view=inactive".to_owned(), "finding"),
            ("finding=policy&status=revoked".to_owned(), "finding"),
            ("unused=1".to_owned(), "unused"),
            ("created_by=%0a%e2%80%ae".to_owned(), "created_by"),
            ("sort=color".to_owned(), "sort"),
            ("sort=--label".to_owned(), "sort"),
            ("after=x".to_owned(), "after"),
            (format!("after=created.-1.{id}&sort=created"), "after"),
            (format!("after=label..{id}&sort=label"), "after"),
            (format!("after=-created.1.{id}&sort=label"), "after"),
            (format!("after=created.1.{id}"), "after"),
        ] {
            assert_eq!(TokenQuery::parse(&query).unwrap_err().field, field, "{query}");
        }
        assert_eq!(
            TokenQuery::parse("status=asleep").unwrap_err().to_string(),
            "The status can be active, disabled, expired, revoked; choose one of them."
        );
    }

    #[test]
    fn a_mask_may_be_typed_with_three_dots_or_pasted_with_what_was_around_it() {
        let searched = |text: &str| search(text).expect("it is no secret").to_string();
        assert_eq!(searched("jto_47Xc...Yc09"), "jto_47Xc…Yc09");
        for pasted in ["`jto_47Xc…Yc09`", "(jto_47Xc...Yc09).", " “jto_47Xc…Yc09”, "] {
            assert_eq!(searched(pasted), "jto_47Xc…Yc09", "{pasted}");
        }
        for as_it_is in ["wait...what", "jto_47Xc...", "release_1...5", "..."] {
            assert_eq!(searched(as_it_is), as_it_is);
        }
    }

    #[test]
    fn a_status_says_which_view_it_is_in() {
        assert_eq!(TokenQuery::parse("status=revoked").unwrap().view, View::Inactive);
        assert_eq!(TokenQuery::parse("status=disabled").unwrap().view, View::Active);
    }

    #[test]
    fn another_view_keeps_what_makes_sense_there() {
        let query = TokenQuery::parse("q=ci&status=active&expiring=7&role=admin&sort=label").unwrap();
        assert_eq!(query.in_view(View::Inactive).to_query(), "view=inactive&q=ci&role=admin&sort=label");
        let dead = TokenQuery::parse("finding=presented").unwrap();
        assert_eq!(dead.in_view(View::Inactive).to_query(), "view=inactive&finding=presented");
        assert_eq!(TokenQuery::parse("finding=left").unwrap().in_view(View::Inactive).to_query(), "view=inactive");
        assert_eq!(query.cleared().to_query(), "sort=label");
        assert_eq!(query.filters(), 3);
    }

    #[test]
    fn choosing_a_column_again_turns_it_around() {
        let sort = Sort::default().choose(By::Label);
        assert_eq!((sort.to_string(), sort.choose(By::Label).to_string()), ("label".to_owned(), "-label".to_owned()));
        assert_eq!(sort.choose(By::LastUsed).to_string(), "-last_used");
        assert_eq!(Sort::default().choose(By::Created).to_string(), "created");
    }
}
