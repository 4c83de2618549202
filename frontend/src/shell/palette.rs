//! Ctrl-K: records by any word, pages and actions by name, recent records first.

use super::places;
use crate::{
    api::{self, Latest},
    dom,
    i18n::{fill, label, noun, t},
    kinds,
    route::{self, encode},
    state::{self, state},
    ui::icon,
};
use leptos::{html, prelude::*, task::spawn_local};

#[derive(Clone, PartialEq)]
struct Hit {
    href: String,
    name: String,
    note: String,
    icon: &'static str,
}

fn kind_icon(kind: &str) -> &'static str {
    match kind {
        "customer" => "customer",
        "contact" => "contact",
        "lead" => "lead",
        "opportunity" => "opportunity",
        "product" => "product",
        "task" => "tasks",
        "user" => "people",
        _ => "file",
    }
}

const RECENT: usize = 8;

/// Opened records are remembered in this browser: `kind<TAB>id<TAB>name` a line.
pub fn remember(kind: &str, id: &str, name: &str) {
    let line = format!("{kind}\t{id}\t{}", name.replace(['\t', '\n'], " "));
    let old = dom::stored("recent").unwrap_or_default();
    let others = old.lines().filter(|l| !l.contains(id)).take(RECENT - 1);
    let lines: Vec<&str> = std::iter::once(line.as_str()).chain(others).collect();
    dom::store("recent", &lines.join("\n"));
}

fn recent() -> Vec<Hit> {
    dom::stored("recent")
        .unwrap_or_default()
        .lines()
        .filter_map(|line| {
            let mut parts = line.split('\t');
            let (kind, id, name) = (parts.next()?, parts.next()?, parts.next()?);
            let href = kinds::page(kind, id)?;
            Some(Hit {
                href,
                name: name.to_owned(),
                note: t().recent.to_owned(),
                icon: kind_icon(kind),
            })
        })
        .collect()
}

/// Pages and actions whose names hold what is typed.
fn commands(q: &str) -> Vec<Hit> {
    let pages = places().into_iter().flat_map(|(_, p)| p).map(|p| Hit {
        href: p.href.to_owned(),
        name: p.name.to_owned(),
        note: t().page.to_owned(),
        icon: p.icon,
    });
    let settings = Hit {
        href: "/settings".to_owned(),
        name: t().settings.to_owned(),
        note: t().page.to_owned(),
        icon: "settings",
    };
    let bin = Hit {
        href: "/bin".to_owned(),
        name: t().bin.to_owned(),
        note: t().page.to_owned(),
        icon: "trash",
    };
    let makes = [
        kinds::CUSTOMER,
        kinds::CONTACT,
        kinds::LEAD,
        kinds::OPPORTUNITY,
        kinds::PRODUCT,
    ]
    .into_iter()
    .filter(|k| state::me().is_none_or(|m| m.may(k.name, "create")))
    .map(|k| Hit {
        href: format!("/{}?new=1", k.path()),
        name: fill(t().new_of, &[&noun(k.label)]),
        note: t().action.to_owned(),
        icon: "plus",
    });
    let q = q.to_lowercase();
    pages
        .chain([settings, bin])
        .chain(makes)
        .filter(|h| h.name.to_lowercase().contains(&q))
        .collect()
}

fn hits(body: &serde_json::Value) -> Vec<Hit> {
    let data = body["data"].as_array().cloned().unwrap_or_default();
    data.iter()
        .filter_map(|hit| {
            let record = if hit["record"].is_object() { &hit["record"] } else { hit };
            let kind = hit["kind"].as_str()?;
            let known = kinds::kind(kind).or_else(|| kinds::by_plural(kind))?;
            let id = record["id"].as_str()?;
            let name = hit["title"]
                .as_str()
                .or_else(|| record[known.title].as_str())
                .or_else(|| record["name"].as_str())
                .unwrap_or_default();
            let href = kinds::page(known.name, id).unwrap_or_else(|| {
                if known.name == "task" {
                    "/tasks".to_owned()
                } else {
                    format!("/settings/users?open={id}")
                }
            });
            Some(Hit {
                href,
                name: name.to_owned(),
                note: label(known.label).to_owned(),
                icon: kind_icon(known.name),
            })
        })
        .collect()
}

#[component]
pub fn Palette() -> impl IntoView {
    let open = state().palette;
    move || open.get().then(|| view! { <SearchDialog/> })
}

#[component]
fn SearchDialog() -> impl IntoView {
    let q = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<Hit>::new());
    let searching = RwSignal::new(false);
    let at = RwSignal::new(0usize);
    let latest = Latest::new();
    let later = dom::debounce(120);
    let node = NodeRef::<html::Dialog>::new();
    let before = StoredValue::new_local(document().active_element());
    let close = move || state().palette.set(false);
    Effect::new(move |_| {
        if let Some(dialog) = node.get().filter(|d| !d.open()) {
            let _ = dialog.show_modal();
            dom::focus_id("palette-q");
        }
    });
    on_cleanup(move || {
        if let Some(Some(element)) = before.try_get_value() {
            dom::focus(&element);
        }
    });
    let shown = Memo::new(move |_| {
        let typed = q.get();
        if typed.trim().is_empty() {
            return recent().into_iter().chain(commands("")).collect::<Vec<_>>();
        }
        commands(typed.trim()).into_iter().take(4).chain(found.get()).collect()
    });
    let search = move |typed: String| {
        if typed.trim().is_empty() {
            found.set(Vec::new());
            searching.set(false);
            return;
        }
        searching.set(true);
        spawn_local(async move {
            let path = format!("/search?limit=6&q={}", encode(typed.trim()));
            match api::get(path).latest(latest).send().await {
                Ok(reply) => {
                    found.try_set(hits(&reply.body));
                    at.try_set(0);
                    searching.try_set(false);
                }
                Err(problem) if problem.aborted() => {}
                Err(_) => {
                    found.try_set(Vec::new());
                    searching.try_set(false);
                }
            }
        });
    };
    let go = move |hit: Hit| {
        close();
        route::go(&hit.href);
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let count = shown.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => at.update(|a| *a = (*a + 1).min(count.saturating_sub(1))),
            "ArrowUp" => at.update(|a| *a = a.saturating_sub(1)),
            "Enter" if !event.is_composing() => {
                if let Some(hit) = shown.with_untracked(|s| s.get(at.get_untracked()).cloned()) {
                    go(hit);
                }
            }
            _ => return,
        }
        event.prevent_default();
        dom::focus_soon("#palette-q".into());
        request_animation_frame(|| {
            if let Ok(Some(row)) = document().query_selector(".palette [aria-selected=true]") {
                row.scroll_into_view_with_bool(false);
            }
        });
    };
    view! {
        <dialog class="dialog palette" node_ref=node aria-label=t().search_everything
            on:cancel=move |e: web_sys::Event| { e.prevent_default(); close(); }
            on:mousedown=move |e| if !dom::within(&e, ".dialog-box") { close(); }>
            <div class="dialog-box">
                <label class="palette-input">
                    {icon("search")}
                    <input id="palette-q" type="text" role="combobox" autocomplete="off" spellcheck="false" aria-expanded="true" aria-controls="palette-list"
                        aria-activedescendant=move || format!("hit-{}", at.get()) aria-label=t().search_everything placeholder=t().palette_hint
                        on:input=move |e| { let typed = event_target_value(&e); q.set(typed.clone()); at.set(0); later(Box::new(move || search(typed))); }
                        on:keydown=key/>
                </label>
                <ul class="palette-list" role="listbox" id="palette-list" aria-label=t().results>
                    {move || {
                        let rows = shown.get();
                        if rows.is_empty() {
                            return view! { <li class="muted pad" role="presentation">{if searching.get() { t().loading } else { t().nothing_found }}</li> }.into_any();
                        }
                        rows.into_iter().enumerate().map(|(i, hit)| {
                            let chosen = hit.clone();
                            view! {
                                <li class="palette-row" role="option" id=format!("hit-{i}") aria-selected=move || (at.get() == i).to_string()
                                    on:pointermove=move |_| at.set(i) on:click=move |_| go(chosen.clone())>
                                    {icon(hit.icon)}<span class="clip grow">{hit.name}</span><span class="muted">{hit.note}</span>
                                </li>
                            }
                        }).collect_view().into_any()
                    }}
                </ul>
            </div>
        </dialog>
    }
    .into_any()
}
