//! The catalogue that is in force: the built-in one, or what an operator's file makes of it.
//!
//! It is decided once, before anything asks for a permission: [`install`] at the start of the server and, with what the page brings, at the
//! start of the browser's module. This is the one thing in this crate that is not an argument, since names are read where nothing could
//! bring it. Rights are stored by name: what is no longer in the catalogue is dropped when read and widens nobody. Decision 20.

use std::sync::OnceLock;

use crate::{Invalid, Label, Permission, Role, permission::CATALOGUE, policy, texts::catalogue as say};

/// The most permissions there can be: a set of them is 128 bits.
pub const MOST: usize = 128;
/// What begins the names that guard Jeton itself. They are in every catalogue, always in the same place, and what the built-in roles may do
/// with them is fixed.
const GUARDED: [&str; 7] = ["api_key:", "invitation:", "organization:", "role:", "teams:", "user:", "token:"];

static IN_FORCE: OnceLock<Catalogue> = OnceLock::new();

/// A category of a catalogue, as an operator writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Category {
    /// What stands before the colon: 1 to 32 of a to z and `_`.
    pub name: String,
    /// What it is called on the screen; the name with spaces, and API and SAML in capitals, when nothing is said.
    pub title: Option<String>,
    /// What stands behind the colon, in the order of the screen.
    pub actions: Vec<String>,
    /// Those of the actions that the role Developer has. Nothing said: what the built-in catalogue gives it, and of new ones none.
    pub developer: Option<Vec<String>>,
    /// The same for the role Viewer. What a viewer has a developer has as well.
    pub viewer: Option<Vec<String>>,
}

impl Category {
    /// What it is called on the screen.
    fn shown(&self) -> String {
        let word = |word| match word {
            "api" => "API",
            "saml" => "SAML",
            other => other,
        };
        let named = || self.name.split('_').map(word).collect::<Vec<_>>().join(" ");
        self.title.clone().unwrap_or_else(named)
    }
}

/// Why categories are no catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refused {
    /// Which of the categories is to blame, and which of its actions; none when something is missing.
    pub at: Option<(usize, Option<usize>)>,
    /// What to do, in a sentence.
    pub why: String,
}

/// One permission of a catalogue.
#[derive(Debug, Clone)]
struct Entry {
    place: u8,
    name: String,
    /// Category and action in plain words.
    words: (String, String),
    developer: bool,
    viewer: bool,
}

/// What can be allowed at all.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// In the order of the screen.
    entries: Vec<Entry>,
    /// Where in `entries` the permission with this place is.
    by_place: [Option<u8>; MOST],
    built_in: bool,
}

/// Whether the name guards Jeton itself.
pub(crate) const fn guards(name: &str) -> bool {
    let mut i = 0;
    while i < GUARDED.len() {
        if begins(name.as_bytes(), GUARDED[i].as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

const fn begins(text: &[u8], with: &[u8]) -> bool {
    let mut i = 0;
    while i < text.len() && i < with.len() && text[i] == with[i] {
        i += 1;
    }
    i == with.len()
}

/// Puts a catalogue in force for as long as the process runs. Refused when one already is, or was asked for: rights that were read under
/// another one would mean something else.
pub fn install(catalogue: Catalogue) -> Result<(), Invalid> {
    IN_FORCE.set(catalogue).map_err(|_| Invalid(say::IN_FORCE_ALREADY.to_owned()))
}

/// The catalogue that is in force: the built-in one when none was installed.
pub fn in_force() -> &'static Catalogue {
    IN_FORCE.get_or_init(Catalogue::built_in)
}

impl Catalogue {
    /// The built-in one.
    pub fn built_in() -> Self {
        let mut catalogue = Self::complete(&built_in_categories());
        catalogue.built_in = true;
        catalogue
    }

    /// Makes one of what an operator wrote. With `extend` it adds to the built-in one, otherwise it is all there is, and has to have what
    /// guards Jeton itself.
    pub fn new(extend: bool, written: &[Category]) -> Result<Self, Refused> {
        let mut categories = if extend { built_in_categories() } else { Vec::new() };
        for (index, category) in written.iter().enumerate() {
            let earlier = written[..index].iter().any(|earlier| earlier.name == category.name);
            add(&mut categories, category, earlier).map_err(|(action, why)| Refused { at: Some((index, action)), why })?;
        }
        if let Some(missing) = missing(&categories) {
            let category = missing.split(':').next().unwrap_or_default();
            let at = written.iter().position(|written| written.name == category).map(|index| (index, None));
            return Err(Refused { at, why: say::missing(missing) });
        }
        Ok(Self::complete(&categories))
    }

    /// Gives each permission its place: what guards Jeton itself has that of the built-in catalogue, the others follow one another in what
    /// is free. For the built-in catalogue this comes to its own order.
    fn complete(categories: &[Category]) -> Self {
        let fixed = |name: &str| CATALOGUE.iter().position(|known| guards(known) && *known == name);
        let mut free = (0..MOST).filter(|place| CATALOGUE.get(*place).is_none_or(|known| !guards(known)));
        let mut entries = Vec::new();
        for category in categories {
            for action in &category.actions {
                let name = format!("{}:{action}", category.name);
                let Some(place) = fixed(&name).or_else(|| free.next()).and_then(|place| u8::try_from(place).ok()) else { continue };
                let of = |list: &Option<Vec<String>>, role| match list {
                    Some(actions) => actions.contains(action),
                    None => policy::by_default(role, &name),
                };
                let viewer = of(&category.viewer, Role::Viewer);
                let developer = viewer || of(&category.developer, Role::Developer);
                let title = category.shown();
                let action = if action == "rotate_self" { say::ROTATE_ITSELF.to_owned() } else { action.replace('_', " ") };
                entries.push(Entry { place, name, words: (title, action), developer, viewer });
            }
        }
        let mut by_place = [None; MOST];
        for (index, entry) in (0..).zip(&entries) {
            by_place[usize::from(entry.place)] = Some(index);
        }
        Self { entries, by_place, built_in: false }
    }

    /// Whether it is the built-in one, which everybody knows.
    pub const fn is_built_in(&self) -> bool {
        self.built_in
    }

    /// The names, in the order of the screen.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    pub(crate) fn permissions(&self) -> impl Iterator<Item = Permission> {
        self.entries.iter().map(|entry| Permission::at(entry.place))
    }

    pub(crate) fn find(&self, name: &str) -> Option<Permission> {
        self.entries.iter().find(|entry| entry.name == name).map(|entry| Permission::at(entry.place))
    }

    fn entry(&self, permission: Permission) -> Option<&Entry> {
        let index = (*self.by_place.get(usize::from(permission.place()))?)?;
        self.entries.get(usize::from(index))
    }

    pub(crate) fn name(&self, permission: Permission) -> &str {
        self.entry(permission).map_or("", |entry| &entry.name)
    }

    pub(crate) fn words(&self, permission: Permission) -> (&str, &str) {
        self.entry(permission).map_or(("", ""), |entry| (entry.words.0.as_str(), entry.words.1.as_str()))
    }

    /// Whether the role, which is not one that may do everything, has the permission.
    pub(crate) fn gives(&self, role: Role, permission: Permission) -> bool {
        self.entry(permission).is_some_and(|entry| match role {
            Role::Owner | Role::Admin => false,
            Role::Developer => entry.developer,
            Role::Viewer => entry.viewer,
        })
    }
}

fn built_in_categories() -> Vec<Category> {
    let mut categories: Vec<Category> = Vec::new();
    for name in CATALOGUE {
        let (category, action) = name.split_once(':').unwrap_or_default();
        match categories.last_mut() {
            Some(last) if last.name == category => last.actions.push(action.to_owned()),
            _ => categories.push(Category { name: category.to_owned(), actions: vec![action.to_owned()], ..Category::default() }),
        }
    }
    categories
}

/// The first name that guards Jeton itself and is not there.
fn missing(categories: &[Category]) -> Option<&'static str> {
    let there = |name: &str| {
        let (wanted, action) = name.split_once(':').unwrap_or_default();
        categories.iter().any(|category| category.name == wanted && category.actions.iter().any(|each| each == action))
    };
    CATALOGUE.into_iter().find(|name| guards(name) && !there(name))
}

/// Adds what was written to what there is; says which action is to blame and why when it cannot.
fn add(categories: &mut Vec<Category>, written: &Category, earlier: bool) -> Result<(), (Option<usize>, String)> {
    let whole = |why: String| (None, why);
    let fits = |name: &str| (1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let name = &written.name;
    if !fits(name) {
        return Err(whole(say::NO_CATEGORY_NAME.to_owned()));
    }
    if earlier {
        return Err(whole(say::category_twice(name)));
    }
    if let Some(title) = &written.title {
        Label::parse(title).map_err(|_| whole(say::NO_TITLE.to_owned()))?;
    }
    if written.actions.is_empty() {
        return Err(whole(say::no_actions(name)));
    }
    if categories.iter().any(|there| there.name != *name && there.shown() == written.shown()) {
        return Err(whole(say::title_twice(&written.shown())));
    }
    if guards(&format!("{name}:")) && (written.developer.is_some() || written.viewer.is_some()) {
        return Err(whole(say::is_fixed(name)));
    }
    for list in [&written.developer, &written.viewer].into_iter().flatten() {
        if let Some(unknown) = list.iter().find(|action| !written.actions.contains(action)) {
            return Err(whole(say::unknown_action(unknown)));
        }
    }
    let mut count: usize = categories.iter().map(|category| category.actions.len()).sum();
    let before = categories.iter().position(|category| category.name == *name);
    let known = before.map(|index| categories[index].actions.clone()).unwrap_or_default();
    for (index, action) in written.actions.iter().enumerate() {
        let blamed = |why: String| (Some(index), why);
        if !fits(action) {
            return Err(blamed(say::NO_ACTION_NAME.to_owned()));
        }
        if written.actions[..index].contains(action) {
            return Err(blamed(say::twice(name, action)));
        }
        if known.contains(action) {
            return Err(blamed(say::built_in_already(name, action)));
        }
        count += 1;
        if count > MOST {
            return Err(blamed(say::too_many(name, action, MOST)));
        }
    }
    let Some(there) = before.and_then(|index| categories.get_mut(index)) else {
        categories.push(written.clone());
        return Ok(());
    };
    // What is said about roles concerns the new actions: those that were there keep what they are given.
    for (of, list, role) in
        [(&mut there.developer, &written.developer, Role::Developer), (&mut there.viewer, &written.viewer, Role::Viewer)]
    {
        if let Some(list) = list {
            let before = known.iter().filter(|action| policy::by_default(role, &format!("{name}:{action}"))).cloned();
            *of = Some(before.chain(list.iter().cloned()).collect());
        }
    }
    there.title = written.title.clone().or_else(|| there.title.take());
    there.actions.extend(written.actions.iter().cloned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(name: &str, actions: &[&str]) -> Category {
        Category { name: name.to_owned(), actions: names(actions), ..Category::default() }
    }

    fn names(actions: &[&str]) -> Vec<String> {
        actions.iter().map(|action| (*action).to_owned()).collect()
    }

    /// What guards Jeton itself and nothing else.
    fn least() -> Vec<Category> {
        built_in_categories().into_iter().filter(|category| guards(&format!("{}:", category.name))).collect()
    }

    #[test]
    fn the_built_in_one_keeps_its_order_and_its_places() {
        let catalogue = Catalogue::built_in();
        assert!(catalogue.is_built_in());
        assert!(catalogue.names().eq(CATALOGUE));
        assert!(catalogue.entries.iter().map(|entry| usize::from(entry.place)).eq(0..CATALOGUE.len()));
    }

    #[test]
    fn what_guards_jeton_keeps_its_place_wherever_it_stands() {
        let mut written = vec![category("warehouse", &["read", "write"])];
        written.extend(least().into_iter().rev());
        let catalogue = Catalogue::new(false, &written).unwrap();
        assert_eq!(catalogue.find("token:verify"), Some(Permission::TOKEN_VERIFY));
        assert_eq!(catalogue.find("user:read"), Some(Permission::USER_READ));
        assert_eq!(catalogue.names().next(), Some("warehouse:read"), "the order on the screen is the file's");
        assert_eq!(catalogue.find("cluster:read"), None);
        let mut places: Vec<u8> = catalogue.entries.iter().map(|entry| entry.place).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), catalogue.entries.len());
    }

    #[test]
    fn roles_get_nothing_new_unless_the_file_says_so() {
        let silent = category("warehouse", &["read", "open_gate"]);
        let said = Category {
            developer: Some(names(&["open"])),
            viewer: Some(names(&["look"])),
            title: Some("Front doors".into()),
            ..category("door", &["look", "open", "lock"])
        };
        let more = Category { viewer: Some(names(&["drain"])), ..category("cluster", &["drain"]) };
        let catalogue = Catalogue::new(true, &[silent, said, more, category("agent", &["restart"])]).unwrap();
        let gives = |role, name: &str| catalogue.gives(role, catalogue.find(name).unwrap());
        for name in ["warehouse:read", "warehouse:open_gate", "door:lock", "agent:restart", "cluster:delete", "billing:read"] {
            assert!(!gives(Role::Developer, name) && !gives(Role::Viewer, name), "{name}");
        }
        for name in ["door:look", "cluster:read", "cluster:drain", "agent:read"] {
            assert!(gives(Role::Developer, name) && gives(Role::Viewer, name), "{name}");
        }
        for name in ["door:open", "cluster:update", "agent:create", "deployment:trigger"] {
            assert!(gives(Role::Developer, name) && !gives(Role::Viewer, name), "{name}");
        }
        assert_eq!(catalogue.words(catalogue.find("door:look").unwrap()), ("Front doors", "look"));
        assert_eq!(catalogue.words(catalogue.find("warehouse:open_gate").unwrap()), ("warehouse", "open gate"));
    }

    #[test]
    fn what_is_no_catalogue_is_refused_with_its_place_and_why() {
        let long = "x".repeat(33);
        let crowd: Vec<String> = (0..71).map(|i| format!("a{}", "b".repeat(i % 32)) + &"c".repeat(i / 32)).collect();
        let crowd: Vec<String> = crowd.into_iter().filter(|name| name.len() <= 32).collect();
        let (first, second) = crowd.split_at(40);
        let crowded = |name: &str, actions: &[String]| Category { name: name.to_owned(), actions: actions.to_vec(), ..Category::default() };
        for (extend, written, at, why) in [
            (true, vec![category("Warehouse", &["read"])], Some((0, None)), "1 to 32"),
            (true, vec![category(&long, &["read"])], Some((0, None)), "1 to 32"),
            (true, vec![category("", &["read"])], Some((0, None)), "1 to 32"),
            (true, vec![category("a", &["read", "re ad"])], Some((0, Some(1))), "1 to 32"),
            (true, vec![category("a", &["read", "write", "read"])], Some((0, Some(2))), "a:read is there twice"),
            (true, vec![category("a", &["read"]), category("a", &["write"])], Some((1, None)), "a is there twice"),
            (true, vec![category("cluster", &["drain", "read"])], Some((0, Some(1))), "already"),
            (true, vec![category("a", &[])], Some((0, None)), "no actions"),
            (true, vec![Category { title: Some("API key".into()), ..category("a", &["read"]) }], Some((0, None)), "as well"),
            (true, vec![Category { title: Some(" ".into()), ..category("a", &["read"]) }], Some((0, None)), "title"),
            (true, vec![Category { viewer: Some(names(&["write"])), ..category("a", &["read"]) }], Some((0, None)), "none of the actions"),
            (true, vec![Category { viewer: Some(names(&["hire"])), ..category("user", &["hire"]) }], Some((0, None)), "guards Jeton"),
            (true, vec![crowded("a", first), crowded("b", second)], Some((1, Some(69 - first.len()))), "too many"),
            (false, vec![category("a", &["read"])], None, "api_key:create is missing"),
            (false, vec![category("api_key", &["read"])], Some((0, None)), "api_key:create is missing"),
        ] {
            let refused = Catalogue::new(extend, &written).unwrap_err();
            assert!(refused.at == at && refused.why.contains(why), "{refused:?} is not {at:?} {why}");
        }
    }
}
