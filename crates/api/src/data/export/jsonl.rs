//! JSON Lines: one record a line, exactly as the API tells it.

use super::asked::Wanted;
use crate::caller::Caller;
use crate::listing::{Shape, shape_rows};
use domain::policy::Scope;
use domain::query::List;
use persistence::engine::Page;
use persistence::{Tx, engine};
use std::io::Write;

/// Writes one page; says how many records it had, and where the next begins.
pub fn page(
    tx: &mut Tx,
    caller: &Caller,
    scope: &Scope,
    wanted: &Wanted,
    list: &List,
    out: &mut impl Write,
) -> persistence::Result<(usize, Option<String>)> {
    let broken = |error: std::io::Error| persistence::Error::internal(error);
    let seen = caller.fields(wanted.kind);
    if wanted.fields.is_none()
        && let Some(page) = engine::any::list_told(tx, scope, &seen, list)?
    {
        for row in &page.rows {
            out.write_all(row.json.as_bytes()).map_err(broken)?;
            out.write_all(b"\n").map_err(broken)?;
        }
        return Ok((page.rows.len(), page.next));
    }
    let Page { rows, next, .. } = engine::any::list(tx, scope, wanted.kind, list)?;
    let shape = Shape {
        fields: wanted.fields.clone(),
        ..Shape::default()
    };
    let mut text = Vec::new();
    match wanted.fields {
        None => {
            for record in &rows {
                record.write(&seen, &mut text)?;
                text.push(b'\n');
            }
        }
        Some(_) => {
            for row in shape_rows(tx, caller, &rows, &shape)? {
                text.extend_from_slice(row.to_string().as_bytes());
                text.push(b'\n');
            }
        }
    }
    out.write_all(&text).map_err(broken)?;
    Ok((rows.len(), next))
}
