//! Charts in SVG: bars lying and standing, from zero, each with its own label; the same figures as a table for screen
//! readers.

use crate::{i18n::t, route};
use leptos::{html, prelude::*};

/// One bar: its name, its value, the value in words, more to say on hover, and where a click leads.
#[derive(Clone, PartialEq)]
pub struct Bar {
    pub name: String,
    pub value: f64,
    pub text: String,
    pub more: String,
    pub href: Option<String>,
}

/// Follows the width of the box it stands in.
fn measured(node: NodeRef<html::Div>) -> RwSignal<f64> {
    let width = RwSignal::new(0.0);
    let measure = move || {
        if let Some(node) = node.try_get_untracked().flatten() {
            width.set(f64::from(node.client_width()));
        }
    };
    Effect::new(move |_| {
        node.track();
        request_animation_frame(measure);
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    width
}

fn table(title: &str, bars: &[Bar]) -> AnyView {
    let rows = bars.iter().map(|b| view! { <tr><th scope="row">{b.name.clone()}</th><td>{b.text.clone()}</td><td>{b.more.clone()}</td></tr> }).collect_view();
    view! {
        <table class="sr">
            <caption>{title.to_owned()}</caption>
            <thead><tr><th scope="col">{t().name()}</th><th scope="col">{t().value()}</th><th scope="col">{t().more()}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// A bar that leads to its rows: by click, by Enter, and by name for who hears it.
fn linked(bar: &Bar, inside: AnyView) -> AnyView {
    let said = format!(
        "{}{}{}",
        bar.name,
        t().colon(),
        if bar.more.is_empty() { &bar.text } else { &bar.more }
    );
    let title = said.clone();
    match bar.href.clone() {
        Some(href) => {
            let to = href.clone();
            view! {
                <g class="bar linked" role="link" tabindex="0" aria-label=said on:click=move |_| route::go(&href) on:keydown=move |e| if e.key() == "Enter" { route::go(&to) }>
                    <title>{title}</title>
                    {inside}
                </g>
            }
            .into_any()
        }
        None => view! { <g class="bar"><title>{title}</title>{inside}</g> }.into_any(),
    }
}

/// Roughly how wide a text is at 13 px, rather too wide than too narrow: ideographs are square.
fn text_width(text: &str) -> f64 {
    text.chars().map(|c| if c as u32 >= 0x2E80 { 13.0 } else { 8.2 }).sum()
}

fn clipped(text: &str, room: f64) -> String {
    if text_width(text) <= room + 0.5 {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if text_width(&out) > room - 12.0 {
            break;
        }
    }
    out + "…"
}

/// Lying bars, name before and value behind each.
#[component]
pub fn Bars(#[prop(into)] title: String, bars: Vec<Bar>, #[prop(optional)] tone: &'static str) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let width = measured(node);
    let hidden = table(&title, &bars);
    let height = bars.len() as f64 * 34.0;
    let drawn = move || {
        let width = width.get();
        if width < 40.0 {
            return ().into_any();
        }
        let most = bars.iter().map(|b| b.value).fold(0.0, f64::max).max(1e-9);
        let names = bars
            .iter()
            .map(|b| text_width(&b.name))
            .fold(0.0, f64::max)
            .min(width * 0.34)
            + 10.0;
        let values = bars.iter().map(|b| text_width(&b.text)).fold(0.0, f64::max) + 10.0;
        let room = (width - names - values).max(20.0);
        let items = bars.iter().enumerate().map(|(i, bar)| {
            let y = i as f64 * 34.0;
            let long = (bar.value / most * room).max(if bar.value > 0.0 { 2.0 } else { 0.0 });
            let inside = view! {
                <g>
                    <rect class="bar-hit" x="0" y=y width=width height="34"></rect>
                    <text class="bar-name" x="0" y=y + 21.0>{clipped(&bar.name, names - 10.0)}</text>
                    <rect class="bar-fill" x=names y=y + 7.0 width=long height="20" rx="3"></rect>
                    <text class="bar-text" x=names + long + 8.0 y=y + 21.0>{bar.text.clone()}</text>
                </g>
            };
            linked(bar, inside.into_any())
        });
        view! { <svg class="chart" role="group" aria-label=title.clone() width=width height=height>{items.collect_view()}</svg> }.into_any()
    };
    view! { <div class=format!("chart-box {tone}") node_ref=node>{drawn}{hidden}</div> }.into_any()
}

/// Standing bars over time, value above each, name below.
#[component]
pub fn Columns(#[prop(into)] title: String, bars: Vec<Bar>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let width = measured(node);
    let hidden = table(&title, &bars);
    let drawn = move || {
        let width = width.get();
        if width < 40.0 || bars.is_empty() {
            return ().into_any();
        }
        let (high, foot, head) = (200.0, 24.0, 20.0);
        let most = bars.iter().map(|b| b.value).fold(0.0, f64::max).max(1e-9);
        let step = width / bars.len() as f64;
        // Labels that would run into each other are thinned out.
        let every = |text: fn(&Bar) -> &str| {
            let widest = bars.iter().map(|b| text_width(text(b)) * 0.9).fold(1.0, f64::max) + 8.0;
            (widest / step).ceil().max(1.0) as usize
        };
        let (names, texts) = (every(|b| &b.name), every(|b| &b.text));
        let best = bars
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.value.total_cmp(&b.1.value))
            .map(|(i, _)| i);
        let n = bars.len();
        let items = bars.iter().enumerate().map(|(i, bar)| {
            let tall = bar.value / most * (high - foot - head);
            let (x, y) = (i as f64 * step, high - foot - tall);
            let thick = (step * 0.68).min(44.0);
            let middle = x + step / 2.0;
            // The newest one always has its label, and so has the best.
            let labelled = |every: usize| (n - 1 - i).is_multiple_of(every);
            let inside = view! {
                <g>
                    <rect class="bar-hit" x=x y="0" width=step height=high></rect>
                    <rect class="bar-fill" x=middle - thick / 2.0 y=y width=thick height=tall rx="3"></rect>
                    {((texts == 1 || Some(i) == best) && bar.value > 0.0).then(|| view! { <text class="bar-text small" x=middle.clamp(24.0, width - 24.0) y=y - 6.0 text-anchor="middle">{bar.text.clone()}</text> })}
                    {labelled(names).then(|| view! { <text class="bar-name small" x=middle y=high - 6.0 text-anchor="middle">{bar.name.clone()}</text> })}
                </g>
            };
            linked(bar, inside.into_any())
        });
        view! {
            <svg class="chart" role="group" aria-label=title.clone() width=width height=high>
                <line class="axis" x1="0" x2=width y1=high - foot y2=high - foot></line>
                {items.collect_view()}
            </svg>
        }
        .into_any()
    };
    view! { <div class="chart-box" node_ref=node>{drawn}{hidden}</div> }.into_any()
}
