//! The audit log: searching all changes and sign-ins of the workspace, and taking them away as a file.

pub mod verify;

use crate::caller::Caller;
use crate::describe::shared::page_of;
use crate::describe::{Doc, Routes, boolean, formatted, id, made_of, maybe_text, named, nullable, text};
use crate::error::Problem;
use crate::http::query;
use crate::import::error_file::guard;
use crate::state::State;
use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use domain::Kinds;
use domain::change::{self, Change, ChangeAction};
use domain::kinds::may_be_made;
use domain::policy::Action;
use domain::query::MAX_LIMIT;
use domain::user::User;
use domain::value::{parse_day, parse_id};
use domain::{Error, Field, Id, Instant, Issue, Kind, Label, Record};
use futures_util::stream;
use persistence::audit::{self, EntryPosition, Search};
use persistence::{Tx, engine};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use utoipa::openapi::KnownFormat;
use utoipa::openapi::schema::{AllOfBuilder, AnyOfBuilder};
use validator::Validate;

pub const AREA: &str = "audit";
/// Rows of a step of the file.
const AT_ONCE: u32 = 500;

struct Query {
    search: Search,
    before: Option<EntryPosition>,
    limit: u32,
}

/// What is asked, as it is written.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, deserialize_with = "actor")]
    actor: Option<Option<Id>>,
    kind: Option<String>,
    #[serde(default, deserialize_with = "query::id")]
    record_id: Option<Id>,
    action: Option<String>,
    #[validate(length(max = 100))]
    field: Option<String>,
    #[validate(length(max = 200))]
    request_id: Option<String>,
    from: Option<String>,
    to: Option<String>,
    cursor: Option<String>,
    #[serde(default = "query::default_limit")]
    #[validate(range(min = 1, max = MAX_LIMIT))]
    limit: u32,
}

/// A user, or `system`, which is none.
fn actor<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<Id>>, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    match parse_id(&text) {
        Some(id) => Ok(Some(Some(id))),
        None if text == "system" => Ok(Some(None)),
        None => Err(serde::de::Error::custom("invalid_id")),
    }
}

fn read(caller: &Caller, written: Written) -> Result<Query, Problem> {
    let bad = |name: &str, code| Error::BadQuery(Issue::new(name, code));
    let unknown = |name: &'static str, code, value: &str| Error::BadQuery(Issue::new(name, code).with(name, value));
    if let Some(kind) = &written.kind {
        change::label(caller.kinds(), kind).ok_or_else(|| unknown("kind", "unknown_kind", kind))?;
    }
    let action = written.action.as_deref().map(|key| {
        let action = ChangeAction::from_key(key);
        action.ok_or_else(|| unknown("action", "unknown_action", key))
    });
    let at = |name: &str, text: &Option<String>, days: u64| {
        let at = text
            .as_deref()
            .map(|text| moment(caller, text, days).ok_or_else(|| bad(name, "invalid_time")));
        at.transpose()
    };
    let before = written
        .cursor
        .as_deref()
        .map(|cursor| place(cursor).ok_or_else(|| bad("cursor", "invalid_cursor")));
    if let Some(field) = &written.field {
        let kinds = caller.kinds();
        let mut asked = kinds
            .iter()
            .filter(|k| written.kind.as_ref().is_none_or(|kind| kind == k.name));
        // That it was changed is something about it as well.
        if asked.any(|kind| !caller.fields(kind).sees(field)) {
            return Err(Error::BadQuery(Issue::new("field", "field_hidden").with("field", field)).into());
        }
    }
    Ok(Query {
        search: Search {
            actor: written.actor,
            action: action.transpose()?,
            from: at("from", &written.from, 0)?,
            until: at("to", &written.to, 1)?,
            record: written.record_id,
            kind: written.kind,
            field: written.field,
            request: written.request_id,
        },
        before: before.transpose()?,
        limit: written.limit,
    })
}

/// A moment as given, or where a day begins, or the one after it.
fn moment(caller: &Caller, text: &str, days: u64) -> Option<Instant> {
    match parse_day(text) {
        Some(day) => Some(caller.day_start(day.checked_add_days(chrono::Days::new(days))?)),
        None => Instant::parse(text),
    }
}

fn place(cursor: &str) -> Option<EntryPosition> {
    let (at, seq) = cursor.split_once('.')?;
    Some(EntryPosition {
        at: Instant::from_micros(at.parse().ok()?)?,
        seq: seq.parse().ok()?,
    })
}

fn cursor(place: EntryPosition) -> String {
    format!("{}.{}", place.at.micros(), place.seq)
}

fn may(caller: &Caller, action: Action) -> Result<(), Problem> {
    if caller.identity.may(AREA, action) {
        return Ok(());
    }
    Err(caller.identity.refusal(action, AREA).into())
}

/// What the caller may know of the records that entries are about: their names, and which are in the recycle bin.
#[derive(Default)]
struct About {
    names: HashMap<Id, String>,
    deleted: HashSet<Id>,
    people: HashMap<Id, String>,
}

fn about(tx: &mut Tx, caller: &Caller, found: &[(EntryPosition, Change)]) -> persistence::Result<About> {
    let changes = || found.iter().map(|(_, change)| change);
    let mut about = About::default();
    let mut by_kind: HashMap<&str, Vec<Id>> = HashMap::new();
    for change in changes() {
        by_kind.entry(change.kind.as_str()).or_default().push(change.record_id);
    }
    for (kind, mut ids) in by_kind {
        let Some((kind, scope)) = caller
            .kinds()
            .named(kind)
            .and_then(|kind| Some((kind, caller.scope(kind).ok()?)))
        else {
            continue;
        };
        ids.sort_unstable();
        ids.dedup();
        about.names.extend(engine::titles(tx, &scope, kind, &ids)?);
        ids.retain(|id| !about.names.contains_key(id));
        let deleted = engine::titles_deleted(tx, &scope, kind, &ids)?;
        about.deleted.extend(deleted.keys());
        about.names.extend(deleted);
    }
    let people: HashSet<Id> = changes().filter_map(|c| c.actor_id).collect();
    let people: Vec<Id> = people.into_iter().collect();
    if let Ok(scope) = caller.scope(User::KIND) {
        about.people = engine::titles_deleted(tx, &scope, User::KIND, &people)?;
        about.people.extend(engine::titles(tx, &scope, User::KIND, &people)?);
    }
    Ok(about)
}

impl About {
    /// Whether the values may be shown: sign-ins and keys are no records, and belong to the audit.
    fn sees(&self, change: &Change) -> bool {
        let records = domain::kind(&change.kind).is_some() || may_be_made(&change.kind);
        !records || self.names.contains_key(&change.record_id)
    }

    fn row(&self, caller: &Caller, change: &Change) -> Json {
        let mut row = change.shown(caller);
        if !self.sees(change) {
            row["fields"] = json!({});
        }
        row["covered"] = json!(!self.sees(change));
        row["actor"] = change
            .actor_id
            .map_or(Json::Null, |id| json!({ "id": id, "name": self.people.get(&id) }));
        row["record"] =
            json!({ "name": self.names.get(&change.record_id), "deleted": self.deleted.contains(&change.record_id) });
        row
    }
}

/// An entry that was found, and what the caller is told of it.
struct Hit {
    place: EntryPosition,
    change: Change,
    told: Json,
}

/// A page of what is asked for, and where the next one goes on. That a field was changed is something about the record as
/// well: where a field is asked for, entries about records out of sight are no hits, nor can it be told where they stand.
fn page(
    tx: &mut Tx,
    caller: &Caller,
    wanted: &Search,
    mut before: Option<EntryPosition>,
    limit: u32,
) -> persistence::Result<(Vec<Hit>, Option<EntryPosition>)> {
    let mut hits = Vec::new();
    // One more than is asked for tells that there are more.
    let mut step = limit + 1;
    while hits.len() <= limit as usize {
        let found = audit::search(tx, &caller.feed_scope(), wanted, before, step)?;
        let about = about(tx, caller, &found)?;
        let over = found.len() < step as usize;
        before = found.last().map(|(place, _)| *place);
        let shown = found
            .into_iter()
            .filter(|(_, change)| wanted.field.is_none() || about.sees(change));
        hits.extend(shown.map(|(place, change)| Hit {
            place,
            told: about.row(caller, &change),
            change,
        }));
        if over {
            break;
        }
        step = AT_ONCE;
    }
    let more = hits.len() > limit as usize;
    hits.truncate(limit as usize);
    let next = hits.last().filter(|_| more).map(|hit| hit.place);
    Ok((hits, next))
}

async fn search(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    may(&caller, Action::View)?;
    let query = read(&caller, query::read(&request)?)?;
    let body = state
        .store
        .read_sealed(move |tx| {
            let (hits, next) = page(tx, &caller, &query.search, query.before, query.limit)?;
            let data: Vec<Json> = hits.into_iter().map(|hit| hit.told).collect();
            Ok(json!({ "data": data, "page": { "next_cursor": next.map(cursor), "has_more": next.is_some() } }))
        })
        .await?;
    Ok(HttpResponse::Ok().json(body))
}

const HEADINGS: [Label; 9] = [
    Label::new("时间", "Time"),
    Label::new("操作人", "Who"),
    Label::new("类型", "Type"),
    Label::new("记录", "Record"),
    Label::new("记录 ID", "Record ID"),
    Label::new("操作", "Action"),
    Label::new("字段", "Field"),
    Label::new("旧值", "Old"),
    Label::new("新值", "New"),
];

/// Everything found as CSV, a line for each field, sent as it is read. Each step is a read of its own, so a long file holds
/// up nobody; what happens meanwhile is newer than where it began, and not in it.
async fn export(caller: Caller, state: Data<State>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    may(&caller, Action::Export)?;
    let query = read(&caller, query::read(&request)?)?;
    // Refused before anything is sent: a file that breaks off tells nobody why.
    state.store.read_quick(|_| Ok(())).await?;
    let name = HEADINGS.map(|h| h.get(caller.locale)).join(",");
    let head = Bytes::from(format!("\u{feff}{name}\n"));
    let steps = stream::try_unfold(Some(query.before), move |place| {
        let (caller, state, search) = (caller.clone(), state.clone(), query.search.clone());
        async move {
            let Some(before) = place else { return Ok(None) };
            let step = state.store.read_sealed(move |tx| {
                let (hits, next) = page(tx, &caller, &search, before, AT_ONCE)?;
                let mut out = csv::Writer::from_writer(Vec::new());
                for hit in &hits {
                    lines(&mut out, &caller, hit).map_err(persistence::Error::internal)?;
                }
                let bytes = out
                    .into_inner()
                    .map_err(|e| persistence::Error::internal(e.to_string()))?;
                Ok((Bytes::from(bytes), next))
            });
            match step.await {
                Ok((bytes, next)) => Ok(Some((bytes, next.map(Some)))),
                Err(error) => {
                    tracing::error!(%error, "an audit file broke off");
                    Err(std::io::Error::other("broken off"))
                }
            }
        }
    });
    let first = stream::iter([Ok::<_, std::io::Error>(head)]);
    let body = futures_util::StreamExt::chain(first, steps);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", "attachment; filename=\"audit.csv\""))
        .streaming(body))
}

fn lines(out: &mut csv::Writer<Vec<u8>>, caller: &Caller, Hit { change, told: row, .. }: &Hit) -> csv::Result<()> {
    let kind = caller.kinds().named(&change.kind);
    let text = |label: Option<Label>, key: &str| label.map_or(key.to_owned(), |l| l.get(caller.locale).to_owned());
    let who = match (change.actor_id, row["actor"]["name"].as_str()) {
        (Some(id), name) => name.map_or_else(|| id.to_string(), str::to_owned),
        (None, _) => SYSTEM.get(caller.locale).to_owned(),
    };
    let at = chrono::DateTime::<chrono::Utc>::from_timestamp_micros(change.at.micros());
    let at = at.map(|at| {
        at.with_timezone(&caller.zone)
            .format("%Y-%m-%d %H:%M:%S%:z")
            .to_string()
    });
    let head = [
        at.unwrap_or_default(),
        who,
        text(change::label(caller.kinds(), &change.kind), &change.kind),
        row["record"]["name"].as_str().unwrap_or_default().to_owned(),
        change.record_id.to_string(),
        text(Some(change.action.label()), change.action.key()),
    ];
    let fields: &Map<String, Json> = match &row["fields"] {
        Json::Object(fields) if !fields.is_empty() => fields,
        _ => {
            let blank = [const { String::new() }; 3];
            return out.write_record(head.iter().chain(&blank).map(|cell| guard(cell).into_owned()));
        }
    };
    for (name, values) in fields {
        let field = kind.and_then(|k: &'static Kind| k.field(name));
        let cells = [
            text(field.map(|f: &Field| f.label), name),
            plain(&values[0]),
            plain(&values[1]),
        ];
        out.write_record(head.iter().chain(&cells).map(|cell| guard(cell).into_owned()))?;
    }
    Ok(())
}

const SYSTEM: Label = Label::new("系统", "System");

fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Object(money) if money.len() == 2 && money.contains_key("currency") => {
            format!("{} {}", plain(&value["amount"]), plain(&value["currency"]))
        }
        other => other.to_string(),
    }
}

fn parameters(among: Kinds, doc: Doc) -> Doc {
    let time = || {
        let day = AnyOfBuilder::new().item(formatted(KnownFormat::Date));
        day.item(formatted(KnownFormat::DateTime))
    };
    let kinds: Vec<&str> = change::kinds(among).map(|(name, _)| name).collect();
    let actions: Vec<&str> = ChangeAction::ALL.iter().map(|a| a.key()).collect();
    let actor = AnyOfBuilder::new()
        .item(id())
        .item(text().enum_values(Some(["system"])));
    let field = "A field that was changed, of a record that the caller may see";
    doc.query("actor", actor, "Who did it: the id of a user, or `system`")
        .query(
            "kind",
            text().enum_values(Some(kinds)),
            "Kind of record, or `session` for sign-ins",
        )
        .query("record_id", id(), "The record")
        .query("action", text().enum_values(Some(actions)), "What was done")
        .query("field", text().min_length(Some(1)).max_length(Some(100)), field)
        .query(
            "request_id",
            text().min_length(Some(1)).max_length(Some(200)),
            "The request it came with",
        )
        .query(
            "from",
            time(),
            "A day in the caller's time zone, or a moment (RFC 3339)",
        )
        .query(
            "to",
            time(),
            "As `from`; a day counts to its end, a moment is not counted itself",
        )
        .query(
            "cursor",
            text().min_length(Some(1)).max_length(Some(60)),
            "Where the page before ended",
        )
}

pub fn routes(routes: &mut Routes) {
    let actor = made_of([("id", id().into()), ("name", maybe_text().into())]);
    let record = made_of([("name", maybe_text().into()), ("deleted", boolean().into())]);
    let covered = boolean().description(Some("The caller may not see the record, so the values are left out."));
    let beside = made_of([
        (
            "actor",
            nullable(actor).description(Some("None for the system.")).into(),
        ),
        ("record", record.into()),
        ("covered", covered.into()),
    ]);
    let entry = AllOfBuilder::new().item(named("Change")).item(beside);
    routes.schemas.insert("AuditEntry".into(), entry.into());
    let doc = Doc::new("search_audit", "audit", "Search the audit log")
        .about(
            "Changes of all records and sign-ins, newest first, for who has the right `view` on `audit`. Of an entry the caller sees \
             what they may see of its record.",
        );
    let doc = parameters(routes.kinds, doc)
        .shared("limit")
        .ok(200, page_of(named("AuditEntry")));
    routes.add(Method::GET, "/audit", doc, search);
    let doc = Doc::new("export_audit", "audit", "The audit log as a file")
        .in_language()
        .about("What the search finds, a line for each changed field, in CSV that a spreadsheet takes for text.")
        .file("text/csv");
    routes.add(Method::GET, "/audit/export", parameters(routes.kinds, doc), export);
}
