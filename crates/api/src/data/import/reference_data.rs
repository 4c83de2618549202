//! What rows refer to besides records: the pipelines, stages and picklists of the workspace, which are few and are kept for
//! the whole import, with what the file adds to them.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::picklist::{PickOption, PickOptions, Picklist, PicklistPatch};
use domain::pipeline::Pipeline;
use domain::policy::{Action, Actor};
use domain::query::Cursor;
use domain::record::Birth;
use domain::stage::{Stage, StagePatch};
use domain::value::Storage;
use domain::{AnyRecord, Field, Id, Issue, Record};
use persistence::{Tx, engine};

use super::plan::folded;
use crate::caller::Caller;
use crate::noun;
use crate::pipeline::everything;
use crate::write::{Cause, Change, Writing, write, write_all};

/// More than this a picklist does not hold.
const MOST_OPTIONS: usize = 2000;

#[derive(Debug, Clone, Default)]
pub struct ReferenceData {
    /// In use, in their order.
    pub pipelines: Vec<Pipeline>,
    /// In their order.
    pub stages: Vec<Stage>,
    /// The last stage of each pipeline when the import began: where deals stand that come in closed.
    pub closing: HashMap<Id, Id>,
    picklists: BTreeMap<&'static str, List>,
    /// Stages made since the last time this was written.
    new_stages: Vec<Stage>,
    /// Stages that this import brought along.
    pub brought: HashSet<Id>,
    /// Of a trial import of people: everybody, as they would be by now.
    pub staff: Option<super::user::Staff>,
}

#[derive(Debug, Clone, Default)]
struct List {
    /// Folded value or label → the value that records store.
    known: HashMap<String, String>,
    restricted: bool,
    name: String,
    /// Not yet in the list.
    new: Vec<String>,
    /// Folded values that this import brought along.
    brought: HashSet<String>,
}

impl ReferenceData {
    /// Reads what a kind needs.
    pub fn read(tx: &mut Tx, actor: &Actor, kind: &domain::Kind) -> persistence::Result<Self> {
        let mut reference_data = Self::default();
        // What the lists offer concerns everybody who may write a record.
        let system = Actor::system(actor.identity.workspace.clone());
        let scope = system.scope(Picklist::KIND)?;
        for key in kind.fields.iter().filter_map(|f| f.picklist) {
            let found: Option<Picklist> = engine::find_by(tx, &scope, "key", key)?;
            reference_data
                .picklists
                .insert(key, found.map(List::from).unwrap_or_default());
        }
        if kind.fields.iter().any(|f| f.refers == Some(Stage::KIND.name)) {
            let list = everything::<Pipeline>("position", None)?;
            reference_data.pipelines = engine::list(tx, &actor.scope(Pipeline::KIND)?, &list)?.rows;
            reference_data.pipelines.retain(|p| !p.archived);
            let mut list = everything::<Stage>("position", None)?;
            loop {
                let page = engine::list::<Stage>(tx, &actor.scope(Stage::KIND)?, &list)?;
                reference_data.stages.extend(page.rows);
                let Some(next) = page.next else { break };
                list.after = Cursor::decode(&next, list.fingerprint, Storage::Int);
            }
            for stage in &reference_data.stages {
                reference_data.closing.insert(stage.pipeline_id, stage.id);
            }
        }
        Ok(reference_data)
    }

    pub fn stage(&self, id: Id) -> Option<&Stage> {
        self.stages.iter().find(|s| s.id == id)
    }

    pub fn stages_of(&self, pipeline: Id) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(move |s| s.pipeline_id == pipeline)
    }

    /// A stage of this name for the end of a pipeline; not among them until it is added.
    pub fn draft_stage(&self, actor: &Actor, pipeline: Id, name: &str) -> Result<Stage, domain::Error> {
        actor.authorize(Action::Create, Stage::KIND, None)?;
        let last = self.stages_of(pipeline).map(|s| s.position).max();
        let patch = StagePatch {
            pipeline_id: Some(pipeline),
            name: Some(name.to_owned()),
            position: Some(last.map_or(0, |p| (p + 1).min(10_000))),
            probability: Some(0),
            ..Default::default()
        };
        if name.chars().count() > 100 {
            return Err(Issue::at("stage_id", "too_long").with("max", 100).into());
        }
        Stage::create(patch, Birth::new(actor.user()))
    }

    pub fn add_stage(&mut self, stage: Stage) {
        if self.brought.insert(stage.id) {
            self.new_stages.push(stage.clone());
            self.stages.push(stage);
        }
    }

    /// The stages that this import brought along; those of a trial are not there.
    pub fn brought_stages(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(|stage| self.brought.contains(&stage.id))
    }

    /// Forgets stages that are still to be written and that no row needs any more.
    pub fn drop_stages_without(&mut self, used: &HashSet<Id>) {
        let dropped: Vec<Id> = self
            .new_stages
            .iter()
            .map(|s| s.id)
            .filter(|id| !used.contains(id))
            .collect();
        self.new_stages.retain(|stage| !dropped.contains(&stage.id));
        self.stages.retain(|stage| !dropped.contains(&stage.id));
        self.brought.retain(|id| !dropped.contains(id));
    }

    /// The value that records store for what a cell says, and whether this import brings it along. Refused where the list is closed.
    pub fn pick(&self, field: &Field, text: &str) -> Result<(String, bool), Issue> {
        let Some(list) = field.picklist.and_then(|key| self.picklists.get(key)) else {
            return Ok((text.to_owned(), false));
        };
        match list.known.get(&folded(text)) {
            Some(value) => Ok((value.clone(), list.brought.contains(&folded(value)))),
            None if list.restricted => Err(Issue::at(field.name, "unknown_option")
                .with("value", text)
                .with("picklist", &list.name)),
            None => Ok((text.to_owned(), true)),
        }
    }

    /// Adds a value to a list. False where the list is full, or the value too long for it.
    pub fn add_value(&mut self, field: &Field, value: &str) -> bool {
        let Some(list) = field.picklist.and_then(|key| self.picklists.get_mut(key)) else {
            return false;
        };
        if list.known.len() >= MOST_OPTIONS || value.chars().count() > 100 {
            return false;
        }
        if list.known.insert(folded(value), value.to_owned()).is_none() {
            list.new.push(value.to_owned());
            list.brought.insert(folded(value));
        }
        true
    }

    /// Writes what was added.
    pub fn write(&mut self, tx: &mut Tx, by: &Caller, kind: &domain::Kind) -> persistence::Result<()> {
        if !self.new_stages.is_empty() {
            let permit = by.authorize(Action::Create, Stage::KIND, None)?;
            let new = std::mem::take(&mut self.new_stages);
            let new = new
                .iter()
                .map(|stage| Change::new(None, AnyRecord::of(stage)))
                .collect();
            let mut writing = Writing::new(by, Cause::Imported);
            write_all(tx, &mut writing, &permit, noun::hooks::<Stage>(), new)?;
        }
        for (key, list) in &mut self.picklists {
            if list.new.is_empty() {
                continue;
            }
            let label = kind.fields.iter().find(|f| f.picklist == Some(*key)).map(|f| f.label);
            let name = label.map_or(*key, |l| l.get(by.workspace().locale));
            let new = std::mem::take(&mut list.new);
            write_options(tx, by, key, name, &new)?;
        }
        Ok(())
    }

    /// Forgets that anything has to be written: for trials.
    pub fn written(&mut self) {
        self.new_stages.clear();
        self.picklists.values_mut().for_each(|l| l.new.clear());
    }
}

impl From<Picklist> for List {
    fn from(picklist: Picklist) -> Self {
        let mut known = HashMap::new();
        for option in &picklist.options.0 {
            let labels = [&option.label_zh, &option.label_en].into_iter().flatten();
            for name in labels.chain([&option.value]) {
                known.insert(folded(name), option.value.clone());
            }
        }
        // A value means itself, even where it is another one's label.
        for option in &picklist.options.0 {
            known.insert(folded(&option.value), option.value.clone());
        }
        Self {
            known,
            restricted: picklist.restricted,
            name: picklist.name,
            new: Vec::new(),
            brought: HashSet::new(),
        }
    }
}

/// Adds values to the list as it is now. Who may not edit lists leaves them as they are; the records keep the values.
fn write_options(tx: &mut Tx, by: &Caller, key: &str, name: &str, new: &[String]) -> persistence::Result<()> {
    let option = |value: &String| PickOption {
        value: value.clone(),
        label_zh: None,
        label_en: None,
        retired: false,
    };
    let system = Actor::system(by.identity.workspace.clone());
    let found: Option<Picklist> = engine::find_by(tx, &system.scope(Picklist::KIND)?, "key", key)?;
    match found {
        Some(old) => {
            let Ok(permit) = by.authorize(Action::Edit, Picklist::KIND, None) else {
                return Ok(());
            };
            let mut changed = old.clone();
            let missing = new.iter().filter(|v| !old.offers(v)).map(option);
            changed.options.0.extend(missing);
            write(
                tx,
                &mut Writing::new(by, Cause::Imported),
                &permit,
                Some(&old),
                &changed,
            )?;
        }
        None => {
            let Ok(permit) = by.authorize(Action::Create, Picklist::KIND, None) else {
                return Ok(());
            };
            let patch = PicklistPatch {
                key: Some(key.to_owned()),
                name: Some(name.to_owned()),
                options: Some(PickOptions(new.iter().map(option).collect())),
                ..Default::default()
            };
            let new = Picklist::create(patch, Birth::new(by.user()))?;
            write(tx, &mut Writing::new(by, Cause::Imported), &permit, None, &new)?;
        }
    }
    Ok(())
}
