//! The workspace's own settings as the pages about them share them: fetched once, changed part by part.

use crate::{
    api::{self, Problem},
    i18n::t,
    record::row::Row,
    start, state,
    ui::{self, Sending, toast},
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

#[derive(Clone, Copy)]
pub struct Space {
    pub row: RwSignal<Option<Row>>,
    pub sending: Sending,
    failed: RwSignal<Option<Problem>>,
}

impl Space {
    pub fn new() -> Self {
        let space = Self {
            row: RwSignal::new(None),
            sending: Sending::new(),
            failed: RwSignal::new(None),
        };
        space.load();
        space
    }

    fn load(self) {
        spawn_local(async move {
            if let Err(problem) = self.fetch().await {
                self.failed.try_set(Some(problem));
            }
        });
    }

    async fn fetch(self) -> api::Outcome<()> {
        let reply = api::get("/workspace").send().await?;
        self.failed.try_set(None);
        self.row.try_set(Row::new(reply.body));
        Ok(())
    }

    /// Hears of each newer row with the one before it, so that boxes take over what nobody has changed in them.
    pub fn newer(self, take: impl Fn(&Row, &Row) + 'static) {
        Effect::new(move |before: Option<Option<Row>>| {
            let now = self.row.get();
            if let (Some(Some(before)), Some(now)) = (&before, &now)
                && before != now
            {
                take(before, now);
            }
            now
        });
    }

    /// Bones, the error, or the page: drawn once, with what was there first.
    pub fn show(self, draw: impl Fn(Row) -> AnyView + Send + Sync + 'static) -> AnyView {
        let there = Memo::new(move |_| self.row.with(Option::is_some));
        let failed = Memo::new(move |_| self.failed.get());
        (move || match (there.get(), failed.get()) {
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
        let Some(base) = self.row.get_untracked() else { return };
        self.sending.run(async move {
            match api::patch("/workspace", base.version(), patch).send().await {
                Ok(reply) => {
                    self.row.try_set(Row::new(reply.body));
                    toast::say(t().saved());
                    done();
                    // The next change need not wait for it.
                    start::again();
                }
                Err(problem) if problem.stale() => {
                    self.fetch().await?;
                    toast::say(t().changed_look_again());
                }
                Err(problem) => return Err(problem),
            }
            Ok(())
        });
    }
}
