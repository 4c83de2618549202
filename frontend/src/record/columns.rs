//! Which columns a list shows, in which order and how wide: as the address says, else as its view, as the person chose before, or
//! as the kind begins. A width that nobody chose is that of what stands in the column.

use crate::kinds::{Field, Kind};
use crate::schema::{PARENT, READONLY, Type};
use crate::{
    api, kinds,
    record::views::{self, View},
    route::{self, Address},
    state::state,
    ui::toast,
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};
use std::cell::RefCell;

/// In an address: names of columns in their order, and widths as `name:pixels`.
pub const SHOWN: &str = "cols";
pub const WIDE: &str = "widths";

/// The bounds of a width, in pixels: no column is narrower, and what may be of any length is cut above the others.
const LEAST: i32 = 64;
const TEXT: i32 = 280;
const NAME: i32 = 340;
const ANY: i32 = 1200;

/// Of a few columns: a map would weigh more than it finds.
pub type Widths = Vec<(String, i32)>;

fn of(widths: &Widths, name: &str) -> Option<i32> {
    widths.iter().find(|(known, _)| known == name).map(|(_, width)| *width)
}

fn put(widths: &mut Widths, name: &str, width: i32) {
    match widths.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = width,
        None => widths.push((name.to_owned(), width)),
    }
}

/// Widths as they are told.
pub fn told(widths: &Widths) -> Value {
    Value::Object(
        widths
            .iter()
            .map(|(name, width)| (name.clone(), json!(width)))
            .collect(),
    )
}

/// The columns of one list.
#[derive(Clone, Copy)]
pub struct Columns {
    kind: &'static Kind,
    pub shown: Memo<Vec<&'static Field>>,
    /// Widths that somebody has chosen.
    chosen: RwSignal<Widths>,
    /// What is in the columns is so wide.
    natural: RwSignal<Widths>,
}

impl Columns {
    pub fn of(kind: &'static Kind) -> Self {
        let address = state().address;
        let shown = Memo::new_with_compare(
            move |_| {
                let said = address.with(|a| {
                    let here = a.get(SHOWN).map(|names| names.split(',').map(str::to_owned).collect());
                    here.or_else(|| View::of(kind, a)?.columns())
                });
                named(kind, &said.unwrap_or_else(|| views::own_columns(kind)))
            },
            |a, b| !a.zip(b).is_some_and(|(a, b)| same(a, b)),
        );
        let said = Memo::new(move |_| {
            let said = address.with(|a| {
                let here = a.get(WIDE).map(read_widths);
                here.or_else(|| View::of(kind, a)?.widths())
            });
            said.unwrap_or_else(|| views::own_widths(kind))
        });
        let chosen = RwSignal::new(said.get_untracked());
        Effect::new(move |_| chosen.set(said.get()));
        Self {
            kind,
            shown,
            chosen,
            natural: RwSignal::new(Widths::new()),
        }
    }

    /// Shows or hides a column; a new one comes last.
    pub fn toggle(self, field: &Field, on: bool) {
        let mut names = self.names();
        names.retain(|n| *n != field.name);
        if on {
            names.push(field.name);
        }
        self.keep(names);
    }

    /// Puts a column where another stands. That of the names stays the first.
    pub fn place(self, name: &str, at: usize) {
        let mut names = self.names();
        if let Some(from) = names.iter().position(|n| *n == name)
            && from > 0
        {
            let name = names.remove(from);
            names.insert(at.clamp(1, names.len()), name);
            self.keep(names);
        }
    }

    /// The columns that the kind begins with, as wide as what is in them.
    pub fn reset(self) {
        self.chosen.set(Widths::new());
        self.keep(kinds::first_columns(self.kind).iter().map(|f| f.name).collect());
    }

    pub fn names(self) -> Vec<&'static str> {
        self.shown.with_untracked(|c| c.iter().map(|f| f.name).collect())
    }

    /// What a view says of them.
    pub fn said(self) -> (Value, Value) {
        (json!(self.names()), self.chosen.with_untracked(told))
    }

    /// Remembers the columns and their widths: in the address while a saved view is open, which nobody else sees changed before it
    /// is saved; else for this person.
    fn keep(self, names: Vec<&str>) {
        let address = state().address.get_untracked();
        let widths = self.chosen.get_untracked();
        if View::of(self.kind, &address).is_some_and(|view| view.is_saved()) {
            let next = views::written_out(self.kind, address);
            let next = next.with(SHOWN, &names.join(",")).with(WIDE, &write_widths(&widths));
            return route::replace(&next.url());
        }
        views::set_own_columns(self.kind, &names, &widths);
        tell(self.kind);
        if address.get(SHOWN).or_else(|| address.get(WIDE)).is_some() {
            route::replace(&address.with(SHOWN, "").with(WIDE, "").url());
        }
    }

    /// The same after widths were changed.
    pub fn keep_widths(self) {
        self.keep(self.names());
    }

    /// How wide a column is at least.
    fn width(self, field: &Field) -> i32 {
        let chosen = self.chosen.with(|w| of(w, field.name));
        chosen.unwrap_or_else(|| self.content(field))
    }

    fn content(self, field: &Field) -> i32 {
        let most = most(field, self.kind);
        let natural = self.natural.with(|w| of(w, field.name));
        natural.unwrap_or(most.min(120)).clamp(LEAST, most)
    }

    /// Makes a column so wide; without a width it is again as wide as what is in it.
    pub fn resize(self, name: &str, width: Option<i32>) {
        self.chosen.update(|w| match width {
            Some(width) => put(w, name, width.clamp(LEAST, ANY)),
            None => w.retain(|(known, _)| known != name),
        });
    }

    /// Takes over what is in the columns shown; they only grow, so that nothing moves to and fro while one scrolls.
    pub fn fit(self, measured: &[i32]) {
        let names = self.names();
        let wider = |w: &Widths, name: &str, width: i32| of(w, name).is_none_or(|known| known < width);
        let grows = self.natural.with_untracked(|w| {
            let mut each = names.iter().zip(measured);
            each.any(|(name, width)| wider(w, name, *width))
        });
        if grows {
            self.natural.update(|w| {
                for (name, width) in names.iter().zip(measured) {
                    if wider(w, name, *width) {
                        put(w, name, *width);
                    }
                }
            });
        }
    }

    /// Widths for a grid, and how wide a row is at least. What nobody has said shares what room is left.
    pub fn layout(self) -> (String, String) {
        let mut least = 0;
        let tracks = self.shown.with(|columns| {
            let each = columns.iter().map(|f| {
                let width = self.width(f);
                least += width;
                if self.chosen.with(|w| of(w, f.name).is_some()) {
                    format!("{width}px")
                } else {
                    format!("minmax({width}px, {width}fr)")
                }
            });
            each.collect::<Vec<_>>().join(" ")
        });
        (tracks, format!("{least}px"))
    }

    /// What a card on a phone shows: the name, how the record stands, and two more.
    pub fn on_card(self) -> OnCard {
        self.shown.with(|columns| {
            let mut others: Vec<_> = columns.iter().copied().enumerate().skip(1).collect();
            let mark = others.iter().position(|(_, f)| stands(f)).map(|at| others.remove(at));
            // In the order that somebody chose; else what one looks for first.
            if same(columns, &named(self.kind, &[])) {
                let ranked = (0..=LAST).flat_map(|n| others.iter().copied().filter(move |(_, f)| rank(f) == n));
                others = ranked.take(2).collect();
            }
            others.truncate(2);
            OnCard { mark, others }
        })
    }
}

/// The fields of a card beside the name, each with the number of its column.
pub struct OnCard {
    pub mark: Option<(usize, &'static Field)>,
    pub others: Vec<(usize, &'static Field)>,
}

thread_local! {
    /// The kinds whose columns are on their way to the server.
    static TELLING: RefCell<Vec<&'static str>> = RefCell::default();
}

/// Tells the server what the person has made of the columns: one change after the other, so that the last one stays.
fn tell(kind: &'static Kind) {
    if TELLING.with_borrow(|under_way| under_way.contains(&kind.name)) {
        return;
    }
    TELLING.with_borrow_mut(|under_way| under_way.push(kind.name));
    spawn_local(async move {
        loop {
            let said = untrack(|| views::own(kind));
            let body = Map::from_iter(["columns", "widths"].map(|part| (part.to_owned(), said[part].clone())));
            let outcome = api::put(format!("/views/marks/{}/all", kind.name), Value::Object(body))
                .send()
                .await;
            if let Err(problem) = &outcome {
                toast::complain(problem);
            }
            if outcome.is_err() || untrack(|| views::own(kind)) == said {
                break;
            }
        }
        TELLING.with_borrow_mut(|under_way| under_way.retain(|name| *name != kind.name));
    });
}

/// The parts of an address that say how a view shows its columns.
pub fn written(address: Address, view: &View) -> Address {
    let mut next = address;
    let columns = view.columns().map(|names| names.join(","));
    let widths = view.widths().map(|widths| write_widths(&widths));
    for (name, value) in [(SHOWN, columns), (WIDE, widths)] {
        if let (None, Some(value)) = (next.get(name), value) {
            next = next.with(name, &value);
        }
    }
    next
}

fn read_widths(said: &str) -> Widths {
    let each = said.split(',').filter_map(|one| {
        let (name, width) = one.split_once(':')?;
        Some((name.to_owned(), width.parse::<i32>().ok()?.clamp(LEAST, ANY)))
    });
    each.collect()
}

/// None are said as well, where a view has some.
fn write_widths(widths: &Widths) -> String {
    let each: Vec<_> = widths.iter().map(|(name, width)| format!("{name}:{width}")).collect();
    if each.is_empty() {
        "-".to_owned()
    } else {
        each.join(",")
    }
}

fn same(a: &[&'static Field], b: &[&'static Field]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| std::ptr::eq(*a, *b))
}

/// The columns of these names; those that the kind begins with where there are none.
fn named(kind: &'static Kind, said: &[String]) -> Vec<&'static Field> {
    let mut columns: Vec<&'static Field> = said
        .iter()
        .filter_map(|n| kind.field(n))
        .filter(|f| kinds::visible(kind, f))
        .collect();
    if columns.is_empty() {
        columns = kinds::first_columns(kind);
    }
    // The name always leads: it is the link, and it stays in sight.
    columns.retain(|f| f.name != kind.title);
    if let Some(title) = kind.field(kind.title) {
        columns.insert(0, title);
    }
    columns
}

/// A column with dates, numbers, amounts or telephone numbers is as wide as they are; texts can be of any length.
fn most(field: &Field, kind: &Kind) -> i32 {
    match field.ty {
        _ if field.name == kind.title => NAME,
        Type::Day | Type::Instant | Type::Money | Type::Int | Type::Decimal | Type::Bool | Type::Phone => ANY,
        _ => TEXT,
    }
}

/// Whether it says how a record stands.
fn stands(field: &Field) -> bool {
    matches!(field.ty, Type::Choice(_)) || field.refers == Some("stage")
}

/// What one looks for first on a card: whose it is, what it is worth, when to do something, where to call.
fn rank(field: &Field) -> u8 {
    match field.ty {
        _ if field.can(PARENT) => 0,
        Type::Money => 1,
        Type::Instant | Type::Day if !field.can(READONLY) => 2,
        Type::Phone => 3,
        _ => LAST,
    }
}

const LAST: u8 = 4;
