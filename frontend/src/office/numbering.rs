//! Numbering: for each kind whose records have numbers its pattern, and the number that comes next.

use crate::kinds::Kind;
use crate::{
    api::{self, Latest, Problem},
    dom,
    i18n::{fill, label, t},
    kinds,
    record::{list::Pages, row::Row, save},
    route,
    state::{self, announce, state},
    ui::{self, Sending, badge, sending::submit, toast},
};
use domain::numbering_rule::{Reset, USUAL};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

#[component]
pub fn Numbering() -> impl IntoView {
    let pages = Pages::new();
    let load = move || pages.load("/numbering-rules?limit=50".to_owned());
    load();
    // At once and not by asking anew: who saves again does so on what was just told.
    Effect::new(move |_| {
        if pages.follow(kinds::of("numbering_rule")) {
            let made = state().change.get_untracked().and_then(|c| c.row);
            pages.rows.update(|rows| rows.extend(made));
        }
    });
    let loaded = Memo::new(move |_| !pages.loading.get() || pages.rows.with(|r| !r.is_empty()));
    // Each with what is typed there: one that is saved leaves the others as they are.
    let rule = move |kind: &'static Kind| {
        Memo::new(move |_| {
            pages
                .rows
                .with(|rows| rows.iter().find(|r| r.text("kind") == kind.name).cloned())
        })
    };
    // Memos, or every answer would draw the boxes anew.
    let failed = Memo::new(move |_| pages.problem.get());
    let body = move || {
        if let Some(problem) = failed.get() {
            return ui::problem(&problem, Callback::new(move |()| load()));
        }
        if !loaded.get() {
            return ui::skeleton(6);
        }
        let numbered = kinds::all().into_iter().filter(|k| k.field("number").is_some());
        numbered.map(|kind| block(kind, rule(kind))).collect_view().into_any()
    };
    view! {
        <div class="page narrow-page">
            <header class="page-head"><h1>{kinds::heading(kinds::of("numbering_rule"))}</h1></header>
            <p class="muted">{t().numbering_text()}</p>
            <p class="muted">{t().numbering_words()}</p>
            {body}
        </div>
    }
    .into_any()
}

/// What the boxes begin with: the rule of a kind, or what is usual.
fn begun(kind: &Kind, rule: Option<&Row>) -> [String; 3] {
    let usual = USUAL.iter().find(|(k, _, _)| *k == kind.name);
    let of = |name: &str| rule.map(|r| r.text(name).to_owned()).filter(|t| !t.is_empty());
    [
        of("pattern").unwrap_or_else(|| usual.map(|u| u.1.to_owned()).unwrap_or_default()),
        of("reset").unwrap_or_else(|| usual.map_or(Reset::Never, |u| u.2).key().to_owned()),
        rule.and_then(|r| r.get("start").as_i64())
            .map(|n| n.to_string())
            .unwrap_or_default(),
    ]
}

fn block(kind: &'static Kind, rule: Memo<Option<Row>>) -> AnyView {
    let boxes = rule.with_untracked(|r| begun(kind, r.as_ref())).map(RwSignal::new);
    let [pattern, reset, start] = boxes;
    // What nobody has changed here follows the rule; what is typed stays.
    Effect::new(move |base: Option<[String; 3]>| {
        let newer = rule.with(|r| begun(kind, r.as_ref()));
        for (i, base) in base.iter().flatten().enumerate() {
            if boxes[i].with_untracked(|typed| typed == base) && *base != newer[i] {
                boxes[i].set(newer[i].clone());
            }
        }
        newer
    });
    let on = Memo::new(move |_| rule.with(|r| r.as_ref().is_some_and(|r| r.get("disabled") != true)));
    let locked = !state::may("numbering_rule", "edit");
    let next = RwSignal::new(String::new());
    let sending = Sending::new();
    let problem = sending.problem;
    let latest = Latest::new();
    let later = dom::debounce(200);
    Effect::new(move |_| {
        // Who may not change the rule is not told how far it has counted.
        if locked {
            return;
        }
        // Without a pattern there is no number to ask for.
        if pattern.with(|pattern| pattern.trim().is_empty()) {
            next.set(String::new());
            return;
        }
        let begins = start.with(|n| n.trim().to_owned());
        let begins = if begins.is_empty() {
            begins
        } else {
            format!("&start={}", route::encode(&begins))
        };
        let path = format!(
            "/numbering-rules/preview?kind={}&pattern={}&reset={}{begins}",
            kind.name,
            route::encode(&pattern.get()),
            reset.get()
        );
        later(Box::new(move || {
            spawn_local(async move {
                match api::get(path).latest(latest).send().await {
                    Ok(reply) => {
                        problem.try_set(None);
                        next.try_set(reply.body["next"].as_str().unwrap_or_default().to_owned());
                    }
                    Err(error) if error.aborted() => {}
                    Err(error) => {
                        next.try_set(String::new());
                        problem.try_set(Some(error));
                    }
                }
            });
        }));
    });
    let store = move |disabled: bool| {
        let rule = rule.get_untracked();
        let begins = start.with_untracked(|n| n.trim().to_owned());
        // What is no number goes as it is typed, and the answer says what is wrong with it.
        let begins = match begins.parse::<i64>() {
            Ok(number) => json!(number),
            Err(_) if begins.is_empty() => Value::Null,
            Err(_) => json!(begins),
        };
        let body = json!({ "pattern": pattern.get_untracked(), "reset": reset.get_untracked(), "start": begins, "disabled": disabled });
        sending.run(async move {
            let id = rule.as_ref().map(|r| r.id().to_owned()).unwrap_or_default();
            match send(kind, rule, body).await {
                Err(problem) if problem.stale() => save::refused(kinds::of("numbering_rule"), &id, problem).await,
                outcome => {
                    outcome?;
                    toast::say(t().saved());
                }
            }
            Ok(())
        });
    };
    let start_box = view! {
        <input class="input" id=format!("number-{}-start", kind.name) inputmode="numeric" maxlength="12" autocomplete="off" placeholder="1" disabled=locked prop:value=start on:input=move |e| start.set(event_target_value(&e))/>
    };
    let title = kind.label;
    let id = format!("number-{}", kind.name);
    let (pattern_id, reset_id, start_id) = (format!("{id}-pattern"), format!("{id}-reset"), format!("{id}-start"));
    let name = |field: &str| {
        kinds::of("numbering_rule")
            .field(field)
            .map(|f| f.label)
            .unwrap_or_default()
    };
    let pattern_box = view! {
        <input class="input" id=pattern_id.clone() maxlength="60" autocomplete="off" spellcheck="false" disabled=locked prop:value=pattern on:input=move |e| pattern.set(event_target_value(&e))/>
    };
    let resets = Reset::ALL.iter().map(|r| {
        view! { <option value=r.key() prop:selected=move || reset.with(|v| v == r.key())>{label(r.label())}</option> }
    });
    let reset_box = view! { <select class="input" id=reset_id.clone() disabled=locked on:change=move |e| reset.set(event_target_value(&e))>{resets.collect_view()}</select> };
    view! {
        <form class="box" aria-label=title novalidate=true on:submit=submit(move || store(false))>
            <div class="group-head"><h2>{title}</h2>{move || if on.get() { badge("active", t().turned_on()) } else { badge("plain", t().turned_off()) }}</div>
            <div class="form-grid">
                {sending.field("pattern", &pattern_id, name("pattern"), pattern_box.into_any())}
                {sending.field("reset", &reset_id, name("reset"), reset_box.into_any())}
                {sending.field("start", &start_id, name("start"), start_box.into_any())}
            </div>
            <p class="next-number" aria-live="polite">{move || next.with(|n| (!n.is_empty()).then(|| fill(t().next_number(), &[n])))}</p>
            {sending.alert()}
            {(!locked).then(|| view! {
                <div class="form-foot">
                    {move || on.get().then(|| view! { <button type="button" class="btn small" on:click=move |_| store(true)>{t().disable()}</button> })}
                    {move || sending.button("btn primary small", if on.get() { t().save() } else { t().enable() })}
                </div>
            })}
        </form>
    }
    .into_any()
}

/// Changes the rule of a kind, or makes its first.
async fn send(kind: &Kind, rule: Option<Row>, body: Value) -> Result<(), Problem> {
    let Value::Object(mut map) = body else { return Ok(()) };
    match rule {
        Some(rule) => {
            // Only what was changed: what somebody else has changed meanwhile stays.
            map.retain(|name, new| rule.get(name) != &*new);
            save::send(kinds::of("numbering_rule"), &rule, &map, &Map::new()).await?;
        }
        None => {
            map.insert("kind".to_owned(), json!(kind.name));
            let reply = api::post("/numbering-rules", Value::Object(map)).send().await?;
            if let Some(row) = Row::new(reply.body) {
                announce(kinds::of("numbering_rule").plural, row.id().to_owned(), Some(row));
            }
        }
    }
    Ok(())
}
