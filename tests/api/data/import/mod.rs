//! Imports: files handed in, tried and taken, and what is said about the rows that are not.

mod files;
mod jobs;
pub mod rights;
mod sales;
mod wild;

use reqwest::blocking::multipart::{Form, Part};
use tests::*;

/// A form with a file in it.
pub fn form(kind: &str, file: impl AsRef<[u8]>, words: &[(&str, &str)]) -> Form {
    let part = Part::bytes(file.as_ref().to_vec()).file_name("data.csv");
    words
        .iter()
        .fold(Form::new().text("kind", kind.to_owned()), |form, (name, value)| {
            form.text((*name).to_owned(), (*value).to_owned())
        })
        .part("file", part)
}

/// Hands a file in and waits for what becomes of it.
pub fn import(client: &Client, kind: &str, file: impl AsRef<[u8]>, words: &[(&str, &str)]) -> Answer {
    let taken = client
        .call("POST", "/imports")
        .form(form(kind, file, words))
        .expect(202);
    assert_eq!(taken.header("location"), format!("/api/v1/imports/{}", taken.id()));
    let end = seed::finished(client, &taken.id());
    assert_eq!(end["status"], "done", "{}", end.text);
    end
}

/// `rows created updated unchanged failed`
pub fn counts(end: &Answer) -> [u64; 5] {
    ["rows", "created", "updated", "unchanged", "failed"].map(|n| end["report"][n].as_u64().expect("a count"))
}

/// The causes, each as one line: column, message, rows, what was perhaps meant.
pub fn causes(end: &Answer) -> Vec<String> {
    let list = end["report"]["causes"].as_array().expect("causes");
    let text = |j: &Json| j.as_str().unwrap_or("-").to_owned();
    let line = |c: &Json| {
        format!(
            "{} | {} | {} | {}",
            text(&c["column"]),
            text(&c["message"]),
            c["rows"],
            text(&c["suggestion"])
        )
    };
    list.iter().map(line).collect()
}
