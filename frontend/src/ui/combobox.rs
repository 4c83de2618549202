//! A box for a reference: type to search the records of a kind, choose with arrows and Enter.

use crate::kinds::{Field, Kind};
use crate::{
    api::{self, Latest},
    dom::{self, Tell},
    i18n::t,
    kinds,
    record::row::{Row, text_of},
    route::encode,
    ui::{avatar, icon},
};
use leptos::{html, prelude::*};

/// Id and name of a chosen record.
pub type Chosen = Option<(String, String)>;

/// A record to choose, and what tells it from another of the same name.
#[derive(Clone)]
struct Choice {
    id: String,
    name: String,
    note: String,
}

/// The field that tells two of the same name apart, as far as the person sees it.
fn telling(kind: &'static Kind) -> Option<&'static Field> {
    let names: &[&str] = match kind.name {
        "user" => &["email", "team_id"],
        _ => &[],
    };
    let fields = names.iter().filter_map(|name| kind.field(name));
    fields.into_iter().find(|field| kinds::readable(kind, field))
}

/// `narrow` is added to the query, such as `filter[customer_id]=…`.
#[component]
pub fn Combobox(
    kind: &'static Kind,
    value: RwSignal<Chosen>,
    #[prop(optional, into)] id: String,
    #[prop(optional, into)] label: String,
    #[prop(optional, into)] narrow: Signal<String>,
    #[prop(optional)] changed: Option<Callback<()>>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let text = RwSignal::new(value.with_untracked(|v| v.as_ref().map(|v| v.1.clone()).unwrap_or_default()));
    let open = RwSignal::new(false);
    let options = RwSignal::new(Vec::<Choice>::new());
    let failed = RwSignal::new(false);
    let telling = telling(kind);
    let loading = RwSignal::new(false);
    let at = RwSignal::new(0usize);
    let latest = Latest::new();
    let input = NodeRef::<html::Input>::new();
    let placeholder = match label.as_str() {
        "" => t().type_to_search().to_owned(),
        label => label.to_owned(),
    };
    let list_id = format!("l{}", uuid::Uuid::new_v4().simple());
    Effect::new(move |_| text.set(value.with(|v| v.as_ref().map(|v| v.1.clone()).unwrap_or_default())));

    // What was found for other words is not there to be chosen any more.
    let wait = move || {
        latest.abort();
        options.set(Vec::new());
        at.set(0);
        failed.set(false);
        loading.set(true);
    };
    let search = move |q: String| {
        leptos::task::spawn_local(async move {
            let mut path = format!("/{}?limit=20&fields=id,{}", kind.path(), kind.title);
            if let Some(field) = telling {
                path.push_str(&format!(",{}", field.name));
                if let Some(expansion) = field.expansion() {
                    path.push_str(&format!("&expand={expansion}"));
                }
            }
            if !q.trim().is_empty() {
                path.push_str(&format!("&q={}", encode(q.trim())));
            }
            let narrow = narrow.get_untracked();
            if !narrow.is_empty() {
                path.push_str(&format!("&{narrow}"));
            }
            match api::get(path).latest(latest).send().await {
                Ok(reply) => {
                    let rows = reply.body["data"].as_array().cloned().unwrap_or_default();
                    let rows = rows
                        .into_iter()
                        .filter_map(Row::new)
                        .map(|r| Choice {
                            id: r.id().to_owned(),
                            name: r.title(kind),
                            note: telling.map(|f| text_of(f, &r)).unwrap_or_default(),
                        })
                        .collect();
                    options.try_set(rows);
                    loading.try_set(false);
                }
                Err(problem) if problem.aborted() => {}
                Err(_) => {
                    failed.try_set(true);
                    loading.try_set(false);
                }
            }
        });
    };
    let later = dom::debounce(180);
    let choose = move |chosen: Chosen| {
        text.set(chosen.as_ref().map(|c| c.1.clone()).unwrap_or_default());
        value.set(chosen);
        open.set(false);
        if let Some(changed) = changed {
            changed.tell(());
        }
    };
    let show = move || {
        if !open.get_untracked() {
            open.set(true);
            wait();
            search(String::new());
        }
    };
    let key = move |event: web_sys::KeyboardEvent| {
        let count = options.with_untracked(Vec::len);
        match event.key().as_str() {
            _ if dom::composing(&event) => {}
            "ArrowDown" => {
                event.prevent_default();
                show();
                at.update(|a| *a = (*a + 1).min(count.saturating_sub(1)));
            }
            "ArrowUp" => {
                event.prevent_default();
                at.update(|a| *a = a.saturating_sub(1));
            }
            "Enter" if open.get_untracked() => {
                event.prevent_default();
                event.stop_propagation();
                if let Some(option) = options.with_untracked(|o| o.get(at.get_untracked()).cloned()) {
                    choose(Some((option.id, option.name)));
                }
            }
            "Escape" if open.get_untracked() => {
                event.prevent_default();
                event.stop_propagation();
                open.set(false);
            }
            _ => {}
        }
    };
    let leave = move |_| {
        // After a press on an option has been taken.
        dom::after(150, move || {
            // Gone, or entered again meanwhile.
            let Some(input) = input.try_get_untracked() else {
                return;
            };
            if input.is_some_and(|i| i.is_same_node(document().active_element().as_deref())) {
                return;
            }
            open.set(false);
            // Emptied means none; anything else not chosen goes back to what was.
            if text.get_untracked().trim().is_empty() && value.with_untracked(Option::is_some) && !required {
                choose(None);
            }
            text.set(value.with_untracked(|v| v.as_ref().map(|v| v.1.clone()).unwrap_or_default()));
        });
    };
    let people = kind.name == "user";
    let typed = move |event: &web_sys::Event| {
        let typed = event_target_value(event);
        text.set(typed.clone());
        open.set(true);
        wait();
        let composing = dom::composing(event);
        later(Box::new(move || {
            if !composing {
                search(typed);
            }
        }));
    };
    let composed = typed.clone();
    let active = {
        let list_id = list_id.clone();
        move || open.get().then(|| format!("{list_id}-{}", at.get()))
    };
    let row_id = list_id.clone();
    view! {
        <div class="combo">
            <input
                node_ref=input
                class="input"
                id=id
                type="text"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                aria-label=(!label.is_empty()).then_some(label)
                aria-autocomplete="list"
                aria-expanded=move || open.get().to_string()
                aria-controls=list_id.clone()
                aria-activedescendant=active
                placeholder=placeholder
                // There from the first, so that a box focused at once has its text selected.
                value=text.get_untracked()
                prop:value=text
                on:focus=move |_| if let Some(input) = input.get_untracked() { input.select() }
                on:input=move |event| typed(&event)
                on:compositionend=move |event| composed(&event)
                on:click=move |_| show()
                on:keydown=key
                on:blur=leave
            />
            {move || (value.with(Option::is_some) && !required).then(|| view! {
                <button type="button" class="combo-clear" tabindex="-1" aria-label=t().clear() title=t().clear() on:click=move |_| choose(None)>{icon("close")}</button>
            })}
            {move || {
                let row_id = row_id.clone();
                open.get().then(|| view! {
                    <ul class="options" role="listbox" id=row_id.clone()>
                        {
                            let row_id = row_id.clone();
                            move || {
                            let options = options.get();
                            if options.is_empty() {
                                let text = match (loading.get(), failed.get()) {
                                    (true, _) => t().loading(),
                                    (_, true) => t().could_not_load(),
                                    _ => t().nothing_found(),
                                };
                                return view! { <li class="muted option" role="presentation">{text}</li> }.into_any();
                            }
                            options.into_iter().enumerate().map(|(i, Choice { id, name, note })| {
                                let option = (id.clone(), name.clone());
                                view! {
                                    <li
                                        class="option"
                                        role="option"
                                        id=format!("{row_id}-{i}")
                                        aria-selected=move || (at.get() == i).to_string()
                                        on:pointerdown=move |event| { event.prevent_default(); choose(Some(option.clone())); }
                                        on:pointermove=move |_| at.set(i)
                                    >
                                        {people.then(|| avatar(&id, &name))}
                                        <span class="option-text">
                                            <span class="clip">{name.clone()}</span>
                                            {(!note.is_empty()).then(|| view! { <span class="clip muted option-note">{note}</span> })}
                                        </span>
                                    </li>
                                }
                            }).collect_view().into_any()
                        }}
                    </ul>
                })
            }}
        </div>
    }
    .into_any()
}
