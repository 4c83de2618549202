//! Which column is which field, and which values mean something else.

use super::{Step, Wizard};
use crate::{
    i18n::{fill, t},
    ui::icon,
};
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
    let read = wizard.read.get_untracked().unwrap_or_default();
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
    let columns = columns(&read);
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
                        {move || {
                            let now = now.get();
                            let to = to.clone();
                            view! {
                                <select class="input" id=id.clone() class:unmapped=now.is_empty() on:change=move |e| set(&to, event_target_value(&e))>
                                    <option value="" selected=now.is_empty()>{t().leave_out}</option>
                                    {targets.with_value(|f| f.iter().map(|(name, l)| view! { <option value=name.clone() selected=now == *name>{l.clone()}</option> }).collect_view())}
                                </select>
                            }
                        }}
                    </td>
                </tr>
            }
        })
        .collect_view();
    let n = move || wizard.mapping.with(Map::len);
    view! {
        <section class="box stack">
            <p class="muted">{move || wizard.job.get().map(|job| job.body.with(about))}</p>
            <div class="scroll-x"><table class="map">
                <thead><tr><th scope="col">{t().column_in_file}</th><td></td><th scope="col">{t().field_here}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            <div class="form-foot">
                <button type="button" class="btn" on:click=move |_| { wizard.job.set(None); wizard.step.set(Step::File); }>{t().back}</button>
                <button type="button" class="btn primary" class:loading=wizard.sending disabled=move || n() == 0 on:click=move |_| wizard.run(true)>{t().try_it}</button>
            </div>
        </section>
    }
    .into_any()
}

fn about(read: &Value) -> String {
    let encoding = read["encoding"].as_str().unwrap_or_default();
    let delimiter = match read["delimiter"].as_str().unwrap_or_default() {
        "\t" => "TAB",
        other => other,
    };
    if encoding.is_empty() {
        t().mapping_text.to_owned()
    } else {
        fill(t().mapping_text_read, &[encoding, delimiter])
    }
}
