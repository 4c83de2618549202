//! One's picture: chosen from a file, looked at, used, or taken off.

use crate::{
    api::{self, Problem},
    avatar::{self, avatar},
    dom::{self, Tell},
    i18n::{fill, format, t},
    record::row::Row,
    ui::{Sending, icon, toast},
};
use domain::avatar::{MOST_BYTES, TAKEN};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

#[component]
pub fn Picture(row: RwSignal<Option<Row>>, changed: Callback<()>) -> impl IntoView {
    let chosen = RwSignal::new_local(None::<web_sys::File>);
    let preview = RwSignal::new(None::<String>);
    let sending = Sending::new();
    let show = move |file: Option<web_sys::File>| {
        if let Some(old) = preview.get_untracked() {
            let _ = web_sys::Url::revoke_object_url(&old);
        }
        preview.set(
            file.as_ref()
                .and_then(|f| web_sys::Url::create_object_url_with_blob(f).ok()),
        );
        chosen.set(file);
    };
    on_cleanup(move || {
        if let Some(Some(old)) = preview.try_get_untracked() {
            let _ = web_sys::Url::revoke_object_url(&old);
        }
    });
    let choose = move |event: web_sys::Event| {
        let Some(input) = event
            .target()
            .and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok())
        else {
            return;
        };
        let file = input.files().and_then(|files| files.get(0));
        // Else the same file chosen again would be no change.
        input.set_value("");
        let Some(file) = file else { return };
        sending.problem.set(None);
        if file.size() > MOST_BYTES as f64 {
            let most = format::number((MOST_BYTES >> 20) as f64);
            return sending
                .problem
                .set(Some(Problem::at("", &fill(t().picture_too_large(), &[&most]))));
        }
        show(Some(file));
        dom::focus_soon("#picture-use".into());
    };
    let back = move || {
        show(None);
        dom::focus_soon("#picture-file".into());
    };
    let send = move |_| {
        let Some(file) = chosen.get_untracked() else { return };
        sending.send(api::put_file("/auth/me/avatar", file), move |body| {
            avatar::learn(body["id"].as_str().unwrap_or_default(), body["avatar"].as_str());
            row.try_set(Row::new(body));
            back();
            toast::say(t().saved());
        });
    };
    let remove = move |_| {
        sending.send(api::delete_any("/auth/me/avatar"), move |_| {
            if let Some(Some(row)) = row.try_get_untracked() {
                avatar::learn(row.id(), None);
            }
            changed.tell(());
            dom::focus_soon("#picture-file".into());
            toast::say(t().saved());
        });
    };
    let face = move || match preview.get() {
        Some(url) => view! { <img src=url alt=t().picture_preview()/> }.into_any(),
        None => row
            .with(|r| r.as_ref().map(|r| avatar(r.id(), r.text("name"))))
            .into_any(),
    };
    let has = move || row.with(|r| r.as_ref().is_some_and(|r| !r.get("avatar").is_null()));
    let buttons = move || {
        if preview.with(Option::is_some) {
            return view! {
                <button type="button" class="btn primary" id="picture-use" class:loading=sending.busy on:click=send><span>{t().use_picture()}</span></button>
                <button type="button" class="btn" on:click=move |_| { sending.problem.set(None); back(); }>{t().cancel()}</button>
            }
            .into_any();
        }
        view! {
            <label class="btn"><input type="file" class="sr" id="picture-file" accept=TAKEN on:change=choose/>{icon("import")}<span>{t().choose_picture()}</span></label>
            {has().then(|| view! { <button type="button" class="btn quiet" on:click=remove>{icon("trash")}<span>{t().remove_picture()}</span></button> })}
        }
        .into_any()
    };
    view! {
        <section class="box" aria-busy=move || sending.busy.get().to_string()>
            <h2>{t().picture()}</h2>
            <div class="picture">
                <div class="picture-face">{face}</div>
                <div class="stack">
                    <p class="hint">{fill(t().picture_hint(), &[&format::number((MOST_BYTES >> 20) as f64)])}</p>
                    <div class="picture-acts">{buttons}</div>
                    {sending.alert()}
                </div>
            </div>
        </section>
    }
    .into_any()
}
