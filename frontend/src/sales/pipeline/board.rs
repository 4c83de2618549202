//! The board itself: loading, filters, columns, and moves that show at once and go back when refused.

use super::{
    card::card,
    drag::{self, Drag, KeyboardDrag, Place},
    edit::QuickEdit,
};
use crate::{
    api::{self, Latest, Problem},
    dom::{self, Tell},
    i18n::{fill, format, noun, t},
    kinds, opportunity,
    opportunity::close::{Closing, LoseDialog},
    record::{
        detail::Panel,
        form::{CreateDialog, Preset},
        row::Row,
        toolbar::SearchBox,
        views::{self, View},
    },
    route::{self, Address},
    state::{self, state},
    ui::{self, Menu, avatar, combobox::Chosen, combobox::Combobox, icon},
};
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::{Value, json};
use std::sync::Arc;

/// The owner whose cards are shown, as the address has it.
const OWNER: &str = "filter[owner_id]";
/// The view whose deals are shown.
const VIEW: &str = "view";

/// One stage with its cards.
#[derive(Clone)]
pub struct Column {
    pub id: String,
    pub name: String,
    pub probability: i64,
    pub rotting_days: Option<i64>,
    pub count: i64,
    pub sum: Value,
    pub weighted: Value,
    pub cards: Vec<Row>,
}

impl Column {
    fn read(value: &Value) -> Self {
        let stage = &value["stage"];
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        Self {
            id: text(&stage["id"]),
            name: text(&stage["name"]),
            probability: stage["probability"].as_i64().unwrap_or(0),
            rotting_days: stage["rotting_days"].as_i64(),
            count: value["count"].as_i64().unwrap_or(0),
            sum: value["sum"].clone(),
            weighted: value["weighted"].clone(),
            cards: value["cards"]
                .as_array()
                .cloned()
                .unwrap_or_default()
                .into_iter()
                .filter_map(Row::new)
                .collect(),
        }
    }

    /// Sums follow a move at once; the server's exact ones replace them soon after.
    fn shift(&mut self, card: &Row, sign: f64) {
        self.count += sign as i64;
        let value = amount(card.get("amount"));
        let moved = |sum: &Value, by: f64| {
            if sum.is_null() {
                return Value::Null;
            }
            json!({ "amount": format!("{:.2}", (amount(sum) + by * sign).max(0.0)), "currency": sum["currency"] })
        };
        self.sum = moved(&self.sum, value);
        self.weighted = moved(&self.weighted, value * self.probability as f64 / 100.0);
    }
}

/// What is reckoned with; a hidden amount counts for nothing.
fn amount(money: &Value) -> f64 {
    money["amount"].as_str().and_then(dom::number).unwrap_or(0.0)
}

/// A sum of amounts; nothing for who may not see them.
pub fn money(value: &Value) -> String {
    if value.is_null() {
        return String::new();
    }
    format::money_short(
        value["amount"].as_str().unwrap_or("0"),
        value["currency"].as_str().unwrap_or_default(),
    )
}

/// What cards and keys do to the board.
#[derive(Clone, Copy)]
pub struct Board {
    pub columns: RwSignal<Vec<Column>>,
    pub drag: RwSignal<Option<Drag>>,
    pub held: RwSignal<Option<KeyboardDrag>>,
    /// Read out by screen readers.
    pub said: RwSignal<String>,
    pub losing: RwSignal<Option<Closing>>,
    pub editing: RwSignal<Option<Row>>,
}

impl Board {
    pub fn find(self, id: &str) -> Option<(usize, Row)> {
        self.columns.with_untracked(|columns| {
            columns
                .iter()
                .enumerate()
                .find_map(|(i, c)| c.cards.iter().find(|r| r.id() == id).map(|r| (i, r.clone())))
        })
    }

    /// Whether a pointer carries a card.
    pub fn lifted(self) -> bool {
        self.drag.with(|d| d.as_ref().is_some_and(|d| d.lifted))
    }

    /// Whether a card is carried over this place.
    pub fn over(self, place: Place) -> bool {
        self.drag
            .with(|d| d.as_ref().is_some_and(|d| d.lifted && d.over == Some(place)))
    }

    pub fn stage(self, index: usize) -> Option<(String, String)> {
        self.columns
            .with_untracked(|c| c.get(index).map(|c| (c.id.clone(), c.name.clone())))
    }

    /// Puts a card where it was let go; what the server refuses goes back, and says why.
    pub fn place(self, id: &str, place: Place) {
        let Some((from, card)) = self.find(id) else { return };
        let before = self.columns.get_untracked();
        let refused = Arc::new(move |problem: Problem| {
            self.columns.try_set(before.clone());
            self.said.try_set(problem.text());
            ui::toast::complain(&problem);
        });
        match place {
            Place::Stage(to) if to == from => {}
            Place::Stage(to) => {
                let Some((stage_id, name)) = self.stage(to) else { return };
                self.columns.update(|columns| {
                    columns[from].cards.retain(|r| r.id() != card.id());
                    columns[from].shift(&card, -1.0);
                    columns[to].cards.insert(0, card.clone());
                    columns[to].shift(&card, 1.0);
                });
                self.said
                    .set(fill(t().dropped_in(), &[&card.title(kinds::of("opportunity")), &name]));
                opportunity::move_to(card, stage_id, name, refused);
            }
            Place::Won => {
                self.columns.update(|columns| {
                    columns[from].cards.retain(|r| r.id() != card.id());
                    columns[from].shift(&card, -1.0);
                });
                opportunity::win(card, refused);
            }
            Place::Lost => self.losing.set(Some(Closing { row: card, refused })),
        }
    }
}

#[component]
pub fn BoardPage() -> impl IntoView {
    let address = state().address;
    let board = Board {
        columns: RwSignal::new(Vec::new()),
        drag: RwSignal::new(None),
        held: RwSignal::new(None),
        said: RwSignal::new(String::new()),
        losing: RwSignal::new(None),
        editing: RwSignal::new(None),
    };
    let pipelines = RwSignal::new(Vec::<Row>::new());
    let problem = RwSignal::new(None::<Problem>);
    let loaded = RwSignal::new(false);
    let latest = Latest::new();
    let creating = RwSignal::new(None::<Preset>);
    let load_pipelines = move || {
        spawn_local(async move {
            match api::get("/pipelines?sort=position&limit=100&filter[archived]=false")
                .send()
                .await
            {
                Ok(reply) => {
                    let data = reply.body["data"].as_array().cloned().unwrap_or_default();
                    pipelines.try_set(data.into_iter().filter_map(Row::new).collect());
                    loaded.try_update(|l| *l = *l || pipelines.with_untracked(Vec::is_empty));
                }
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    };
    load_pipelines();
    let pipeline = Memo::new(move |_| {
        let wanted = address
            .with(|a| a.get("pipeline").map(str::to_owned))
            .or_else(|| dom::stored("pipeline"));
        pipelines.with(|p| {
            p.iter()
                .find(|p| Some(p.id()) == wanted.as_deref())
                .or(p.first())
                .map(|p| p.id().to_owned())
        })
    });
    let owner = Memo::new(move |_| address.with(|a| a.get(OWNER).unwrap_or_default().to_owned()));
    let named = Memo::new(move |_| address.with(|a| a.get(VIEW).map(str::to_owned)));
    let left_out = RwSignal::new(Vec::<String>::new());
    let path = Memo::new(move |_| {
        let id = pipeline.get()?;
        let q = address.with(|a| a.get("q").unwrap_or_default().to_owned());
        let mut path = format!("/pipelines/{id}/board?limit=50");
        if !owner.get().is_empty() {
            path.push_str(&format!("&filter[owner_id]={}", owner.get()));
        }
        if !q.is_empty() {
            path.push_str(&format!("&q={}", route::encode(&q)));
        }
        if let Some(view) = named.get() {
            path.push_str(&format!("&view={}", route::encode(&view)));
        }
        Some(path)
    });
    let load = move || {
        let Some(path) = path.get_untracked() else { return };
        spawn_local(async move {
            match api::get(path).latest(latest).send().await {
                Ok(reply) => {
                    let columns = reply.body["stages"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .map(Column::read)
                        .collect();
                    // Cards are drawn anew where they changed; whoever was on one stays on it.
                    let focused = document()
                        .active_element()
                        .map(|e| e.id())
                        .filter(|id| id.starts_with("card-"));
                    board.columns.try_set(columns);
                    left_out.try_set(views::left_out(&reply.body));
                    if let Some(id) = focused {
                        dom::focus_soon(format!("[id='{id}']"));
                    }
                    loaded.try_set(true);
                    problem.try_set(None);
                }
                Err(error) if error.aborted() => {}
                Err(error) => {
                    problem.try_set(Some(error));
                }
            }
        });
    };
    Effect::new(move |_| {
        path.track();
        load();
    });
    // Exact sums and order follow every change made here or in the panel.
    let soon = dom::debounce(400);
    Effect::new(move |_| {
        if state()
            .change
            .get()
            .is_some_and(|c| c.kind == kinds::of("opportunity").plural)
        {
            soon(Box::new(load));
        }
    });
    drag::listen(board);
    let opened = Memo::new(move |_| address.with(|a| a.get("open").map(str::to_owned)));
    let close = Callback::new(move |()| route::set("open", ""));
    let escape = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape"
            && opened.get_untracked().is_some()
            && !dom::typing(&event)
            && board.held.get_untracked().is_none()
        {
            close.tell(());
        }
    });
    on_cleanup(move || escape.remove());
    let total = move || {
        let (count, sum) = board.columns.with(|c| {
            let currency = c
                .first()
                .map(|c| c.sum["currency"].as_str().unwrap_or_default().to_owned())
                .unwrap_or_default();
            let sum: f64 = c.iter().map(|c| amount(&c.sum)).sum();
            let seen = c.iter().any(|c| !c.sum.is_null());
            (
                c.iter().map(|c| c.count).sum::<i64>(),
                seen.then(|| json!({ "amount": format!("{sum:.2}"), "currency": currency })),
            )
        });
        let sum = sum.map(|sum| format!(" · {}", money(&sum))).unwrap_or_default();
        (count > 0).then(|| format!("{}{sum}", format::count(count)))
    };
    let new_deal = move || {
        let name = pipelines.with_untracked(|p| {
            p.iter()
                .find(|p| Some(p.id()) == pipeline.get_untracked().as_deref())
                .map(|p| p.text("name").to_owned())
        });
        let mut preset: Preset = Vec::new();
        if let (Some(id), Some(name)) = (pipeline.get_untracked(), name) {
            preset.push(("pipeline_id", json!(id), name));
        }
        if let Some((id, name)) = board.stage(0) {
            preset.push(("stage_id", json!(id), name));
        }
        creating.set(Some(preset));
    };
    let choose_pipeline = move |event| {
        let id = event_target_value(&event);
        dom::store("pipeline", &id);
        route::set("pipeline", &id);
    };
    let chooser = move || {
        pipelines.with(|p| (p.len() > 1).then(|| view! {
            <select class="input pipeline-choice" aria-label=kinds::of("pipeline").label on:change=choose_pipeline>
                {p.iter().map(|p| view! { <option value=p.id().to_owned() selected=pipeline.get_untracked().as_deref() == Some(p.id())>{p.text("name").to_owned()}</option> }).collect_view()}
            </select>
        }))
    };
    let choice = move || {
        let option = |view: View| {
            let (id, name) = (view.id().to_owned(), view.name().to_owned());
            let chosen = named.with(|now| now.as_deref() == Some(view.id()));
            view! { <option value=id selected=chosen>{name}</option> }
        };
        view! {
            <select class="input pipeline-choice" aria-label=t().views() on:change=move |e| route::set(VIEW, &event_target_value(&e))>
                <option value="" selected=move || named.with(Option::is_none)>{t().view_all()}</option>
                {View::all(kinds::of("opportunity")).into_iter().map(option).collect_view()}
            </select>
        }
    };
    let retry = Callback::new(move |()| {
        load_pipelines();
        load();
    });
    // Memos, or every answer would draw the board anew and close what is open on it.
    let empty = Memo::new(move |_| board.columns.with(Vec::is_empty));
    let (failed, ready) = (Memo::new(move |_| problem.get()), Memo::new(move |_| loaded.get()));
    let body = move || match (failed.get(), ready.get(), empty.get()) {
        (Some(error), _, true) => ui::problem(&error, retry),
        (_, false, _) => ui::skeleton(8),
        (_, true, true) => ui::empty(
            "pipeline",
            t().no_pipeline(),
            t().no_pipeline_text(),
            view! { <a class="btn" href="/settings/pipelines">{t().settings()}</a> }.into_any(),
        ),
        _ => view! { <Columns board/> }.into_any(),
    };
    view! {
        <div class="list-page board-page" class:with-panel=move || opened.get().is_some()>
            <div class="list-main">
                <header class="page-head">
                    <h1>{t().pipeline()}<span class="count">{total}</span></h1>
                    <div class="page-actions">
                        {state::may("opportunity", "create").then(|| view! { <button type="button" class="btn primary" on:click=move |_| new_deal()>{icon("plus")}<span>{fill(t().new_of(), &[&noun(kinds::of("opportunity").label)])}</span></button> })}
                    </div>
                </header>
                <div class="toolbar">
                    {chooser}
                    {choice}
                    <SearchBox/>
                    <OwnerFilter/>
                </div>
                {move || views::tell_left_out(&left_out.get())}
                <p class="sr" id="board-keys">{t().board_keys()}</p>
                {body}
                <div class="sr" role="status" aria-live="assertive">{board.said}</div>
            </div>
            {move || opened.get().map(|id| view! { <Panel kind=kinds::of("opportunity") id close/> })}
            {move || creating.get().map(|preset| view! { <CreateDialog kind=kinds::of("opportunity") preset close=Callback::new(move |()| creating.set(None))/> })}
            {move || board.editing.get().map(|row| view! { <QuickEdit row close=Callback::new(move |()| board.editing.set(None))/> })}
            <LoseDialog losing=board.losing/>
        </div>
    }
    .into_any()
}

#[component]
fn OwnerFilter() -> impl IntoView {
    let owner = Memo::new(move |_| state().address.with(|a| a.get(OWNER).unwrap_or_default().to_owned()));
    let open = RwSignal::new(false);
    let chosen: RwSignal<Chosen> = RwSignal::new(None);
    let me = state::me();
    let set = move |id: &str| {
        open.set(false);
        route::set(OWNER, id);
    };
    // After a reload only the id is known; the name is asked for.
    Effect::new(move |_| {
        let id = owner.get();
        if id.is_empty() || chosen.with_untracked(|c| c.as_ref().is_some_and(|c| c.0 == id)) {
            return;
        }
        spawn_local(async move {
            if let Ok(row) = crate::record::save::fetch(kinds::of("user"), &id).await {
                chosen.try_set(Some((id, row.title(kinds::of("user")))));
            }
        });
    });
    let picked = RwSignal::new(None::<(String, String)>);
    Effect::new(move |_| {
        if let Some((id, name)) = picked.get() {
            chosen.set(Some((id.clone(), name)));
            set(&id);
        }
    });
    let face = view! {
        {move || match chosen.get().filter(|c| c.0 == owner.get()) {
            Some((id, name)) => view! { {avatar(&id, &name)}<span class="clip">{name.clone()}</span> }.into_any(),
            None => view! { {icon("people")}<span>{t().all_owners()}</span> }.into_any(),
        }}
    };
    view! {
        <Menu face=face.into_any() label=t().filter_by_owner() class="btn small" open>
            <button type="button" class="menu-row item" on:click=move |_| set("")>{t().all_owners()}</button>
            {me.clone().map(|me| view! { <button type="button" class="menu-row item" on:click=move |_| { chosen.set(Some((me.id.clone(), me.name.clone()))); set(&me.id); }>{fill(t().me_of(), &[&me.name])}</button> })}
            <div class="menu-form"><Combobox kind=kinds::of("user") value=picked label=t().filter_by_owner()/></div>
        </Menu>
    }
    .into_any()
}

#[component]
fn Columns(board: Board) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let ids = Memo::new(move |_| {
        board
            .columns
            .with(|c| c.iter().map(|c| c.id.clone()).collect::<Vec<_>>())
    });
    let dragging = move || board.lifted();
    let over = move |place| board.over(place);
    view! {
        <div class="board" node_ref=node class:dragging=dragging on:touchmove=move |e| if untrack(|| board.lifted()) { e.prevent_default() }>
            {move || ids.get().into_iter().enumerate().map(|(i, _)| column(board, i)).collect_view()}
        </div>
        <div class="drop-zones" class:shown=dragging aria-hidden="true">
            <div class="drop-zone good" data-place="won" class:over=move || over(Place::Won)>{icon("trophy")}{t().win()}</div>
            <div class="drop-zone bad" data-place="lost" class:over=move || over(Place::Lost)>{icon("close")}{t().lose()}</div>
        </div>
    }
    .into_any()
}

fn column(board: Board, index: usize) -> AnyView {
    let with =
        move |read: fn(&Column) -> String| move || board.columns.with(|c| c.get(index).map(read).unwrap_or_default());
    // A card held by the keyboard shows where it would drop.
    let cards = Memo::new(move |_| {
        let held = board.held.get();
        board.columns.with(|columns| {
            let Some(column) = columns.get(index) else {
                return Vec::new();
            };
            let mut cards: Vec<Row> = column.cards.clone();
            if let Some(held) = held.filter(|h| h.at != h.from) {
                cards.retain(|c| c.id() != held.id);
                if held.at == index
                    && let Some(card) = columns[held.from].cards.iter().find(|c| c.id() == held.id)
                {
                    cards.insert(0, card.clone());
                }
            }
            cards
        })
    });
    let over = move || board.over(Place::Stage(index));
    let rest = move || {
        board.columns.with(|c| {
            let column = c.get(index)?;
            let hidden = column.count - column.cards.len() as i64;
            let mut rest = Address {
                path: kinds::list(kinds::of("opportunity")),
                query: Vec::new(),
            }
            .with("filter[stage_id]", &column.id)
            .with("filter[status]", "open");
            // The same cards as here.
            for key in [OWNER, "q", VIEW] {
                let value = state().address.with(|a| a.get(key).unwrap_or_default().to_owned());
                rest = rest.with(key, &value);
            }
            let href = rest.url();
            (hidden > 0).then(|| view! { <a class="board-rest" href=href>{fill(t().and_more(), &[&format::number(hidden as f64)])}</a> })
        })
    };
    let weighted = move || {
        board.columns.with(|c| {
            c.get(index)
                .filter(|c| !c.weighted.is_null())
                .map(|c| fill(t().weighted(), &[&money(&c.weighted), &c.probability.to_string()]))
        })
    };
    view! {
        <section class="board-column" data-place=index.to_string() class:over=over aria-labelledby=format!("stage-{index}")>
            <header class="board-head">
                <h2 id=format!("stage-{index}")>
                    <span class="clip">{with(|c| c.name.clone())}</span>
                    <span class="count">{with(|c| format::number(c.count as f64))}</span>
                </h2>
                <p class="board-sum" title=weighted><b>{with(|c| money(&c.sum))}</b><span class="muted">" "{weighted}</span></p>
            </header>
            <ul class="board-cards">
                <li class="placeholder" aria-hidden="true"></li>
                <For each=move || cards.get() key=|c| (c.id().to_owned(), c.version()) children=move |row| card(board, index, row)/>
                {rest}
            </ul>
        </section>
    }
    .into_any()
}
