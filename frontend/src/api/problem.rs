//! What went wrong with a request: the server's problem+json, or the network's failure, as one value.

use crate::i18n::{fill, t};
use serde_json::Value;
use wasm_bindgen::JsValue;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problem {
    /// 0 when no answer came.
    pub status: u16,
    pub code: String,
    pub title: String,
    pub detail: String,
    pub request_id: String,
    /// Field name (first part of the pointer, or a parameter) and what is wrong with it.
    pub errors: Vec<(String, String)>,
    /// The same by the whole pointer, for what lies deeper than a field.
    pub places: Vec<(String, String)>,
    /// What stands in the way of an undo.
    pub left: Value,
}

impl Problem {
    pub fn read(status: u16, body: Value, retry_after: Option<String>) -> Self {
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        let errors = body["errors"].as_array().map(|errors| {
            errors
                .iter()
                .map(|e| {
                    let place = e["pointer"].as_str().or_else(|| e["parameter"].as_str());
                    let pointer = place.unwrap_or_default().trim_start_matches('/');
                    let mut parts = pointer.split('/');
                    // A field that the firm has added stands among the others of its sort.
                    let name = match (parts.next(), parts.next()) {
                        (Some(all @ "custom_fields"), Some(key)) => format!("{all}.{key}"),
                        (first, _) => first.unwrap_or_default().to_owned(),
                    };
                    (name, e["message"].as_str().unwrap_or_default().to_owned())
                })
                .collect()
        });
        let places = body["errors"].as_array().into_iter().flatten();
        let text_of = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let places = places
            .map(|e| (text_of(&e["pointer"]), text_of(&e["message"])))
            .collect();
        let mut detail = text("detail");
        if let (true, Some(seconds)) = (detail.is_empty(), retry_after) {
            detail = fill(t().retry_in(), &[&seconds]);
        }
        Self {
            status,
            code: text("code"),
            title: text("title"),
            detail,
            request_id: text("request_id"),
            errors: errors.unwrap_or_default(),
            places,
            left: body["left"].clone(),
        }
    }

    /// Something missing that need not be sent to know it.
    pub fn at(field: &str, text: &str) -> Self {
        Self {
            status: 422,
            errors: vec![(field.to_owned(), text.to_owned())],
            ..Self::default()
        }
    }

    pub fn network(error: JsValue) -> Self {
        let aborted = crate::dom::get(&error, "name")
            .as_string()
            .is_some_and(|n| n == "AbortError");
        Self {
            code: if aborted { "aborted" } else { "offline" }.into(),
            ..Self::default()
        }
    }

    /// Nobody waits for the answer any more.
    pub fn superseded() -> Self {
        Self {
            code: "aborted".into(),
            ..Self::default()
        }
    }

    /// A newer request took this one's place: nothing to tell anybody.
    pub fn aborted(&self) -> bool {
        self.code == "aborted"
    }

    pub fn stale(&self) -> bool {
        self.status == 412
    }

    /// What is wrong with a field, if anything is.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(n, _)| n == name).map(|(_, m)| m.as_str())
    }

    /// The whole story in a line or two.
    pub fn text(&self) -> String {
        if self.status == 0 {
            return t().no_answer().to_owned();
        }
        let fields = self
            .errors
            .iter()
            .map(|(_, m)| m.as_str())
            .filter(|m| !m.is_empty())
            .collect::<Vec<_>>()
            .join(t().list_comma());
        let mut out = [&self.detail, &fields, &self.title]
            .into_iter()
            .find(|s| !s.is_empty())
            .cloned()
            .unwrap_or_default();
        if out.is_empty() {
            out = fill(t().failed_with(), &[&self.status.to_string()]);
        }
        if self.status >= 500 && !self.request_id.is_empty() {
            out = format!("{out} ({})", self.request_id);
        }
        out
    }
}
