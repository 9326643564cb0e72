//! Tables: native ones, which become cards where they do not fit.

use leptos::prelude::*;

use crate::texts::ui::table as say;

/// A table with a caption for those who cannot see what is around it. The roles are said out loud because style turns rows into cards,
/// which some browsers take for "no table". Wide rows scroll inside a region that the keyboard reaches.
#[component]
pub fn Table(
    id: &'static str,
    #[prop(into)] caption: String,
    /// The names of the columns.
    #[prop(optional)]
    columns: &'static [&'static str],
    /// What stands in their place where a name is not enough: `<th scope="col" role="columnheader">` each.
    #[prop(optional)]
    heads: Option<AnyView>,
    /// Whether a last column holds what can be done with a row.
    #[prop(default = true)]
    actions: bool,
    /// Words that decide how wide its columns are, whatever is in them. Rows that are not in view are then not laid out, which is what a long
    /// table takes long for. Without any, the widest cell decides.
    #[prop(optional)]
    widths: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let columns = columns.iter().map(|column| view! { <th scope="col" role="columnheader">{*column}</th> }).collect_view();
    let actions = actions.then(|| {
        view! {
            <th scope="col" role="columnheader">
                <span class="sr-only">{say::ACTIONS}</span>
            </th>
        }
    });
    view! {
        <div class="table-frame" id=format!("{id}-frame") role="region" aria-labelledby=id tabindex="0">
            <table class="table" role="table" data-widths=widths>
                <caption class="sr-only" id=id>
                    {caption}
                </caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {columns}
                        {heads}
                        {actions}
                    </tr>
                </thead>
                <tbody role="rowgroup">{children()}</tbody>
            </table>
        </div>
    }
}

/// A cell that says, as a card, which column it is of. What stands in it stands one below the other. Its children keep their type: a list has
/// hundreds of cells, and a box for each takes a good part of the time it takes to write it.
#[component]
pub fn Cell<C: IntoView + 'static>(column: &'static str, children: TypedChildren<C>) -> impl IntoView {
    view! {
        <td role="cell" data-column=column>
            {children.into_inner()()}
        </td>
    }
}
