//! A card: what matters about an opportunity at a glance, and its keys.

use super::board::Board;
use super::drag::{self, Drag, KeyboardDrag, Place};
use crate::{
    dom,
    i18n::{fill, format, t},
    kinds,
    record::row::Row,
    route, state,
    ui::{Menu, avatar, icon},
};
use leptos::prelude::*;

pub fn card(board: Board, index: usize, row: Row) -> AnyView {
    let id = row.id().to_owned();
    // Only the card that is dragged follows the pointer; the others hear once that it is not them.
    let mine = {
        let id = id.clone();
        Memo::new(move |_| {
            board
                .drag
                .with(|d| d.as_ref().filter(|d| d.lifted && d.id == id).cloned())
        })
    };
    let pixels = move |read: fn(&Drag) -> f64| {
        move || mine.with(|d| d.as_ref().map(|d| format!("{}px", read(d))).unwrap_or_default())
    };
    let transform = move || {
        mine.with(|d| {
            d.as_ref()
                .map(|d| format!("translate({}px, {}px) rotate(1.5deg)", d.x - d.start_x, d.y - d.start_y))
                .unwrap_or_default()
        })
    };
    let held = {
        let id = id.clone();
        move || board.held.with(|h| h.as_ref().is_some_and(|h| h.id == id))
    };
    let title = row.title(kinds::of("opportunity"));
    let named = |field: &str| {
        kinds::of("opportunity")
            .field(field)
            .and_then(|f| row.reference(f))
            .filter(|(_, name)| !name.is_empty())
    };
    let customer = named("customer_id").map(|(_, name)| name);
    let owner = named("owner_id");
    let amount = row.get("amount").clone();
    let amount = (!amount.is_null()).then(|| {
        format::money(
            amount["amount"].as_str().unwrap_or_default(),
            amount["currency"].as_str().unwrap_or_default(),
        )
    });
    let close_on = row.text("close_on").to_owned();
    let late = !close_on.is_empty() && format::days_until(&close_on) < 0;
    let next_step = row.text("next_step").to_owned();
    let entered = row.text("stage_entered_at").to_owned();
    let days = (!entered.is_empty()).then(|| -format::days_until(&format::day_of(&entered)));
    let rotting = board
        .columns
        .with_untracked(|c| c.get(index).and_then(|c| c.rotting_days))
        .zip(days)
        .is_some_and(|(limit, days)| days >= limit);
    let key = {
        let id = id.clone();
        move |event: web_sys::KeyboardEvent| keys(board, index, &id, event)
    };
    let may_edit = state::may("opportunity", "edit");
    let down = {
        let id = id.clone();
        move |event: web_sys::PointerEvent| {
            if may_edit && !dom::within(&event, "button, a, .menu") {
                drag::begin(board, &id, &event);
            }
        }
    };
    let open = {
        let id = id.clone();
        // A drag that has just ended is no click.
        move |event: web_sys::MouseEvent| {
            if !dom::within(&event, "button, a, .menu") && !drag::just_dropped() {
                route::set("open", &id);
            }
        }
    };
    let act = {
        let (id, row) = (id.clone(), row.clone());
        move |what: &str| match what {
            "edit" => board.editing.set(Some(row.clone())),
            "win" => board.place(&id, Place::Won),
            "lose" => board.place(&id, Place::Lost),
            _ => {}
        }
    };
    let act = StoredValue::new(act);
    let described = customer
        .clone()
        .into_iter()
        .chain(amount.clone())
        .collect::<Vec<_>>()
        .join(t().list_comma());
    view! {
        <li class="board-item" style:height=pixels(|d| d.height)>
            <div
                class="card"
                id=format!("card-{id}")
                tabindex="0"
                role="group"
                aria-roledescription=t().card()
                aria-label=format!("{title}{}{described}", t().list_comma())
                aria-describedby="board-keys"
                class:lifted=move || mine.with(Option::is_some)
                class:held=held
                class:overdue=late
                style=("--left", pixels(|d| d.left))
                style=("--top", pixels(|d| d.top))
                style=("--width", pixels(|d| d.width))
                style:transform=transform
                on:pointerdown=down
                on:click=open
                on:keydown=key
                on:dblclick=move |_| if may_edit { act.with_value(|a| a("edit")) }
            >
                <div class="card-head">
                    <span class="card-name">{title.clone()}</span>
                    {may_edit.then(|| view! { <Menu face=icon("more") label=t().more_actions() class="btn quiet square small" end=true>
                        <button type="button" class="menu-row item" on:click=move |_| act.with_value(|a| a("edit"))>{icon("edit")}{t().quick_edit()}</button>
                        <button type="button" class="menu-row item" on:click=move |_| act.with_value(|a| a("win"))>{icon("trophy")}{t().win()}</button>
                        <button type="button" class="menu-row item" on:click=move |_| act.with_value(|a| a("lose"))>{icon("close")}{t().lose()}</button>
                    </Menu> })}
                </div>
                {customer.map(|c| view! { <span class="card-customer">{c}</span> })}
                {(!next_step.is_empty()).then(|| view! { <span class="card-next">{icon("right")}<span class="clip">{next_step.clone()}</span></span> })}
                <div class="card-foot">
                    {amount.map(|a| view! { <b class="card-amount">{a}</b> })}
                    <span class="grow"></span>
                    {owner.map(|(id, name)| view! { <span class="person" title=name.clone()>{avatar(&id, &name)}</span> })}
                </div>
                <div class="card-foot">
                    {(!close_on.is_empty()).then(|| view! {
                        <span class:late=late title=format::day(&close_on)>{format::relative_day(&close_on)}{late.then(|| view! { <span>" · "{t().overdue()}</span> })}</span>
                    })}
                    <span class="grow"></span>
                    {days.map(|d| view! { <span class="card-days" class:late=rotting title=t().days_in_stage()>{fill(t().n_days(), &[&d.to_string()])}</span> })}
                </div>
            </div>
        </li>
    }
    .into_any()
}

fn focus(id: &str) {
    dom::focus_soon(format!("[id='card-{id}']"));
}

/// Space lifts; arrows move; Enter or Space drops; Escape returns. Unlifted, arrows go from card to card.
fn keys(board: Board, index: usize, id: &str, event: web_sys::KeyboardEvent) {
    if dom::within(&event, ".menu-root") {
        return;
    }
    let held = board.held.get_untracked().filter(|h| h.id == id);
    let last = board.columns.with_untracked(Vec::len).saturating_sub(1);
    let name = || {
        board
            .find(id)
            .map(|(_, r)| r.title(kinds::of("opportunity")))
            .unwrap_or_default()
    };
    let may_edit = state::may("opportunity", "edit");
    match (event.key().as_str(), held) {
        (" ", None) if may_edit => {
            let from = board.find(id).map_or(index, |(i, _)| i);
            board.held.set(Some(KeyboardDrag {
                id: id.to_owned(),
                from,
                at: from,
            }));
            board.said.set(fill(t().lifted(), &[&name()]));
        }
        (" " | "Enter", Some(held)) => {
            board.held.set(None);
            if held.at == held.from {
                board.said.set(t().put_back().to_owned());
            }
            board.place(id, Place::Stage(held.at));
            focus(id);
        }
        ("Escape", Some(_)) => {
            event.stop_propagation();
            board.held.set(None);
            board.said.set(t().put_back().to_owned());
            focus(id);
        }
        (key @ ("ArrowLeft" | "ArrowRight"), Some(held)) => {
            let at = if key == "ArrowLeft" {
                held.at.saturating_sub(1)
            } else {
                (held.at + 1).min(last)
            };
            if let Some((_, stage)) = board.stage(at) {
                board.said.set(fill(
                    t().over_stage(),
                    &[&stage, &(at + 1).to_string(), &(last + 1).to_string()],
                ));
            }
            board.held.set(Some(KeyboardDrag { at, ..held }));
            focus(id);
        }
        ("Enter", None) => route::set("open", id),
        ("e", None) if may_edit && !event.ctrl_key() && !event.meta_key() => {
            board.editing.set(board.find(id).map(|(_, r)| r))
        }
        (key @ ("ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight"), None) => {
            if let Some(next) = neighbour(board, index, id, key) {
                focus(&next);
            }
        }
        _ => return,
    }
    event.prevent_default();
}

fn neighbour(board: Board, index: usize, id: &str, key: &str) -> Option<String> {
    board.columns.with_untracked(|columns| {
        let at = columns.get(index)?.cards.iter().position(|c| c.id() == id)?;
        let card = match key {
            "ArrowUp" => columns[index].cards.get(at.checked_sub(1)?)?,
            "ArrowDown" => columns[index].cards.get(at + 1)?,
            "ArrowLeft" => {
                let column = columns[..index].iter().rev().find(|c| !c.cards.is_empty())?;
                column.cards.get(at.min(column.cards.len() - 1))?
            }
            _ => {
                let column = columns[index + 1..].iter().find(|c| !c.cards.is_empty())?;
                column.cards.get(at.min(column.cards.len() - 1))?
            }
        };
        Some(card.id().to_owned())
    })
}
