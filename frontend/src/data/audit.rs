//! The audit log: who did what to which record, and when. What is asked for stands in the address.

use crate::{
    api::{self, Turn},
    dom,
    i18n::{fill, format, label, t},
    kinds,
    record::{
        changes,
        list::Pages,
        names::{Names, Wanted},
        row::Row,
    },
    role, route, schema,
    state::{self, state},
    ui::{self, avatar, badge, combobox::Combobox, icon, toast},
};
use domain::change::{ChangeAction, NON_RECORD_KINDS};
use leptos::{prelude::*, task::spawn_local};

/// Where the record of an entry is shown.
fn page(kind: &str, id: &str) -> Option<String> {
    match kind {
        "role" => Some(role::page(id)),
        other => kinds::place(other, id),
    }
}

fn asked(key: &'static str) -> impl Fn() -> String + Copy + Send + Sync + 'static {
    move || state().address.with(|a| a.get(key).unwrap_or_default().to_owned())
}

#[component]
pub fn AuditLog() -> impl IntoView {
    let query = Memo::new(move |_| state().address.with(|a| route::query_string(&a.query)));
    let path = move || format!("/audit?limit=50&{}", query.get());
    let pages = Pages::new();
    Effect::new(move |_| pages.load(path()));
    let names = RwSignal::new(Names::new());
    let turn = Turn::new();
    Effect::new(move |_| {
        let newest = turn.take();
        let mut wanted = Wanted::default();
        pages.rows.with(|rows| {
            for row in rows {
                changes::mentioned(kinds::kind(row.text("kind")), &row.whole(), &mut wanted);
            }
        });
        spawn_local(async move {
            let found = wanted.find().await;
            if newest() {
                names.set(found);
            }
        });
    });
    let may_export = state::me().is_none_or(|m| m.may("audit", "export"));
    let export = move |_| {
        let path = format!("/audit/export?{}", query.get_untracked());
        spawn_local(async move {
            match api::get(path).text().await {
                Ok(text) => dom::download(t().audit_file(), "text/csv", &text),
                Err(problem) => toast::complain(&problem),
            }
        });
    };
    let none = move || !pages.loading.get() && pages.problem.with(Option::is_none) && pages.rows.with(Vec::is_empty);
    document().set_title(&format!("{} · {}", t().audit_log(), t().product()));
    view! {
        <div class="page">
            <header class="page-head"><h1>{t().audit_log()}</h1>
                {may_export.then(|| view! { <div class="page-actions"><button type="button" class="btn" on:click=export>{icon("download")}{t().export_csv()}</button></div> })}
            </header>
            <p class="muted">{t().audit_text()}</p>
            {filters()}
            {move || pages.problem.get().map(|p| ui::problem(&p, Callback::new(move |()| pages.load(path()))))}
            {move || (pages.loading.get() && pages.rows.with(Vec::is_empty)).then(|| ui::skeleton(8))}
            {move || none().then(|| ui::empty("search", t().audit_none(), t().nothing_found_text(), ().into_any()))}
            <ul class="plain card-list audit">
                <For each=move || pages.rows.get() key=|e| e.get("position").as_i64() children=move |e| line(e, names)/>
            </ul>
            {pages.foot(move || pages.next(path()))}
        </div>
    }
    .into_any()
}

fn filters() -> AnyView {
    let select =
        |key: &'static str, name: &'static str, all: &'static str, options: Vec<(&'static str, &'static str)>| {
            let now = asked(key);
            let options = options.into_iter().map(|(value, name)| {
                view! { <option value=value prop:selected=move || now() == value>{name}</option> }.into_any()
            });
            view! {
                <label class="small-field">{name}
                    <select class="input" on:change=move |e| route::set(key, &event_target_value(&e))>
                        <option value="" prop:selected=move || now().is_empty()>{all}</option>{options.collect_view()}
                    </select>
                </label>
            }
            .into_any()
        };
    let input = |key: &'static str, name: &'static str, ty: &'static str| {
        let now = asked(key);
        view! {
            <label class="small-field">{name}
                <input class="input" type=ty prop:value=now on:change=move |e| route::set(key, event_target_value(&e).trim())/>
            </label>
        }
        .into_any()
    };
    let with_records = schema::subjects().into_iter().filter(|s| s.usual.is_some());
    let mut kinds: Vec<_> = with_records.map(|s| (s.name, s.label)).collect();
    for (name, called) in NON_RECORD_KINDS {
        if kinds.iter().all(|(known, _)| *known != name) {
            kinds.push((name, label(called)));
        }
    }
    let actions = ChangeAction::ALL.iter().map(|a| (a.key(), label(a.label()))).collect();
    // The fields of the kind chosen, if one is.
    let of_kind = Memo::new(move |_| asked("kind")());
    let field = move || {
        let kind = kinds::kind(&of_kind.get())?;
        let fields = kinds::in_order(kind).into_iter().map(|f| (f.name, f.label)).collect();
        Some(select("field", t().changed_field(), t().any_field(), fields))
    };
    let who = RwSignal::new(None::<(String, String)>);
    let system = move || asked("actor")() == "system";
    // A link tells the id only.
    Effect::new(move |_| {
        let id = asked("actor")();
        if id.is_empty() || id == "system" {
            return who.set(None);
        }
        if who.with_untracked(|w| w.as_ref().is_some_and(|w| w.0 == id)) {
            return;
        }
        spawn_local(async move {
            let mut wanted = Wanted::default();
            wanted.add("user", Some(&id));
            let name = wanted.find().await.remove(&id).unwrap_or_else(|| "…".to_owned());
            who.try_set(Some((id, name)));
        });
    });
    let chosen = Callback::new(move |()| {
        route::set("actor", &who.get_untracked().map(|w| w.0).unwrap_or_default());
    });
    let narrowed = move || state().address.with(|a| !a.query.is_empty());
    view! {
        <div class="audit-filters" role="group" aria-label=t().filter()>
            <div class="small-field"><label for="audit-who">{t().who()}</label><Combobox kind=kinds::of("user") value=who id="audit-who" changed=chosen/></div>
            {select("kind", t().record_kind(), t().all_kinds(), kinds)}
            {select("action", t().action(), t().all_actions(), actions)}
            {field}
            {input("from", t().since_day(), "date")}
            {input("to", t().until_day(), "date")}
            {input("request_id", t().request_number(), "text")}
        </div>
        <div class="pills audit-pills">
            <button type="button" class="pill" aria-pressed=move || system().to_string()
                on:click=move |_| route::set("actor", if system() { "" } else { "system" })>{t().system_only()}</button>
            {move || (!asked("record_id")().is_empty()).then(|| view! {
                <button type="button" class="pill" aria-pressed="true" on:click=move |_| route::set("record_id", "")>{t().this_record()}{icon("close")}</button>
            })}
            {move || narrowed().then(|| view! { <button type="button" class="btn quiet small" on:click=move |_| route::replace("/settings/audit")>{t().clear_filters()}</button> })}
        </div>
    }
    .into_any()
}

fn line(entry: Row, names: RwSignal<Names>) -> AnyView {
    let kind_name = entry.text("kind").to_owned();
    let kind = kinds::kind(&kind_name);
    let actor = entry.text("actor_id").to_owned();
    let who = match entry.get("actor_id").as_str() {
        None => t().the_system().to_owned(),
        Some(_) => entry.get("actor")["name"].as_str().unwrap_or("…").to_owned(),
    };
    let action = ChangeAction::from_key(entry.text("action")).map_or("", |a| match (kind, a) {
        (None, ChangeAction::Create) if kind_name == "session" => t().signed_in(),
        (None, ChangeAction::Delete) if kind_name == "session" => t().signed_out(),
        _ => label(a.label()),
    });
    // What was done says already that it is about a sign-in.
    let beside = || {
        NON_RECORD_KINDS
            .iter()
            .find(|(name, _)| *name == kind_name)
            .map(|(_, called)| label(*called))
    };
    let what = match schema::subject(&kind_name).map(|s| s.label).or_else(beside) {
        _ if kind_name == "session" => String::new(),
        Some(name) => name.to_owned(),
        None => kind_name.clone(),
    };
    let record = entry.get("record");
    let title = record["name"].as_str().unwrap_or_default().to_owned();
    let deleted = record["deleted"] == true;
    let (at, id) = (entry.text("at").to_owned(), entry.text("record_id").to_owned());
    // An address tells more about a sign-in than its number. (A customer's is where the firm is.)
    let from = entry.get("fields")["address"][1]
        .as_str()
        .filter(|_| kind.is_none())
        .unwrap_or_default()
        .to_owned();
    let href = page(&kind_name, &id).filter(|_| !deleted && !title.is_empty());
    let covered = entry.get("covered") == true;
    let request = entry.text("request_id").to_owned();
    let count = entry.get("fields").as_object().map_or(0, |f| f.len());
    let fields = if count == 1 { t().one_field() } else { t().n_fields() };
    let told = (kind.is_some() && count > 0).then(|| fill(fields, &[&format::number(count as f64)]));
    let open = RwSignal::new(false);
    let entry = StoredValue::new(entry.whole());
    view! {
        <li>
            <details class="audit-entry" on:toggle=move |_| open.set(true)>
                <summary>
                    <time datetime=at.clone() title=format::instant(&at)>{format::relative(&at)}</time>
                    <span class="person">{avatar(&actor, &who)}<span class="clip">{who.clone()}</span></span>
                    <span class="audit-what"><b>{action}</b>" "{what}" "<span>{title.clone()}</span>{(!from.is_empty()).then(|| fill(t().from_address(), &[&from]))}</span>
                    {deleted.then(|| badge("plain", t().is_deleted()))}
                    <span class="muted audit-count">{told}</span>
                </summary>
                {move || open.get().then(|| {
                    let (href, id, request) = (href.clone(), id.clone(), request.clone());
                    view! {
                        <div class="audit-more">
                            {if covered {
                                view! { <p class="hint">{t().audit_covered()}</p> }.into_any()
                            } else {
                                view! { {move || names.with(|n| entry.with_value(|e| changes::list(kind, e, n)))} }.into_any()
                            }}
                            <p class="audit-foot muted">
                                <span>{format::instant(&at)}</span>
                                <span>{t().request_number()}{t().colon()}{request}</span>
                                {href.map(|href| view! { <a href=href>{t().open_page()}</a> })}
                                <button type="button" class="link" on:click=move |_| route::set("record_id", &id)>{t().this_record()}</button>
                            </p>
                        </div>
                    }
                })}
            </details>
        </li>
    }
    .into_any()
}
