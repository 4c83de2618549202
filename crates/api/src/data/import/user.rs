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
use serde_json::json;

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
                if let Some(key) = change.taken.key {
                    here.insert(key, draft.line);
                }
                change.manager.into_iter().for_each(|user| staff.put(user));
                change.team.into_iter().for_each(|(_, team)| staff.put_team(team));
                change.user.into_iter().for_each(|(_, user)| staff.put(user));
                change.taken
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
    taken: RowResult,
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
    let by = &context.by;
    let mut writing = Writing::new(by, Cause::Imported);
    let fields = by.fields(User::KIND);
    let now = Instant::now();
    let mut map = draft.map.clone();
    let mut change = PersonChange::default();

    let keys = ["external_id", "email", "name"];
    let Some((field, key)) = keys.iter().find_map(|k| Some((*k, draft.text(k)?))) else {
        return Err(at("name", Problem::required("name")));
    };
    let hashed = hash(&format!("{field}\0{}", folded(key)));
    let seen = context
        .seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&hashed)
        .copied();
    if let Some(line) = seen.or_else(|| here.get(&hashed).copied()) {
        return Err(at(field, Problem::value(code::DUPLICATE_KEY, key).with("line", line)));
    }
    change.taken.key = Some(hashed);
    let old = match field {
        "external_id" => staff.with_key(key),
        "email" => staff.at_address(key),
        _ => staff.person(key, &fields).map_err(|p| at("name", p))?,
    };
    by.authorize(Action::Import, User::KIND, old.and_then(|u| u.owner_id))?;
    let id = old.map_or_else(Id::now_v7, |u| u.id);

    if let Some(texts) = map.get("roles").and_then(|r| r.as_array()).cloned() {
        let mut roles = Vec::with_capacity(texts.len());
        for text in texts.iter().filter_map(|t| t.as_str()) {
            let unknown = || Issue::at("roles", "unknown_role").with("role", text);
            roles.push(
                staff
                    .role(text)
                    .ok_or_else(|| Stop::from(Error::from(unknown())))?
                    .to_owned(),
            );
        }
        map.insert("roles".to_owned(), json!(roles));
    } else if old.is_none() {
        map.insert("roles".to_owned(), json!([ROLE]));
    }

    let manager = match draft.said.get("team_manager") {
        None => None,
        Some(text) if draft.text("name").is_some_and(|n| folded(n) == folded(text)) => Some(id),
        Some(text) => match staff.person(text, &fields).map_err(|p| at("team_manager", p))? {
            Some(found) => Some(found.id),
            None => {
                by.authorize(Action::Create, User::KIND, None)?;
                let patch = UserPatch {
                    name: Some(text.clone()),
                    roles: Some(vec![MANAGER.to_owned()]),
                    ..Default::default()
                };
                let mut made = User::create(patch, Birth::new(by.user()))?;
                User::before(tx, &mut writing, None, &mut made).map_err(|e| of_cell("team_manager", e))?;
                change.taken.new_values.push(("team_manager", text.clone()));
                Some(change.manager.insert(made).id)
            }
        },
    };
    if let Some(name) = team_name(context, draft) {
        let team = match staff.team(&name) {
            Some(team) if manager.is_none() || team.manager_id == manager => team.id,
            Some(team) => {
                let patch = TeamPatch {
                    manager_id: Some(manager),
                    ..Default::default()
                };
                by.authorize(Action::Edit, Team::KIND, team.owner_id)?;
                let mut new = team.apply(patch, now)?;
                Team::before(tx, &mut writing, Some(team), &mut new).map_err(|e| of_cell("team_manager", e))?;
                change.team = Some((Some(team.clone()), new));
                team.id
            }
            None => {
                by.authorize(Action::Create, Team::KIND, None)?;
                let patch = TeamPatch {
                    name: Some(name.clone()),
                    manager_id: Some(manager),
                    ..Default::default()
                };
                change.taken.new_values.push(("team_id", name));
                let mut made = Team::create(patch, Birth::new(by.user()))?;
                Team::before(tx, &mut writing, None, &mut made).map_err(|e| of_cell("team_id", e))?;
                change.team.insert((None, made)).1.id
            }
        };
        map.insert("team_id".to_owned(), json!(team));
    }

    let user = match old {
        None => {
            let birth = Birth {
                id,
                ..Birth::new(by.user())
            };
            by.authorize(Action::Create, User::KIND, None)?;
            let mut new = User::create(UserPatch::parse(map, true)?, birth)?;
            User::before(tx, &mut writing, None, &mut new)?;
            Some((None, new))
        }
        Some(old) => {
            by.authorize(Action::Edit, User::KIND, old.owner_id)?;
            let mut new = old.apply(UserPatch::parse(map, false)?, now)?;
            let changed = new.put() != old.put();
            if changed {
                User::before(tx, &mut writing, Some(old), &mut new)?;
            }
            changed.then(|| (Some(old.clone()), new))
        }
    };
    let nothing = user.is_none() && change.team.is_none() && change.manager.is_none();
    let outcome = match (&user, nothing) {
        (Some((None, _)), _) => Outcome::Created,
        (_, true) => Outcome::Unchanged,
        _ => Outcome::Updated,
    };
    change.taken.outcome = Some((outcome, id));
    change.user = user;
    Ok(change)
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
