//! Tasks of the day: what is overdue, due today, and next; ticking off and adding.

use crate::{
    api::{self, Problem},
    dom,
    i18n::{fill, format, noun, t},
    kinds,
    record::{
        edit,
        field::tell_half_date,
        form::CreateDialog,
        list::Pages,
        row::{Row, text_of},
        save,
        toolbar::MoreMenu,
    },
    state::{self, announce},
    ui::{self, Menu, badge, icon, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Open → done and back, with the way back in a toast.
fn tick(row: Row, ticked: RwSignal<bool>) {
    let done = ticked.get_untracked();
    let said = fill(
        if done { t().task_done() } else { t().task_reopened() },
        &[row.text("subject")],
    );
    let change = save::Change {
        kind: kinds::of("task"),
        base: row,
        patch: Map::from_iter([("status".to_owned(), json!(if done { "done" } else { "open" }))]),
        expansions: Map::new(),
    };
    let failed = Arc::new(move |problem: Problem| {
        ticked.try_set(!done);
        toast::complain(&problem);
    });
    save::change_and_say(change, said, failed);
}

#[component]
pub fn TaskItem(row: Row) -> impl IntoView {
    let done = row.text("status") == "done";
    let due = row.text("due_at").to_owned();
    let late = !done && !due.is_empty() && js_sys::Date::new(&due.as_str().into()).get_time() < js_sys::Date::now();
    let priority = row.text("priority").to_owned();
    let about = ["opportunity_id", "customer_id", "contact_id", "lead_id"]
        .iter()
        .find_map(|n| {
            let field = kinds::of("task").field(n)?;
            let (id, name) = row.reference(field)?;
            Some((kinds::page(field.refers?, &id)?, name))
        });
    let who = kinds::of("task")
        .field("owner_id")
        .and_then(|f| row.reference(f))
        .filter(|(_, name)| !name.is_empty());
    let subject = row.text("subject").to_owned();
    let priority_badge = (priority != "normal").then(|| {
        kinds::of("task")
            .field("priority")
            .map(|f| badge(&priority, text_of(f, &row)))
    });
    let id = row.id().to_owned();
    let editing = RwSignal::new(None::<Row>);
    let (of, moved, gone) = (row.clone(), row.clone(), row);
    let ticked = RwSignal::new(done);
    let later = move |days: i64| {
        // Nine o'clock where the person is, not where the browser is.
        let Some(iso) = format::from_local_input(&format!("{}T09:00", format::days_after(&format::today(), days)))
        else {
            return;
        };
        let patch = Map::from_iter([("due_at".to_owned(), Value::String(iso))]);
        let change = save::Change {
            kind: kinds::of("task"),
            base: moved.clone(),
            patch,
            expansions: Map::new(),
        };
        save::change(change, save::complain());
    };
    let later = StoredValue::new(later);
    let (may_edit, may_delete) = (state::may("task", "edit"), state::may("task", "delete"));
    view! {
        <li class="task" class:done=done>
            <input type="checkbox" class="round" prop:checked=ticked disabled=!may_edit aria-label=fill(t().mark_done(), &[&subject])
                on:change=move |e| { ticked.set(event_target_checked(&e)); tick(of.clone(), ticked); }/>
            <div class="task-body">
                <span class="task-subject">{subject.clone()}</span>
                <span class="task-about">
                    {(!due.is_empty()).then(|| view! { <time datetime=due.clone() title=format::instant(&due) class:late=late>{icon("meeting")}{format::relative_day(&format::day_of(&due))}" "{format::clock(&due)}{late.then(|| format!(" · {}", t().overdue()))}</time> })}
                    {about.map(|(href, name)| view! { <a href=href>{name}</a> })}
                    {priority_badge}
                </span>
            </div>
            {who.map(|(id, name)| view! { <span title=name.clone()>{ui::avatar(&id, &name)}</span> })}
            {(may_edit || may_delete).then(|| view! { <Menu face=icon("more") label=t().more_actions() class="btn quiet square small" end=true>
                {may_edit.then(|| edit::item(kinds::of("task"), id.clone(), editing))}
                {may_edit.then(|| view! {
                    <button type="button" class="menu-row item" on:click=move |_| later.with_value(|l| l(1))>{icon("meeting")}{t().due_tomorrow()}</button>
                    <button type="button" class="menu-row item" on:click=move |_| later.with_value(|l| l(7))>{icon("meeting")}{t().due_next_week()}</button>
                })}
                {may_delete.then(|| {
                    let gone = gone.clone();
                    view! { <button type="button" class="menu-row item danger" on:click=move |_| save::delete(kinds::of("task"), &gone, Callback::new(|()| ()))>{icon("trash")}{t().delete()}</button> }
                })}
            </Menu> })}
            {edit::dialog(kinds::of("task"), editing)}
        </li>
    }
    .into_any()
}

#[derive(Clone, Copy, PartialEq)]
enum When {
    Overdue,
    Today,
    Upcoming,
    Whenever,
}

fn when(row: &Row) -> When {
    match row.text("due_at") {
        "" => When::Whenever,
        due => match format::days_until(&format::day_of(due)) {
            d if d < 0 => When::Overdue,
            0 => When::Today,
            _ => When::Upcoming,
        },
    }
}

#[component]
pub fn TasksPage() -> impl IntoView {
    let mine = RwSignal::new(true);
    let me = state::me().map(|m| m.id).unwrap_or_default();
    let expand = "expand=customer,contact,lead,opportunity,owner";
    let of = {
        let me = me.clone();
        move || {
            if mine.get() {
                format!("&filter[owner_id]={me}")
            } else {
                String::new()
            }
        }
    };
    let of = Memo::new(move |_| of());
    let open_path =
        Memo::new(move |_| format!("/tasks?limit=200&sort=due_at&filter[status]=open&{expand}{}", of.get()));
    let done_path = Memo::new(move |_| {
        format!(
            "/tasks?limit=50&sort=-done_at&filter[status]=done&filter[done_at]=today&{expand}{}",
            of.get()
        )
    });
    let (open, done) = (Pages::new(), Pages::new());
    Effect::new(move |_| {
        open.load(open_path.get());
        done.load(done_path.get());
    });
    Effect::new(move |_| {
        if state::state()
            .change
            .get()
            .is_some_and(|c| c.kind == kinds::of("task").plural)
        {
            open.load(open_path.get_untracked());
            done.load(done_path.get_untracked());
        }
    });
    let group = move |which: When, title: &'static str, tone: &'static str| {
        let rows = move || {
            open.rows
                .with(|r| r.iter().filter(|r| when(r) == which).cloned().collect::<Vec<_>>())
        };
        let rows = Memo::new(move |_| rows());
        move || {
            let n = rows.with(Vec::len);
            (n > 0).then(|| view! {
                <section class="task-group">
                    <h2 class=tone>{title}<span class="count">{n}</span></h2>
                    <ul class="plain card-list"><For each=move || rows.get() key=|r| (r.id().to_owned(), r.version()) let:row><TaskItem row/></For></ul>
                </section>
            })
        }
    };
    let nothing = move || !open.loading.get() && open.rows.with(Vec::is_empty) && open.problem.with(Option::is_none);
    let rest_done = move || {
        done.more().then(|| view! { <button type="button" class="btn quiet small" on:click=move |_| done.next(done_path.get_untracked())>{t().show_more()}</button> })
    };
    let finished = move || {
        let rows = done.rows.get();
        (!rows.is_empty()).then(|| view! {
            <details class="task-group">
                <summary>{fill(t().done_today(), &[&rows.len().to_string()])}</summary>
                <ul class="plain card-list">{rows.into_iter().map(|row| view! { <TaskItem row/> }).collect_view()}</ul>
                {rest_done}
            </details>
        })
    };
    let adding = RwSignal::new(false);
    let may_create = state::may("task", "create");
    // The rest of what is open; with more to come, the last groups are not whole.
    let rest = move || {
        open.more().then(|| view! { <button type="button" class="btn quiet small" on:click=move |_| open.next(open_path.get_untracked())>{t().show_more()}</button> })
    };
    view! {
        <div class="page narrow-page">
            <header class="page-head">
                <h1>{t().tasks()}</h1>
                <div class="segmented" role="group" aria-label=t().whose()>
                    <button type="button" aria-pressed=move || mine.get().to_string() on:click=move |_| mine.set(true)>{t().mine_only()}</button>
                    <button type="button" aria-pressed=move || (!mine.get()).to_string() on:click=move |_| mine.set(false)>{t().everybody()}</button>
                </div>
                <div class="page-actions">{may_create.then(|| view! { <button type="button" class="btn" on:click=move |_| adding.set(true)>{icon("plus")}{fill(t().new_of(), &[&noun(kinds::of("task").label)])}</button> })}<MoreMenu kind=kinds::of("task")/></div>
            </header>
            {may_create.then(|| view! { <QuickAdd/> })}
            {move || open.problem.get().map(|p| ui::problem(&p, Callback::new(move |()| open.load(open_path.get_untracked()))))}
            {move || (open.loading.get() && open.rows.with(Vec::is_empty)).then(|| ui::skeleton(6))}
            {group(When::Overdue, t().overdue(), "late")}
            {group(When::Today, t().today(), "")}
            {group(When::Upcoming, t().upcoming(), "")}
            {group(When::Whenever, t().no_date(), "")}
            {rest}
            {move || nothing().then(|| ui::empty("check", t().all_done(), t().all_done_text(), ().into_any()))}
            {finished}
            {move || adding.get().then(|| view! { <CreateDialog kind=kinds::of("task") close=Callback::new(move |()| adding.set(false))/> })}
        </div>
    }
    .into_any()
}

/// When something is due that names its day only: by the end of work, and late in the evening by the end of that day.
fn end_of(day: &str) -> Option<String> {
    let at = |clock: &str| format::from_local_input(&format!("{day}T{clock}"));
    let past = |at: &String| js_sys::Date::parse(at) <= js_sys::Date::now();
    at("18:00").map(|end| match day == format::today() && past(&end) {
        true => at("23:59").unwrap_or(end),
        false => end,
    })
}

/// One line, Enter, and it is there; due today unless said otherwise.
#[component]
fn QuickAdd() -> impl IntoView {
    let text = RwSignal::new(String::new());
    let due = RwSignal::new(format::today());
    let add = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let subject = text.get_untracked().trim().to_owned();
        if subject.is_empty() {
            return;
        }
        let mut body = json!({ "subject": subject, "owner_id": state::me().map(|m| m.id) });
        if let Some(at) = end_of(&due.get_untracked()) {
            body["due_at"] = json!(at);
        }
        text.set(String::new());
        spawn_local(async move {
            match api::post("/tasks", body).send().await {
                Ok(reply) => {
                    if let Some(row) = Row::new(reply.body) {
                        announce(kinds::of("task").plural, row.id(), Some(row.clone()));
                    }
                }
                Err(problem) => {
                    // What was typed is not lost.
                    text.try_set(subject);
                    toast::complain(&problem);
                }
            }
        });
        dom::focus_id("quick-task");
    };
    view! {
        <form class="quick-add" on:submit=add>
            <input class="input" id="quick-task" maxlength="200" placeholder=t().add_task_hint() aria-label=t().add_task_hint() prop:value=text on:input=move |e| text.set(event_target_value(&e))/>
            <input type="date" class="input" aria-label=t().due_day() prop:value=due on:change=move |e| if let Some(day) = dom::whole_date(&e) { due.set(day) } on:blur=tell_half_date/>
            <button type="submit" class="btn primary" aria-label=t().add()>{icon("plus")}<span class="wide-only">{t().add()}</span></button>
        </form>
    }
    .into_any()
}
