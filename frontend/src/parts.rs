//! The parts of the app that are fetched when a screen of theirs is first opened; all that no part holds is loaded at once.
//! `cargo xtask app` takes the module apart by these names and says what each weighs.

#![allow(clippy::boxed_local, reason = "what is handed over to a part stays one word")]

use crate::kinds::Kind;
use crate::{
    customers::task,
    data::{export, import},
    job,
    record::{
        bin,
        bulk::{BulkBar, Selection},
        conflict::{self, Conflict},
        detail,
        form::CreateDialog,
        list,
        row::Row,
    },
    sales::pipeline,
    settings,
    state::Undoing,
    ui::Fetched,
    undo,
};
use leptos::prelude::*;
use serde_json::Value;

/// Each function becomes a future that fetches its part first. Few and large: what two parts share becomes a file of its
/// own, so that every further part makes several.
macro_rules! parts {
    ($($part:ident { $(fn $name:ident($($arg:ident: $ty:ty),*) $view:block)* })*) => {$($(
        #[leptos::wasm_split::wasm_split($part, wasm_split_path = ::leptos::wasm_split, fallible)]
        pub fn $name($($arg: $ty),*) -> Fetched {
            Ok($view.into_any())
        }
    )*)*};
}

parts! {
    list {
        fn list(kind: &'static Kind) {
            view! { <list::ListPage kind/> }
        }
    }
    work {
        fn create(kind: &'static Kind, close: Callback<()>, done: Callback<Row>) {
            view! { <CreateDialog kind close done/> }
        }
        fn edit(kind: &'static Kind, of: Box<Row>, close: Callback<()>) {
            view! { <CreateDialog kind close of=*of/> }
        }
        fn bulk(selection: Selection) {
            view! { <BulkBar selection/> }
        }
        fn undo(it: Box<Undoing>) {
            undo::dialog(*it)
        }
        fn under_way(id: String) {
            job::card(id)
        }
        // Whichever screen it comes over, this part is fetched first.
        fn conflict(it: Box<Conflict>) {
            conflict::dialog(*it)
        }
        fn record(kind: &'static Kind, id: String) {
            view! { <detail::RecordPage kind id/> }
        }
        fn record_beside(kind: &'static Kind, id: String, close: Callback<()>) {
            view! { <detail::RecordView kind id panel=true gone=close/> }
        }
        fn bin(kind: Option<&'static Kind>) {
            view! { <bin::BinPage kind/> }
        }
        fn tasks() {
            view! { <task::TasksPage/> }
        }
        fn board() {
            view! { <pipeline::BoardPage/> }
        }
    }
    manage {
        fn jobs(id: Option<String>) {
            view! { <job::page::JobsPage id/> }
        }
        fn import(id: Option<String>) {
            view! { <import::ImportPage id/> }
        }
        fn export(kind: &'static Kind, asked: Box<Value>, close: Callback<()>) {
            view! { <export::ExportDialog kind asked=*asked close/> }
        }
        fn exports() {
            view! { <export::page::ExportsPage/> }
        }
        fn settings(part: String, id: Option<String>) {
            view! { <settings::SettingsPage part id/> }
        }
    }
}
