//! The frame round every screen: navigation, top bar, notices.

mod palette;

use crate::{
    api::session,
    dom,
    i18n::{self, t},
    kinds, leave,
    state::{self, Theme, state},
    ui::{Menu, avatar, icon},
};
use leptos::{prelude::*, task::spawn_local};

pub use palette::{Palette, remember};

/// A place to go: path, name, icon.
#[derive(Clone)]
pub struct Place {
    pub href: String,
    pub name: String,
    pub icon: &'static str,
}

fn place(href: impl Into<String>, name: impl Into<String>, icon: &'static str) -> Place {
    Place {
        href: href.into(),
        name: name.into(),
        icon,
    }
}

/// The navigation's groups.
pub fn places() -> Vec<(&'static str, Vec<Place>)> {
    let t = t();
    let import = kinds::all().into_iter().any(kinds::may_import);
    let import = import.then(|| place("/import", t.import(), "import"));
    let export = kinds::all().into_iter().any(kinds::may_export);
    let export = export.then(|| place("/exports", t.exports(), "download"));
    vec![
        (
            t.work(),
            vec![place("/", t.home(), "home"), place("/tasks", t.tasks(), "tasks")],
        ),
        (t.sell(), kinds::with_pages().flat_map(places_of).collect()),
        (
            t.data(),
            import
                .into_iter()
                .chain(export)
                .chain([place("/jobs", t.jobs(), "report")])
                .collect(),
        ),
    ]
}

/// The list of a kind; before that of deals their board.
fn places_of(kind: &'static kinds::Kind) -> Vec<Place> {
    let list = place(kinds::list(kind), kinds::heading(kind), kind.icon);
    match kind.name {
        "opportunity" => vec![place("/pipeline", t().pipeline(), "pipeline"), list],
        _ => vec![list],
    }
}

fn current(href: &str) -> bool {
    state().address.with(|a| match href {
        "/" => a.path == "/",
        href => a.path == href || a.path.starts_with(&format!("{href}/")),
    })
}

fn link(place: Place) -> AnyView {
    let Place {
        href,
        name,
        icon: shape,
    } = place;
    let here = href.clone();
    view! {
        <a class="nav-link" href=href title=name.clone() aria-current=move || current(&here).then_some("page")>{icon(shape)}<span class="nav-name">{name.clone()}</span></a>
    }
    .into_any()
}

#[component]
pub fn Shell(children: ChildrenFn) -> impl IntoView {
    let folded = RwSignal::new(dom::stored("nav").as_deref() == Some("folded"));
    let fold = move |_| {
        folded.update(|f| *f = !*f);
        dom::store("nav", if folded.get_untracked() { "folded" } else { "open" });
    };
    let sheet = RwSignal::new(false);
    // Going somewhere closes the sheet.
    Effect::new(move |_| {
        state().address.track();
        sheet.set(false);
    });
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            state().palette.update(|p| *p = !*p);
        } else if event.key() == "/" && !dom::typing(&event) {
            event.prevent_default();
            state().palette.set(true);
        }
    });
    on_cleanup(move || keys.remove());
    let group = |(title, places): (_, Vec<Place>)| {
        view! { <div class="nav-group"><p class="nav-title">{title}</p>{places.into_iter().map(link).collect_view()}</div> }
    };
    // What somebody may see can change while they are here.
    let groups = move || {
        state().session.track();
        places().into_iter().map(group).collect_view()
    };
    view! {
        <a class="skip" href="#main" on:click=|e| { e.prevent_default(); dom::focus_id("main"); }>{t().skip()}</a>
        <div class="shell" class:folded=folded>
            <nav class="nav" aria-label=t().navigation()>
                <a class="brand nav-brand" href="/" title=t().product()><span class="brand-mark"></span><span class="nav-name">{t().product()}</span></a>
                {groups}
                <span class="grow"></span>
                {link(place("/settings", t().settings(), "settings"))}
                <button type="button" class="nav-link" title=t().fold_nav() on:click=fold>{icon("side")}<span class="nav-name">{t().fold_nav()}</span></button>
            </nav>
            <div class="frame">
                <TopBar/>
                <Offline/>
                <main id="main" class="main" tabindex="-1">{children()}</main>
            </div>
            <BottomBar sheet/>
        </div>
    }
    .into_any()
}

#[component]
fn TopBar() -> impl IntoView {
    let me = state::me();
    let name = me.as_ref().map(|m| m.name.clone()).unwrap_or_default();
    let theme = state().theme;
    let themes = [
        (Theme::System, t().theme_system(), "screen"),
        (Theme::Light, t().theme_light(), "sun"),
        (Theme::Dark, t().theme_dark(), "moon"),
    ];
    let face = view! { {avatar(me.as_ref().map_or("", |m| m.id.as_str()), &name)}<span class="wide-only clip">{name.clone()}</span> }.into_any();
    view! {
        <header class="top">
            <button type="button" class="search-open" on:click=|_| state().palette.set(true)>
                {icon("search")}<span class="grow">{t().search_everything()}</span><kbd class="wide-only">"Ctrl K"</kbd>
            </button>
            <span class="grow"></span>
            <span class="workspace muted wide-only clip">{me.as_ref().map(|m| m.workspace.clone())}</span>
            <Menu face label=format!("{} {name}", t().account()) class="btn quiet user" end=true>
                <p class="menu-title">{me.as_ref().map(|m| m.email.clone())}</p>
                <div role="group" aria-label=t().language()>
                    {i18n::LANGUAGES.into_iter().map(|(locale, name)| view! {
                        <button type="button" class="menu-row item" aria-pressed=(i18n::locale() == locale).to_string() on:click=move |_| i18n::keep(locale)>{icon("globe")}{name}{(i18n::locale() == locale).then(|| icon("check"))}</button>
                    }).collect_view()}
                </div>
                <hr/>
                <div role="group" aria-label=t().theme()>
                    {themes.into_iter().map(|(value, name, shape)| view! {
                        <button type="button" class="menu-row item" aria-pressed=move || (theme.get() == value).to_string() on:click=move |_| choose_theme(value)>{icon(shape)}{name}{move || (theme.get() == value).then(|| icon("check"))}</button>
                    }).collect_view()}
                </div>
                <hr/>
                <a class="menu-row item" href="/settings">{icon("settings")}{t().settings()}</a>
                <button type="button" class="menu-row item" on:click=|_| leave::then(|| spawn_local(session::sign_out()))>{icon("out")}{t().sign_out()}</button>
            </Menu>
            <Progress/>
        </header>
    }
    .into_any()
}

pub fn choose_theme(theme: Theme) {
    let key = match theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    dom::store("theme", key);
    state().theme.set(theme);
}

/// Puts the chosen theme on the page; the system's is the style sheet's own business.
pub fn follow_theme() {
    Effect::new(|_| {
        let theme = state().theme.get();
        if let Some(root) = document().document_element() {
            let _ = match theme {
                Theme::System => root.remove_attribute("data-theme"),
                Theme::Light => root.set_attribute("data-theme", "light"),
                Theme::Dark => root.set_attribute("data-theme", "dark"),
            };
        }
    });
}

/// Requests that take longer: a line under the top bar, and in its landmark.
#[component]
fn Progress() -> impl IntoView {
    let busy = Memo::new(|_| state().busy.get() > 0);
    // The style sheet shows it after 300 ms, so quick answers do not flicker.
    (move || {
        busy.get()
            .then(|| view! { <div class="progress" role="progressbar" aria-label=t().loading()></div> })
    })
    .into_any()
}

#[component]
fn Offline() -> impl IntoView {
    (move || {
        (!state().online.get()).then(|| view! { <p class="offline" role="status">{icon("warning")}{t().offline()}</p> })
    })
    .into_any()
}

#[component]
fn BottomBar(sheet: RwSignal<bool>) -> impl IntoView {
    // The first of these stand in the bar, the others in the sheet.
    let split = || {
        let first = ["/", "/tasks", "/customers", "/pipeline"];
        let all = places().into_iter().flat_map(|(_, places)| places);
        all.partition::<Vec<Place>, _>(|p| first.contains(&p.href.as_str()))
    };
    let first = move || {
        state().session.track();
        split().0.into_iter().map(link).collect_view()
    };
    let rest = move || {
        let shown = split().1;
        view! {
            <div class="sheet-back" on:click=move |_| sheet.set(false)></div>
            <div class="sheet" role="dialog" aria-label=t().more()>
                {shown.into_iter().map(link).collect_view()}
                {link(place("/settings", t().settings(), "settings"))}
            </div>
        }
    };
    view! {
        {move || sheet.get().then(rest)}
        <nav class="bottom" aria-label=t().navigation()>
            {first}
            <button type="button" class="nav-link" aria-expanded=move || sheet.get().to_string() on:click=move |_| sheet.update(|s| *s = !*s)>{icon("menu")}<span class="nav-name">{t().more()}</span></button>
        </nav>
    }
    .into_any()
}
