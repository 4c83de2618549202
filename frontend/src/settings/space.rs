//! The workspace's own settings as the pages about them share them: fetched once, changed part by part.

use crate::{
    api::{self, Problem, session},
    i18n::t,
    record::row::Row,
    state,
    ui::{self, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

#[derive(Clone, Copy)]
pub struct Space {
    pub row: RwSignal<Option<Row>>,
    /// What is wrong with what was sent last.
    pub problem: RwSignal<Option<Problem>>,
    pub sending: RwSignal<bool>,
    failed: RwSignal<Option<Problem>>,
}

impl Space {
    pub fn new() -> Self {
        let space = Self {
            row: RwSignal::new(None),
            problem: RwSignal::new(None),
            sending: RwSignal::new(false),
            failed: RwSignal::new(None),
        };
        space.load();
        space
    }

    fn load(self) {
        spawn_local(async move {
            match api::get("/workspace").send().await {
                Ok(reply) => {
                    self.failed.try_set(None);
                    self.row.try_set(Row::new(reply.body));
                }
                Err(problem) => {
                    self.failed.try_set(Some(problem));
                }
            }
        });
    }

    /// Bones, the error, or the page: drawn once, with what was there first.
    pub fn show(self, draw: impl Fn(Row) -> AnyView + Send + Sync + 'static) -> AnyView {
        let there = Memo::new(move |_| self.row.with(Option::is_some));
        (move || match (there.get(), self.failed.get()) {
            (true, _) => self.row.get_untracked().map(&draw).into_any(),
            (false, Some(problem)) => ui::problem(&problem, Callback::new(move |()| self.load())),
            (false, None) => ui::skeleton(6),
        })
        .into_any()
    }

    pub fn may_change() -> bool {
        state::me().is_some_and(|m| m.configures)
    }

    /// Sends what was changed; `done` hears when it is stored.
    pub fn change(self, patch: Value, done: impl Fn() + 'static) {
        let Some(base) = self.row.get_untracked().filter(|_| !self.sending.get_untracked()) else {
            return;
        };
        self.sending.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let outcome = api::patch("/workspace", base.version(), patch).send().await;
            self.sending.try_set(false);
            match outcome {
                Ok(reply) => {
                    self.row.try_set(Row::new(reply.body));
                    toast::say(t().saved);
                    if let Err(problem) = session::reload_me().await {
                        toast::complain(&problem);
                    }
                    done();
                }
                Err(problem) if problem.stale() => {
                    toast::say(t().changed_look_again);
                    self.load();
                }
                Err(problem) => {
                    self.problem.try_set(Some(problem));
                }
            }
        });
    }

    /// What is wrong with a field, under its box.
    pub fn error(self, name: &'static str) -> impl IntoView {
        move || {
            let text = self
                .problem
                .with(|p| p.as_ref().and_then(|p| p.field(name).map(str::to_owned)));
            text.map(|m| view! { <p class="field-error" role="alert">{m}</p> })
        }
    }
}
