//! Exports: lists as files. Asked for in a request, made by a job of the same id, fetched by who asked.

pub mod asked;
pub mod command;
mod csv;
mod jsonl;
mod names;
mod routes;
pub mod run;
mod table;
mod vcard;
mod write;
mod xlsx;

pub use routes::routes;

use crate::noun::Noun;
use domain::export::Export;
use domain::job::Job;
use domain::policy::{Actor, Permit};
use domain::{Error, Kind, Record};
use persistence::{Tx, engine};
use sha2::{Digest, Sha256};

impl Noun for Export {}

/// The sign of all that decides what somebody may export of a kind.
fn sign(actor: &Actor, kind: &'static Kind) -> Result<String, Error> {
    let hash = Sha256::digest(actor.export_rights(kind)?);
    Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The record of an export has the status of its job.
pub fn follow(tx: &mut Tx, permit: &Permit, job: &Job) -> persistence::Result<()> {
    change(tx, permit, job.id, |export| {
        export.status = job.status;
        export.error.clone_from(&job.error);
        export.finished_at = job.finished_at;
    })
}

/// Changes the record as it is now.
fn change(tx: &mut Tx, permit: &Permit, id: domain::Id, with: impl FnOnce(&mut Export)) -> persistence::Result<()> {
    let old: Export = engine::find(tx, &permit.scope(), id)?;
    let mut new = old.clone();
    with(&mut new);
    engine::update(tx, permit, &old, &new).map(drop)
}

/// The permit to write the record of an export, whatever the rights to such records.
fn permit(actor: &Actor) -> Result<Permit, Error> {
    crate::job::permit(actor, Export::KIND)
}
