//! How records are named in cells that refer to them: by name, where our import would find the same record by it, else by id.

use crate::caller::Caller;
use crate::import::lookup::Lookup;
use domain::pipeline::Pipeline;
use domain::stage::Stage;
use domain::{Id, Kind, Record};
use persistence::{Tx, engine};
use std::collections::{HashMap, HashSet};

/// More names than this are not kept.
const MOST: usize = 200_000;

#[derive(Default)]
pub struct Names(HashMap<Id, String>);

impl Names {
    /// Learns those that are not known yet.
    pub fn learn(
        &mut self,
        tx: &mut Tx,
        caller: &Caller,
        kind: &'static Kind,
        ids: &HashSet<Id>,
    ) -> persistence::Result<()> {
        if self.0.len() > MOST {
            self.0.clear();
        }
        let missing: Vec<Id> = ids.iter().filter(|id| !self.0.contains_key(id)).copied().collect();
        if missing.is_empty() {
            return Ok(());
        }
        // Who may not see a kind, or a record, is told no name of it.
        let Ok(scope) = caller.scope(kind) else {
            return Ok(());
        };
        let titles = engine::titles(tx, &scope, kind, &missing)?;
        // Stages and pipelines are looked for by their names only, each within its own.
        let by_name = [Stage::KIND.name, Pipeline::KIND.name].contains(&kind.name);
        let wanted = titles.values().map(|name| (kind, name.as_str()));
        let lookup = match by_name {
            true => Lookup::default(),
            false => Lookup::read(tx, caller, wanted)?,
        };
        for (id, name) in titles {
            let found = by_name || lookup.find(kind, &name).is_ok_and(|found| found.id == id);
            self.0.insert(id, if found { name } else { id.to_string() });
        }
        Ok(())
    }

    /// The cell of these records; of several, one whose name could be taken for two is told by its id.
    pub fn cell(&self, ids: &[Id], out: &mut String) {
        for (n, id) in ids.iter().enumerate() {
            let Some(name) = self.0.get(id) else { continue };
            if n > 0 && !out.is_empty() {
                out.push_str(domain::export::cell::BETWEEN);
            }
            match ids.len() > 1 && domain::import::cell::list(name).len() != 1 {
                true => out.push_str(&id.to_string()),
                false => out.push_str(name),
            }
        }
    }
}
