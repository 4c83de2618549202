//! Creating a record of any kind, or changing one that has no page: the few fields that matter, the rest on request; errors
//! stand at their fields.

use crate::kinds::{Field, Kind};
use crate::schema::Type;
use crate::{
    api,
    dom::Tell,
    duplicate::Hint,
    i18n::{fill, noun, t},
    kinds,
    record::{
        conflict::Conflict,
        field::{self, Draft},
        fields::narrowing,
        row::Row,
        save::{self, Stored},
        when,
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
    /// The record that is changed, with the names of what it refers to; without one a new one is made.
    #[prop(optional)]
    of: Option<Row>,
) -> impl IntoView {
    let sending = Sending::new();
    // What is there is shown with all that it says.
    let all = RwSignal::new(of.is_some());
    let old = StoredValue::new(of);
    let begin = |f: &'static Field| {
        old.with_value(|old| old.as_ref().map_or_else(|| start(f, &preset), |row| Draft::of(f, row)))
    };
    let drafts: Vec<(&'static Field, Draft)> = ordered(kind).into_iter().map(|f| (f, begin(f))).collect();
    let drafts = StoredValue::new(drafts);
    // Follows what is typed.
    let has = move |name: &str| {
        drafts.with_value(|d| {
            let found = d.iter().find(|(f, _)| f.name == name);
            found.map_or(Value::Null, |(_, draft)| draft.value.get())
        })
    };
    let shows = move |f: &Field| when::shows(kind, f, &has);
    let needs = move |f: &Field| when::needs(kind, f, &has);
    let body = move || -> Map<String, Value> {
        drafts.with_value(|d| {
            // What has no place any more is not said.
            let there = d.iter().filter(|(f, _)| untrack(|| shows(f)));
            let filled = there.map(|(f, draft)| (f, draft.value.get_untracked()));
            // What would have a value where nothing is said is said to have none.
            let said = filled.filter(|(f, v)| begins_with(f).is_some() || (!v.is_null() && v != &json!([])));
            said.map(|(f, v)| (f.name.to_owned(), v)).collect()
        })
    };
    // What stands otherwise than it did, with the names of what is newly referred to.
    let changes = move |old: &Row| -> (Map<String, Value>, Map<String, Value>) {
        drafts.with_value(|d| {
            let changed = d
                .iter()
                .filter(|(f, draft)| draft.value.get_untracked() != *old.get(f.name));
            let changed: Vec<_> = changed.filter(|(f, _)| untrack(|| shows(f))).collect();
            let names = changed.iter().filter_map(|(f, draft)| draft.expansion(f)).collect();
            let values = changed
                .iter()
                .map(|(f, draft)| (f.name.to_owned(), draft.value.get_untracked()));
            (values.collect(), names)
        })
    };
    let change = move |base: Row| {
        let (patch, expansions) = changes(&base);
        if patch.is_empty() {
            return close.tell(());
        }
        sending.run(async move {
            match save::store(kind, &base, &patch, &expansions).await? {
                Stored::Done(_) => toast::say(t().saved()),
                Stored::Conflict(theirs) => state::state().conflict.set(Some(Conflict {
                    kind,
                    base,
                    theirs,
                    patch,
                    expansions,
                })),
            }
            close.tell(());
            Ok(())
        });
    };
    let create = move || {
        if let Some(base) = old.get_value() {
            return change(base);
        }
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
        let needed = Memo::new(move |_| needs(f));
        let name = (f.label, move || needed.get().then(needed_mark), help);
        place(
            sending,
            f.name,
            &id,
            name,
            field::edit(f, draft, id.clone(), within, None),
        )
    };
    let asked = move |f: &Field| kind.form.contains(&f.name) || needs(f);
    // What comes and goes leaves the others as they are, with what is typed in them.
    let places = Memo::new(move |_| {
        let fields: Vec<&'static Field> = drafts.with_value(|d| d.iter().map(|(f, _)| *f).collect());
        let shown = |f: &&'static Field| shows(f) && (all.get() || asked(f));
        match all.get() {
            true => by_group(kind, fields.into_iter().filter(shown).collect()),
            false => fields.into_iter().filter(shown).map(|f| (None, f.name)).collect(),
        }
    });
    let place_view = move |(heading, name): (Option<&'static str>, &'static str)| {
        if let Some(heading) = heading {
            return view! { <h3 class="form-field wide">{heading}</h3> }.into_any();
        }
        let found = drafts.with_value(|d| d.iter().find(|(f, _)| f.name == name).copied());
        found.map(|(f, draft)| field_view(f, draft)).into_any()
    };
    let hidden = Memo::new(move |_| drafts.with_value(|d| d.iter().filter(|(f, _)| shows(f) && !asked(f)).count()));
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
    let (title, verb) = match old.with_value(Option::is_some) {
        true => (fill(t().edit_of(), &[&noun(kind.label)]), t().save().to_owned()),
        false => (
            fill(t().new_of(), &[&noun(kind.label)]),
            fill(t().create_of(), &[&noun(kind.label)]),
        ),
    };
    view! {
        <Dialog title close typed>
            <form on:submit=submit(create) novalidate=true>
                <div class="dialog-body">
                    <div class="form-grid"><For each=move || places.get() key=|place| *place children=place_view/></div>
                    {move || (hidden.get() > 0 && !all.get()).then(|| view! {
                        <button type="button" class="btn quiet small" on:click=move |_| all.set(true)>{t().more_fields()}</button>
                    })}
                    {(kind.mergeable && old.with_value(Option::is_none)).then(|| view! { <Hint kind has=Callback::new(move |name: &'static str| has(name))/> })}
                    {sending.alert()}
                </div>
                {sending.foot(close, verb, || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

/// The fields in the order of the form: the important ones first.
fn ordered(kind: &'static Kind) -> Vec<&'static Field> {
    let first = kind.form.iter().filter_map(|n| kind.field(n));
    let rest = kind.fields.iter().filter(|f| !kind.form.contains(&f.name));
    let all = first.chain(rest);
    all.filter(|f| kinds::writable(kind, f) && !when::is_hidden(kind, f))
        .collect()
}

/// The same as they stand together on the page, before each group its heading, which is known by the field behind it.
fn by_group(kind: &'static Kind, fields: Vec<&'static Field>) -> Vec<(Option<&'static str>, &'static str)> {
    let named = |f: &Field| kind.groups.iter().any(|(_, names)| names.contains(&f.name));
    let rest: Vec<&'static str> = fields.iter().filter(|f| !named(f)).map(|f| f.name).collect();
    let groups = kind.groups.iter().map(|(heading, names)| {
        let there = |name: &&str| fields.iter().any(|f| f.name == *name);
        (*heading, names.iter().copied().filter(there).collect::<Vec<_>>())
    });
    let mut places = Vec::new();
    for (heading, names) in groups.chain([(t().more(), rest)]) {
        places.extend(names.first().map(|first| (Some(heading), *first)));
        places.extend(names.into_iter().map(|name| (None, name)));
    }
    places
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
