//! What was typed outlives a session that ended meanwhile: whoever sends a form then is led to sign in and back, to an empty form.
//!
//! It is kept in this tab, from when a form is sent until the next page that is not the one to sign in at. Passwords are never kept.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, Storage, UrlSearchParams};

use crate::{islands::dom, texts::islands as say};

/// Where it is kept: the address the form is sent to, and its fields as they are sent.
const TYPED: &str = "jeton-typed";
/// Whether the way back leads by the page to sign in at.
const BY_SIGN_IN: &str = "jeton-by-sign-in";
/// The form to sign in with.
const SIGN_IN: &str = "form[action='/sign-in']";

/// Keeps what is typed into a form that is being sent.
pub(super) fn keep(form: &HtmlFormElement) {
    let Some(storage) = dom::storage() else { return };
    if form.matches(SIGN_IN).unwrap_or_default() {
        return;
    }
    let Ok(fields) = UrlSearchParams::new() else { return };
    for field in fields_of(form) {
        if let Some((name, value)) = field.sent() {
            fields.append(&name, &value);
        }
    }
    let _ = storage.set_item(TYPED, &format!("{}\n{}", form.action(), String::from(fields.to_string())));
}

/// Gives back what was typed, if this is the page to which signing in anew has led.
pub(super) fn give_back() {
    let Some(storage) = dom::storage() else { return };
    if dom::first::<Element>(SIGN_IN).is_some() {
        let _ = storage.set_item(BY_SIGN_IN, "");
        return;
    }
    let (typed, led) = (taken(&storage, TYPED), taken(&storage, BY_SIGN_IN).is_some());
    let Some((action, fields)) = typed.as_deref().filter(|_| led).and_then(|typed| typed.split_once('\n')) else { return };
    let form = dom::all::<HtmlFormElement>("form[method=post]").into_iter().find(|form| form.action() == action);
    let (Some(form), Ok(fields)) = (form, UrlSearchParams::new_with_str(fields)) else { return };
    let all = fields_of(&form);
    for field in &all {
        field.fill(&fields);
        // What is sent once more is seen.
        if field.is_changed()
            && let Ok(Some(fold)) = field.element().closest("details")
        {
            let _ = fold.set_attribute("open", "");
        }
    }
    if !all.is_empty() {
        tell(&form);
    }
}

/// Whether something was typed or chosen in a form that changes something, and not sent.
pub(super) fn is_begun() -> bool {
    dom::all::<HtmlFormElement>("form[method=post]").iter().any(|form| fields_of(form).iter().any(Field::is_changed))
}

fn taken(storage: &Storage, name: &str) -> Option<String> {
    let value = storage.get_item(name).ok()?;
    let _ = storage.remove_item(name);
    value
}

/// Says why the form is there again.
fn tell(form: &HtmlFormElement) {
    let Ok(told) = document().create_element("p") else { return };
    let _ = told.set_attribute("role", "status");
    told.set_class_name("field-hint");
    told.set_text_content(Some(say::SEND_ONCE_MORE));
    let _ = form.insert_before(&told, form.first_child().as_ref());
}

/// A field that a person fills in.
enum Field {
    Choice(HtmlInputElement),
    Line(HtmlInputElement),
    Lines(HtmlTextAreaElement),
    Select(HtmlSelectElement),
}

fn fields_of(form: &HtmlFormElement) -> Vec<Field> {
    let elements = form.elements();
    (0..elements.length()).filter_map(|at| Field::of(elements.item(at)?)).collect()
}

impl Field {
    fn of(element: Element) -> Option<Self> {
        let element = match element.dyn_into::<HtmlInputElement>() {
            Ok(input) => {
                return match &*input.type_() {
                    "checkbox" | "radio" => Some(Self::Choice(input)),
                    "password" | "hidden" | "submit" => None,
                    _ => Some(Self::Line(input)),
                };
            }
            Err(element) => element,
        };
        match element.dyn_into::<HtmlTextAreaElement>() {
            Ok(lines) => Some(Self::Lines(lines)),
            Err(element) => element.dyn_into().ok().map(Self::Select),
        }
    }

    /// Its name and value, as the form sends it.
    fn sent(&self) -> Option<(String, String)> {
        let (name, value) = match self {
            Self::Choice(input) if !input.checked() => return None,
            Self::Choice(input) | Self::Line(input) => (input.name(), input.value()),
            Self::Lines(lines) => (lines.name(), lines.value()),
            Self::Select(select) => (select.name(), select.value()),
        };
        Some((name, value)).filter(|(name, _)| !name.is_empty())
    }

    fn element(&self) -> &Element {
        match self {
            Self::Choice(input) | Self::Line(input) => input,
            Self::Lines(lines) => lines,
            Self::Select(select) => select,
        }
    }

    /// Whether it holds something else than what came with the page.
    fn is_changed(&self) -> bool {
        match self {
            Self::Choice(input) => input.checked() != input.default_checked(),
            Self::Line(input) => input.value() != input.default_value(),
            Self::Lines(lines) => lines.default_value().is_ok_and(|before| before != lines.value()),
            // Those of our forms stand beside other fields.
            Self::Select(_) => false,
        }
    }

    fn fill(&self, fields: &UrlSearchParams) {
        let value = |name: String| fields.get(&name).unwrap_or_default();
        match self {
            Self::Choice(input) => {
                let chosen = fields.get_all(&input.name()).iter().any(|value| value.as_string().as_deref() == Some(&input.value()));
                input.set_checked(chosen);
            }
            Self::Line(input) => input.set_value(&value(input.name())),
            Self::Lines(lines) => lines.set_value(&value(lines.name())),
            Self::Select(select) => select.set_value(&value(select.name())),
        }
    }
}
