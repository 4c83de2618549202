//! A user's way in: whether they can sign in, invitations, disabling, and help with a lost second factor.

use crate::{
    api,
    dom::Tell,
    hand_over::HandOverDialog,
    i18n::{fill, format, t},
    kinds,
    record::{row::Row, save},
    state::{self, announce},
    ui::{Dialog, Sending, badge, dialog::Confirm, icon, secret, toast},
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};

/// What `state_of` reads, as a list asks for it.
pub const STATE_FIELDS: &str = ",disabled,invited_at,password_changed_at,signed_in_at";

/// A link holds for so many days.
const LINK_DAYS: f64 = 7.0;

/// How a user stands to the door.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
    Disabled,
    /// Was here before.
    Known,
    /// Has a password and has not used it.
    Ready,
    Invited,
    /// Was invited, and the link has run out.
    Late,
    None,
}

impl Way {
    fn of(row: &Row, now: f64) -> Self {
        let has = |name: &str| !row.get(name).is_null();
        let invited = js_sys::Date::parse(row.text("invited_at"));
        match row {
            _ if row.get("disabled") == true => Self::Disabled,
            _ if has("signed_in_at") => Self::Known,
            _ if has("password_changed_at") => Self::Ready,
            _ if !has("invited_at") => Self::None,
            _ if now - invited > LINK_DAYS * 86_400_000.0 => Self::Late,
            _ => Self::Invited,
        }
    }

    fn badge(self) -> AnyView {
        match self {
            Self::Disabled => badge("disabled", t().user_disabled()),
            Self::Known => badge("active", t().user_known()),
            Self::Ready => badge("plain", t().user_ready()),
            Self::Invited => badge("new", t().user_invited()),
            Self::Late => badge("contacted", t().user_late()),
            Self::None => badge("plain", t().user_none()),
        }
    }
}

/// In the list: when they were last here, else how they stand.
pub fn state_of(row: &Row) -> AnyView {
    match Way::of(row, js_sys::Date::now()) {
        Way::Known => time(row.text("signed_in_at")),
        way => way.badge(),
    }
}

fn time(at: &str) -> AnyView {
    view! { <time datetime=at.to_owned() title=format::instant(at)>{format::relative(at)}</time> }.into_any()
}

/// Above a user's fields: how they stand to the door, and what can be done about it.
#[component]
pub fn SignInOf(row: RwSignal<Row>) -> impl IntoView {
    let sending = Sending::new();
    let link = RwSignal::new(None::<[String; 3]>);
    let asking = RwSignal::new(None::<Ask>);
    let handing = RwSignal::new(false);
    let id = row.with_untracked(|r| r.id().to_owned());
    let me = state::me();
    let may_edit = me.as_ref().is_none_or(|m| m.may("user", "edit"));
    let own = me.is_some_and(|m| m.id == id);
    let id = StoredValue::new(id);
    // Each of these is a new version of the record.
    let run = move |what: Ask| {
        let id = id.get_value();
        sending.run(async move {
            let answer = what.send(&id, row).await?;
            let newer = save::fetch(kinds::of("user"), &id).await?;
            announce(kinds::of("user").plural, &id, Some(newer));
            if what == Ask::Invite {
                let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
                link.try_set(Some(["url", "expires_at", "sent_to"].map(text)));
            } else {
                toast::say(t().saved());
            }
            Ok(())
        });
    };
    let way = move || row.with(|r| Way::of(r, js_sys::Date::now()));
    let facts = move || {
        let fact = |name: &str| {
            let field = kinds::of("user").field(name)?;
            let at = row.with(|r| r.text(name).to_owned());
            (!at.is_empty()).then(|| view! { <div class="field"><dt>{field.label}</dt><dd><div class="field-value">{time(&at)}</div></dd></div> })
        };
        let factor = if row.with(|r| r.get("two_factor") == true) {
            t().turned_on()
        } else {
            t().turned_off()
        };
        let name = kinds::of("user").field("two_factor").map(|f| f.label);
        view! {
            <dl>
                {["signed_in_at", "invited_at", "password_changed_at"].map(fact).into_iter().collect_view()}
                <div class="field"><dt>{name}</dt><dd><div class="field-value">{factor}</div></dd></div>
            </dl>
        }
    };
    let button = move |what: Ask, shape: &'static str, name: &'static str| {
        let press = move |_| if what.asks() { asking.set(Some(what)) } else { run(what) };
        view! { <button type="button" class="btn small" on:click=press>{icon(shape)}<span>{name}</span></button> }
    };
    let actions = move || {
        let way = way();
        let invite = match way {
            Way::None => t().invite(),
            Way::Invited | Way::Late => t().invite_again(),
            _ => t().reset_password(),
        };
        // What cannot be is not offered; that an address is missing is said instead.
        let email = row.with(|r| !r.text("email").is_empty());
        let can_invite = way != Way::Disabled && email;
        let factor = row.with(|r| r.get("two_factor") == true);
        let picture = row.with(|r| !r.get("avatar").is_null());
        view! {
            {(way != Way::Disabled && !email).then(|| view! { <p class="hint">{t().no_address()}</p> })}
            <div class="sign-in-acts">
                {(can_invite && !own).then(|| button(Ask::Invite, "email", invite))}
                {(factor && !own).then(|| button(Ask::Reset, "undo", t().reset_factor()))}
                {(picture && !own).then(|| button(Ask::Picture, "trash", t().remove_picture()))}
                {(!own).then(|| view! { <button type="button" class="btn small" on:click=move |_| handing.set(true)>{icon("people")}<span>{t().hand_over()}</span></button> })}
                {(way != Way::Disabled && !own).then(|| button(Ask::Disable, "lock", t().disable()))}
                {(way == Way::Disabled).then(|| button(Ask::Enable, "check", t().enable()))}
                {own.then(|| view! { <a class="btn small" href="/settings">{icon("settings")}<span>{t().profile()}</span></a> })}
            </div>
        }
    };
    let name = move || row.with(|r| r.text("name").to_owned());
    view! {
        <section class="group sign-in-of" aria-busy=move || sending.busy.get().to_string()>
            <div class="group-head"><h2>{t().sign_in()}</h2>{move || way().badge()}</div>
            {facts}
            {may_edit.then_some(actions)}
            {sending.alert()}
            {move || asking.get().map(|what| view! {
                <Confirm title=fill(what.title(), &[&name()]) text=what.text() action=what.action()
                    close=Callback::new(move |()| asking.set(None)) yes=Callback::new(move |()| run(what))/>
            })}
            {move || handing.get().then(|| view! { <HandOverDialog row close=Callback::new(move |()| handing.set(false))/> })}
            {move || link.get().map(|[url, until, sent_to]| view! { <LinkDialog name=name() url until sent_to close=Callback::new(move |()| link.set(None))/> })}
        </section>
    }
    .into_any()
}

/// What can be done to a user's way in.
#[derive(Clone, Copy, PartialEq)]
enum Ask {
    Invite,
    Reset,
    Picture,
    Disable,
    Enable,
}

impl Ask {
    /// Whether it is asked about: what signs somebody out, takes a lock off, or cannot be undone.
    fn asks(self) -> bool {
        matches!(self, Self::Reset | Self::Picture | Self::Disable)
    }

    fn title(self) -> &'static str {
        match self {
            Self::Reset => t().reset_factor_title(),
            Self::Picture => t().remove_picture_title(),
            _ => t().disable_title(),
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Reset => t().reset_factor_text(),
            Self::Picture => t().remove_picture_text(),
            _ => t().disable_text(),
        }
    }

    fn action(self) -> &'static str {
        match self {
            Self::Reset => t().reset_factor(),
            Self::Picture => t().remove_picture(),
            _ => t().disable(),
        }
    }

    async fn send(self, id: &str, row: RwSignal<Row>) -> api::Outcome<Value> {
        let path = save::path(kinds::of("user"), id);
        let disabled = match self {
            Self::Invite => return Ok(api::post(path + "/invite", json!({})).send().await?.body),
            Self::Reset => return Ok(api::post(path + "/reset-second-factor", json!({})).send().await?.body),
            Self::Picture => return Ok(api::delete_any(path + "/avatar").send().await?.body),
            Self::Disable => true,
            Self::Enable => false,
        };
        let patch = Map::from_iter([("disabled".to_owned(), json!(disabled))]);
        save::send(kinds::of("user"), &row.get_untracked(), &patch, &Map::new()).await?;
        Ok(Value::Null)
    }
}

/// The link, shown this once.
#[component]
fn LinkDialog(name: String, url: String, until: String, sent_to: String, close: Callback<()>) -> impl IntoView {
    let text = if sent_to.is_empty() {
        view! { <p>{t().link_text()}</p> }.into_any()
    } else {
        view! {
            <p class="notice">{icon("email")}<span>{fill(t().link_sent(), &[&sent_to])}</span></p>
            <p>{t().link_sent_text()}</p>
        }
        .into_any()
    };
    view! {
        <Dialog title=fill(t().link_for(), &[&name]) close firm=true>
            <div class="dialog-body stack">
                {text}
                {secret::copied("invitation-link", t().link(), url)}
                <p class="hint">{fill(t().link_until(), &[&format::instant(&until)])}</p>
            </div>
            <footer class="dialog-foot"><button type="button" class="btn primary" on:click=move |_| close.tell(())>{t().done()}</button></footer>
        </Dialog>
    }
    .into_any()
}
