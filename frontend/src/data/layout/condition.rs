//! The box of a condition: tests as a list has filters, all or any of which must hold.

use crate::{
    dom::Tell,
    i18n::{fill, t},
    kinds::Kind,
    record::filter::{self, Filter, Filters},
    schema::Field,
    ui::{Dialog, icon},
};
use leptos::prelude::*;
use serde_json::{Value, json};

/// What a condition is called.
pub fn which_text(which: &str) -> &'static str {
    match which {
        "shown_when" => t().layout_shown_when(),
        _ => t().layout_required_when(),
    }
}

/// Tests, and whether any of them is enough; none where the condition says more than that.
fn tests(kind: &'static Kind, condition: &Value) -> Option<(Vec<Filter>, bool)> {
    let read = |tests: &[Value]| {
        tests
            .iter()
            .map(|test| filter::told(kind, test))
            .collect::<Option<Vec<_>>>()
    };
    if condition.is_null() {
        return Some((Vec::new(), false));
    }
    if let Some(all) = condition["and"].as_array() {
        return Some((read(all)?, false));
    }
    match condition["or"].as_array() {
        Some(any) => Some((read(any)?, true)),
        None => Some((read(std::slice::from_ref(condition))?, false)),
    }
}

fn condition(tests: &[Filter], any: bool) -> Value {
    let mut said: Vec<Value> = tests.iter().map(Filter::test).collect();
    match said.len() {
        0 => Value::Null,
        1 => said.remove(0),
        _ if any => json!({ "or": said }),
        _ => json!({ "and": said }),
    }
}

/// `done` hears what the condition has become; `which` is `shown_when` or `required_when`.
#[component]
pub fn ConditionDialog(
    kind: &'static Kind,
    field: &'static Field,
    which: &'static str,
    old: Value,
    close: Callback<()>,
    done: Callback<Value>,
) -> impl IntoView {
    let read = tests(kind, &old);
    let complex = RwSignal::new(read.is_none());
    let (begun, any_begun) = read.unwrap_or_default();
    let all = RwSignal::new(begun);
    let any = RwSignal::new(any_begun);
    let apply = Callback::new(move |(old, new): (Option<Filter>, Option<Filter>)| {
        all.update(|all| {
            let at = old.and_then(|old| all.iter().position(|one| *one == old));
            match (at, new) {
                (Some(at), Some(new)) => all[at] = new,
                (Some(at), None) => drop(all.remove(at)),
                (None, Some(new)) => all.push(new),
                (None, None) => {}
            }
        });
    });
    let store = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !complex.get_untracked() {
            done.tell(all.with_untracked(|all| condition(all, any.get_untracked())));
        }
        close.tell(());
    };
    let text = if which == "shown_when" {
        t().layout_shown_text()
    } else {
        t().layout_required_text()
    };
    let clear = move |_| complex.set(false);
    let body = move || {
        match complex.get() {
        true => view! {
            <p class="notice warn">{icon("warning")}<span>{t().layout_complex()}</span></p>
            <button type="button" class="btn small" on:click=clear>{t().clear()}</button>
        }
        .into_any(),
        false => view! {
            {move || all.with(|all| all.len() > 1).then(|| view! {
                <select class="input" aria-label=t().condition() on:change=move |e| any.set(event_target_value(&e) == "any")>
                    <option value="all" selected=!any.get_untracked()>{t().layout_match_all()}</option>
                    <option value="any" selected=any.get_untracked()>{t().layout_match_any()}</option>
                </select>
            })}
            <Filters kind filters=Signal::derive(move || all.get()) apply/>
        }
        .into_any(),
    }
    };
    let title = fill(t().layout_condition_of(), &[field.label, which_text(which)]);
    view! {
        <Dialog title close>
            <form on:submit=store novalidate=true>
                <div class="dialog-body stack layout-condition"><p class="muted">{text}</p>{body}</div>
                <footer class="dialog-foot">
                    <button type="button" class="btn" on:click=move |_| close.tell(())>{t().cancel()}</button>
                    <button type="submit" class="btn primary">{t().apply()}</button>
                </footer>
            </form>
        </Dialog>
    }
    .into_any()
}
