//! Something under way on the server: looked at again and again until it is over.

mod outcome;
pub mod page;
mod under_way;

use crate::{
    api::{self, Problem},
    dom, parts,
    state::state,
    ui::{self, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

pub use outcome::{of as outcome, told, undone};
pub use under_way::card;

#[derive(Clone, Copy)]
pub struct RunningJob {
    /// As the server last told it; null before that.
    pub body: RwSignal<Value>,
    pub problem: RwSignal<Option<Problem>>,
    path: StoredValue<String>,
}

pub fn over(body: &Value) -> bool {
    matches!(body["status"].as_str(), Some("done" | "failed" | "cancelled"))
}

impl RunningJob {
    /// Follows the job at a path such as `/imports/…`.
    pub fn watch(path: String) -> Self {
        let job = Self {
            body: RwSignal::new(Value::Null),
            problem: RwSignal::new(None),
            path: StoredValue::new(path),
        };
        job.poll();
        job
    }

    pub fn id(self) -> String {
        let last = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
        self.path.with_value(last)
    }

    pub fn poll(self) {
        spawn_local(async move {
            let mut pause = 150;
            while let Some(path) = self.path.try_get_value() {
                match api::get(path).send().await {
                    Ok(reply) => {
                        let over = over(&reply.body);
                        self.body.try_set(reply.body);
                        if over {
                            return;
                        }
                    }
                    // Away, or busy: the job goes on all the same.
                    Err(error) if matches!(error.status, 0 | 429 | 502..=504) => {}
                    Err(error) => {
                        self.problem.try_set(Some(error));
                        return;
                    }
                }
                dom::sleep(pause).await;
                pause = (pause * 3 / 2).min(1000);
            }
        });
    }

    pub fn cancel(self) {
        let path = format!("{}/cancel", self.path.get_value());
        spawn_local(async move {
            if let Err(problem) = api::post(path, Value::Null).send().await {
                toast::complain(&problem);
            }
        });
    }

    /// Waits until it is over, one way or another.
    pub async fn settled(self) {
        while self.problem.try_with_untracked(Option::is_none) == Some(true)
            && self.body.try_with_untracked(over) == Some(false)
        {
            dom::sleep(100).await;
        }
    }
}

/// Follows a job on whatever screen: how far it is, and what became of it.
pub fn follow(id: &str) {
    let id = id.to_owned();
    state().under_way.update(|ids| {
        if !ids.contains(&id) {
            ids.push(id);
        }
    });
}

/// Among the notices: the jobs that are followed.
pub fn under_way() -> AnyView {
    let gone = Callback::new(|()| ());
    view! {
        <For each=|| state().under_way.get() key=String::clone children=move |id| {
            ui::later_dialog(move || parts::under_way(id.clone()), gone)
        }/>
    }
    .into_any()
}
