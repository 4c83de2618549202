//! What happened with a record, newest first, and the box to write down the next thing.

use crate::kinds::Kind;
use crate::{
    api, dom,
    i18n::{fill, format, label, t},
    kinds,
    record::{edit, field::tell_half_date, form::CreateDialog, list::Pages, row::Row, save},
    state::{self, announce},
    ui::{self, Menu, Sending, avatar, icon, toast},
};
use domain::activity::ActivityKind;
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

#[component]
pub fn Timeline(kind: &'static Kind, row: RwSignal<Row>) -> impl IntoView {
    let id = row.with_untracked(|r| r.id().to_owned());
    let only = RwSignal::new(None::<ActivityKind>);
    let pages = Pages::new();
    let path = Memo::new(move |_| {
        let of = only
            .get()
            .map(|k| format!("&filter[kind]={}", k.key()))
            .unwrap_or_default();
        format!(
            "/activities?limit=30&sort=-happened_at&expand=owner,contact,opportunity&filter[{}_id]={id}{of}",
            kind.name
        )
    });
    Effect::new(move |_| pages.load(path.get()));
    Effect::new(move |_| {
        if pages.follow(kinds::of("activity")) {
            pages.load(path.get_untracked());
        }
    });
    let more = move || pages.next(path.get_untracked());
    // Memos, or every page of entries would draw all anew.
    let loading = Memo::new(move |_| pages.loading.get());
    let empty = Memo::new(move |_| pages.rows.with(Vec::is_empty));
    let options = ActivityKind::ALL
        .iter()
        .map(|k| view! { <option value=k.key()>{label(k.label())}</option> })
        .collect_view();
    view! {
        <div class="timeline">
            {state::may("activity", "create").then(|| view! { <Composer kind row/> })}
            <div class="timeline-head">
                <select class="input" aria-label=t().filter() on:change=move |e| only.set(ActivityKind::from_key(&event_target_value(&e)))>
                    <option value="">{t().all_activities()}</option>
                    {options}
                </select>
            </div>
            {move || match (pages.problem.get(), loading.get(), empty.get()) {
                (Some(problem), _, true) => ui::problem(&problem, Callback::new(move |()| pages.load(path.get_untracked()))),
                (_, true, true) => ui::skeleton(5),
                (_, false, true) => ui::empty("note", t().no_activity(), t().no_activity_text(), ().into_any()),
                _ => view! {
                    <ol class="events">
                        <For each=move || pages.rows.get() key=|r| (r.id().to_owned(), r.version()) let:event>{entry(event)}</For>
                    </ol>
                    {pages.foot(more)}
                }.into_any(),
            }}
        </div>
    }
    .into_any()
}

fn entry(event: Row) -> AnyView {
    let kind = event.text("kind").to_owned();
    let word = ActivityKind::from_key(&kind).map_or(kind.clone(), |k| label(k.label()).to_owned());
    let (user, who) = kinds::of("activity")
        .field("owner_id")
        .and_then(|f| event.reference(f))
        .unwrap_or_default();
    let at = event.text("happened_at").to_owned();
    let said = |name: &str| Some(event.text(name).to_owned()).filter(|s| !s.is_empty());
    let minutes = event.get("duration_minutes").as_i64();
    let with = ["contact_id", "opportunity_id"].iter().filter_map(|n| {
        let field = kinds::of("activity").field(n)?;
        let (id, name) = event.reference(field)?;
        Some((kinds::page(field.refers?, &id)?, name))
    });
    let with = with
        .map(|(href, name)| view! { <a class="muted" href=href>{name}</a> })
        .collect_view();
    let gone = event.clone();
    let editing = RwSignal::new(None::<Row>);
    let (may_edit, may_delete) = (state::may("activity", "edit"), state::may("activity", "delete"));
    let id = event.id().to_owned();
    view! {
        <li class="event">
            <span class="event-icon">{icon(&kind)}</span>
            <div class="event-body">
                <div class="event-head">
                    <b>{word}</b>
                    {(!who.is_empty()).then(|| view! { <span class="person">{avatar(&user, &who)}{who.clone()}</span> })}
                    {with}
                    <span class="grow"></span>
                    <time class="muted" datetime=at.clone() title=format::instant(&at)>{format::relative(&at)}</time>
                    {(may_edit || may_delete).then(|| view! {
                        <Menu face=icon("more") label=t().more_actions() class="btn quiet square small" end=true>
                            {may_edit.then(|| edit::item(kinds::of("activity"), id.clone(), editing))}
                            {may_delete.then(|| {
                                let gone = gone.clone();
                                view! { <button type="button" class="menu-row item danger" on:click=move |_| save::delete(kinds::of("activity"), &gone, Callback::new(|()| ()))>{icon("trash")}{t().delete()}</button> }
                            })}
                        </Menu>
                    })}
                </div>
                {edit::dialog(kinds::of("activity"), editing)}
                {said("subject").map(|s| view! { <p class="event-subject">{s}</p> })}
                {said("body").map(|s| view! { <p class="long">{s}</p> })}
                {said("outcome").map(|s| view! { <p><span class="muted">{t().outcome()}" "</span>{s}</p> })}
                {said("next_step").map(|s| view! { <p><span class="muted">{t().next_step()}" "</span>{s}</p> })}
                {minutes.map(|m| view! { <p class="muted">{fill(t().minutes(), &[&format::number(m as f64)])}</p> })}
            </div>
        </li>
    }
    .into_any()
}

/// The next step of an entry, as a task of who writes it.
fn task_of(kind: &'static Kind, row: &Row, entry: &Map<String, Value>) -> Value {
    let step = entry.get("next_step").and_then(Value::as_str).map(str::to_owned);
    let mut task = Map::new();
    task.insert(
        "subject".to_owned(),
        json!(step.unwrap_or_else(|| fill(t().follow_up_with(), &[&row.title(kind)]))),
    );
    task.insert("due_at".to_owned(), entry["next_follow_up_at"].clone());
    task.insert("owner_id".to_owned(), json!(state::me().map(|me| me.id)));
    let belongs = entry.iter().filter(|(name, _)| name.ends_with("_id"));
    task.extend(belongs.map(|(name, id)| (name.clone(), id.clone())));
    Value::Object(task)
}

/// Writing down a note, call, visit, e-mail or meeting, with what comes next; or making a task.
#[component]
fn Composer(kind: &'static Kind, row: RwSignal<Row>) -> impl IntoView {
    let chosen = RwSignal::new(ActivityKind::Note);
    let text = RwSignal::new(String::new());
    let next_step = RwSignal::new(String::new());
    let next_at = RwSignal::new(String::new());
    let at = RwSignal::new(String::new());
    let open = RwSignal::new(false);
    let sending = Sending::new();
    let tasking = RwSignal::new(false);
    let may_task = state::may("task", "create");
    // The next step is also put among one's tasks.
    let as_task = RwSignal::new(may_task);
    // What is half written is there again after a look elsewhere.
    let me = state::me().map(|me| me.id).unwrap_or_default();
    let of = row.with_untracked(|r| r.id().to_owned());
    let draft = StoredValue::new(format!("draft.{me}.{of}"));
    let boxes = [text, next_step, next_at, at];
    if let Some(kept) = dom::draft(&draft.get_value())
        && let Ok((of, typed)) = serde_json::from_str::<(String, [String; 4])>(&kept)
    {
        chosen.set(ActivityKind::from_key(&of).unwrap_or(ActivityKind::Note));
        for (this, typed) in boxes.into_iter().zip(typed) {
            this.set(typed);
        }
        open.set(true);
    }
    Effect::new(move |_| {
        let typed = boxes.map(|b| b.get());
        let kept = match typed.iter().all(String::is_empty) {
            true => String::new(),
            false => json!((chosen.get().key(), typed)).to_string(),
        };
        dom::keep_draft(&draft.get_value(), &kept);
    });
    let send = move || {
        if text.with_untracked(|t| t.trim().is_empty()) {
            return;
        }
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|v| !v.trim().is_empty()) {
                body.insert(name.to_owned(), json!(value));
            }
        };
        put("kind", Some(chosen.get_untracked().key().to_owned()));
        put("body", Some(text.get_untracked()));
        put("happened_at", format::from_local_input(&at.get_untracked()));
        put("next_step", Some(next_step.get_untracked()));
        put("next_follow_up_at", format::from_local_input(&next_at.get_untracked()));
        row.with_untracked(|r| {
            put(&format!("{}_id", kind.name), Some(r.id().to_owned()));
            if kind.name != "customer" && kind.name != "lead" {
                put("customer_id", Some(r.text("customer_id").to_owned()));
            }
        });
        let task = Some(&body)
            .filter(|body| as_task.get_untracked() && body.contains_key("next_follow_up_at"))
            .map(|body| task_of(kind, &row.get_untracked(), body));
        let draft = draft.get_value();
        sending.run(async move {
            let made = api::post("/activities", Value::Object(body)).send().await?.body;
            dom::keep_draft(&draft, "");
            if let Some(activity) = Row::new(made) {
                announce(kinds::of("activity").plural, activity.id(), Some(activity.clone()));
            }
            for s in boxes {
                s.try_set(String::new());
            }
            open.try_set(false);
            match task {
                None => toast::say(t().logged()),
                // What happened is written down, whatever becomes of the task.
                Some(task) => match api::post("/tasks", task).send().await {
                    Ok(made) => {
                        if let Some(task) = Row::new(made.body) {
                            announce(kinds::of("task").plural, task.id(), Some(task.clone()));
                        }
                        toast::say(t().logged_with_task());
                    }
                    Err(problem) => toast::complain(&problem),
                },
            }
            // Last and next contact are kept by the system; show what they are now. What is written next need not wait for it.
            if let Some(id) = row.try_with_untracked(|r| r.id().to_owned()) {
                spawn_local(async move {
                    if let Ok(newer) = save::fetch(kind, &id).await {
                        announce(kind.plural, id, Some(newer));
                    }
                });
            }
            Ok(())
        });
    };
    let kinds_row = ActivityKind::ALL.iter().map(|k| {
        let k = *k;
        view! {
            <button type="button" class="pill" role="radio" aria-checked=move || (chosen.get() == k).to_string() on:click=move |_| { chosen.set(k); open.set(true); }>
                {icon(k.key())}{label(k.label())}
            </button>
        }
    });
    let placeholder = move || match chosen.get() {
        ActivityKind::Call => t().write_call(),
        ActivityKind::Visit | ActivityKind::Meeting => t().write_visit(),
        ActivityKind::Email => t().write_email(),
        ActivityKind::Note => t().write_note(),
    };
    view! {
        <div class="composer">
            <div class="pills">
                <div class="pills" role="radiogroup" aria-label=t().kind_of_entry()>{kinds_row.collect_view()}</div>
                {may_task.then(|| view! { <button type="button" class="pill" on:click=move |_| tasking.set(true)>{icon("tasks")}{kinds::of("task").label}</button> })}
            </div>
            <textarea class="input" rows="2" aria-label=placeholder placeholder=placeholder prop:value=text
                on:focus=move |_| open.set(true)
                on:input=move |e| {
                    text.set(event_target_value(&e));
                    // After one entry the next may be typed without leaving the box.
                    open.set(true);
                }
                on:keydown=move |e| if e.key() == "Enter" && (e.ctrl_key() || e.meta_key()) { e.prevent_default(); send(); }></textarea>
            {move || open.get().then(|| view! {
                <div class="composer-more">
                    <label class="small-field"><span>{t().next_step()}</span><input class="input" maxlength="500" prop:value=next_step on:input=move |e| next_step.set(event_target_value(&e))/></label>
                    <label class="small-field"><span>{t().next_follow_up()}</span><input type="datetime-local" class="input" prop:value=next_at on:change=move |e| if let Some(when) = dom::whole_date(&e) { next_at.set(when) } on:blur=tell_half_date/></label>
                    <label class="small-field"><span>{t().happened_at()}</span><input type="datetime-local" class="input" prop:value=at on:change=move |e| if let Some(when) = dom::whole_date(&e) { at.set(when) } on:blur=tell_half_date/></label>
                </div>
                {move || (may_task && !next_at.get().is_empty()).then(|| view! {
                    <label class="choice"><input type="checkbox" prop:checked=as_task on:change=move |e| as_task.set(event_target_checked(&e))/><span>{t().as_task()}</span></label>
                })}
                {sending.alert()}
                <div class="composer-foot">
                    <span class="muted wide-only">{t().ctrl_enter()}</span>
                    <span class="grow"></span>
                    <button type="button" class="btn small" on:click=move |_| open.set(false)>{t().cancel()}</button>
                    <button type="button" class="btn primary small" class:loading=sending.busy disabled=move || text.with(|t| t.trim().is_empty()) on:click=move |_| send()>{t().log_it()}</button>
                </div>
            })}
            {move || tasking.get().then(|| {
                let preset = super::detail::preset(kind, kinds::of("task"), kinds::link(kinds::of("task"), kind), &row.with_untracked(|r| r.id().to_owned()), row);
                view! { <CreateDialog kind=kinds::of("task") preset close=Callback::new(move |()| tasking.set(false))/> }
            })}
        </div>
    }
    .into_any()
}
