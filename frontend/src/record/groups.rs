//! Rows under headings: the field that a list is grouped by, and its values with how many records each has. The rows of a value are
//! a part of the list of their own, in the order that the list is sorted in.

use crate::kinds::{self, Field, Kind};
use crate::schema::Type;
use crate::{
    api,
    i18n::{fill, format, t},
    record::{
        list::Pages,
        row::value_text,
        views::{self, View},
    },
    route::{self, Address},
    state::state,
    ui::{Menu, icon},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Value, json};

/// The field in an address, and what says there that rows stand in no groups though the view has some.
pub const GROUP: &str = "group";
const NONE: &str = "-";

/// A value, as its heading tells it.
#[derive(Clone, Default, PartialEq)]
pub struct Group {
    pub label: String,
    pub count: i64,
    /// What asks for its records.
    query: String,
}

impl Group {
    fn read(field: &Field, told: &Value) -> Self {
        let value = &told["value"];
        let text = value.as_str().unwrap_or_default();
        let label = match (field.ty, told["label"].as_str()) {
            _ if value.is_null() => t().none_chosen().to_owned(),
            (_, Some(label)) => label.to_owned(),
            (Type::Day, _) => format::month(text),
            (Type::Bool, _) => value_text(field, &json!(text == "true")),
            _ => value_text(field, value),
        };
        let name = field.name;
        let query = match field.ty {
            _ if value.is_null() => format!("filter[{name}][is_null]=true"),
            Type::Day => {
                // No month has more than 31 days: so many after its first day lies one of the next.
                let first = format!("{text}-01");
                let next: String = format::days_after(&first, 31).chars().take(8).collect();
                format!("filter[{name}][gte]={first}&filter[{name}][lt]={next}01")
            }
            _ => format!("filter[{name}]={}", route::encode(text)),
        };
        Self {
            label,
            count: told["count"].as_i64().unwrap_or_default(),
            query,
        }
    }
}

/// Fields that lists of a kind may be grouped by.
fn offered(kind: &'static Kind) -> impl Iterator<Item = &'static Field> {
    kinds::in_order(kind).into_iter().filter(|f| f.groupable)
}

/// The field that a list is grouped by: as the address says, else as its view.
pub fn of(kind: &'static Kind, address: &Address) -> Option<&'static Field> {
    let said = address.get(GROUP).map(str::to_owned);
    let name = said.or_else(|| View::of(kind, address)?.group().map(str::to_owned))?;
    kind.field(&name).filter(|f| f.groupable)
}

/// Parameters of a list without those that a value of the field says as well.
pub fn without(request: &[(String, String)], field: &Field) -> Vec<(String, String)> {
    let own = format!("filter[{}]", field.name);
    let said = |name: &str| field.ty != Type::Day && name.starts_with(&own);
    request.iter().filter(|(name, _)| !said(name)).cloned().collect()
}

/// Asks for the groups of a list, and then for their rows; `current` tells whether somebody still waits for it.
pub fn load(
    pages: Pages,
    groups: RwSignal<Vec<Group>>,
    field: &'static Field,
    (question, part): (String, String),
    current: impl Fn() -> bool + 'static,
) {
    pages.loading.set(true);
    let question = format!("{question}&limit=1&group_by={}", field.name);
    spawn_local(async move {
        let outcome = api::get(question).send().await;
        if !current() {
            return;
        }
        match outcome {
            Ok(reply) => {
                let told = reply.body["page"]["groups"].as_array().cloned().unwrap_or_default();
                let told: Vec<Group> = told.iter().map(|group| Group::read(field, group)).collect();
                let count = told.iter().map(|group| group.count).sum();
                let parts = told.iter().map(|group| group.query.clone()).collect();
                groups.set(told);
                pages.load_parts(part, parts, count, &reply.body["page"]);
            }
            Err(problem) => {
                pages.loading.set(false);
                pages.problem.set(Some(problem));
            }
        }
    });
}

/// Chooses what the rows stand under.
#[component]
pub fn GroupMenu(kind: &'static Kind, group: Memo<Option<&'static str>>) -> impl IntoView {
    let label = move || {
        let field = group.get().and_then(|name| kind.field(name));
        field.map_or_else(
            || t().group().to_owned(),
            |field| fill(t().grouped_by(), &[field.label]),
        )
    };
    let choose = move |name: &'static str| {
        let next = views::written_out(kind, state().address.get_untracked());
        let of_view = View::of(kind, &next).is_some_and(|view| view.group().is_some());
        let said = if name.is_empty() && of_view { NONE } else { name };
        route::replace(&next.with(GROUP, said).url());
    };
    let row = move |name: &'static str, label: &'static str| {
        let on = move || group.get().unwrap_or_default() == name;
        view! {
            <button type="button" class="menu-row item" aria-pressed=move || on().to_string() on:click=move |_| choose(name)>
                {label}{move || on().then(|| icon("check"))}
            </button>
        }
    };
    let face = view! { {icon("group")}<span class="wide-only clip">{label}</span> }.into_any();
    (offered(kind).next().is_some()).then(|| {
        view! {
            <Menu face label=t().group() class="btn small" end=true>
                <p class="menu-title">{t().group()}</p>
                <div class="menu-scroll">
                    {row("", t().no_groups())}
                    {offered(kind).map(|f| row(f.name, f.label)).collect_view()}
                </div>
            </Menu>
        }
    })
}
