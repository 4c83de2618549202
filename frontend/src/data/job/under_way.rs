//! A job that is followed on whatever screen: how far it is, and a notice when it is over.

use super::{RunningJob, outcome, over, told};
use crate::{
    dom,
    i18n::{fill, format, label, t},
    state::{announce_any, state},
    ui::toast,
};
use domain::job::Work;
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

/// What takes less than this, in milliseconds, is told when it is over only.
const SOON: u64 = 500;

pub fn card(id: String) -> AnyView {
    let job = RunningJob::watch(format!("/jobs/{id}"));
    let long = RwSignal::new(false);
    dom::after(SOON, move || {
        long.try_set(true);
    });
    let id = StoredValue::new(id);
    let leave = move || {
        let id = id.get_value();
        state().under_way.update(|ids| ids.retain(|other| *other != id));
    };
    Effect::new(move |_| {
        if let Some(problem) = job.problem.get() {
            toast::complain(&problem);
            leave();
        } else if job.body.with(over) {
            announce_any();
            let (id, became) = (id.get_value(), job.body.with_untracked(outcome));
            // The way back that the notice offers is not this card's, or it would go with it.
            spawn_local(async move { told(&id, &became) });
            leave();
        }
    });
    (move || {
        let body = job.body.get();
        (long.get() && !over(&body)).then(|| {
            view! {
                // What changes all the time is not read out.
                <div class="toast under-way" role="group" aria-live="off">
                    <div class="grow">{progress(&body)}</div>
                    <a class="btn quiet small" href=format!("/jobs/{}", id.get_value())>{t().details()}</a>
                    <button type="button" class="btn quiet small" on:click=move |_| job.cancel()>{t().stop()}</button>
                </div>
            }
        })
    })
    .into_any()
}

/// How far a job is, in words and as a bar.
pub fn progress(body: &Value) -> AnyView {
    let n = |name: &str| body["progress"][name].as_f64().unwrap_or_default();
    let (done, total) = (n("done"), n("total"));
    let work = body["work"].as_str().and_then(Work::from_key);
    let work = work.map_or("", |work| label(work.label()));
    let share = if total > 0.0 { (done / total).min(1.0) } else { 0.0 };
    let text = fill(t().so_far(), &[work, &format::number(done), &format::number(total)]);
    view! {
        <p>{text.clone()}</p>
        <progress max="1" value=share.to_string() aria-label=text>{format::percent(share)}</progress>
    }
    .into_any()
}
