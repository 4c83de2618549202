//! Ctrl-K: records by any word, pages and actions by name, recent records first.

use super::places;
use crate::{
    api::{self, Latest},
    dom,
    i18n::{fill, noun, t},
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
    kinds::of(kind).icon
}

const RECENT: usize = 8;

/// Under this is kept what somebody opened last; their own id, since others may use the same browser.
fn key() -> String {
    format!("recent.{}", state::me().map(|me| me.id).unwrap_or_default())
}

/// Opened records are remembered in this browser until one signs out: `kind<TAB>id<TAB>name` a line.
pub fn remember(kind: &str, id: &str, name: &str) {
    let line = format!("{kind}\t{id}\t{}", name.replace(['\t', '\n'], " "));
    let old = dom::stored(&key()).unwrap_or_default();
    let others = old.lines().filter(|l| !l.contains(id)).take(RECENT - 1);
    let lines: Vec<&str> = std::iter::once(line.as_str()).chain(others).collect();
    dom::store(&key(), &lines.join("\n"));
}

fn recent() -> Vec<Hit> {
    dom::stored(&key())
        .unwrap_or_default()
        .lines()
        .filter_map(|line| {
            let mut parts = line.split('\t');
            let (kind, id, name) = (parts.next()?, parts.next()?, parts.next()?);
            let href = kinds::page(kind, id)?;
            Some(Hit {
                href,
                name: name.to_owned(),
                note: t().recent().to_owned(),
                icon: kind_icon(kind),
            })
        })
        .collect()
}

/// Pages and actions whose names hold what is typed.
fn commands(q: &str) -> Vec<Hit> {
    let pages = places().into_iter().flat_map(|(_, p)| p).map(|p| Hit {
        href: p.href,
        name: p.name,
        note: t().page().to_owned(),
        icon: p.icon,
    });
    let settings = Hit {
        href: "/settings".to_owned(),
        name: t().settings().to_owned(),
        note: t().page().to_owned(),
        icon: "settings",
    };
    let bin = Hit {
        href: "/bin".to_owned(),
        name: t().bin().to_owned(),
        note: t().page().to_owned(),
        icon: "trash",
    };
    let makes = kinds::with_pages()
        .filter(|k| state::me().is_none_or(|m| m.may(k.name, "create")))
        .map(|k| Hit {
            href: format!("/{}?new=1", k.path()),
            name: fill(t().new_of(), &[&noun(k.label)]),
            note: t().action().to_owned(),
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
            let kind = kinds::kind(hit["kind"].as_str()?)?;
            let parent = &hit["parent"];
            // What has no page of its own stands on that of what it belongs to.
            let href = kinds::place(kind.name, hit["id"].as_str()?)
                .or_else(|| kinds::place(parent["kind"].as_str()?, parent["id"].as_str()?))
                .or_else(|| (kind.name == "task").then(|| kinds::list(kind)))?;
            let mut note = kind.label.to_owned();
            if let Some(of) = parent["title"].as_str() {
                note = format!("{note} · {of}");
            }
            Some(Hit {
                href,
                name: hit["title"].as_str().unwrap_or(kind.label).to_owned(),
                note,
                icon: kind_icon(kind.name),
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
        // It is still there, and while it is open nothing behind it takes the keyboard.
        if let Some(dialog) = node.try_get_untracked().flatten() {
            dialog.close();
        }
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
    let take = move |event: &web_sys::Event| {
        let typed = event_target_value(event);
        let empty = typed.trim().is_empty();
        // What was found for other words is not there to be chosen any more.
        latest.abort();
        found.set(Vec::new());
        at.set(0);
        searching.set(!empty);
        q.set(typed.clone());
        let asks = !empty && !dom::composing(event);
        later(Box::new(move || {
            if asks {
                search(typed);
            }
        }));
    };
    let composed = take.clone();
    let go = move |hit: Hit| {
        close();
        route::go(&hit.href);
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let count = shown.with_untracked(Vec::len);
        match event.key().as_str() {
            _ if dom::composing(&event) => return,
            "ArrowDown" => at.update(|a| *a = (*a + 1).min(count.saturating_sub(1))),
            "ArrowUp" => at.update(|a| *a = a.saturating_sub(1)),
            "Enter" => {
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
        <dialog class="dialog palette" node_ref=node aria-label=t().search_everything()
            on:cancel=move |e: web_sys::Event| { e.prevent_default(); close(); }
            on:mousedown=move |e| if !dom::within(&e, ".dialog-box") { close(); }>
            <div class="dialog-box">
                <label class="palette-input">
                    {icon("search")}
                    <input id="palette-q" type="text" role="combobox" autocomplete="off" spellcheck="false" aria-expanded="true" aria-controls="palette-list"
                        aria-activedescendant=move || format!("hit-{}", at.get()) aria-label=t().search_everything() placeholder=t().palette_hint()
                        on:input=move |e| take(&e) on:compositionend=move |e| composed(&e)
                        on:keydown=key/>
                </label>
                <ul class="palette-list" role="listbox" id="palette-list" aria-label=t().results()>
                    {move || {
                        let rows = shown.get();
                        if rows.is_empty() {
                            return view! { <li class="muted pad" role="presentation">{if searching.get() { t().loading() } else { t().nothing_found() }}</li> }.into_any();
                        }
                        rows.into_iter().enumerate().map(|(i, hit)| {
                            let chosen = hit.clone();
                            view! {
                                <li class="palette-row" role="option" id=format!("hit-{i}") aria-selected=move || (at.get() == i).to_string()
                                    on:pointermove=move |_| at.set(i) on:click=move |_| go(chosen.clone())>
                                    {icon(hit.icon)}<span class="clip grow">{hit.name}</span><span class="muted clip">{hit.note}</span>
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
