//! Dragging cards by mouse, pen and finger. A finger lifts by resting a moment, so that swiping still scrolls.

use super::board::Board;
use crate::dom;
use leptos::prelude::*;
use std::cell::Cell;

/// Where a card can be let go.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Place {
    Stage(usize),
    Won,
    Lost,
}

/// A card under a pointer.
#[derive(Clone, PartialEq)]
pub struct Drag {
    pub id: String,
    pub start_x: f64,
    pub start_y: f64,
    pub x: f64,
    pub y: f64,
    pub over: Option<Place>,
    /// Where the card was on the screen: lifted, it floats free of its column.
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
    /// It has left its place; before that it may still become a click or a scroll.
    pub lifted: bool,
    touch: bool,
    /// What the browser calls the pointer: each touch has a number of its own.
    pointer: i32,
}

/// A card held by the keyboard: where it was, and over which stage it is.
#[derive(Clone, PartialEq)]
pub struct KeyboardDrag {
    pub id: String,
    pub from: usize,
    pub at: usize,
}

thread_local! { static DROPPED: Cell<f64> = const { Cell::new(0.0) }; }

/// True for the click that the browser sends after a drag.
pub fn just_dropped() -> bool {
    js_sys::Date::now() - DROPPED.get() < 250.0
}

const SLACK: f64 = 6.0;
const REST_MS: u64 = 280;

pub fn begin(board: Board, id: &str, event: &web_sys::PointerEvent) {
    if event.button() != 0 || board.held.with_untracked(Option::is_some) {
        return;
    }
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    let touch = event.pointer_type() == "touch";
    let Some(card) = document().get_element_by_id(&format!("card-{id}")) else {
        return;
    };
    let rect = card.get_bounding_client_rect();
    let (left, top, width, height) = (rect.left(), rect.top(), rect.width(), rect.height());
    board.drag.set(Some(Drag {
        id: id.to_owned(),
        start_x: x,
        start_y: y,
        x,
        y,
        over: None,
        left,
        top,
        width,
        height,
        lifted: false,
        touch,
        pointer: event.pointer_id(),
    }));
    if touch {
        // Another touch of the same card has its own time to rest.
        let touched = event.pointer_id();
        dom::after(REST_MS, move || {
            board.drag.try_update(|d| {
                if let Some(d) = d.as_mut().filter(|d| d.pointer == touched) {
                    d.lifted = true;
                }
            });
        });
    } else {
        event.prevent_default();
        dom::focus_id(&format!("card-{id}"));
    }
}

/// What lies under a point: the lifted card itself lets it through.
fn place_at(x: f64, y: f64) -> Option<Place> {
    let element = document()
        .element_from_point(x as f32, y as f32)?
        .closest("[data-place]")
        .ok()??;
    match element.get_attribute("data-place")?.as_str() {
        "won" => Some(Place::Won),
        "lost" => Some(Place::Lost),
        index => index.parse().ok().map(Place::Stage),
    }
}

/// How far from the board's edge it begins to scroll, and how fast it does.
const EDGE: f64 = 48.0;
const EDGE_PIXELS_A_MS: f64 = 0.85;

/// While a card is held near an edge the board scrolls along, whether or not the pointer moves, and the place under the
/// card is another.
fn scroll_at_edge(board: Board, last: f64) {
    let Some(drag) = board.drag.try_get_untracked().flatten().filter(|d| d.lifted) else {
        return;
    };
    let now = js_sys::Date::now();
    if let Ok(Some(element)) = document().query_selector(".board") {
        let edges = element.get_bounding_client_rect();
        let step = ((now - last).clamp(1.0, 50.0) * EDGE_PIXELS_A_MS).ceil() as i32;
        let before = element.scroll_left();
        if drag.x < edges.left() + EDGE {
            element.set_scroll_left(before - step);
        } else if drag.x > edges.right() - EDGE {
            element.set_scroll_left(before + step);
        }
        let over = place_at(drag.x, drag.y);
        if element.scroll_left() != before && over != drag.over {
            board.drag.update(|d| {
                if let Some(d) = d {
                    d.over = over;
                }
            });
        }
    }
    request_animation_frame(move || scroll_at_edge(board, now));
}

/// One set of listeners on the window, so that a fast pointer never leaves the card behind.
pub fn listen(board: Board) {
    let moved = window_event_listener(leptos::ev::pointermove, move |event| {
        if board.drag.with_untracked(Option::is_none) {
            return;
        }
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let mut give_up = false;
        board.drag.update(|drag| {
            let Some(drag) = drag else { return };
            (drag.x, drag.y) = (x, y);
            let far = (x - drag.start_x).hypot(y - drag.start_y) > SLACK;
            match (drag.lifted, drag.touch) {
                (false, false) => drag.lifted = far,
                (false, true) => give_up = far,
                _ => {}
            }
            if drag.lifted {
                drag.over = place_at(x, y);
            }
        });
        if give_up {
            board.drag.set(None);
        }
    });
    let lifted = Memo::new(move |_| board.lifted());
    Effect::new(move |_| {
        if lifted.get() {
            scroll_at_edge(board, js_sys::Date::now());
        }
    });
    let up = window_event_listener(leptos::ev::pointerup, move |_| {
        let Some(drag) = board.drag.get_untracked() else { return };
        board.drag.set(None);
        if drag.lifted {
            DROPPED.set(js_sys::Date::now());
            if let Some(place) = drag.over {
                board.place(&drag.id, place);
            }
        }
    });
    let cancelled = window_event_listener(leptos::ev::pointercancel, move |_| board.drag.set(None));
    let escaped = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" && board.drag.with_untracked(Option::is_some) {
            board.drag.set(None);
        }
    });
    on_cleanup(move || {
        moved.remove();
        up.remove();
        cancelled.remove();
        escaped.remove();
    });
}
