//! What became of a job, in words: how much was done, how much was left out, and the way back.

use crate::{
    i18n::{fill, format, t},
    ui::toast,
    undo,
};
use leptos::prelude::*;
use serde_json::Value;

#[derive(Clone, Default)]
pub struct Outcome {
    pub text: String,
    /// Something was left out, or went wrong.
    pub bad: bool,
    /// Something was done that can be taken back.
    pub done: bool,
    /// There is a list of what was left out.
    pub listed: bool,
}

impl Outcome {
    fn new(parts: impl IntoIterator<Item = Option<String>>) -> Self {
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        Self {
            text: parts.join(t().clause_comma()),
            ..Self::default()
        }
    }
}

/// So many of something, where there are any.
fn some(n: f64, text: &str) -> Option<String> {
    (n > 0.0).then(|| fill(text, &[&format::number(n)]))
}

/// What a job says of itself when it is over.
pub fn of(body: &Value) -> Outcome {
    let progress = &body["progress"];
    let mut outcome = match body["work"].as_str() {
        Some("bulk") => bulk(&body["wanted"], progress),
        Some("undo") => undone(progress),
        _ => Outcome::new([some(progress["done"].as_f64().unwrap_or_default(), t().n_done())]),
    };
    let before = match body["status"].as_str() {
        Some("failed") => {
            let why = body["error"]["detail"].as_str().unwrap_or_default();
            fill(t().job_failed(), &[why])
        }
        Some("cancelled") => t().job_cancelled().to_owned(),
        _ => return outcome,
    };
    outcome.bad = true;
    outcome.text = [before, outcome.text]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(t().clause_comma());
    outcome
}

fn bulk(wanted: &Value, progress: &Value) -> Outcome {
    let n = |name: &str| progress[name].as_f64().unwrap_or_default();
    let failed = progress["failed"]["total"].as_f64().unwrap_or_default();
    let (changed, seen) = (n("changed"), n("done"));
    let words = match (wanted["delete"] == true, wanted["restore"] == true) {
        (true, _) => t().n_to_bin(),
        (_, true) => t().n_restored(),
        _ => t().n_changed(),
    };
    let nothing = changed == 0.0 && failed == 0.0 && seen == 0.0;
    Outcome {
        bad: failed > 0.0,
        done: changed > 0.0,
        listed: failed > 0.0,
        ..Outcome::new([
            some(changed, words),
            some(seen - changed - failed, t().n_so_already()),
            some(failed, t().n_left_out()),
            nothing.then(|| t().nothing_changed().to_owned()),
        ])
    }
}

/// Of an undo, done at once or by a job.
pub fn undone(progress: &Value) -> Outcome {
    let (undone, left) = (
        progress["undone"].as_f64().unwrap_or_default(),
        progress["left"]["total"].as_f64().unwrap_or_default(),
    );
    Outcome {
        bad: left > 0.0,
        done: undone > 0.0,
        listed: left > 0.0,
        ..Outcome::new([
            Some(fill(t().n_undone(), &[&format::number(undone)])),
            some(left, t().n_not_undone()),
        ])
    }
}

/// Tells it in a toast, with the way back from what was done and the way to what was not.
pub fn told(job: &str, outcome: &Outcome) {
    let set = job.to_owned();
    let back = outcome
        .done
        .then(|| Callback::new(move |()| undo::begin(set.clone(), false)));
    let more = outcome.listed.then(|| (format!("/jobs/{job}"), t().what_was_left()));
    toast::report(outcome.text.clone(), outcome.bad, back, more);
}
