//! The layout of a kind in the settings: groups and fields are moved by drag or by keyboard, fields get conditions, and columns are
//! chosen that lists begin with.

mod condition;
mod draft;

use crate::kinds::Kind;
use crate::schema::READONLY;
use crate::{
    api::{self, Problem},
    dom::{self, Tell},
    i18n::{fill, t},
    kinds, leave,
    office::{
        custom_kind::told,
        labels::{Names, shown},
    },
    record::{row::Row, save},
    start, state,
    ui::{self, Dialog, Menu, Sending, badge, dialog::Confirm, icon, sending::submit, states::needed_mark, toast},
};
use condition::{ConditionDialog, which_text};
use draft::{Draft, Section, Way};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

/// What is being changed: the layout as it is stored, if it is, and as it shall be.
#[derive(Clone, Copy)]
struct Editor {
    kind: &'static Kind,
    stored: RwSignal<Option<Row>>,
    draft: RwSignal<Draft>,
    base: RwSignal<Draft>,
    sending: Sending,
    /// Somebody else's layout, stored while this one was being changed.
    theirs: RwSignal<Option<Row>>,
    /// What was moved where, for who listens.
    said: RwSignal<String>,
    /// What is dragged, and the place it is over: group and number.
    dragged: RwSignal<Option<&'static str>>,
    over: RwSignal<Option<(usize, usize)>>,
    asking: RwSignal<Option<Ask>>,
    may: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Ask {
    Condition(&'static str, &'static str),
    Reset,
    /// A new group.
    Group,
}

/// The layout that is stored, if there is one.
async fn stored(kind: &'static Kind) -> Result<Option<Row>, Problem> {
    let answer = api::get(format!("/layouts?limit=1&filter[kind]={}", kind.name))
        .send()
        .await?;
    Ok(answer.body["data"].get(0).cloned().and_then(Row::new))
}

fn begun(kind: &'static Kind, row: Option<&Row>) -> Draft {
    Draft::new(kind, row.map(Row::whole).as_ref())
}

#[component]
pub fn LayoutEditor(kind: &'static Kind) -> impl IntoView {
    let loaded = RwSignal::new(None::<Result<Option<Row>, Problem>>);
    let load = move || {
        loaded.set(None);
        spawn_local(async move {
            let outcome = stored(kind).await;
            loaded.try_set(Some(outcome));
        });
    };
    load();
    view! {
        // Its own sheet as well: what is loaded before the first screen does not grow with it.
        <link rel="stylesheet" href="/layout.css"/>
        {move || match loaded.get() {
            None => ui::skeleton(8),
            Some(Err(problem)) => ui::problem(&problem, Callback::new(move |()| load())),
            Some(Ok(row)) => editor(kind, row),
        }}
    }
    .into_any()
}

fn editor(kind: &'static Kind, row: Option<Row>) -> AnyView {
    let first = begun(kind, row.as_ref());
    let may = state::may("layout", if row.is_some() { "edit" } else { "create" });
    let editor = Editor {
        kind,
        stored: RwSignal::new(row),
        base: RwSignal::new(first.clone()),
        draft: RwSignal::new(first),
        sending: Sending::new(),
        theirs: RwSignal::new(None),
        said: RwSignal::new(String::new()),
        dragged: RwSignal::new(None),
        over: RwSignal::new(None),
        asking: RwSignal::new(None),
        may,
    };
    let dirty = Memo::new(move |_| editor.draft.with(|draft| editor.base.with(|base| draft != base)));
    leave::watch(move || dirty.get());
    let sections = move || {
        editor
            .draft
            .with(|draft| draft.sections.iter().map(|s| s.key.clone()).collect::<Vec<_>>())
    };
    let left_out = kind.told["layout"]["left_out"].as_array().cloned().unwrap_or_default();
    let left_out: Vec<String> = left_out
        .iter()
        .filter_map(|part| Some(part["message"].as_str()?.to_owned()))
        .collect();
    let reset = move || {
        let may = state::may("layout", "delete") && editor.stored.with(Option::is_some);
        may.then(|| view! { <button type="button" class="btn small" on:click=move |_| editor.asking.set(Some(Ask::Reset))>{icon("undo")}{t().layout_reset()}</button> })
    };
    let foot = move || {
        (dirty.get() || editor.theirs.with(Option::is_some)).then(|| view! {
            <div class="role-foot">
                {editor.sending.alert()}
                {move || editor.theirs.get().map(|row| conflict(editor, row))}
                <div class="role-save">
                    <span class="grow">{t().view_changed()}</span>
                    <button type="button" class="btn" on:click=move |_| editor.draft.set(editor.base.get_untracked())>{t().undo()}</button>
                    <button type="button" class="btn primary" class:loading=editor.sending.busy on:click=move |_| editor.save()><span>{t().save()}</span></button>
                </div>
            </div>
        })
    };
    view! {
        <section class="layout-editor" aria-label=kinds::of("layout").label>
            <div class="group-head"><p class="muted">{t().layout_intro()}</p>{reset}</div>
            {(!left_out.is_empty()).then(|| view! { <p class="notice warn">{icon("warning")}<span>{t().layout_left_out()}{left_out.join(" ")}</span></p> })}
            <p class="sr" id="layout-keys">{t().layout_keys()}</p>
            <p class="sr" id="layout-list-keys">{t().layout_keys_of_list()}</p>
            <p class="sr" role="status" aria-live="polite">{move || editor.said.get()}</p>
            <For each=sections key=String::clone children=move |key| section(editor, key)/>
            {may.then(|| view! { <div><button type="button" class="btn small" on:click=move |_| editor.asking.set(Some(Ask::Group))>{icon("plus")}{t().layout_add_group()}</button></div> })}
            {columns(editor)}
            {foot}
            {move || editor.asking.get().map(|ask| dialog(editor, ask))}
        </section>
    }
    .into_any()
}

impl Editor {
    fn field_label(self, name: &str) -> &'static str {
        self.kind.field(name).map_or("", |f| f.label)
    }

    /// Moves something, says where it is now, and keeps the keyboard on its handle.
    fn moved(self, handle: String, change: impl FnOnce(&mut Draft), place: impl FnOnce(&Draft) -> String) {
        self.draft.update(change);
        self.said.set(self.draft.with_untracked(place));
        dom::focus_soon(format!("[id='{handle}']"));
    }

    fn place_of(self, draft: &Draft, field: &str) -> String {
        let Some((section, at)) = draft.place(field) else {
            return String::new();
        };
        let section = &draft.sections[section];
        let numbers = [at + 1, section.entries.len()].map(|n| n.to_string());
        fill(
            t().layout_moved(),
            &[self.field_label(field), &heading(section), &numbers[0], &numbers[1]],
        )
    }

    fn shift(self, field: &'static str, key: &str) -> bool {
        let change: Box<dyn FnOnce(&mut Draft)> = match key {
            "ArrowUp" => Box::new(move |d| d.shift(field, Way::Back)),
            "ArrowDown" => Box::new(move |d| d.shift(field, Way::On)),
            "ArrowLeft" => Box::new(move |d| d.shift_group(field, Way::Back)),
            "ArrowRight" => Box::new(move |d| d.shift_group(field, Way::On)),
            _ => return false,
        };
        self.moved(format!("layout-{field}"), change, move |d| self.place_of(d, field));
        true
    }

    /// What is wrong with a field, as the server says it.
    fn wrong(self, field: &str) -> Option<String> {
        let number = self.draft.with(|draft| draft.number(field))?;
        let place = format!("/fields/{number}/");
        self.sending.problem.with(|problem| {
            let mut places = problem.as_ref()?.places.iter();
            places
                .find(|(at, _)| at.starts_with(&place))
                .map(|(_, text)| text.clone())
        })
    }

    /// Takes over a layout as it is stored, or that there is none.
    async fn begin(self, row: Option<Row>) {
        told(kinds::of("layout"), row.as_ref().map_or("", Row::id), row.clone()).await;
        // What was announced has it asked for as well, and of several questions only the last is listened to: this one.
        let _ = start::load().await;
        let kind = kinds::of(self.kind.name);
        let draft = begun(kind, row.as_ref());
        self.stored.try_set(row);
        self.base.try_set(draft.clone());
        self.draft.try_set(draft);
        self.theirs.try_set(None);
    }

    fn save(self) {
        let body = self.draft.with_untracked(Draft::body);
        let stored = self.stored.get_untracked();
        self.sending.run(async move {
            let sent = match &stored {
                Some(row) => {
                    let path = save::path(kinds::of("layout"), row.id());
                    api::patch(path, row.version(), Value::Object(body)).send().await
                }
                None => {
                    let mut body: Map<String, Value> = body;
                    body.insert("kind".into(), json!(self.kind.name));
                    api::post("/layouts", Value::Object(body)).send().await
                }
            };
            match sent {
                Ok(reply) => {
                    toast::say(t().saved());
                    self.begin(Row::new(reply.body)).await;
                }
                // Another was faster: both are kept until the person has chosen.
                Err(problem) if problem.stale() || (problem.status == 409 && stored.is_none()) => {
                    let there = self::stored(self.kind).await?;
                    match there.is_some() {
                        true => self.theirs.try_set(there),
                        false => self.stored.try_set(None),
                    };
                }
                // It was taken away meanwhile, and is made anew.
                Err(problem) if problem.status == 404 => {
                    self.stored.try_set(self::stored(self.kind).await?);
                    return Err(Problem {
                        detail: t().changed_look_again().to_owned(),
                        ..problem
                    });
                }
                Err(problem) => return Err(problem),
            }
            Ok(())
        });
    }

    fn reset(self) {
        let Some(row) = self.stored.get_untracked() else { return };
        spawn_local(async move {
            let layout = kinds::of("layout");
            if let Err(problem) = api::delete(save::path(layout, row.id()), row.version()).send().await {
                return save::refused(layout, row.id(), problem).await;
            }
            self.begin(None).await;
            let back = Callback::new(move |()| {
                let row = row.clone();
                spawn_local(async move {
                    // Taking it away was a version of its own.
                    match save::restore(layout, row.id(), row.version() + 1).await {
                        Ok(row) => {
                            self.begin(Some(row)).await;
                            toast::say(t().undone());
                        }
                        Err(problem) => toast::complain(&problem),
                    }
                });
            });
            toast::say_with_undo(t().layout_reset_done(), back);
        });
    }
}

/// Which of two layouts shall hold.
fn conflict(editor: Editor, row: Row) -> AnyView {
    let (theirs, mine) = (row.clone(), row);
    view! {
        <p class="notice warn" role="alert">{icon("warning")}<span>{t().layout_conflict()}</span>
            <button type="button" class="btn small" on:click=move |_| { let row = theirs.clone(); spawn_local(async move { editor.begin(Some(row)).await }) }>{t().layout_theirs()}</button>
            <button type="button" class="btn small" on:click=move |_| { editor.stored.set(Some(mine.clone())); editor.theirs.set(None); editor.save(); }>{t().layout_mine()}</button>
        </p>
    }
    .into_any()
}

/// What a group is called.
fn heading(section: &Section) -> String {
    match shown(&section.label) {
        "" => section.told.to_owned(),
        own => own.to_owned(),
    }
}

fn section(editor: Editor, key: String) -> AnyView {
    let key = StoredValue::new(key);
    let find = move |draft: &Draft| key.with_value(|key| draft.sections.iter().position(|s| s.key == *key));
    let number = Memo::new(move |_| editor.draft.with(find).unwrap_or_default());
    let of = move |read: &dyn Fn(&Section) -> String| {
        editor
            .draft
            .with(|d| find(d).map(|n| read(&d.sections[n])).unwrap_or_default())
    };
    let name = Memo::new(move |_| of(&heading));
    let fields = move || {
        editor.draft.with(|d| {
            find(d)
                .map(|n| d.sections[n].entries.iter().map(|e| e.field).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    };
    let nothing = Memo::new(move |_| fields().is_empty());
    let renaming = RwSignal::new(false);
    let handle = key.with_value(|key| format!("layout-group-{key}"));
    let group_key = {
        let handle = handle.clone();
        move |event: web_sys::KeyboardEvent| {
            let Some(way) = Way::of(&event) else { return };
            let place = move |d: &Draft| {
                let at = find(d).unwrap_or_default();
                let numbers = [at + 1, d.sections.len()].map(|n| n.to_string());
                fill(
                    t().layout_placed(),
                    &[&heading(&d.sections[at]), &numbers[0], &numbers[1]],
                )
            };
            editor.moved(
                handle.clone(),
                move |d| key.with_value(|key| d.shift_section(key, way)),
                place,
            );
        }
    };
    let over_end = move |event: web_sys::DragEvent| {
        if editor.dragged.get_untracked().is_some() {
            event.prevent_default();
            let end = editor
                .draft
                .with_untracked(|d| d.sections.get(number.get_untracked()).map_or(0, |s| s.entries.len()));
            editor.over.set(Some((number.get_untracked(), end)));
        }
    };
    let over_here = move || {
        editor
            .over
            .get()
            .is_some_and(|(section, at)| section == number.get() && at == fields().len())
    };
    let rename = move || {
        renaming.get().then(|| {
            let label = editor.draft.with_untracked(|d| find(d).map(|n| d.sections[n].label.clone()).unwrap_or_default());
            let done = Callback::new(move |label: Value| editor.draft.update(|d| {
                if let Some(n) = find(d) {
                    d.sections[n].label = label;
                }
            }));
            view! { <GroupDialog title=t().layout_rename() label told=name.get_untracked() close=Callback::new(move |()| renaming.set(false)) done/> }
        })
    };
    let drop_it = move |_| key.with_value(|key| editor.draft.update(|d| d.drop_section(key)));
    view! {
        <section class="box layout-group" aria-label=move || name.get()>
            <div class="group-head">
                <h2>
                    {editor.may.then(|| view! { <button type="button" class="layout-handle" id=handle aria-label=move || fill(t().layout_move(), &[&name.get()]) aria-describedby="layout-list-keys" on:keydown=group_key><span aria-hidden="true">"⠿"</span></button> })}
                    {move || name.get()}
                </h2>
                {editor.may.then(|| view! {
                    <span class="own-acts">
                        {move || nothing.get().then(|| view! { <button type="button" class="btn quiet square small" aria-label=t().layout_drop_group() title=t().layout_drop_group() on:click=drop_it>{icon("trash")}</button> })}
                        <button type="button" class="btn quiet square small" aria-label=move || format!("{} {}", t().layout_rename(), name.get()) title=t().layout_rename() on:click=move |_| renaming.set(true)>{icon("edit")}</button>
                    </span>
                })}
            </div>
            <ol class="plain layout-fields" class:over=over_here on:dragover=over_end on:drop=move |e| drop_here(editor, &e)>
                <For each=fields key=|name| *name children=move |name| line(editor, name)/>
                {move || nothing.get().then(|| view! { <li class="layout-empty muted">{t().layout_empty_group()}</li> })}
            </ol>
            {rename}
        </section>
    }
    .into_any()
}

fn drop_here(editor: Editor, event: &web_sys::DragEvent) {
    event.prevent_default();
    let (dragged, over) = (editor.dragged.get_untracked(), editor.over.get_untracked());
    editor.dragged.set(None);
    editor.over.set(None);
    if let (Some(field), Some((section, at))) = (dragged, over) {
        editor.draft.update(|d| d.drop_at(field, section, at));
        editor
            .said
            .set(editor.draft.with_untracked(|d| editor.place_of(d, field)));
    }
}

/// A field at its place.
fn line(editor: Editor, name: &'static str) -> AnyView {
    let Some(field) = editor.kind.field(name) else {
        return ().into_any();
    };
    let entry = Memo::new(move |_| editor.draft.with(|d| d.entry(name).cloned()));
    let is = move |read: fn(&draft::Entry) -> bool| entry.with(|e| e.as_ref().is_some_and(read));
    let hidden = Memo::new(move |_| is(|e| e.hidden));
    let key = move |event: web_sys::KeyboardEvent| {
        if editor.shift(name, &event.key()) {
            event.prevent_default();
        }
    };
    let over = move |event: web_sys::DragEvent| {
        use wasm_bindgen::JsCast;
        if editor.dragged.get_untracked().is_none() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        let row = event
            .current_target()
            .and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        let below = row.is_some_and(|row| {
            let place = row.get_bounding_client_rect();
            f64::from(event.client_y()) > place.top() + place.height() / 2.0
        });
        if let Some((section, at)) = editor.draft.with_untracked(|d| d.place(name)) {
            editor.over.set(Some((section, at + usize::from(below))));
        }
    };
    let begin = move |event: web_sys::DragEvent| {
        if let Some(data) = event.data_transfer() {
            let _ = data.set_data("text/plain", name);
        }
        editor.dragged.set(Some(name));
    };
    let marked = move || {
        let here = editor.draft.with(|d| d.place(name));
        here.is_some() && editor.over.get() == here
    };
    let update = move |change: fn(&mut draft::Entry)| {
        editor.draft.update(|d| {
            if let Some(entry) = d.entry_mut(name) {
                change(entry)
            }
        })
    };
    let chip = move |which: &'static str| {
        let on = move || match which {
            "shown_when" => is(|e| !e.shown_when.is_null()),
            _ => is(|e| !e.required_when.is_null()),
        };
        move || {
            on().then(|| view! { <button type="button" class="btn quiet small layout-chip" disabled=!editor.may on:click=move |_| editor.asking.set(Some(Ask::Condition(name, which)))>{which_text(which)}</button> })
        }
    };
    let needed = field.required;
    let asks = !field.can(READONLY);
    let wrong = Memo::new(move |_| editor.wrong(name));
    let groups = move || {
        let all = editor.draft.with(|d| {
            let here = d.place(name).map(|(section, _)| section);
            let others = d.sections.iter().enumerate().filter(|(n, _)| Some(*n) != here);
            others.map(|(n, s)| (n, heading(s))).collect::<Vec<_>>()
        });
        let to = move |n: usize| {
            editor.moved(
                format!("layout-{name}"),
                move |d| d.drop_at(name, n, usize::MAX),
                move |d| editor.place_of(d, name),
            )
        };
        all.into_iter().map(|(n, called)| view! { <button type="button" class="menu-row item" on:click=move |_| to(n)>{fill(t().layout_to_group(), &[&called])}</button> }).collect_view()
    };
    let menu = editor.may.then(|| view! {
        <Menu face=icon("more") label=format!("{} {}", t().more_actions(), field.label) class="btn quiet square small" end=true>
            {(!needed).then(|| view! { <button type="button" class="menu-row item" on:click=move |_| editor.asking.set(Some(Ask::Condition(name, "shown_when")))>{t().layout_shown_when()}"…"</button> })}
            {(asks && !needed).then(|| view! { <button type="button" class="menu-row item" on:click=move |_| editor.asking.set(Some(Ask::Condition(name, "required_when")))>{t().layout_required_when()}"…"</button> })}
            {(!needed).then(|| view! { <button type="button" class="menu-row item" on:click=move |_| update(|e| e.hidden = !e.hidden)>{if hidden.get_untracked() { t().layout_show() } else { t().layout_hide() }}</button> })}
            <button type="button" class="menu-row item" on:click=move |_| { editor.shift(name, "ArrowUp"); }>{t().move_up()}</button>
            <button type="button" class="menu-row item" on:click=move |_| { editor.shift(name, "ArrowDown"); }>{t().move_down()}</button>
            {groups()}
        </Menu>
    });
    view! {
        <li class="line layout-line" class:over=marked class:off=move || hidden.get() class:wrong=move || wrong.with(Option::is_some) draggable=editor.may.to_string()
            on:dragstart=begin on:dragend=move |_| { editor.dragged.set(None); editor.over.set(None); } on:dragover=over on:drop=move |e| { e.stop_propagation(); drop_here(editor, &e) }>
            {editor.may.then(|| view! { <button type="button" class="layout-handle" id=format!("layout-{name}") aria-label=fill(t().layout_move(), &[field.label]) aria-describedby="layout-keys" on:keydown=key><span aria-hidden="true">"⠿"</span></button> })}
            <span class="layout-name">{field.label}{needed.then(needed_mark)}</span>
            <span class="layout-said">
                {move || hidden.get().then(|| badge("plain", t().layout_hidden()))}
                {chip("shown_when")}{chip("required_when")}
            </span>
            <span class="layout-acts">
                {(asks && !needed && kinds::writable(editor.kind, field)).then(|| view! {
                    <label class="choice"><input type="checkbox" disabled=!editor.may prop:checked=move || is(|e| e.in_form) on:change=move |_| update(|e| e.in_form = !e.in_form)/><span>{t().layout_in_form()}</span></label>
                })}
                {menu}
            </span>
            {move || wrong.get().map(|text| view! { <p class="field-error" role="alert">{text}</p> })}
        </li>
    }
    .into_any()
}

/// The columns that a list begins with; the name always leads.
fn columns(editor: Editor) -> AnyView {
    let kind = editor.kind;
    let all = move || editor.draft.with(|d| d.columns.clone());
    let line = move |name: &'static str| {
        let label = editor.field_label(name);
        let id = format!("layout-column-{name}");
        let handle = id.clone();
        let key = move |event: web_sys::KeyboardEvent| {
            let Some(way) = Way::of(&event) else { return };
            let place = move |d: &Draft| {
                let at = d.columns.iter().position(|c| *c == name).unwrap_or_default();
                fill(
                    t().layout_placed(),
                    &[label, &(at + 1).to_string(), &d.columns.len().to_string()],
                )
            };
            editor.moved(handle.clone(), move |d| d.shift_column(name, way), place);
        };
        view! {
            <li class="line layout-line">
                {editor.may.then(|| view! { <button type="button" class="layout-handle" id=id aria-label=fill(t().layout_move(), &[label]) aria-describedby="layout-list-keys" on:keydown=key><span aria-hidden="true">"⠿"</span></button> })}
                <span class="layout-name">{label}</span>
                {(editor.may && name != kind.title).then(|| view! {
                    <button type="button" class="btn quiet square small" aria-label=format!("{} {label}", t().remove()) title=t().remove() on:click=move |_| editor.draft.update(|d| d.set_column(name, false))>{icon("close")}</button>
                })}
            </li>
        }
    };
    let others = move || {
        let there = all();
        let mut fields = kinds::in_order(kind);
        fields.retain(|f| !there.contains(&f.name));
        fields
            .into_iter()
            .map(|f| view! { <option value=f.name>{f.label}</option> })
            .collect_view()
    };
    let add = move |event: web_sys::Event| {
        if let Some(field) = kind.field(&event_target_value(&event)) {
            editor.draft.update(|d| d.set_column(field.name, true));
        }
    };
    let heading = kinds::of("layout").field("columns").map_or("", |f| f.label);
    view! {
        <section class="box layout-group" aria-label=heading>
            <div class="group-head"><h2>{heading}</h2></div>
            <p class="muted">{t().layout_columns_text()}</p>
            <ol class="plain layout-fields"><For each=all key=|name| *name children=line/></ol>
            {editor.may.then(|| view! {
                <select class="input layout-add" aria-label=t().layout_add_column() on:change=add prop:value="">
                    {move || view! { <option value="" selected=true>{t().layout_add_column()}"…"</option>{others()} }}
                </select>
            })}
        </section>
    }
    .into_any()
}

fn dialog(editor: Editor, ask: Ask) -> AnyView {
    let close = Callback::new(move |()| editor.asking.set(None));
    match ask {
        Ask::Condition(name, which) => {
            let Some(field) = editor.kind.field(name) else { return ().into_any() };
            let entry = editor.draft.with_untracked(|d| d.entry(name).cloned());
            let old = entry.map(|e| if which == "shown_when" { e.shown_when } else { e.required_when });
            let done = Callback::new(move |new: Value| editor.draft.update(|d| {
                if let Some(entry) = d.entry_mut(name) {
                    match which {
                        "shown_when" => entry.shown_when = new,
                        _ => entry.required_when = new,
                    }
                }
            }));
            view! { <ConditionDialog kind=editor.kind field which old=old.unwrap_or_default() close done/> }.into_any()
        }
        Ask::Reset => view! {
            <Confirm title=t().layout_reset_title() text=t().layout_reset_text() action=t().layout_reset() close yes=Callback::new(move |()| editor.reset())/>
        }
        .into_any(),
        Ask::Group => {
            let done = Callback::new(move |label: Value| {
                editor.draft.update(|d| drop(d.add_section(label)));
            });
            view! { <GroupDialog title=t().layout_add_group() label=Value::Null told=String::new() close done/> }.into_any()
        }
    }
}

/// What a group is called, in both languages; one of the product that nothing is said of is called as there.
#[component]
fn GroupDialog(
    #[prop(into)] title: String,
    label: Value,
    told: String,
    close: Callback<()>,
    done: Callback<Value>,
) -> impl IntoView {
    let names = Names::new("label", &label);
    let sending = Sending::new();
    let own = told.is_empty();
    let store = move || {
        let value = names.value();
        let said = value
            .as_object()
            .is_some_and(|said| said.values().any(|text| !text.is_null()));
        if !said && own {
            return;
        }
        done.tell(if said { without_nothing(value) } else { Value::Null });
        close.tell(());
    };
    view! {
        <Dialog title close>
            <form on:submit=submit(store) novalidate=true>
                <div class="dialog-body stack">{names.boxes(sending, t().layout_group_name(), own, "60")}</div>
                {sending.foot(close, t().apply(), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

/// As a layout has a label: a language in which nothing is said is not named.
fn without_nothing(mut label: Value) -> Value {
    if let Some(said) = label.as_object_mut() {
        said.retain(|_, text| !text.is_null());
    }
    label
}
