//! What a form sends, and what came of it.

use crate::api::{self, Problem};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

/// A request of a dialog under way, and what came of it.
#[derive(Clone, Copy)]
pub struct Sending {
    pub problem: RwSignal<Option<Problem>>,
    pub busy: RwSignal<bool>,
}

impl Sending {
    pub fn new() -> Self {
        Self {
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    pub fn send(self, call: api::Call, then: impl FnOnce(Value) + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let outcome = call.send().await;
            self.busy.try_set(false);
            match outcome {
                Ok(reply) => then(reply.body),
                Err(error) => {
                    self.problem.try_set(Some(error));
                }
            }
        });
    }

    /// What is wrong with a field.
    pub fn error(self, name: &'static str) -> impl Fn() -> Option<AnyView> + Copy {
        move || {
            let text = self
                .problem
                .with(|p| p.as_ref().and_then(|p| p.field(name).map(str::to_owned)))?;
            Some(view! { <p class="field-error" role="alert">{text}</p> }.into_any())
        }
    }
}
