//! Settings: one's own account and API keys, people, teams and roles, what the firm's data look like, its calendar, the
//! firm itself and its audit log.

use crate::{
    data, dom, finance, i18n::t, kinds, office, people::account, record::list::ListPage, role, route, sales, state,
};
use leptos::{html, prelude::*};

#[component]
pub fn SettingsPage(part: String, id: Option<String>) -> impl IntoView {
    let may = |kind: &str| state::me().is_none_or(|m| m.may(kind, "view"));
    // A heading, and the pages under it: last part of the address, name, whether the person has it.
    let groups = [
        (
            t().my_account(),
            vec![
                ("", t().profile().to_owned(), true),
                ("api-keys", t().api_keys().to_owned(), true),
            ],
        ),
        (
            t().people(),
            vec![
                ("users", kinds::heading(kinds::of("user")), may("user")),
                ("teams", kinds::heading(kinds::of("team")), may("team")),
                ("roles", kinds::heading(kinds::of("role")), may("role")),
            ],
        ),
        (
            t().data(),
            vec![
                ("kinds", t().kinds_fields().to_owned(), may("field")),
                ("picklists", kinds::heading(kinds::of("picklist")), may("picklist")),
                ("pipelines", t().pipelines_stages().to_owned(), may("pipeline")),
                ("currencies", t().currencies_rates().to_owned(), may("currency")),
                (
                    "numbering",
                    kinds::heading(kinds::of("numbering_rule")),
                    may("numbering_rule"),
                ),
            ],
        ),
        (
            t().calendar(),
            vec![
                ("calendar", t().work_calendar().to_owned(), true),
                ("holidays", kinds::heading(kinds::of("holiday")), may("holiday")),
            ],
        ),
        (
            t().company(),
            vec![
                ("company", t().company_information().to_owned(), true),
                ("audit", t().audit_log().to_owned(), may("audit")),
            ],
        ),
    ];
    if let Some((_, name, _)) = groups.iter().flat_map(|(_, pages)| pages).find(|p| p.0 == part) {
        route::title(name);
    }
    let group = |(title, pages): (&'static str, Vec<(&'static str, String, bool)>)| {
        let links = pages.into_iter().filter(|p| p.2).map(|(key, name, _)| {
            let href = if key.is_empty() {
                "/settings".to_owned()
            } else {
                format!("/settings/{key}")
            };
            view! { <a class="settings-link" href=href aria-current=(part == key).then_some("page")>{name}</a> }
        });
        let links: Vec<_> = links.collect();
        (!links.is_empty()).then(|| view! { <div class="settings-group" role="group" aria-label=title><p class="settings-title" aria-hidden="true">{title}</p>{links}</div> })
    };
    let nav = groups.into_iter().map(group).collect_view();
    let body = match part.as_str() {
        "roles" => match id {
            Some(id) => view! { <role::editor::RolePage id/> }.into_any(),
            None => view! { <role::list::RoleList/> }.into_any(),
        },
        "kinds" => match id {
            Some(key) => view! { <office::custom_kind::page::KindPage key/> }.into_any(),
            None => view! { <office::custom_kind::list::KindList/> }.into_any(),
        },
        "" => view! { <account::profile::Profile/> }.into_any(),
        "api-keys" => view! { <account::api_keys::ApiKeys/> }.into_any(),
        "users" => view! { <ListPage kind=kinds::of("user")/> }.into_any(),
        "teams" => view! { <ListPage kind=kinds::of("team")/> }.into_any(),
        "pipelines" => view! { <sales::pipelines::Pipelines/> }.into_any(),
        "picklists" => view! { <office::picklists::Picklists/> }.into_any(),
        "currencies" => view! { <finance::currencies::Currencies/> }.into_any(),
        "numbering" => view! { <office::numbering::Numbering/> }.into_any(),
        "calendar" => view! { <office::calendar::Calendar/> }.into_any(),
        "holidays" => view! { <office::holidays::Holidays/> }.into_any(),
        "company" => view! { <office::company::Company/> }.into_any(),
        "audit" => view! { <data::audit::AuditLog/> }.into_any(),
        _ => crate::ui::empty("search", t().no_such_page(), t().no_such_page_text(), ().into_any()),
    };
    // Narrow screens have it as a row to be pushed: the page one is on stands in sight, and so does what has the keyboard.
    let row = NodeRef::<html::Nav>::new();
    let show = move |what: &str| {
        if let Some(row) = row.get() {
            dom::centre(&row, what);
        }
    };
    Effect::new(move |_| show("[aria-current]"));
    view! {
        <div class="settings">
            <nav node_ref=row class="settings-nav" aria-label=t().settings() on:focusin=move |_| show(":focus-visible")>{nav}</nav>
            <div class="settings-body">{body}</div>
        </div>
    }
    .into_any()
}
