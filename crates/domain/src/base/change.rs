//! The change log: what every change leaves behind.

use crate::policy::Actor;
use crate::{Id, Instant, Kinds, Label};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

choice! {
    ChangeAction {
        Create "create" "创建" "Created",
        Update "update" "修改" "Updated",
        Delete "delete" "删除" "Deleted",
        Restore "restore" "恢复" "Restored",
        Derive "derive" "自动更新" "Updated automatically",
    }
}

/// What has entries in the change log without being a kind of records.
pub const NON_RECORD_KINDS: [(&str, Label); 4] = [
    ("session", Label::new("登录", "Sign-in")),
    ("workspace", crate::workspace::KIND.label),
    ("api_key", Label::new("API 密钥", "API key")),
    ("password_link", Label::new("重设密码链接", "Password link")),
];

/// Everything that has entries: its name in the log, and what it is called.
pub fn kinds(kinds: Kinds) -> impl Iterator<Item = (&'static str, Label)> {
    kinds.iter().map(|kind| (kind.name, kind.label)).chain(NON_RECORD_KINDS)
}

pub fn label(among: Kinds, kind: &str) -> Option<Label> {
    kinds(among).find(|(name, _)| *name == kind).map(|(_, label)| label)
}

/// One entry of the change log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Change {
    pub position: i64,
    pub change_set: Id,
    pub request_id: String,
    pub actor_id: Option<Id>,
    pub kind: String,
    pub record_id: Id,
    pub version: i64,
    pub action: ChangeAction,
    /// Field → `[old, new]`.
    pub fields: Json,
    pub at: Instant,
}

impl Change {
    /// As JSON, as far as somebody may see the fields of its record.
    pub fn shown(&self, to: &Actor) -> Json {
        let mut fields = self.fields.clone();
        if let Some(kind) = to.kinds().named(&self.kind) {
            to.fields(kind).cover(&mut fields);
        }
        serde_json::json!({ "position": self.position, "change_set": self.change_set, "request_id": self.request_id,
            "actor_id": self.actor_id, "kind": self.kind, "record_id": self.record_id, "version": self.version,
            "action": self.action, "fields": fields, "at": self.at })
    }
}

/// What differs between two records as JSON: field → `[old, new]`. Version and time of change speak for themselves.
pub fn diff(old: Option<&Json>, new: Option<&Json>) -> Json {
    let empty = Map::new();
    let old = old.and_then(Json::as_object).unwrap_or(&empty);
    let new = new.and_then(Json::as_object).unwrap_or(&empty);
    let quiet = |name: &str| matches!(name, "id" | "version" | "updated_at" | "created_at" | "created_by");
    let mut fields = Map::new();
    for name in old.keys().chain(new.keys().filter(|n| !old.contains_key(*n))) {
        let (was, is) = (
            old.get(name).unwrap_or(&Json::Null),
            new.get(name).unwrap_or(&Json::Null),
        );
        if !quiet(name) && was != is && !(is_empty(was) && is_empty(is)) {
            fields.insert(name.clone(), Json::Array(vec![was.clone(), is.clone()]));
        }
    }
    Json::Object(fields)
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(a) => a.is_empty(),
        Json::Object(o) => o.is_empty(),
        _ => false,
    }
}
