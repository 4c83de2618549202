//! Answers kept under the key of their request, in the transaction of the effect.

use crate::engine;
use crate::error::{Error, Result};
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::policy::Actor;
use domain::value::Storage;
use domain::{Id, Instant, Issue, Kind};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Keys are forgotten after this.
const KEEP_SECONDS: i64 = 24 * 3600;

/// A request that must have its effect once.
#[derive(Debug, Clone)]
pub struct Key {
    pub workspace: Id,
    /// The user, or the API key: each is answered within its own rights only.
    pub sender: Option<Id>,
    pub key: String,
    /// Of method, path and body.
    pub request_hash: String,
}

/// An answer as it was first given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: i64,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub body: String,
    /// What was changed together by it, where anything was.
    pub change_set: Option<Id>,
    /// The records it shows, by their kinds.
    pub shows: BTreeMap<&'static str, Vec<Id>>,
    /// Whether it was kept, and is given once more.
    pub replayed: bool,
}

impl Answer {
    /// Says that the answer shows a record.
    #[must_use]
    pub fn of(mut self, kind: &Kind, id: Id) -> Self {
        self.shows.entry(kind.name).or_default().push(id);
        self
    }
}

/// What somebody sees of the records in an answer: which of them, and what is closed of their fields.
fn sight(tx: &mut Tx, actor: &Actor, shows: &BTreeMap<&'static str, Vec<Id>>) -> Result<Json> {
    let mut sight = Map::new();
    for (name, ids) in shows {
        let Some(kind) = actor.kinds().named(name) else {
            continue;
        };
        let mut records = match actor.scope(kind) {
            Ok(scope) => engine::ids_visible(tx, &scope, kind, ids)?,
            Err(_) => Vec::new(),
        };
        records.sort_unstable();
        let closed = actor.identity.closed.0.get(*name);
        sight.insert((*name).to_owned(), json!({ "records": records, "closed": closed }));
    }
    Ok(Json::Object(sight))
}

/// The answer already given under the key, if there is one; refused where it shows what the actor sees no more. Holds the
/// key until the transaction ends: on PostgreSQL by a lock (a second request is told that the first still runs), on SQLite
/// there is one writer.
pub fn begin(tx: &mut Tx, actor: &Actor, key: &Key) -> Result<Option<Answer>> {
    if tx.dialect() == Dialect::Pg {
        let lock = Sql::new("SELECT pg_try_advisory_xact_lock(hashtextextended(")
            .value(format!("{}:{:?}:{}", key.workspace, key.sender, key.key))
            .text(", 0))");
        if tx.value::<bool>(&lock)? != Some(true) {
            return Err(Error::Domain(domain::Error::Conflict(Issue::new(
                "Idempotency-Key",
                "idempotency_key_running",
            ))));
        }
    }
    let oldest = Instant::now().plus_seconds(-KEEP_SECONDS);
    let sql = Sql::new(
        "SELECT request_hash, sight, status, etag, location, body, change_set FROM idempotency_keys WHERE workspace_id = ",
    )
    .value(key.workspace)
    .text(" AND user_id = ")
    .value(key.sender.unwrap_or_default())
    .text(" AND key = ")
    .value(key.key.as_str())
    .text(" AND created_at > ")
    .value(oldest);
    let [text, number] = [Storage::Text, Storage::Int];
    let columns = [text, text, number, text, text, text, Storage::Id];
    let Some(mut row) = tx.row(&sql, &columns)? else {
        return Ok(None);
    };
    if row.get::<String>()? != key.request_hash {
        return Err(Issue::new("Idempotency-Key", "idempotency_key_reused").into());
    }
    let kept: Json = serde_json::from_str(&row.get::<String>()?).map_err(Error::internal)?;
    let ids = |seen: &Json| serde_json::from_value(seen["records"].clone()).map_err(Error::internal);
    let named = kept.as_object().into_iter().flatten();
    let named = named.filter_map(|(name, seen)| Some((actor.kinds().named(name)?.name, ids(seen))));
    let shows = named.map(|(name, ids)| Ok((name, ids?))).collect::<Result<_>>()?;
    if sight(tx, actor, &shows)? != kept {
        let issue = Issue::new("Idempotency-Key", "idempotency_answer_withheld");
        return Err(Error::Domain(domain::Error::Conflict(issue)));
    }
    Ok(Some(Answer {
        shows,
        replayed: true,
        status: row.get()?,
        etag: row.get()?,
        location: row.get()?,
        body: row.get()?,
        change_set: row.get()?,
    }))
}

/// Keeps the answer with its effect.
pub fn finish(tx: &mut Tx, actor: &Actor, key: &Key, answer: &Answer) -> Result<()> {
    // Who makes a record for others may never see it again: what is compared later is what they see now.
    let sight = sight(tx, actor, &answer.shows)?.to_string();
    let sql = Sql::new(
        "INSERT INTO idempotency_keys (workspace_id, user_id, key, request_hash, sight, status, etag, location, body, change_set, created_at) VALUES (",
    )
    .value(key.workspace)
    .text(", ")
    .value(key.sender.unwrap_or_default())
    .text(", ")
    .value(key.key.as_str())
    .text(", ")
    .value(key.request_hash.as_str())
    .text(", ")
    .value(sight)
    .text(", ")
    .value(answer.status)
    .text(", ")
    .value(answer.etag.clone())
    .text(", ")
    .value(answer.location.clone())
    .text(", ")
    .value(answer.body.as_str())
    .text(", ")
    .value(answer.change_set)
    .text(", ")
    .value(Instant::now())
    .text(
        ") ON CONFLICT (workspace_id, user_id, key) DO UPDATE SET request_hash = excluded.request_hash, \
         sight = excluded.sight, status = excluded.status, etag = excluded.etag, location = excluded.location, body = excluded.body, \
         change_set = excluded.change_set, created_at = excluded.created_at",
    );
    tx.execute(&sql)?;
    Ok(())
}

/// Forgets keys past their time, as many at once as hold up nobody. Returns how many.
pub fn forget_old(tx: &mut Tx) -> Result<usize> {
    let sql = Sql::new(
        "DELETE FROM idempotency_keys WHERE (workspace_id, user_id, key) IN (SELECT k.workspace_id, k.user_id, k.key \
         FROM workspaces w JOIN idempotency_keys k ON k.workspace_id = w.id AND k.created_at < ",
    )
    .value(Instant::now().plus_seconds(-KEEP_SECONDS))
    .text(" LIMIT 1000)");
    tx.execute(&sql)
}
