//! Routes of imports: hand in a file, see what it is taken for, try it, run it, and fetch the rows in error.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use actix_multipart::{Multipart, MultipartError};
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, Path as UrlPath};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::Kinds;
use domain::error::place;
use domain::import::field::{label, targets};
use domain::import::problem::code;
use domain::import::{Import, Problem as Cause, closed};
use domain::job::{JobStatus, Work};
use domain::policy::{Action, Actor};
use domain::record::stem;
use domain::user::User;
use domain::value::flag;
use domain::{Error, Id, Issue, Kind, Record};
use futures_util::{StreamExt, TryStreamExt, stream};
use persistence::idempotency::Answer;
use persistence::import::{self as store, CHUNK, FilePart};
use persistence::job as queue;
use persistence::{Tx, engine};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use utoipa::ToSchema;
use validator::Validate;

use super::delimiter;
use super::plan::{Mapping, Plan, Settings, Values};
use super::reader::Options;
use super::run::{Path, Progress};
use super::take::may_import;
use super::{importable, kinds, record, worker};
use crate::call::Call;
use crate::caller::Caller;
use crate::crud::{historic, listed};
use crate::describe::common::map_of;
use crate::describe::{BASE, Doc, Routes, boolean, formatted, maybe_text, named, object, text};
use crate::error::Problem;
use crate::noun::Noun;
use crate::request;
use crate::state::State;
use crate::typed;
use utoipa::openapi::{KnownFormat, ObjectBuilder};

/// The largest file.
const MOST_BYTES: usize = 100 << 20;
/// The largest of the other parts together.
/// Rows of a workbook that are looked at when it is handed in.
const LOOKED_AT: u64 = 50;
const MOST_WORDS: usize = 1 << 20;

impl Noun for Import {}

/// What was handed in.
struct Form {
    file: Arc<NamedTempFile>,
    file_name: String,
    size: u64,
    words: BTreeMap<String, String>,
    /// Of everything, to know a repeated request by.
    digest: Vec<u8>,
}

fn unreadable(error: MultipartError) -> Problem {
    let status = actix_web::ResponseError::status_code(&error);
    if matches!(
        error,
        MultipartError::ContentTypeMissing | MultipartError::ContentTypeIncompatible | MultipartError::ContentTypeParse
    ) {
        return Problem::request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            .with("expected", "multipart/form-data");
    }
    let status = if status.is_client_error() {
        status
    } else {
        StatusCode::BAD_REQUEST
    };
    Problem::request(status, "malformed_request").with("reason", error)
}

fn too_large() -> Problem {
    Problem::request(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large").with("max", MOST_BYTES)
}

/// Takes the parts as they come; the file goes to disk, never into memory.
async fn read_form(mut parts: Multipart) -> Result<Form, Problem> {
    let broken = |e: std::io::Error| Problem::from(persistence::Error::internal(e));
    let mut file = NamedTempFile::new().map_err(broken)?;
    let (mut file_name, mut size, mut words, mut room) = (None, 0u64, BTreeMap::new(), MOST_WORDS);
    let mut digest = Sha256::new();
    while let Some(mut part) = parts.try_next().await.map_err(unreadable)? {
        let about = part.content_disposition().cloned();
        let name = about.as_ref().and_then(|d| d.get_name()).unwrap_or_default().to_owned();
        digest.update(name.as_bytes());
        digest.update([0]);
        if name == "file" {
            if file_name.is_some() {
                return Err(Issue::at("file", "duplicate_value").with("value", "file").into());
            }
            let given = about.as_ref().and_then(|d| d.get_filename()).unwrap_or("import.csv");
            // Some programs send the whole path.
            file_name = Some(given.rsplit(['/', '\\']).next().unwrap_or(given).replace('\0', ""));
            let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK);
            loop {
                let piece = part.try_next().await.map_err(unreadable)?;
                let ended = piece.is_none();
                if let Some(piece) = piece {
                    size += piece.len() as u64;
                    if size > MOST_BYTES as u64 {
                        return Err(too_large());
                    }
                    digest.update(&piece);
                    buffer.extend_from_slice(&piece);
                }
                if buffer.len() >= CHUNK || ended {
                    let full = std::mem::take(&mut buffer);
                    let written = web::block(move || file.write_all(&full).map(|()| file)).await;
                    file = written.map_err(persistence::Error::internal)?.map_err(broken)?;
                }
                if ended {
                    break;
                }
            }
            continue;
        }
        let mut text = Vec::new();
        while let Some(piece) = part.try_next().await.map_err(unreadable)? {
            room = room.checked_sub(piece.len()).ok_or_else(too_large)?;
            text.extend_from_slice(&piece);
        }
        digest.update(&text);
        digest.update([0]);
        let text = String::from_utf8(text)
            .map_err(|e| Problem::request(StatusCode::BAD_REQUEST, "malformed_request").with("reason", e))?;
        words.insert(name, text);
    }
    Ok(Form {
        file: Arc::new(file),
        file_name: file_name.ok_or_else(|| Issue::at("file", "file_missing"))?,
        size,
        words,
        digest: digest.finalize().to_vec(),
    })
}

/// The words of a form as the body that says the same. An empty one says nothing.
fn body_of(words: BTreeMap<String, String>) -> Result<Map<String, Json>, Issue> {
    let mut body = Map::new();
    for (name, text) in words {
        let said = text.trim();
        let wrong = |ty| Issue::at(&name, "wrong_type").with("type", ty);
        let json = match name.as_str() {
            // A tab is a delimiter, and nothing to people.
            "delimiter" if text.is_empty() => continue,
            "delimiter" => text.into(),
            _ if said.is_empty() => continue,
            "mapping" | "values" => {
                let json: Json = serde_json::from_str(said).map_err(|_| wrong("object"))?;
                if let Some(rest) = request::nul(&json) {
                    return Err(Issue::new(format!("/{name}{rest}"), "control_character"));
                }
                json
            }
            "dry_run" => flag(said).ok_or_else(|| wrong("flag"))?.into(),
            _ => text.into(),
        };
        body.insert(name, json);
    }
    Ok(body)
}

/// `{field: column}`; an empty one, or none, asks for the guess.
fn mapping(kind: &Kind, said: Option<Columns>) -> Result<Mapping, Issue> {
    let map: BTreeMap<String, String> = said
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(f, c)| Some((f, c?)))
        .collect();
    for field in map.keys() {
        if !targets(kind).any(|(name, _)| name == field || stem(name) == Some(field)) {
            return Err(Issue::new(place(["mapping", field]), "unknown_field").with("field", field));
        }
    }
    Ok(if map.is_empty() {
        Mapping::Guess
    } else {
        Mapping::Exactly(map)
    })
}

fn encoding(text: Option<String>) -> Result<Option<&'static encoding_rs::Encoding>, Issue> {
    match text.filter(|t| !t.trim().is_empty()) {
        None => Ok(None),
        Some(text) => Options::encoding_of(&text)
            .map(Some)
            .ok_or_else(|| Issue::at("encoding", "unknown_encoding").with("encoding", &text)),
    }
}

fn delimiter(text: Option<&str>) -> Result<Option<u8>, Issue> {
    let unknown = || Issue::at("delimiter", "unknown_choice").with("choices", delimiter::NAMES.join(", "));
    text.filter(|text| !text.is_empty())
        .map(|text| delimiter::named(text).ok_or_else(unknown))
        .transpose()
}

const DELIMITER: &str = "If it is not found by itself. The character is taken as well.";

fn delimiter_or_null() -> ObjectBuilder {
    let names = delimiter::NAMES.map(Some).into_iter().chain([None]);
    maybe_text().enum_values(Some(names)).description(Some(DELIMITER))
}

/// No API key begins an import of users, since users bring their sign-ins.
fn may_begin(caller: &Caller, kind: &'static Kind) -> Result<(), Error> {
    may_import(caller, kind)?;
    if caller.identity.limits.is_some() && kind.name == User::KIND.name {
        return Err(Error::NotForKey(Issue::new("", "api_key_not_allowed")));
    }
    crate::job::may_begin(caller)
}

/// What kind of records a form brings.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct Brings {
    #[serde(deserialize_with = "typed::word")]
    #[validate(length(min = 1, max = 60))]
    kind: String,
}

fn settings(kinds: Kinds, form: &mut Form) -> Result<Settings, Error> {
    let mut body = body_of(std::mem::take(&mut form.words))?;
    let kind = body.remove_entry("kind").into_iter().collect();
    let (Brings { kind }, run) = typed::both(typed::read(kind), typed::read::<Run>(body))?;
    let unknown = || Issue::at("kind", "unknown_import_kind").with("kind", &kind);
    let kind = importable(kinds, &kind).ok_or_else(unknown)?;
    Ok(Settings {
        kind,
        mapping: mapping(kind, run.mapping.flatten())?,
        values: run.values.flatten().unwrap_or_default(),
        options: Options {
            encoding: encoding(run.encoding)?,
            delimiter: delimiter(run.delimiter.as_deref())?,
            sheet: None,
        },
        dry_run: run.dry_run,
        closed: Vec::new(),
    })
}

/// What is wrong with the file or its mapping, as a refusal of the request.
fn refused(problem: &Cause) -> Issue {
    let pointer = match problem.code.as_str() {
        code::UNKNOWN_COLUMN | code::UNKNOWN_TARGET => "/mapping",
        _ => "/file",
    };
    problem.issue(pointer)
}

/// What can be refused before the file is read: one too large by what is said of it, and any of who may import nothing.
fn refuse_unread(caller: &Caller, request: &HttpRequest) -> Result<(), Problem> {
    let said = request.headers().get(CONTENT_LENGTH).and_then(|v| v.to_str().ok());
    let said: usize = said.and_then(|said| said.parse().ok()).unwrap_or_default();
    if said > MOST_BYTES + 2 * MOST_WORDS {
        return Err(too_large());
    }
    let kinds = kinds::all(caller.kinds());
    let any = kinds
        .map(|kind| may_begin(caller, kind))
        .reduce(|one, next| next.or(one));
    Ok(any.unwrap_or(Ok(()))?)
}

/// `POST /imports`
async fn create(
    caller: Caller,
    state: Data<State>,
    request: HttpRequest,
    parts: Result<Multipart, actix_web::Error>,
) -> Result<HttpResponse, Problem> {
    let parts = parts.map_err(|_| {
        Problem::request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            .with("expected", "multipart/form-data")
    })?;
    refuse_unread(&caller, &request)?;
    let mut form = read_form(parts).await?;
    let mut settings = settings(caller.kinds(), &mut form)?;
    may_begin(&caller, settings.kind)?;
    settings.closed = closed(settings.kind, &caller.fields(settings.kind));
    // A file that cannot be read is refused at once, with nothing kept of it.
    let (path, size) = (form.file.path().to_owned(), form.size);
    let looked = web::block({
        let settings = settings.clone();
        move || Plan::peek(&Path::new(path, Some(LOOKED_AT))?, &settings)
    });
    let plan = looked
        .await
        .map_err(persistence::Error::internal)?
        .map_err(|p| refused(&p))?;
    let id = Id::now_v7();
    let mut import = record::draft(&caller.actor, id, &form.file_name, size, &settings)?;
    record::note(&mut import, &plan);
    // Only what was asked for; what was found is found again over the whole file.
    import.encoding = settings.options.encoding.map(|e| e.name().to_owned());
    import.delimiter = settings.options.delimiter.map(|d| char::from(d).to_string());
    let (by, body, file) = (caller, form.digest.into(), form.file);
    let call = Call {
        by,
        state,
        request,
        body,
    };
    let response = call.idempotent(move |tx, by| {
        record::begin(tx, &by.actor, &import, by.locale, false)?;
        keep(tx, &by.actor, id, &file)?;
        accepted(&import, by)
    });
    let response = response.await?;
    call.state.jobs.wake();
    Ok(response)
}

/// The file, piece by piece, in the transaction of the job.
fn keep(tx: &mut Tx, actor: &Actor, id: Id, file: &NamedTempFile) -> persistence::Result<()> {
    let permit = record::permit(actor)?;
    let file = file.reopen().map_err(persistence::Error::internal)?;
    for position in 0.. {
        let data = worker::piece(&file)?;
        if data.is_empty() {
            break;
        }
        store::put_chunk(tx, &permit, id, FilePart::File, position, &data)?;
    }
    Ok(())
}

fn answer(status: StatusCode, import: &Import, to: &Caller) -> persistence::Result<Answer> {
    Ok(request::record(status, &shown(import, to)?, import.version)?.of(Import::KIND, import.id))
}

fn accepted(import: &Import, caller: &Caller) -> persistence::Result<Answer> {
    let mut answer = answer(StatusCode::ACCEPTED, import, caller)?;
    answer.location = Some(format!("{BASE}/imports/{}", import.id));
    // All that its batches change is one set.
    answer.change_set = Some(import.id);
    Ok(answer)
}

/// An import as people see it: with texts in their language and the fields there are.
fn shown(import: &Import, caller: &Caller) -> persistence::Result<Json> {
    let mut body = serde_json::to_value(caller.show(import)).map_err(persistence::Error::internal)?;
    let (kind, locale) = (importable(caller.kinds(), &import.kind), caller.locale);
    for list in ["causes", "warnings"] {
        for cause in body["report"][list].as_array_mut().into_iter().flatten() {
            if let Ok(problem) = serde_json::from_value::<Cause>(cause.clone()) {
                cause["message"] = json!(problem.text(locale, kind));
            }
        }
    }
    if let Some(kind) = kind {
        for value in body["report"]["created_values"].as_array_mut().into_iter().flatten() {
            let named = value["field"].as_str().and_then(|f| label(kind, f));
            value["label"] = json!(named.map(|l| l.get(locale)));
        }
        let field = |(name, l): (&str, domain::Label)| {
            let named = kind.import.is_some_and(|import| import.named);
            let required = kind.field(name).is_some_and(|f| f.required) && !named;
            json!({ "name": name, "label": l.get(locale), "required": required })
        };
        let closed = closed(kind, &caller.fields(kind));
        let open = targets(kind).filter(|(name, _)| !closed.contains(name));
        body["fields"] = open.map(field).collect();
    }
    if let Ok(problem) = serde_json::from_value::<Cause>(body["error"].clone()) {
        body["error"]["detail"] = json!(problem.text(locale, kind));
    }
    Ok(body)
}

/// `GET /imports/{id}`
async fn get(caller: Caller, state: Data<State>, path: UrlPath<String>) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, Import::KIND.name)?;
    let scope = caller.scope(Import::KIND)?;
    let import: Import = state.store.read_quick(move |tx| engine::find(tx, &scope, id)).await?;
    Ok(request::respond(answer(StatusCode::OK, &import, &caller)?))
}

/// Field → column header.
type Columns = BTreeMap<String, Option<String>>;

/// How a file is taken again. What is not named stays as it was.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportRun)]
struct Run {
    /// Field → column header; only what it names is taken, and an empty one asks for the guess.
    #[serde(default, deserialize_with = "typed::nullable")]
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>)]
    mapping: Option<Option<Columns>>,
    /// Column header or field → value in the file → value meant.
    #[serde(default, deserialize_with = "typed::nullable")]
    #[schema(value_type = Option<BTreeMap<String, BTreeMap<String, String>>>)]
    values: Option<Option<Values>>,
    /// If it is not found by itself: utf-8, gbk, gb18030, big5, utf-16le …
    #[serde(default, deserialize_with = "typed::words")]
    #[validate(length(max = 40))]
    #[schema(max_length = 40)]
    encoding: Option<String>,
    #[serde(default)]
    #[schema(schema_with = delimiter_or_null, required = false)]
    delimiter: Option<String>,
    /// Only tells what would be done.
    #[serde(default)]
    #[schema(default = false)]
    dry_run: bool,
}

/// `POST /imports/{id}/run`
async fn run(call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(Import::KIND)?;
    let Run {
        mapping: given,
        values: said,
        encoding: named,
        delimiter: mark,
        dry_run,
    } = call.optional_body()?;
    let encoding = encoding(named)?;
    let delimiter = delimiter(mark.as_deref())?;
    let response = call.idempotent(move |tx, by| {
        let old: Import = engine::find(tx, &by.scope(Import::KIND)?, id)?;
        let kind = importable(by.kinds(), &old.kind).ok_or_else(|| Issue::at("kind", "unknown_import_kind"))?;
        let permit = record::permit(&by.actor)?;
        by.authorize(Action::Edit, Import::KIND, old.owner_id)?;
        may_begin(by, kind)?;
        if !old.is_over() {
            return Err(Error::Conflict(Issue::at("status", "import_running")).into());
        }
        if old.size > 0 && store::chunk(tx, &permit.scope(), id, FilePart::File, 0)?.is_none() {
            return Err(Error::Conflict(Cause::new(code::FILE_GONE).issue("/file")).into());
        }
        let mut new = old.clone();
        if let Some(given) = &given {
            let wanted = mapping(kind, given.clone())?;
            new.mapping = match wanted {
                Mapping::Exactly(map) | Mapping::Adjust(map) => json!(map),
                Mapping::Guess => json!({}),
            };
        }
        if let Some(said) = &said {
            new.value_map = json!(said.clone().unwrap_or_default());
        }
        if let Some(encoding) = encoding {
            new.encoding = Some(encoding.name().to_owned());
        }
        if let Some(delimiter) = delimiter {
            new.delimiter = Some(char::from(delimiter).to_string());
        }
        if encoding.is_some() || delimiter.is_some() {
            // What was found out is about another reading of the file.
            (new.headers, new.samples, new.guesses) = Default::default();
        }
        // It runs with the rights of who asked for it, not of who handed the file in.
        new.owner_id = by.user();
        new.dry_run = dry_run;
        new.status = JobStatus::Queued;
        new.report = None;
        new.error = None;
        new.finished_at = None;
        new.has_errors = false;
        new.progress = record::progress_json(Progress {
            total_bytes: u64::try_from(old.size).unwrap_or_default(),
            ..Progress::default()
        });
        store::drop_chunks(tx, &permit, id, FilePart::Errors)?;
        queue::enqueue(tx, &permit, Work::Import, id, by.locale, false)?;
        let stored = engine::update(tx, &permit, &old, &new)?;
        accepted(&stored, by)
    });
    let response = response.await?;
    call.state.jobs.wake();
    Ok(response)
}

/// `POST /imports/{id}/cancel`
async fn cancel(call: Call) -> Result<HttpResponse, Problem> {
    let id = call.id(Import::KIND)?;
    call.idempotent(move |tx, by| {
        let old: Import = engine::find(tx, &by.scope(Import::KIND)?, id)?;
        by.authorize(Action::Edit, Import::KIND, old.owner_id)?;
        if old.is_over() {
            return Err(Error::Conflict(Issue::at("status", "import_over")).into());
        }
        let permit = record::permit(&by.actor)?;
        queue::dequeue(tx, &permit, id)?;
        let new = Import {
            status: JobStatus::Cancelled,
            finished_at: Some(domain::Instant::now()),
            ..old.clone()
        };
        let stored = engine::update(tx, &permit, &old, &new)?;
        answer(StatusCode::OK, &stored, by)
    })
    .await
}

/// `GET /imports/{id}/errors`
async fn errors(caller: Caller, state: Data<State>, path: UrlPath<String>) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, Import::KIND.name)?;
    let scope = caller.scope(Import::KIND)?;
    let first = {
        let scope = scope.clone();
        state
            .store
            .read(move |tx| {
                engine::find::<Import>(tx, &scope, id)?;
                store::chunk(tx, &scope, id, FilePart::Errors, 0)
            })
            .await?
    };
    let first = first.ok_or_else(|| Problem::request(StatusCode::NOT_FOUND, "no_import_errors"))?;
    let rest = stream::try_unfold((state, scope, 1i64), move |(state, scope, position)| async move {
        let of = scope.clone();
        let chunk = state
            .store
            .read(move |tx| store::chunk(tx, &of, id, FilePart::Errors, position))
            .await?;
        Ok::<_, Problem>(chunk.map(|data| (Bytes::from(data), (state, scope, position + 1))))
    });
    let all = stream::once(async move { Ok(Bytes::from(first)) }).chain(rest);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"import-errors-{id}.csv\""),
        ))
        .streaming(all))
}

pub fn routes(routes: &mut Routes) {
    listed(routes, Import::KIND);
    let mapping = map_of(maybe_text()).description(Some(
        "Field → column header. Without it the guess is taken; with it, only what it names.",
    ));
    let values = map_of(map_of(text())).description(Some("Column header or field → value in the file → value meant."));
    let encoding = text().max_length(Some(40)).description(Some(
        "If it is not found by itself: utf-8, gbk, gb18030, big5, utf-16le …",
    ));
    let delimiter = text().enum_values(Some(delimiter::NAMES)).description(Some(DELIMITER));
    let form = object()
        .property(
            "file",
            formatted(KnownFormat::Binary).description(Some("At most 100 MB.")),
        )
        .property("kind", text().enum_values(Some(kinds::plurals(routes.kinds))))
        .property("mapping", mapping)
        .property("values", values)
        .property("encoding", encoding)
        .property("delimiter", delimiter)
        .property("dry_run", boolean())
        .required("file")
        .required("kind");
    let doc = Doc::new("create_import", "imports", "Hand in a file")
        .in_language()
        .about(
            "A CSV file in UTF-8, UTF-16, GBK or GB18030, with comma, semicolon, tab or pipe. The answer shows headers, first rows \
             and what each column is taken for; the job at `Location` tells how it goes. With `dry_run` nothing is written, \
             and `POST /imports/{id}/run` takes the same file again with another mapping, or for real. A row's record is \
             found by `external_id`, else by its name, and is then updated: empty cells leave a field as it is. The file \
             is kept for 24 hours.",
        )
        .body_of("multipart/form-data", form)
        .scopes(["*:write"])
        .ok(202, named("Import"))
        .etag();
    routes.add(Method::POST, "/imports", doc, create);
    let doc = Doc::new("get_import", "imports", "How an import goes")
        .in_language()
        .about(
            "`progress` while it runs; `report` when it is done, with causes, their frequency, first lines and what was \
             perhaps meant; `fields` are what a column may fill.",
        )
        .ok(200, named("Import"))
        .etag();
    routes.add(Method::GET, "/imports/{id}", doc, get);
    let doc = Doc::new("run_import", "imports", "Run an import again")
        .in_language()
        .about("With another mapping, encoding or delimiter, or for real after a dry run. What is not named stays as it was.")
        .may_take::<Run>()
        .scopes(["*:write"])
        .ok(202, named("Import"))
        .etag();
    routes.add(Method::POST, "/imports/{id}/run", doc, run);
    let doc = Doc::new("cancel_import", "imports", "Cancel an import")
        .in_language()
        .about("Rows taken so far stay.")
        .ok(200, named("Import"))
        .etag();
    routes.add(Method::POST, "/imports/{id}/cancel", doc, cancel);
    let doc = Doc::new("import_errors", "imports", "The rows that were not taken")
        .about("CSV with the reasons in the last column: to be corrected and handed in again.")
        .file("text/csv");
    routes.add(Method::GET, "/imports/{id}/errors", doc, errors);
    historic(routes, Import::KIND);
}
