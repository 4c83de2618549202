//! Settings: one's own profile and account, people, teams and roles, pipelines with their stages, picklists, the audit log.

mod agent;
mod audit;
mod password;
mod picklists;
mod pipelines;
mod profile;
mod second_factor;
mod sessions;

use crate::{i18n::t, kinds, record::list::ListPage, role, state};
use leptos::prelude::*;

#[component]
pub fn SettingsPage(part: String, id: Option<String>) -> impl IntoView {
    let may = |kind: &str| state::me().is_none_or(|m| m.may(kind, "view"));
    let parts = [
        ("", t().profile.to_owned(), true),
        ("users", kinds::heading(kinds::USER), may("user")),
        ("teams", kinds::heading(kinds::TEAM), may("team")),
        ("roles", kinds::heading(kinds::ROLE), may("role")),
        ("pipelines", t().pipelines_stages.to_owned(), may("pipeline")),
        ("picklists", kinds::heading(kinds::PICKLIST), may("picklist")),
        ("audit", t().audit_log.to_owned(), may("audit")),
    ];
    let links = parts.into_iter().filter(|p| p.2).map(|(key, name, _)| {
        let href = if key.is_empty() {
            "/settings".to_owned()
        } else {
            format!("/settings/{key}")
        };
        view! { <a class="tab" href=href aria-current=(part == key).then_some("page")>{name}</a> }
    });
    let links = links.collect_view();
    let body = match part.as_str() {
        "roles" => match id {
            Some(id) => view! { <role::editor::RolePage id/> }.into_any(),
            None => view! { <role::list::RoleList/> }.into_any(),
        },
        "" => view! { <profile::Profile/> }.into_any(),
        "users" => view! { <ListPage kind=kinds::USER icon_name="people"/> }.into_any(),
        "teams" => view! { <ListPage kind=kinds::TEAM icon_name="people"/> }.into_any(),
        "pipelines" => view! { <pipelines::Pipelines/> }.into_any(),
        "picklists" => view! { <picklists::Picklists/> }.into_any(),
        "audit" => view! { <audit::AuditLog/> }.into_any(),
        _ => crate::ui::empty("search", t().no_such_page, t().no_such_page_text, ().into_any()),
    };
    view! {
        <div class="settings">
            <nav class="tab-list" aria-label=t().settings>{links}</nav>
            <div class="settings-body">{body}</div>
        </div>
    }
    .into_any()
}
