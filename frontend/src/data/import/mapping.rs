//! Which column is which field, and which values mean something else.

use super::{Step, Wizard};
use crate::{dom, i18n::t, ui::icon};
use leptos::prelude::*;
use serde_json::{Map, Value};

/// The header of a column and the first values in it.
struct Column {
    header: String,
    samples: Vec<String>,
}

/// Field → column, as the server guessed.
pub fn guessed(body: &Value) -> Map<String, Value> {
    if let Value::Object(mapping) = &body["mapping"] {
        return mapping.clone();
    }
    let guesses = ["guesses", "guessed", "columns", "mapping"]
        .iter()
        .find_map(|k| body[*k].as_array());
    let pairs = guesses.into_iter().flatten();
    pairs
        .filter_map(|g| Some((g["field"].as_str()?.to_owned(), g["header"].clone())))
        .collect()
}

fn columns(body: &Value) -> Vec<Column> {
    let samples = body["samples"].as_array().cloned().unwrap_or_default();
    let headers = body["headers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    headers
        .enumerate()
        .map(|(i, header)| Column {
            header: header.to_owned(),
            samples: samples
                .iter()
                .filter_map(|row| row[i].as_str())
                .filter(|s| !s.is_empty())
                .take(3)
                .map(str::to_owned)
                .collect(),
        })
        .collect()
}

#[component]
pub fn MappingForm(wizard: Wizard) -> impl IntoView {
    view! {
        <section class="box stack">
            <p class="muted">{t().mapping_text()}</p>
            // A workbook says itself how its texts are written.
            {move || (wizard.read.with(|read| read.as_ref().is_none_or(|r| !matches!(r["encoding"].as_str(), Some("XLSX" | "vCard"))))).then(|| view! { <ReadAs wizard/> })}
            {move || columns_form(wizard, &wizard.read.get().unwrap_or_default())}
        </section>
    }
    .into_any()
}

fn columns_form(wizard: Wizard, read: &Value) -> AnyView {
    // What a column may fill: fields of the kind, and words the importer makes something of.
    let targets = read["fields"].as_array().into_iter().flatten();
    let targets = targets.filter_map(|f| Some((f["name"].as_str()?.to_owned(), f["label"].as_str()?.to_owned())));
    let targets = StoredValue::new(targets.collect::<Vec<_>>());
    let field_of = move |header: &str| {
        wizard.mapping.with(|m| {
            m.iter()
                .find(|(_, h)| h.as_str() == Some(header))
                .map(|(f, _)| f.clone())
                .unwrap_or_default()
        })
    };
    let set = move |header: &str, field: String| {
        wizard.mapping.update(|m| {
            m.retain(|_, h| h.as_str() != Some(header));
            if !field.is_empty() {
                m.insert(field, Value::String(header.to_owned()));
            }
        });
    };
    let columns = columns(read);
    let rows = columns
        .into_iter()
        .map(|column| {
            let Column { header, samples } = column;
            let (of, to, shown) = (header.clone(), header.clone(), header.clone());
            let id = format!("map-{header}");
            let now = Memo::new(move |_| field_of(&of));
            view! {
                <tr>
                    <th scope="row"><label for=id.clone()>{shown}</label><span class="samples muted clip">{samples.join(" · ")}</span></th>
                    <td class="arrow">{icon("right")}</td>
                    <td>
                        <select class="input" id=id.clone() class:unmapped=move || now.with(String::is_empty) on:change=move |e| set(&to, event_target_value(&e))>
                            <option value="" prop:selected=move || now.with(String::is_empty)>{t().leave_out()}</option>
                            {targets.get_value().into_iter().map(|(name, label)| {
                                let of = name.clone();
                                view! { <option value=name prop:selected=move || now.with(|n| *n == of)>{label}</option> }
                            }).collect_view()}
                        </select>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let n = move || wizard.mapping.with(Map::len);
    view! {
        <div class="scroll-x"><table class="map">
            <thead><tr><th scope="col">{t().column_in_file()}</th><td></td><th scope="col">{t().field_here()}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        <div class="form-foot">
            <button type="button" class="btn" on:click=move |_| { wizard.job.set(None); wizard.step.set(Step::File); }>{t().back()}</button>
            <button type="button" class="btn primary" class:loading=wizard.sending.busy disabled=move || n() == 0 || wizard.sending.busy.get() on:click=move |_| wizard.run(true)>{t().try_it()}</button>
        </div>
    }
    .into_any()
}

/// What the file is taken for, by encoding_rs' names; the last is what the person may know it by.
const ENCODINGS: [(&str, &str); 6] = [
    ("UTF-8", "UTF-8"),
    ("GBK", "GBK"),
    ("gb18030", "GB18030"),
    ("Big5", "Big5"),
    ("UTF-16LE", "UTF-16 LE"),
    ("UTF-16BE", "UTF-16 BE"),
];

fn delimiters() -> [(&'static str, &'static str); 4] {
    [
        (",", t().comma()),
        (";", t().semicolon()),
        ("\t", t().tab()),
        ("|", t().bar()),
    ]
}

/// Encoding and delimiter as the server found them; choosing another has the file read again.
#[component]
fn ReadAs(wizard: Wizard) -> impl IntoView {
    let found = move |key: &str| {
        let body = wizard.job.get().map(|job| job.body.get()).unwrap_or_default();
        body[key].as_str().map(str::to_owned)
    };
    // While it is read again, the choice stands as it was made.
    let chosen = RwSignal::new((String::new(), String::new()));
    Effect::new(move |_| {
        chosen.update(|(encoding, delimiter)| {
            if let Some(found) = found("encoding") {
                *encoding = found;
            }
            if let Some(found) = found("delimiter") {
                *delimiter = found;
            }
        });
    });
    let used = StoredValue::new("");
    let read = move |from: &'static str, encoding: String, delimiter: String| {
        used.set_value(from);
        wizard.read_as(&encoding, &delimiter);
        chosen.set((encoding, delimiter));
    };
    // A box that is disabled loses the keyboard; it gets it back.
    Effect::new(move |was: Option<bool>| {
        let sending = wizard.sending.busy.get();
        if was == Some(true) && !sending && !used.get_value().is_empty() {
            dom::focus_soon(format!("#{}", used.get_value()));
        }
        sending
    });
    // Until the server has seen the whole file, it does not say.
    let options = move |now: String, known: Vec<(&'static str, &'static str)>| {
        let other = (!known.iter().any(|k| k.0 == now)).then(|| now.clone());
        let other = other.map(|o| {
            let name = if o.is_empty() { "…".to_owned() } else { o.clone() };
            view! { <option value=o selected=true>{name}</option> }
        });
        let known = known
            .into_iter()
            .map(|(key, name)| view! { <option value=key selected=now == key>{name}</option> });
        view! { {other}{known.collect_view()} }
    };
    let now = Memo::new(move |_| chosen.get());
    let busy = move || wizard.sending.busy.get() || now.with(|n| n.0.is_empty());
    view! {
        <div class="read-as">
            <label class="small-field"><span>{t().encoding()}</span>
                <select class="input" id="read-encoding" disabled=busy on:change=move |e| read("read-encoding", event_target_value(&e), chosen.get_untracked().1)>{move || options(now.get().0, ENCODINGS.to_vec())}</select>
            </label>
            <label class="small-field"><span>{t().delimiter()}</span>
                <select class="input" id="read-delimiter" disabled=busy on:change=move |e| read("read-delimiter", chosen.get_untracked().0, event_target_value(&e))>{move || options(now.get().1, delimiters().to_vec())}</select>
            </label>
            {move || wizard.sending.busy.get().then(|| view! { <span class="muted" role="status">{t().reading_again()}</span> })}
        </div>
    }
    .into_any()
}
