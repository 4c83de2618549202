//! Routes of layouts, and what their conditions ask of records that are written.

use crate::caller::Caller;
use crate::crud::crud;
use crate::describe::common::{Schemas, closed};
use crate::describe::{Routes, boolean, named, nullable, object, text};
use crate::noun::Noun;
use crate::write::{Cause, Writing};
use domain::layout::condition::Moment;
use domain::layout::{Filled, Layout};
use domain::{AnyRecord, Error, Issue, Issues, Kind};
use persistence::Tx;

impl Noun for Layout {
    fn before(_: &mut Tx, writing: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        check(writing, old, new)?;
        if let (Some(old), Some(kind)) = (old, writing.kinds().named(&new.kind)) {
            new.keep_unseen(old, &writing.fields(kind));
        }
        Ok(())
    }
}

/// What it says holds for its kind as that is now.
fn check(by: &Caller, old: Option<&Layout>, new: &Layout) -> Result<(), Error> {
    let kind = match by.kinds().named(&new.kind) {
        Some(kind) if !kind.work && kind.part_of.is_none() => kind,
        Some(kind) => return Err(Issue::at("kind", "no_layout").with("kind", kind.name).into()),
        // A kind that was taken away leaves its layout behind.
        None if old.is_some() => return Ok(()),
        None => return Err(Issue::at("kind", "unknown_kind").with("kind", &new.kind).into()),
    };
    let mut issues = Issues::default();
    by.list_context(kind, |context| new.check_against(old, context, &mut issues));
    issues.or(())
}

/// Refuses a record that lacks what the layout of its kind needs, as far as somebody was asked for it.
pub fn held(
    writing: &Writing,
    kind: &'static Kind,
    old: Option<&AnyRecord>,
    new: &AnyRecord,
    said: &[String],
) -> Result<(), Error> {
    let whole = match writing.cause {
        Cause::Asked | Cause::Imported => true,
        Cause::Action | Cause::Undone => false,
        Cause::Own | Cause::Restored | Cause::Transferred(_) | Cause::HandedOver | Cause::Revalued => return Ok(()),
    };
    if kind.laid.is_none_or(|laid| laid.rules.is_empty()) {
        return Ok(());
    }
    let me = writing.user().map(|id| id.to_string()).unwrap_or_default();
    let mut issues = Issues::default();
    writing.list_context(kind, |context| {
        let filled = Filled {
            fields: said,
            whole,
            seen: context.fields,
            moment: Moment {
                today: context.today,
                day_start: context.day_start,
                fiscal_start: context.fiscal_start,
                currency: context.currency,
                me: &me,
            },
        };
        kind.check_conditions(old, new, &filled, &mut issues);
    });
    issues.or(())
}

fn schemas(schemas: &mut Schemas) {
    let key = || text().max_length(Some(60)).pattern(Some("^[a-z]"));
    let group = closed(object())
        .property("key", key())
        .property("label", nullable(named("Labels")))
        .required("key");
    let about = "A heading. One of the product is known by its key, and is called as there where `label` says nothing.";
    schemas.insert("LayoutGroup".into(), group.description(Some(about)).into());
    let told = |schema: utoipa::openapi::ObjectBuilder, told: &str| schema.description(Some(told));
    let field = closed(object())
        .property("field", text())
        .property("group", told(key(), "The key of one of `groups`."))
        .property("in_form", told(boolean(), "A new record is asked for it at once."))
        .property("hidden", told(boolean(), "It stands neither in forms nor on pages."))
        .property("shown_when", nullable(named("Filter")))
        .property("required_when", nullable(named("Filter")))
        .required("field")
        .required("group");
    let about = "A field at its place. It stands in forms and on pages while the record passes `shown_when`, and must have a value \
                 while it is shown and the record passes `required_when`: without one a record is refused (422 \
                 `required_by_condition`), however it is written. Values of a field that is not shown stay, and are told.";
    schemas.insert("LayoutField".into(), field.description(Some(about)).into());
}

pub fn routes(routes: &mut Routes) {
    schemas(&mut routes.schemas);
    crud::<Layout>(routes);
}
