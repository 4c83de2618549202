//! Who may do what with a record, and why: a question to the server, asked anew with each choice.

use crate::kinds::Kind;
use crate::{
    api::{self, Latest, Problem},
    i18n::{fill, label, noun, t},
    kinds,
    record::row::Row,
    schema, state,
    ui::{self, Dialog, combobox::Combobox, icon},
};
use domain::policy::Action;
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

/// Whether an action is about single fields as well.
fn by_field(action: Action) -> bool {
    matches!(action, Action::View | Action::Edit)
}

#[component]
pub fn WhyDialog(kind: &'static Kind, row: Row, close: Callback<()>) -> impl IntoView {
    let id = row.id().to_owned();
    let title = StoredValue::new(row.title(kind));
    let who = RwSignal::new(state::me().map(|m| (m.id, m.name)));
    let action = RwSignal::new(Action::View);
    let field = RwSignal::new(String::new());
    let answer = RwSignal::new(None::<Result<Value, Problem>>);
    let latest = Latest::new();
    let retry = RwSignal::new(0);
    Effect::new(move |_| {
        retry.track();
        let (user, action) = (who.get().map_or(String::new(), |w| w.0), action.get());
        let mut path = format!(
            "/access/explain?kind={}&id={id}&user={user}&action={}",
            kind.name,
            action.key()
        );
        let field = field.get();
        if by_field(action) && !field.is_empty() {
            path = format!("{path}&field={field}");
        }
        let call = api::get(path).latest(latest);
        answer.set(None);
        spawn_local(async move {
            let outcome = call.send().await;
            if !outcome.as_ref().is_err_and(Problem::aborted) {
                answer.try_set(Some(outcome.map(|reply| reply.body)));
            }
        });
    });
    let shown = move || {
        answer.with(|found| match found {
            None => ui::skeleton(3),
            Some(Err(problem)) => ui::problem(problem, Callback::new(move |()| retry.update(|n| *n += 1))),
            Some(Ok(body)) => title.with_value(|title| verdict(kind, title, body)),
        })
    };
    // A record that is there is neither made nor imported.
    let actions = schema::subject(kind.name)
        .map(|of| of.actions.as_slice())
        .unwrap_or_default();
    let actions = actions.iter().filter(|a| !matches!(a, Action::Create | Action::Import));
    let actions = actions.map(|a| view! { <option value=a.key()>{label(a.label())}</option> });
    let fields = kinds::in_order(kind)
        .into_iter()
        .map(|f| view! { <option value=f.name>{f.label}</option> });
    let choose = move |e| action.set(Action::from_key(&event_target_value(&e)).unwrap_or(Action::View));
    view! {
        <Dialog title=t().who_sees() close>
            <div class="dialog-body stack why">
                <div class="form-grid">
                    <div class="form-field wide"><label for="why-who">{kinds::of("user").label}</label><Combobox kind=kinds::of("user") value=who id="why-who" required=true/></div>
                    <div class="form-field"><label for="why-action">{t().action()}</label>
                        <select class="input" id="why-action" on:change=choose>{actions.collect_view()}</select>
                    </div>
                    <div class="form-field"><label for="why-field">{t().changed_field()}</label>
                        <select class="input" id="why-field" disabled=move || !by_field(action.get()) on:change=move |e| field.set(event_target_value(&e))>
                            <option value="">{t().whole_record()}</option>{fields.collect_view()}
                        </select>
                    </div>
                </div>
                <div aria-live="polite">{shown}</div>
            </div>
        </Dialog>
    }
    .into_any()
}

/// The answer in a sentence, and what it follows from.
fn verdict(kind: &'static Kind, title: &str, body: &Value) -> AnyView {
    let allowed = body["allowed"] == true;
    let action = body["action"].as_str().and_then(Action::from_key);
    let what = match body["field"].as_str().and_then(|f| kind.field(f)) {
        Some(field) => fill(t().field_in(), &[title, field.label]),
        None => fill(t().quoted(), &[title]),
    };
    let text = if allowed { t().may_do() } else { t().may_not_do() };
    let action = action.map(|a| noun(label(a.label()))).unwrap_or_default();
    let text = fill(text, &[body["user"]["name"].as_str().unwrap_or("…"), &action, &what]);
    let reasons = body["reasons"].as_array().into_iter().flatten().map(|reason| {
        let allows = reason["allows"] == true;
        let text = reason["text"].as_str().unwrap_or_default().to_owned();
        view! {
            <li class:good=allows>
                {mark(allows)}<span><span class="sr">{if allows { t().allows() } else { t().denies() }}</span>{text}</span>
            </li>
        }
        .into_any()
    });
    view! {
        <p class="notice" class:good=allowed class:bad=!allowed>{mark(allowed)}<b>{text}</b></p>
        <ul class="plain reasons">{reasons.collect_view()}</ul>
    }
    .into_any()
}

fn mark(allowed: bool) -> AnyView {
    icon(if allowed { "check" } else { "close" })
}
