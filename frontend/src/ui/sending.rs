//! What a form sends: one request at a time; what is wrong stands at its field, or under the form; and a dialog's foot.

use crate::{
    api::{self, Problem},
    dom::{self, Tell},
    i18n::t,
    ui::icon,
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;

/// A request under way, and what came of it.
#[derive(Clone, Copy)]
pub struct Sending {
    pub problem: RwSignal<Option<Problem>>,
    pub busy: RwSignal<bool>,
    /// The fields that say themselves what is wrong with them.
    fields: StoredValue<Vec<&'static str>>,
}

/// What a form does instead of loading a page.
pub fn submit(run: impl Fn() + 'static) -> impl Fn(web_sys::SubmitEvent) {
    move |event| {
        event.prevent_default();
        run();
    }
}

impl Sending {
    pub fn new() -> Self {
        Self {
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            fields: StoredValue::new(Vec::new()),
        }
    }

    /// Does what may be refused, unless it is under way. The form may be gone when the answer comes.
    pub fn run(self, work: impl Future<Output = api::Outcome<()>> + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let outcome = work.await;
            self.busy.try_set(false);
            if let Err(problem) = outcome {
                self.refuse(problem);
            }
        });
    }

    pub fn send(self, call: api::Call, then: impl FnOnce(Value) + 'static) {
        self.run(async move {
            then(call.send().await?.body);
            Ok(())
        });
    }

    /// Says what is wrong; the first field that is wrong gets the keyboard.
    pub fn refuse(self, problem: Problem) {
        if !problem.errors.is_empty() {
            dom::focus_soon(".wrong :is(input, select, textarea)".into());
        }
        self.problem.try_set(Some(problem));
    }

    /// What is wrong with a field.
    pub fn said(self, name: &'static str) -> impl Fn() -> Option<String> + Copy + Send {
        self.fields.update_value(|fields| fields.push(name));
        move || {
            self.problem
                .with(|p| p.as_ref().and_then(|p| p.field(name).map(str::to_owned)))
        }
    }

    /// The same, as it stands under the field.
    pub fn error(self, name: &'static str) -> impl Fn() -> Option<AnyView> + Copy + Send {
        let said = self.said(name);
        move || said().map(|text| view! { <p class="field-error" role="alert">{text}</p> }.into_any())
    }

    /// A field of the form: its label, the box of this id, and what is wrong with it.
    pub fn field(self, name: &'static str, id: &str, label: impl IntoView + 'static, input: AnyView) -> AnyView {
        self.place(name, "form-field", id, label, input)
    }

    /// One that takes the whole width.
    pub fn wide(self, name: &'static str, id: &str, label: impl IntoView + 'static, input: AnyView) -> AnyView {
        self.place(name, "form-field wide", id, label, input)
    }

    fn place(
        self,
        name: &'static str,
        class: &'static str,
        id: &str,
        label: impl IntoView + 'static,
        input: AnyView,
    ) -> AnyView {
        let (said, error) = (self.said(name), self.error(name));
        view! {
            <div class=class class:wrong=move || said().is_some()>
                <label for=id.to_owned()>{label.into_any()}</label>
                {input}
                {error}
            </div>
        }
        .into_any()
    }

    /// Under the form: what no field says.
    pub fn alert(self) -> AnyView {
        let told = move || {
            let problem = self.problem.get().filter(|p| !p.aborted())?;
            let said = |(name, _): &(String, String)| self.fields.with_value(|f| f.contains(&name.as_str()));
            let all_said = !problem.errors.is_empty() && problem.errors.iter().all(said);
            (!all_said).then(|| view! { <p class="form-error">{icon("warning")}<span>{problem.text()}</span></p> })
        };
        view! { <div role="alert">{told}</div> }.into_any()
    }

    /// The button that sends the form.
    pub fn button(self, class: &'static str, action: impl Into<String>) -> AnyView {
        view! { <button type="submit" class=class class:loading=self.busy><span>{action.into()}</span></button> }
            .into_any()
    }

    /// Under the form of a dialog: the way out, and the way on once all that is needed is there.
    pub fn foot(
        self,
        close: Callback<()>,
        action: impl Into<String>,
        ready: impl Fn() -> bool + Send + 'static,
    ) -> AnyView {
        view! {
            <footer class="dialog-foot">
                <button type="button" class="btn" on:click=move |_| close.tell(())>{t().cancel()}</button>
                <button type="submit" class="btn primary" class:loading=self.busy disabled=move || !ready()><span>{action.into()}</span></button>
            </footer>
        }
        .into_any()
    }
}

/// A box of text that changes a draft.
pub fn text_box(id: &str, max: &'static str, draft: RwSignal<String>) -> AnyView {
    view! { <input class="input" id=id.to_owned() maxlength=max autocomplete="off" prop:value=draft on:input=move |e| draft.set(event_target_value(&e))/> }
        .into_any()
}
