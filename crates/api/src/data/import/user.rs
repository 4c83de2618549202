//! Rows that hold people: users with their teams, and the teams' managers. Such files are small and every row may name
//! people of other rows, so all users and teams are at hand and rows are taken one after the other.

use std::collections::HashMap;
use std::sync::PoisonError;

use domain::import::problem::code;
use domain::import::{Outcome, Problem};
use domain::policy::{Action, Actor, Fields};
use domain::query::Cursor;
use domain::record::{Birth, Patch};
use domain::role::{Role, builtin_name};
use domain::team::{Team, TeamPatch};
use domain::user::{User, UserPatch};
use domain::value::{Storage, address};
use domain::{Error, Id, Instant, Issue, Locale, Record};
use persistence::{Tx, engine, user};
use serde_json::{Map, Value as Json, json};

use super::draft::{Draft, Problems};
use super::plan::{folded, hash};
use super::reference_data::ReferenceData;
use super::take::{ImportContext, RowResult, problems_of};
use crate::caller::Caller;
use crate::noun::Noun;
use crate::pipeline::everything;
use crate::write::{Cause, Writing, write};

/// What a new user may do where the file does not say.
const ROLE: &str = "sales";
const MANAGER: &str = "manager";

/// Everybody, and every team.
#[derive(Debug, Clone, Default)]
pub struct Staff {
    users: Vec<User>,
    teams: Vec<Team>,
    roles: Vec<Role>,
}

impl Staff {
    fn read(tx: &mut Tx, actor: &Actor) -> persistence::Result<Self> {
        Ok(Self {
            users: all(tx, actor)?,
            teams: all(tx, actor)?,
            roles: all(tx, actor)?,
        })
    }

    fn with_key(&self, key: &str) -> Option<&User> {
        self.users.iter().find(|u| u.external_id.as_deref() == Some(key))
    }

    fn at_address(&self, text: &str) -> Option<&User> {
        let sought = address(text);
        let same = |u: &&User| u.email.as_ref().is_some_and(|e| e.as_str() == sought);
        self.users.iter().find(same)
    }

    /// The one person that a text means: external id or e-mail address, as far as the importer reads them, or name.
    fn person(&self, text: &str, fields: &Fields) -> Result<Option<&User>, Problem> {
        let keyed = self.with_key(text).filter(|_| fields.reads("external_id"));
        let addressed = || self.at_address(text).filter(|_| fields.reads("email"));
        if let Some(found) = keyed.or_else(addressed) {
            return Ok(Some(found));
        }
        let mut named = self.users.iter().filter(|u| folded(&u.name) == folded(text));
        match (named.next(), named.next()) {
            (found, None) => Ok(found),
            _ => Err(Problem::not_unique("user", text)),
        }
    }

    fn team(&self, text: &str) -> Option<&Team> {
        let keyed = self.teams.iter().find(|t| t.external_id.as_deref() == Some(text));
        keyed.or_else(|| self.teams.iter().find(|t| folded(&t.name) == folded(text)))
    }

    /// The key of a role that a file names by key or name.
    fn role(&self, text: &str) -> Option<&str> {
        let wanted = folded(text);
        let named = |r: &&Role| {
            folded(&r.key) == wanted || builtin_name(&r.key).is_some_and(|l| [l.zh, l.en].map(folded).contains(&wanted))
        };
        let found = self.roles.iter().find(|r| folded(&r.name) == wanted);
        found.or_else(|| self.roles.iter().find(named)).map(|r| r.key.as_str())
    }

    fn put(&mut self, user: User) {
        match self.users.iter_mut().find(|u| u.id == user.id) {
            Some(old) => *old = user,
            None => self.users.push(user),
        }
    }

    fn put_team(&mut self, team: Team) {
        match self.teams.iter_mut().find(|t| t.id == team.id) {
            Some(old) => *old = team,
            None => self.teams.push(team),
        }
    }
}

fn all<T: Record>(tx: &mut Tx, actor: &Actor) -> persistence::Result<Vec<T>> {
    let scope = actor.scope(T::KIND)?;
    let mut list = everything::<T>("created_at", None)?;
    let mut found: Vec<T> = Vec::new();
    loop {
        let page = engine::list::<T>(tx, &scope, &list)?;
        found.extend(page.rows);
        let Some(next) = page.next else { return Ok(found) };
        list.after = Cursor::decode(&next, list.fingerprint, Storage::Instant);
    }
}

pub fn batch(
    tx: &mut Tx,
    context: &ImportContext,
    drafts: &[Draft],
) -> persistence::Result<(Vec<RowResult>, ReferenceData)> {
    let mut reference_data = context
        .reference_data
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let mut staff = match reference_data.staff.take() {
        Some(staff) => staff,
        None => Staff::read(tx, &context.by)?,
    };
    let mut here = HashMap::new();
    let mut all = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let done = judge(tx, context, &staff, draft, &here).and_then(|mut change| {
            if !context.trial {
                tx.savepoint(|tx| change.write(tx, &context.by))?;
            }
            Ok(change)
        });
        all.push(match done {
            Ok(change) => {
                if let Some(key) = change.result.key {
                    here.insert(key, draft.line);
                }
                change.manager.into_iter().for_each(|user| staff.put(user));
                change.team.into_iter().for_each(|(_, team)| staff.put_team(team));
                change.user.into_iter().for_each(|(_, user)| staff.put(user));
                change.result
            }
            Err(Stop::Row(problems)) => RowResult::failed(problems),
            Err(Stop::Store(persistence::Error::Domain(error))) => RowResult::failed(problems_of(error)),
            Err(Stop::Store(error)) => return Err(error),
        });
    }
    // Only a trial remembers what nobody wrote; otherwise the next batch reads what is there.
    reference_data.staff = context.trial.then_some(staff);
    Ok((all, reference_data))
}

enum Stop {
    Row(Problems),
    Store(persistence::Error),
}

impl From<persistence::Error> for Stop {
    fn from(error: persistence::Error) -> Self {
        Self::Store(error)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Row(problems_of(error))
    }
}

fn at(field: &str, problem: Problem) -> Stop {
    Stop::Row(vec![(Some(field.to_owned()), problem)])
}

/// What is wrong with whom or what a cell brings along, told of that cell.
fn of_cell(field: &str, error: persistence::Error) -> Stop {
    match error {
        persistence::Error::Domain(error) => {
            let problems = problems_of(error).into_iter();
            Stop::Row(problems.map(|(_, problem)| (Some(field.to_owned()), problem)).collect())
        }
        error => Stop::Store(error),
    }
}

/// What a row makes: a manager who was not there, a team made or given a manager, the user made or changed.
#[derive(Default)]
struct PersonChange {
    manager: Option<User>,
    team: Option<(Option<Team>, Team)>,
    user: Option<(Option<User>, User)>,
    result: RowResult,
}

/// A row being judged: what it says, whom it may mean, and what it makes so far.
struct PersonRow<'a> {
    context: &'a ImportContext,
    staff: &'a Staff,
    draft: &'a Draft,
    fields: Fields<'a>,
    writing: Writing<'a>,
    change: PersonChange,
}

fn judge(
    tx: &mut Tx,
    context: &ImportContext,
    staff: &Staff,
    draft: &Draft,
    here: &HashMap<u64, u64>,
) -> Result<PersonChange, Stop> {
    if !draft.problems.is_empty() {
        return Err(Stop::Row(draft.problems.clone()));
    }
    let mut row = PersonRow {
        context,
        staff,
        draft,
        fields: context.by.fields(User::KIND),
        writing: Writing::new(&context.by, Cause::Imported),
        change: PersonChange::default(),
    };
    let old = row.meant(here)?;
    context
        .by
        .authorize(Action::Import, User::KIND, old.and_then(|u| u.owner_id))?;
    let id = old.map_or_else(Id::now_v7, |u| u.id);
    let mut map = draft.map.clone();
    row.set_roles(&mut map, old.is_none())?;
    let manager = row.manager(tx, id)?;
    if let Some(team) = row.team(tx, manager)? {
        map.insert("team_id".to_owned(), json!(team));
    }
    row.set_user(tx, map, old, id)?;
    Ok(row.change)
}

impl<'a> PersonRow<'a> {
    /// The user that the row means, if they are there.
    fn meant(&mut self, here: &HashMap<u64, u64>) -> Result<Option<&'a User>, Stop> {
        let keys = ["external_id", "email", "name"];
        let Some((field, key)) = keys.iter().find_map(|k| Some((*k, self.draft.text(k)?))) else {
            return Err(at("name", Problem::required("name")));
        };
        let hashed = hash(&format!("{field}\0{}", folded(key)));
        let seen = self.context.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = seen.get(&hashed).or_else(|| here.get(&hashed)) {
            return Err(at(field, Problem::value(code::DUPLICATE_KEY, key).with("line", line)));
        }
        self.change.result.key = Some(hashed);
        Ok(match field {
            "external_id" => self.staff.with_key(key),
            "email" => self.staff.at_address(key),
            _ => self.staff.person(key, &self.fields).map_err(|p| at("name", p))?,
        })
    }

    /// Names of roles as their keys; who is new and has none named gets the usual one.
    fn set_roles(&self, map: &mut Map<String, Json>, is_new: bool) -> Result<(), Stop> {
        let Some(texts) = map.get("roles").and_then(Json::as_array) else {
            if is_new {
                map.insert("roles".to_owned(), json!([ROLE]));
            }
            return Ok(());
        };
        let role = |text: &str| {
            let unknown = || Error::from(Issue::at("roles", "unknown_role").with("role", text));
            self.staff.role(text).map(str::to_owned).ok_or_else(unknown)
        };
        let roles = texts.iter().filter_map(Json::as_str).map(role);
        let roles = roles.collect::<Result<Vec<String>, Error>>()?;
        map.insert("roles".to_owned(), json!(roles));
        Ok(())
    }

    /// Who leads the team, made where nobody is called so. `id` is the row's own user.
    fn manager(&mut self, tx: &mut Tx, id: Id) -> Result<Option<Id>, Stop> {
        let Some(text) = self.draft.said.get("team_manager") else {
            return Ok(None);
        };
        if self.draft.text("name").is_some_and(|n| folded(n) == folded(text)) {
            return Ok(Some(id));
        }
        let found = self.staff.person(text, &self.fields);
        if let Some(found) = found.map_err(|p| at("team_manager", p))? {
            return Ok(Some(found.id));
        }
        let by = &self.context.by;
        by.authorize(Action::Create, User::KIND, None)?;
        let patch = UserPatch {
            name: Some(text.clone()),
            roles: Some(vec![MANAGER.to_owned()]),
            ..Default::default()
        };
        let mut made = User::create(patch, Birth::new(by.user()))?;
        User::before(tx, &mut self.writing, None, &mut made).map_err(|e| of_cell("team_manager", e))?;
        self.change.result.new_values.push(("team_manager", text.clone()));
        Ok(Some(self.change.manager.insert(made).id))
    }

    /// The team of the row: found, given its manager, or made.
    fn team(&mut self, tx: &mut Tx, manager: Option<Id>) -> Result<Option<Id>, Stop> {
        let Some(name) = team_name(self.context, self.draft) else {
            return Ok(None);
        };
        let by = &self.context.by;
        let patch = TeamPatch {
            manager_id: Some(manager),
            ..Default::default()
        };
        let (old, new) = match self.staff.team(&name) {
            Some(team) if manager.is_none() || team.manager_id == manager => return Ok(Some(team.id)),
            Some(team) => {
                by.authorize(Action::Edit, Team::KIND, team.owner_id)?;
                let mut new = team.apply(patch, Instant::now())?;
                Team::before(tx, &mut self.writing, Some(team), &mut new).map_err(|e| of_cell("team_manager", e))?;
                (Some(team.clone()), new)
            }
            None => {
                by.authorize(Action::Create, Team::KIND, None)?;
                let patch = TeamPatch {
                    name: Some(name.clone()),
                    ..patch
                };
                self.change.result.new_values.push(("team_id", name));
                let mut made = Team::create(patch, Birth::new(by.user()))?;
                Team::before(tx, &mut self.writing, None, &mut made).map_err(|e| of_cell("team_id", e))?;
                (None, made)
            }
        };
        Ok(Some(self.change.team.insert((old, new)).1.id))
    }

    /// The user made or changed, and what became of the row with that.
    fn set_user(&mut self, tx: &mut Tx, map: Map<String, Json>, old: Option<&User>, id: Id) -> Result<(), Stop> {
        let by = &self.context.by;
        let action = if old.is_some() { Action::Edit } else { Action::Create };
        by.authorize(action, User::KIND, old.and_then(|u| u.owner_id))?;
        let patch = UserPatch::parse(map, old.is_none())?;
        let mut new = match old {
            Some(old) => old.apply(patch, Instant::now())?,
            None => User::create(
                patch,
                Birth {
                    id,
                    ..Birth::new(by.user())
                },
            )?,
        };
        let changed = old.is_none_or(|old| new.put() != old.put());
        if changed {
            User::before(tx, &mut self.writing, old, &mut new)?;
            self.change.user = Some((old.cloned(), new));
        }
        let others = self.change.team.is_some() || self.change.manager.is_some();
        let outcome = match (old, changed || others) {
            (None, _) => Outcome::Created,
            (Some(_), true) => Outcome::Updated,
            (Some(_), false) => Outcome::Unchanged,
        };
        self.change.result.outcome = Some((outcome, id));
        Ok(())
    }
}

/// The team that the row says, by itself or by its manager. An office with several managers has a team for each.
fn team_name(context: &ImportContext, draft: &Draft) -> Option<String> {
    let (team, manager) = (draft.said.get("team_id"), draft.said.get("team_manager"));
    match (team, manager) {
        (None, None) => None,
        (Some(team), None) => Some(team.clone()),
        (Some(team), Some(manager)) => {
            let several = context.plan.managers.get(&folded(team)).is_some_and(|m| m.len() > 1);
            Some(if several {
                format!("{team} – {manager}")
            } else {
                team.clone()
            })
        }
        (None, Some(manager)) => Some(match context.by.workspace().locale {
            Locale::Zh => format!("{manager}的团队"),
            Locale::En => format!("{manager}’s team"),
        }),
    }
}

impl PersonChange {
    /// The manager first, then the team, then its member. A new user who leads the team comes before it, and joins after.
    fn write(&mut self, tx: &mut Tx, by: &Caller) -> persistence::Result<()> {
        user::hold_rights(tx, by.workspace().id)?;
        let mut writing = Writing::new(by, Cause::Imported);
        if let Some(manager) = &self.manager {
            insert(tx, &mut writing, manager)?;
        }
        let mut user = self.user.clone();
        if let (Some((None, new)), Some((_, team))) = (&mut user, &self.team)
            && team.manager_id == Some(new.id)
        {
            let mut before = new.clone();
            before.team_id = None;
            insert(tx, &mut writing, &before)?;
            user = Some((Some(before), new.clone()));
        }
        match &mut self.team {
            None => {}
            Some((None, new)) => insert(tx, &mut writing, new)?,
            Some((Some(old), new)) => *new = update(tx, &mut writing, old, new)?,
        }
        match user {
            None => {}
            Some((None, new)) => insert(tx, &mut writing, &new)?,
            Some((Some(old), new)) => {
                let stored = update(tx, &mut writing, &old, &new)?;
                self.user = Some((Some(old), stored));
            }
        }
        Ok(())
    }
}

fn insert<T: Noun>(tx: &mut Tx, writing: &mut Writing, new: &T) -> persistence::Result<()> {
    let permit = writing.authorize(Action::Create, T::KIND, new.owner_id())?;
    write(tx, writing, &permit, None, new)?;
    Ok(())
}

fn update<T: Noun>(tx: &mut Tx, writing: &mut Writing, old: &T, new: &T) -> persistence::Result<T> {
    let permit = writing.authorize(Action::Edit, T::KIND, old.owner_id())?;
    write(tx, writing, &permit, Some(old), new)
}
