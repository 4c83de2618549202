//! SQL text with its values: what the store sends to either database.
//!
//! The few values that the two store differently have types of their own here, since diesel's traits cannot be put on
//! types of the domain.

mod shapes;

pub use shapes::Rid;

use diesel::QueryResult;
use diesel::deserialize::{self, FromSql};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use domain::value::{Storage, Val};
use domain::{Day, Id, Instant};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;

pub mod types {
    //! SQL types that the databases spell differently.
    use diesel::query_builder::QueryId;
    use diesel::sql_types::SqlType;

    /// uuid, BLOB of 16 bytes
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
    pub struct Guid;
    /// timestamptz, INTEGER of microseconds since 1970
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
    pub struct At;
    /// date, TEXT `YYYY-MM-DD`
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1082, array_oid = 1182), sqlite_type(name = "Text"))]
    pub struct Date;
    /// jsonb, TEXT
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
    pub struct Doc;
    /// text[], TEXT with a JSON array
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 1009, array_oid = 1009), sqlite_type(name = "Text"))]
    pub struct Texts;
    /// A row read by position.
    #[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
    #[diesel(postgres_type(oid = 2249, array_oid = 2287), sqlite_type(name = "Binary"))]
    pub struct Any;
}

macro_rules! bound {
    ($name:ident($inner:ty): $sql:ident, pg |$p:ident, $po:ident| $pg:expr, sqlite |$s:ident, $so:ident| $lite:expr,
     from pg |$pv:ident| $from_pg:expr, from sqlite |$sv:ident| $from_lite:expr) => {
        #[derive(Debug, Clone, AsExpression)]
        #[diesel(sql_type = types::$sql)]
        pub struct $name(pub $inner);

        impl ToSql<types::$sql, Pg> for $name {
            fn to_sql<'b>(&'b self, $po: &mut Output<'b, '_, Pg>) -> serialize::Result {
                let $p = &self.0;
                $pg;
                Ok(IsNull::No)
            }
        }
        impl ToSql<types::$sql, Sqlite> for $name {
            fn to_sql<'b>(&'b self, $so: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                let $s = &self.0;
                $so.set_value($lite);
                Ok(IsNull::No)
            }
        }
        impl FromSql<types::$sql, Pg> for $name {
            fn from_sql($pv: PgValue<'_>) -> deserialize::Result<Self> {
                Ok(Self($from_pg))
            }
        }
        impl FromSql<types::$sql, Sqlite> for $name {
            fn from_sql(#[allow(unused_mut)] mut $sv: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                Ok(Self($from_lite))
            }
        }
    };
}

/// PostgreSQL counts time from 2000-01-01.
const EPOCH_MICROS: i64 = 946_684_800_000_000;
const EPOCH_DAYS: i32 = 10_957;

fn days_since_1970(day: Day) -> i32 {
    use chrono::Datelike;
    day.num_days_from_ce() - 719_163
}

bound!(Guid(Id): Guid,
    pg |v, out| out.write_all(v.as_bytes())?,
    sqlite |v, out| &v.as_bytes()[..],
    from pg |v| Id::from_slice(v.as_bytes())?,
    from sqlite |v| Id::from_slice(v.read_blob())?);
bound!(At(Instant): At,
    pg |v, out| out.write_all(&(v.micros() - EPOCH_MICROS).to_be_bytes())?,
    sqlite |v, out| v.micros(),
    from pg |v| Instant::from_micros(i64::from_be_bytes(v.as_bytes().try_into()?).saturating_add(EPOCH_MICROS)).ok_or("time")?,
    from sqlite |v| Instant::from_micros(v.read_long()).ok_or("time")?);
bound!(Date(Day): Date,
    pg |v, out| out.write_all(&(days_since_1970(*v) - EPOCH_DAYS).to_be_bytes())?,
    sqlite |v, out| v.to_string(),
    from pg |v| chrono::DateTime::from_timestamp_secs((i64::from(i32::from_be_bytes(v.as_bytes().try_into()?)) + i64::from(EPOCH_DAYS)) * 86_400).ok_or("day")?.date_naive(),
    from sqlite |v| domain::value::parse_day(v.read_text()).ok_or("day")?);
bound!(Doc(serde_json::Value): Doc,
    pg |v, out| { out.write_all(&[1])?; serde_json::to_writer(out, v)? },
    sqlite |v, out| v.to_string(),
    from pg |v| match v.as_bytes() { [1, json @ ..] => serde_json::from_slice(json)?, _ => return Err("jsonb version".into()) },
    from sqlite |v| serde_json::from_str(v.read_text())?);
bound!(Texts(Vec<String>): Texts,
    pg |v, out| ToSql::<Array<Text>, Pg>::to_sql(v, &mut out.reborrow())?,
    sqlite |v, out| serde_json::to_string(v)?,
    from pg |v| <Vec<String> as FromSql<Array<Text>, Pg>>::from_sql(v)?,
    from sqlite |v| serde_json::from_str(v.read_text())?);

#[derive(Debug, Clone)]
enum Bind {
    Null(Storage),
    Text(String),
    Int(i64),
    Bool(bool),
    Guid(Guid),
    At(At),
    Date(Date),
    Doc(Doc),
    Texts(Texts),
    Bytes(Vec<u8>),
}

impl From<Val> for Bind {
    fn from(value: Val) -> Self {
        match value {
            Val::Null(storage) => Self::Null(storage),
            Val::Text(v) => Self::Text(v),
            Val::Int(v) => Self::Int(v),
            Val::Bool(v) => Self::Bool(v),
            Val::Id(v) => Self::Guid(Guid(v)),
            Val::Instant(v) => Self::At(At(v)),
            Val::Day(v) => Self::Date(Date(v)),
            Val::Json(v) => Self::Doc(Doc(v)),
            Val::Texts(v) => Self::Texts(Texts(v)),
            Val::Bytes(v) => Self::Bytes(v),
        }
    }
}

#[derive(Debug, Clone)]
enum Part {
    Text(Cow<'static, str>),
    Bind(Bind),
}

/// SQL text with its values in place. Text comes from this crate only; whatever a caller sent is bound.
#[derive(Debug, Clone, Default)]
pub struct Sql {
    parts: Vec<Part>,
    ad_hoc: bool,
    familiar: OnceCell<bool>,
}

impl Sql {
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            parts: vec![Part::Text(text.into())],
            ad_hoc: false,
            familiar: OnceCell::new(),
        }
    }

    /// For statements whose text depends on what a user asks (filters, sorts): there are endlessly many, and each one kept
    /// prepared would push others out of the cache. Only texts that come again and again are kept.
    pub fn ad_hoc(mut self) -> Self {
        self.ad_hoc = true;
        self
    }

    fn is_kept(&self) -> bool {
        !self.ad_hoc || *self.familiar.get_or_init(|| shapes::is_familiar(self.shape()))
    }

    fn shape(&self) -> u64 {
        let mut hash = DefaultHasher::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => hash.write(text.as_bytes()),
                Part::Bind(bind) => std::mem::discriminant(bind).hash(&mut hash),
            }
        }
        hash.finish()
    }

    /// The text as a database would number its values: without them.
    pub fn words(&self) -> String {
        let words = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_ref(),
            Part::Bind(_) => "?",
        });
        words.collect()
    }

    pub fn explained(&self, how: &'static str) -> Self {
        let mut sql = self.clone().ad_hoc();
        sql.familiar = OnceCell::from(false);
        sql.begin_with(how);
        sql
    }

    /// Puts text before all that stands there.
    pub fn begin_with(&mut self, text: impl Into<Cow<'static, str>>) {
        self.parts.insert(0, Part::Text(text.into()));
    }

    pub fn push(&mut self, text: impl Into<Cow<'static, str>>) -> &mut Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    pub fn bind(&mut self, value: impl Into<Val>) -> &mut Self {
        self.parts.push(Part::Bind(value.into().into()));
        self
    }

    pub fn text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.push(text);
        self
    }

    /// The rows of a user, in a table of sign-in that has one key for all.
    pub fn of_user(self, workspace: Id, user: Id) -> Self {
        self.text(" WHERE workspace_id = ")
            .value(workspace)
            .text(" AND user_id = ")
            .value(user)
    }

    pub fn value(mut self, value: impl Into<Val>) -> Self {
        self.bind(value);
        self
    }
}

macro_rules! fragment {
    ($db:ty) => {
        impl QueryFragment<$db> for Sql {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $db>) -> QueryResult<()> {
                if !self.is_kept() {
                    out.unsafe_to_cache_prepared();
                }
                for part in &self.parts {
                    match part {
                        Part::Text(text) => out.push_sql(text),
                        Part::Bind(bind) => match bind {
                            Bind::Text(v) => out.push_bind_param::<Text, _>(v)?,
                            Bind::Int(v) => out.push_bind_param::<BigInt, _>(v)?,
                            Bind::Bool(v) => out.push_bind_param::<Bool, _>(v)?,
                            Bind::Guid(v) => out.push_bind_param::<types::Guid, _>(v)?,
                            Bind::At(v) => out.push_bind_param::<types::At, _>(v)?,
                            Bind::Date(v) => out.push_bind_param::<types::Date, _>(v)?,
                            Bind::Doc(v) => out.push_bind_param::<types::Doc, _>(v)?,
                            Bind::Texts(v) => out.push_bind_param::<types::Texts, _>(v)?,
                            Bind::Bytes(v) => out.push_bind_param::<Binary, _>(v)?,
                            Bind::Null(Storage::Bytes) => {
                                out.push_bind_param::<Nullable<Binary>, _>(&None::<Vec<u8>>)?
                            }
                            Bind::Null(Storage::Text) => out.push_bind_param::<Nullable<Text>, _>(&None::<String>)?,
                            Bind::Null(Storage::Int) => out.push_bind_param::<Nullable<BigInt>, _>(&None::<i64>)?,
                            Bind::Null(Storage::Bool) => out.push_bind_param::<Nullable<Bool>, _>(&None::<bool>)?,
                            Bind::Null(Storage::Id) => {
                                out.push_bind_param::<Nullable<types::Guid>, _>(&None::<Guid>)?
                            }
                            Bind::Null(Storage::Instant) => {
                                out.push_bind_param::<Nullable<types::At>, _>(&None::<At>)?
                            }
                            Bind::Null(Storage::Day) => {
                                out.push_bind_param::<Nullable<types::Date>, _>(&None::<Date>)?
                            }
                            Bind::Null(Storage::Json) => {
                                out.push_bind_param::<Nullable<types::Doc>, _>(&None::<Doc>)?
                            }
                            Bind::Null(Storage::Texts) => {
                                out.push_bind_param::<Nullable<types::Texts>, _>(&None::<Texts>)?
                            }
                        },
                    }
                }
                Ok(())
            }
        }
    };
}
fragment!(Pg);
fragment!(Sqlite);

impl QueryId for Sql {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql {
    type SqlType = types::Any;
}

impl<C> diesel::RunQueryDsl<C> for Sql {}
