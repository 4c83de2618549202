//! Routes of exports: begin one, see what became of it, fetch its file.

use super::asked::Asked;
use super::{sign, vcard};
use crate::call::Call;
use crate::caller::Caller;
use crate::crud::{historic, listed};
use crate::describe::{BASE, Doc, Routes, named};
use crate::error::Problem;
use crate::job;
use crate::request;
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, Path};
use domain::export::{Export, ExportFormat, ExportPatch};
use domain::job::{JobStatus, Work};
use domain::query::Count;
use domain::record::Birth;
use domain::{Error, Issue, Kind, Record, messages};
use futures_util::{StreamExt, stream};
use persistence::idempotency::Answer;
use persistence::{engine, export as store};
use serde_json::{Value as Json, json};

const KIND: &Kind = Export::KIND;

/// A name that every system takes: what was exported, and the day.
fn file_name(caller: &Caller, kind: &Kind, view: Option<&str>, format: ExportFormat) -> String {
    let day = chrono::Utc::now().with_timezone(&caller.zone).date_naive();
    let of = view.map(|view| format!(" - {view}")).unwrap_or_default();
    let name = format!("{}{of}", kind.label.get(caller.locale));
    let safe = |c: char| {
        if c.is_control() || r#"/\:*?"<>|"#.contains(c) {
            '-'
        } else {
            c
        }
    };
    let name: String = name.chars().map(safe).take(200).collect();
    format!("{} {day}.{}", name.trim(), format.ending())
}

/// `POST /exports`
async fn begin(call: Call) -> Result<HttpResponse, Problem> {
    let asked: Asked = call.body()?;
    let kind = asked.kind(call.caller())?;
    call.caller().export_scope(kind)?;
    job::may_begin(call.caller())?;
    if asked.format == ExportFormat::Xlsx {
        // Told before it begins: counting is a read like any other.
        let (caller, asked) = (call.caller().clone(), asked.clone());
        let count = move |tx: &mut persistence::Tx| {
            let wanted = asked.wanted(tx, &caller)?;
            let scope = caller.export_scope(wanted.kind)?;
            let rows = engine::count(tx, &scope, wanted.kind, &wanted.list, Count::Exact)?;
            Ok(asked.must_hold(rows)?)
        };
        call.state.store.read(count).await?;
    }
    let response = call.idempotent(move |tx, by| {
        let wanted = asked.wanted(tx, by)?;
        by.export_scope(wanted.kind)?;
        let name = file_name(by, wanted.kind, wanted.view.as_deref(), asked.format);
        let encoding = match asked.format {
            ExportFormat::Csv if asked.is_gb18030() => Some("gb18030".to_owned()),
            ExportFormat::Csv => Some("utf-8".to_owned()),
            _ => None,
        };
        let said = json!(asked);
        let patch = ExportPatch {
            owner_id: Some(by.user()),
            file_name: Some(name.clone()),
            kind: Some(wanted.kind.name.to_owned()),
            format: Some(asked.format),
            encoding: Some(encoding),
            wanted: Some(said.clone()),
            ..Default::default()
        };
        let birth = Birth::new(by.user());
        let export = Export::create(patch, birth)?;
        let permit = super::permit(by)?;
        engine::insert(tx, &permit, std::slice::from_ref(&export))?;
        job::begin_as(
            tx,
            by,
            export.id,
            Work::Export,
            (export.id, &name),
            said,
            json!({ "rows": 0 }),
        )?;
        let mut answer = answer(StatusCode::ACCEPTED, &export, by)?;
        answer.location = Some(format!("{BASE}/jobs/{}", export.id));
        Ok(answer)
    });
    let response = response.await?;
    call.state.jobs.wake();
    Ok(response)
}

/// An export as people see it: why it failed in their language.
fn shown(export: &Export, to: &Caller) -> Json {
    let mut body = json!(to.show(export));
    if let Some(code) = export.error.as_ref().and_then(|e| e["code"].as_str()) {
        body["error"]["detail"] = json!(messages::text(code, &[], to.locale));
    }
    body
}

fn answer(status: StatusCode, export: &Export, to: &Caller) -> persistence::Result<Answer> {
    Ok(request::record(status, &shown(export, to), export.version)?.of(KIND, export.id))
}

/// `GET /exports/{id}`
async fn get(caller: Caller, state: Data<State>, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, KIND.name)?;
    let scope = caller.scope(KIND)?;
    let export: Export = state.store.read_quick(move |tx| engine::find(tx, &scope, id)).await?;
    Ok(request::respond(answer(StatusCode::OK, &export, &caller)?))
}

/// `GET /exports/{id}/file`
///
/// A file shows what its maker saw. So it is given to them only, and only while they have the rights that it was made with.
async fn file(caller: Caller, state: Data<State>, path: Path<String>) -> Result<HttpResponse, Problem> {
    let id = request::id(&path, KIND.name)?;
    let scope = caller.scope(KIND)?;
    let of = scope.clone();
    let first = state.store.read(move |tx| {
        let export: Export = engine::find(tx, &of, id)?;
        if export.owner_id != caller.user() {
            return Err(Error::Conflict(Issue::new("", "export_of_other")).into());
        }
        let conflict = |code| Err(Error::Conflict(Issue::new("", code)).into());
        match export.status {
            JobStatus::Queued | JobStatus::Running => return conflict("export_not_ready"),
            JobStatus::Failed | JobStatus::Cancelled => return conflict("export_without_file"),
            JobStatus::Done => {}
        }
        let gone = || Error::Gone(Issue::new("", "export_file_gone"));
        let rights = store::rights(tx, &of, id)?.ok_or_else(gone)?;
        // A kind that was taken away is nobody's any more.
        let kind = caller.kinds().named(&export.kind).ok_or_else(gone)?;
        if rights != sign(&caller, kind)? {
            return conflict("export_rights_changed");
        }
        let first = store::chunk(tx, &of, id, 0)?.ok_or_else(gone)?;
        Ok((export, first))
    });
    let (export, first) = first.await?;
    let rest = stream::try_unfold((state, scope, 1i64), move |(state, scope, position)| async move {
        let of = scope.clone();
        let chunk = state.store.read(move |tx| store::chunk(tx, &of, id, position)).await?;
        Ok::<_, Problem>(chunk.map(|data| (Bytes::from(data), (state, scope, position + 1))))
    });
    let all = stream::once(async move { Ok(Bytes::from(first)) }).chain(rest);
    let media = match &export.encoding {
        Some(encoding) => format!("{}; charset={encoding}", export.format.media()),
        None => export.format.media().to_owned(),
    };
    let plain = format!("{}-{}.{}", export.kind, export.id, export.format.ending());
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media))
        .insert_header((CONTENT_DISPOSITION, disposition(&plain, &export.file_name)))
        .streaming(all))
}

/// The name of the file for every client: in plain characters, and as it is.
pub fn disposition(plain: &str, full: &str) -> String {
    let mut name = String::new();
    for byte in full.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => name.push(char::from(byte)),
            other => name.push_str(&format!("%{other:02X}")),
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{name}")
}

pub fn routes(routes: &mut Routes) {
    vcard::routes(routes);
    listed(routes, KIND);
    let doc = Doc::new("create_export", "exports", "Export a list")
        .in_language()
        .about(
            "All records of a list as a file: CSV, an Excel workbook, JSON Lines with records as this API tells them, or vCards of contacts. `filter`, \
             `view`, `q` and `sort` are those of lists, and what is exported is what the caller may see and has the right \
             `export` for. The job at `Location` does it; `GET /exports/{id}/file` has the file for 24 hours. In tables, headings \
             are in the caller's language, moments on the workspace's clocks with what these are ahead of UTC, amounts with \
             their currency, references by name, or by id where the name does not tell which. Cells of CSV that could be formulas \
             begin with an apostrophe, which an import takes off again. The file can be handed in at `POST /imports`.",
        )
        .takes::<Asked>()
        .scopes(["*:write"])
        .ok(202, named("Export"))
        .also(&[404])
        .etag();
    routes.add(Method::POST, "/exports", doc, begin);
    let doc = Doc::new("get_export", "exports", "What became of an export")
        .in_language()
        .about("`rows` and `size` once it is done. `replaced` counts characters that GB18030 does not have.")
        .ok(200, named("Export"))
        .etag();
    routes.add(Method::GET, "/exports/{id}", doc, get);
    let doc = Doc::new("export_file", "exports", "The file of an export")
        .in_language()
        .about(
            "For who began the export, while they have the rights that it was made with. 409 while it is not ready, 410 after \
             24 hours.",
        )
        .file_of(ExportFormat::ALL.iter().map(|format| format.media()))
        .also(&[409, 410]);
    routes.add(Method::GET, "/exports/{id}/file", doc, file);
    historic(routes, KIND);
}
