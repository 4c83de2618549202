//! Creating a record of any kind: the few fields that matter, the rest on request; errors stand at their fields.

use crate::kinds::{Field, Kind};
use crate::schema::Type;
use crate::{
    api,
    dom::Tell,
    i18n::{fill, noun, t},
    kinds,
    record::{
        field::{self, Draft},
        fields::narrowing,
        row::Row,
    },
    state::{self, announce},
    ui::{Dialog, Sending, sending::submit, states::needed_mark, toast},
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};

/// What a new record starts with, as `(field, value, name of a referred record)`.
pub type Preset = Vec<(&'static str, Value, String)>;

#[component]
pub fn CreateDialog(
    kind: &'static Kind,
    close: Callback<()>,
    #[prop(optional)] preset: Preset,
    /// Called with the new record; else a toast leads to it.
    #[prop(optional)]
    done: Option<Callback<Row>>,
) -> impl IntoView {
    let sending = Sending::new();
    let all = RwSignal::new(false);
    let drafts: Vec<(&'static Field, Draft)> = ordered(kind).into_iter().map(|f| (f, start(f, &preset))).collect();
    let drafts = StoredValue::new(drafts);
    let body = move || -> Map<String, Value> {
        drafts.with_value(|d| {
            let filled = d.iter().map(|(f, draft)| (f, draft.value.get_untracked()));
            // What would have a value where nothing is said is said to have none.
            let said = filled.filter(|(f, v)| begins_with(f).is_some() || (!v.is_null() && v != &json!([])));
            said.map(|(f, v)| (f.name.to_owned(), v)).collect()
        })
    };
    let create = move || {
        let call = api::post(format!("/{}", kind.path()), Value::Object(body()));
        sending.run(async move {
            let sent = call.send().await.inspect_err(|problem| {
                // A field that is wrong must be in sight.
                let first = kind.form;
                if problem.errors.iter().any(|(name, _)| !first.contains(&name.as_str())) {
                    all.try_set(true);
                }
            });
            let Some(row) = Row::new(sent?.body) else { return Ok(()) };
            announce(kind.plural, row.id(), Some(row.clone()));
            toast::say(fill(t().created(), &[&row.title(kind)]));
            close.tell(());
            if let Some(done) = done {
                done.tell(row);
            }
            Ok(())
        });
    };
    let field_view = move |f: &'static Field, draft: Draft| {
        let id = format!("new-{}", f.name);
        let within = Signal::derive(move || {
            // Follows what is chosen above: contacts of that customer, stages of that pipeline.
            let ids = drafts.with_value(|d| {
                d.iter()
                    .map(|(f, d)| (f.name.to_owned(), d.value.get()))
                    .collect::<Map<_, _>>()
            });
            Row::new(Value::Object(ids))
                .map(|r| narrowing(f, &r))
                .unwrap_or_default()
        });
        let wide = matches!(f.ty, Type::LongText | Type::Tags | Type::Ids | Type::Choices(_)) || f.name == kind.title;
        let place = if wide { Sending::wide } else { Sending::field };
        let help = f.help.map(|help| view! { <span class="hint label-help">{help}</span> });
        let name = (f.label, f.required.then(needed_mark), help);
        place(
            sending,
            f.name,
            &id,
            name,
            field::edit(f, draft, id.clone(), within, None),
        )
    };
    let shown = move || {
        let first = kind.form;
        let all = all.get();
        drafts.with_value(|d| {
            d.iter()
                .filter(|(f, _)| all || f.required || first.contains(&f.name))
                .map(|(f, d)| field_view(f, *d))
                .collect_view()
        })
    };
    let hidden = drafts.with_value(|d| {
        d.iter()
            .filter(|(f, _)| !f.required && !kind.form.contains(&f.name))
            .count()
    });
    let first = drafts.with_value(|d| {
        d.iter()
            .map(|(_, draft)| draft.value.get_untracked())
            .collect::<Vec<_>>()
    });
    let typed = Signal::derive(move || {
        drafts.with_value(|d| {
            d.iter()
                .zip(&first)
                .any(|((_, draft), first)| draft.value.with(|v| v != first))
        })
    });
    view! {
        <Dialog title=fill(t().new_of(), &[&noun(kind.label)]) close typed>
            <form on:submit=submit(create) novalidate=true>
                <div class="dialog-body">
                    <div class="form-grid">{shown}</div>
                    {move || (hidden > 0 && !all.get()).then(|| view! {
                        <button type="button" class="btn quiet small" on:click=move |_| all.set(true)>{t().more_fields()}</button>
                    })}
                    {sending.alert()}
                </div>
                {sending.foot(close, fill(t().create_of(), &[&noun(kind.label)]), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

/// The fields in the order of the form: the important ones first.
fn ordered(kind: &'static Kind) -> Vec<&'static Field> {
    let first = kind.form.iter().filter_map(|n| kind.field(n));
    let rest = kind.fields.iter().filter(|f| !kind.form.contains(&f.name));
    first.chain(rest).filter(|f| kinds::writable(kind, f)).collect()
}

/// The default of a field, where it can be shown: the name of a record is not known here, so the server puts that in.
fn begins_with(field: &Field) -> Option<&'static Value> {
    field.default.filter(|_| !matches!(field.ty, Type::Id | Type::Ids))
}

fn start(field: &'static Field, preset: &Preset) -> Draft {
    if let Some((_, value, name)) = preset.iter().find(|(n, _, _)| *n == field.name) {
        return match (value.as_str(), name.is_empty()) {
            (Some(id), false) if field.is_several() => Draft::several(vec![(id.to_owned(), name.clone())]),
            (Some(id), false) => Draft::refer(Some((id.to_owned(), name.clone()))),
            _ => Draft::new(value.clone()),
        };
    }
    if let Some(default) = begins_with(field) {
        return Draft::new(default.clone());
    }
    match (field.name, field.ty) {
        ("owner_id", _) => Draft::refer(state::me().map(|m| (m.id, m.name))),
        (_, Type::Choice(choices)) if !field.nullable => Draft::new(json!(choices.first().map(|c| c.key))),
        _ => Draft::new(Value::Null),
    }
}
