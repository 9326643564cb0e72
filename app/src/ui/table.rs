//! Tables: native ones, which become cards where they do not fit.

use leptos::prelude::*;

/// A table with a caption for those who cannot see what is around it. The roles are said out loud because style turns rows into cards,
/// which some browsers take for "no table". Wide rows scroll inside a region that the keyboard reaches.
#[component]
pub fn Table(
    id: &'static str,
    #[prop(into)] caption: String,
    columns: &'static [&'static str],
    /// Whether there is a last column for what can be done with a row.
    #[prop(default = true)]
    actions: bool,
    children: Children,
) -> impl IntoView {
    let columns = columns.iter().map(|column| view! { <th scope="col" role="columnheader">{*column}</th> }).collect_view();
    view! {
        <div class="table-frame" id=format!("{id}-frame") role="region" aria-labelledby=id tabindex="0">
            <table class="table" role="table">
                <caption class="sr-only" id=id>
                    {caption}
                </caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {columns}
                        {actions
                            .then(|| {
                                view! {
                                    <th scope="col" role="columnheader">
                                        <span class="sr-only">"Actions"</span>
                                    </th>
                                }
                            })}
                    </tr>
                </thead>
                <tbody role="rowgroup">{children()}</tbody>
            </table>
        </div>
    }
}

/// A cell that says, as a card, which column it is of.
#[component]
pub fn Cell(column: &'static str, children: Children) -> impl IntoView {
    view! {
        <td role="cell" data-column=column>
            <div class="cell">{children()}</div>
        </td>
    }
}
