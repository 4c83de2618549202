//! The rights of a role as a table of kinds and actions; on a narrow screen one kind at a time.

use super::{
    draft::{self, REST, Subject},
    words::{self, REACHES},
};
use crate::{
    api::Problem,
    dom,
    i18n::{fill, label, t},
    record::row::Row,
    ui::icon,
};
use domain::policy::{Action, Reach};
use leptos::prelude::*;
use serde_json::Value;

/// Up to this width, in pixels, the table would have to be pushed sideways.
const TABLE: f64 = 900.0;

#[derive(Clone, Copy)]
struct Matrix {
    grants: RwSignal<Value>,
    /// The role as it is stored.
    base: RwSignal<Row>,
    problem: RwSignal<Option<Problem>>,
    locked: bool,
}

/// The actions, and none for the rest of them.
fn columns() -> Vec<Option<Action>> {
    draft::columns().into_iter().map(Some).chain([None]).collect()
}

fn key_of(action: Option<Action>) -> &'static str {
    action.map_or(REST, Action::key)
}

fn id_of(subject: &Subject, action: Option<Action>) -> String {
    let plain = |name: &str| {
        if name == REST {
            "rest".to_owned()
        } else {
            name.to_owned()
        }
    };
    format!("right-{}-{}", plain(subject.name), plain(key_of(action)))
}

fn shown(subject: &Subject, action: Option<Action>) -> bool {
    action.is_none_or(|a| subject.has(a))
}

#[component]
pub fn GrantsMatrix(
    grants: RwSignal<Value>,
    base: RwSignal<Row>,
    problem: RwSignal<Option<Problem>>,
    locked: bool,
) -> impl IntoView {
    let matrix = Matrix {
        grants,
        base,
        problem,
        locked,
    };
    let wide = dom::wider_than(TABLE);
    view! {
        <p class="hint">{t().rights_text()}</p>
        {move || if wide.get() { table(matrix) } else { cards(matrix) }}
        {(!locked).then(|| view! { <p class="hint wide-only">{t().rights_keys()}</p> })}
    }
    .into_any()
}

fn table(matrix: Matrix) -> AnyView {
    let columns = columns();
    let head = |a: &Option<Action>| view! { <th scope="col">{label(words::action(*a))}</th> }.into_any();
    let heads = columns.iter().map(head).collect_view();
    let width = columns.len() + 1;
    let row = |subject: Subject| {
        let cells = columns
            .iter()
            .map(|action| view! { <td>{cell(matrix, subject, *action)}</td> }.into_any());
        view! { <tr><th scope="row">{subject.label()}{whose(matrix, subject)}</th>{cells.collect_view()}</tr> }
            .into_any()
    };
    let bodies = draft::subjects().into_iter().map(|(title, rows)| {
        view! {
            <tbody>
                <tr class="rights-group"><th scope="rowgroup" colspan=width.to_string()>{label(title)}</th></tr>
                {rows.into_iter().map(row).collect_view()}
            </tbody>
        }
    });
    view! {
        <div class="scroll-x">
            <table class="rights">
                <thead><tr><td></td>{heads}</tr></thead>
                {bodies.collect_view()}
            </table>
        </div>
    }
    .into_any()
}

fn cards(matrix: Matrix) -> AnyView {
    let card = move |subject: Subject| {
        let actions: Vec<_> = columns().into_iter().filter(|a| shown(&subject, *a)).collect();
        let told = actions.clone();
        // What is allowed, without opening it.
        let summary = move || {
            let names = matrix.grants.with(|g| {
                told.iter()
                    .filter(|a| a.is_some() && draft::reach(g, &subject, key_of(**a)) > Reach::None)
                    .map(|a| label(words::action(*a)))
                    .collect::<Vec<_>>()
            });
            if names.is_empty() {
                t().no_rights().to_owned()
            } else {
                names.join(t().list_comma())
            }
        };
        view! {
            <details class="box rights-card">
                <summary>{subject.label()}<span class="rights-told">{summary}</span></summary>
                {whose(matrix, subject)}
                <dl>{actions.into_iter().map(|action| view! {
                    <div class="field"><dt><label for=id_of(&subject, action)>{label(words::action(action))}</label></dt><dd>{cell(matrix, subject, action)}</dd></div>
                }).collect_view()}</dl>
            </details>
        }
    };
    let groups = draft::subjects().into_iter().map(|(title, rows)| {
        view! { <h3 class="rights-title">{label(title)}</h3>{rows.into_iter().map(card).collect_view()} }
    });
    view! { <div class="rights-cards">{groups.collect_view()}</div> }.into_any()
}

/// Whether a kind has rights of its own or follows the rest, and the way back.
fn whose(matrix: Matrix, subject: Subject) -> AnyView {
    if subject.name == REST {
        return ().into_any();
    }
    let own = move || matrix.grants.with(|g| draft::is_own(g, subject.name));
    let back = fill(t().follow_rest(), &[subject.label()]);
    view! {
        {move || match (own(), matrix.locked) {
            (false, _) => view! { <span class="rights-follow">{t().follows_rest()}</span> }.into_any(),
            (true, true) => ().into_any(),
            (true, false) => view! {
                <button type="button" class="btn quiet square small" aria-label=back.clone() title=back.clone()
                    on:click=move |_| {
                        matrix.grants.update(|g| draft::follow(g, subject.name));
                        dom::focus_soon(format!("#{}", id_of(&subject, Some(Action::View))));
                    }>{icon("undo")}</button>
            }.into_any(),
        }}
    }
    .into_any()
}

fn cell(matrix: Matrix, subject: Subject, action: Option<Action>) -> AnyView {
    if !shown(&subject, action) {
        return view! { <span class="none" aria-hidden="true">"–"</span> }.into_any();
    }
    let key = key_of(action);
    let reach = move || matrix.grants.with(|g| draft::reach(g, &subject, key));
    let said = move || matrix.grants.with(|g| draft::said(g, subject.name, key).is_some());
    if matrix.locked {
        return view! { <span class="reach" class:followed=move || !said() data-reach=move || words::reach_key(reach())>{move || label(words::reach(reach()))}</span> }
            .into_any();
    }
    // What the cell says itself, or nothing where it follows.
    let follows = move || matrix.grants.with(|g| draft::followed(g, subject.name, key).is_some());
    let chosen = move || {
        if said() || !follows() {
            words::reach_key(reach())
        } else {
            ""
        }
    };
    let offered = REACHES
        .into_iter()
        .filter(|(r, ..)| !subject.whole || matches!(r, Reach::None | Reach::All));
    let options = offered
        .map(|(_, key, name)| {
            view! { <option value=key prop:selected=move || chosen() == key>{label(name)}</option> }.into_any()
        })
        .collect_view();
    let place = format!("/grants/{}/{key}", subject.name);
    let error = move || {
        let places = matrix
            .problem
            .with(|p| p.as_ref().map(|p| p.places.clone()).unwrap_or_default());
        places
            .into_iter()
            .find(|(p, _)| *p == place)
            .map(|(_, message)| message)
    };
    let error = Signal::derive(error);
    let id = id_of(&subject, action);
    let (error_id, described) = (format!("{id}-error"), format!("{id}-error"));
    let look = move || {
        let changed = matrix.base.with(|b| draft::reach(b.get("grants"), &subject, key)) != reach();
        let marks = [
            ("followed", follows() && !said()),
            ("changed", changed),
            ("wrong", error.with(Option::is_some)),
        ];
        let marks = marks.into_iter().filter(|(_, on)| *on).map(|(name, _)| name);
        ["reach"].into_iter().chain(marks).collect::<Vec<_>>().join(" ")
    };
    let name = format!("{} · {}", subject.label(), label(words::action(action)));
    let default = move || {
        fill(
            t().follows(),
            &[label(words::reach(
                matrix.grants.with(|g| draft::reach_followed(g, &subject, key)),
            ))],
        )
    };
    let choose = move |e: web_sys::Event| {
        let reach = words::reach_of(&event_target_value(&e));
        matrix.grants.update(|g| draft::set(g, subject.name, key, reach));
        // What stands in the cell then is how far it reaches, not the choice that let it follow.
        event_target::<web_sys::HtmlSelectElement>(&e).set_value(chosen());
    };
    view! {
        <select class=look id=id aria-label=name data-reach=move || words::reach_key(reach())
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            aria-describedby=move || error.with(Option::is_some).then(|| described.clone())
            on:change=choose on:keydown=move |e| key_pressed(matrix, subject, action, &e)>
            <option value="" hidden=true prop:selected=move || chosen().is_empty()>{move || label(words::reach(reach()))}</option>
            {options}
            <option value="follow" prop:hidden=move || !follows()>{default}</option>
        </select>
        {move || error.get().map(|m| view! { <p class="field-error" id=error_id.clone()>{m}</p> })}
    }
    .into_any()
}

/// Arrows go from cell to cell; 0 to 4 set the reach, and Backspace lets the cell follow again.
fn key_pressed(matrix: Matrix, subject: Subject, action: Option<Action>, event: &web_sys::KeyboardEvent) {
    if event.alt_key() || event.ctrl_key() || event.meta_key() {
        return;
    }
    let key = event.key();
    let set = |reach: Option<Reach>| {
        matrix
            .grants
            .update(|g| draft::set(g, subject.name, key_of(action), reach))
    };
    match key.as_str() {
        "Backspace" | "Delete" => set(None),
        "ArrowLeft" => step(subject, action, 0, -1),
        "ArrowRight" => step(subject, action, 0, 1),
        "ArrowUp" => step(subject, action, -1, 0),
        "ArrowDown" => step(subject, action, 1, 0),
        digit => match digit.parse().ok().and_then(|n: usize| REACHES.get(n)) {
            Some((reach, ..)) if !subject.whole || matches!(reach, Reach::None | Reach::All) => set(Some(*reach)),
            _ => return,
        },
    }
    event.prevent_default();
}

/// The next cell that way, past those that mean nothing.
fn step(subject: Subject, action: Option<Action>, down: isize, right: isize) {
    let groups = draft::subjects();
    let rows: Vec<Subject> = groups.into_iter().flat_map(|(_, rows)| rows).collect();
    let columns = columns();
    let (Some(mut row), Some(mut column)) = (
        rows.iter().position(|s| *s == subject),
        columns.iter().position(|a| *a == action),
    ) else {
        return;
    };
    while let (Some(r), Some(c)) = (row.checked_add_signed(down), column.checked_add_signed(right)) {
        let (Some(subject), Some(action)) = (rows.get(r), columns.get(c)) else {
            return;
        };
        if shown(subject, *action) {
            return dom::focus_id(&id_of(subject, *action));
        }
        (row, column) = (r, c);
    }
}
