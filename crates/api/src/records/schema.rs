//! What record kinds look like, for the description of the API and for `GET /schema`.

use crate::bulk;
use crate::caller::Caller;
use crate::describe::common::{Schemas, any_value, anything, closed, map_of, or_null};
use crate::describe::shared::page_of;
use crate::describe::{
    Doc, Routes, boolean, formatted, id, integer, made_of, maybe_text, named, nullable, object, text,
};
use crate::error::Problem;
use crate::http::query;
use crate::listing;
use crate::request;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse};
use domain::layout::group_keys;
use domain::policy::fields::choices;
use domain::policy::{Access, Action, Fields, Reach};
use domain::query::grouping;
use domain::record::{FILTER, FIXED, IMPORT, Ownership, PARENT, PERSONAL, Place, READONLY, SEARCH, SORT};
use domain::value::{MOST_REFERENCES, Type as ValueType};
use domain::view::builtin;
use domain::{Field, Issue, Kind, Kinds, Label, Locale, custom, messages};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;
use utoipa::openapi::schema::{AdditionalProperties, AnyOfBuilder, SchemaType};
use utoipa::openapi::{Array, ArrayBuilder, KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use validator::Validate;

/// `opportunity` → `Opportunity`
pub fn type_name(kind: &Kind) -> String {
    kind.name
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|c| c.to_ascii_uppercase().to_string() + letters.as_str())
                .unwrap_or_default()
        })
        .collect()
}

/// What fields that hold JSON are made of, by name.
fn json_of(field: &Field) -> RefOr<Schema> {
    let list = |most: Option<usize>, items: RefOr<Schema>| -> RefOr<Schema> {
        ArrayBuilder::new().max_items(most).items(items).into()
    };
    match field.name {
        "lines" => list(Some(200), named("OpportunityLine")),
        "options" => list(Some(2000), named("PickOption")),
        "samples" => list(None, Array::new(text().build()).into()),
        "guesses" => list(None, named("Guess")),
        "grants" => named("Grants"),
        "field_rights" => named("FieldRights"),
        "report" => named("Report"),
        "mapping" => map_of(text()).into(),
        "value_map" => map_of(map_of(text())).into(),
        "filter" => nullable(named("Filter")).into(),
        "columns" => list(Some(60), text().into()),
        "groups" => list(Some(50), named("LayoutGroup")),
        "fields" => list(Some(400), named("LayoutField")),
        "widths" => named("ColumnWidths"),
        "label" | "help" | "group" => named("Labels"),
        "choices" => list(Some(500), named("CustomChoice")),
        // What a value of the field may be.
        "default" => any_value().into(),
        _ => anything().into(),
    }
}

/// A field of one value.
fn plain(field: &Field) -> ObjectBuilder {
    match field.ty {
        ValueType::Text if field.name == "locale" => languages(),
        ValueType::Email => formatted(KnownFormat::Email).max_length(Some(field.max as usize)),
        ty if ty.is_text() => {
            let text = text().max_length(Some(field.max as usize));
            match field.nullable {
                true => text,
                false => text.min_length(Some(1)).pattern(Some("\\S")),
            }
        }
        ValueType::Int => integer()
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum((field.min > i64::MIN).then_some(field.min as isize))
            .maximum((field.limit < i64::MAX).then_some(field.limit as isize)),
        ValueType::Bool => boolean(),
        ValueType::Id => id(),
        ValueType::Instant => formatted(KnownFormat::DateTime),
        ValueType::Day => formatted(KnownFormat::Date),
        ValueType::Number => text().pattern(Some("^-?[0-9]{1,12}(\\.[0-9]{1,6})?$")),
        ValueType::Decimal => text().pattern(Some("^[0-9]{1,8}(\\.[0-9]{1,10})?$")),
        ValueType::Choice(choices) => text().enum_values(Some(choices.iter().map(|c| c.key))),
        _ => object(),
    }
}

fn field_schema(field: &Field, told: bool) -> RefOr<Schema> {
    let schema = match field.ty {
        ValueType::Money => named("Money"),
        ValueType::Json => json_of(field),
        ValueType::Tags => {
            let tag = text().min_length(Some(1)).max_length(Some(field.max as usize));
            ArrayBuilder::new().max_items(Some(50)).items(tag).into()
        }
        ValueType::Ids => ArrayBuilder::new().max_items(Some(MOST_REFERENCES)).items(id()).into(),
        ValueType::Choices(choices) => {
            let key = text().enum_values(Some(choices.iter().map(|c| c.key)));
            ArrayBuilder::new().items(key).into()
        }
        _ => plain(field).into(),
    };
    let null = |ty: &mut SchemaType| {
        if let (true, SchemaType::Type(one)) = (field.nullable, &*ty) {
            *ty = [one.clone(), Type::Null].into_iter().collect();
        }
    };
    let said = told.then(|| field.label.en.to_owned());
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            null(&mut object.schema_type);
            if let Some(keys) = object.enum_values.as_mut().filter(|_| field.nullable) {
                keys.push(Json::Null);
            }
            object.description = object.description.or(said);
            object.into()
        }
        RefOr::T(Schema::Array(mut array)) => {
            null(&mut array.schema_type);
            array.description = array.description.or(said);
            array.into()
        }
        other if field.nullable => nullable(other).into(),
        other => other,
    }
}

/// A field as part of a body that is described for itself.
pub fn described(field: &Field) -> RefOr<Schema> {
    field_schema(field, true)
}

/// An object with a kind's fields. What they are called is told with the record, once.
fn fields_of(kind: &Kind, told: bool, wanted: impl Fn(&Field) -> bool) -> ObjectBuilder {
    let wanted = kind.declared().filter(|f| wanted(f));
    wanted.fold(object(), |object, field| {
        let schema = match field.name {
            custom::ALL => custom_fields(kind, told),
            _ => field_schema(field, told),
        };
        object.property(field.name, schema)
    })
}

/// The values of custom fields. Who is not signed in is told of none, and their client is to work in a firm that has some.
fn custom_fields(kind: &Kind, told: bool) -> RefOr<Schema> {
    let mut all = kind
        .custom()
        .filter(|(field, _)| told || !field.can(READONLY))
        .peekable();
    if all.peek().is_none() {
        let about =
            "Key → value, of the fields that the firm has added; the description for who is signed in names them.";
        return anything().description(Some(about)).into();
    }
    let values = all.fold(object(), |object, (_, custom)| {
        object.property(custom.key, field_schema(&custom.value, true))
    });
    match told {
        // A field that comes later is no fault of the record.
        true => values
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .into(),
        false => closed(values).into(),
    }
}

/// Schemas of a kind that is read: the record, and a page of it.
pub fn add_schemas(schemas: &mut Schemas, kinds: Kinds, kind: &'static Kind) {
    let name = type_name(kind);
    let mut record = fields_of(kind, true, |_| true).description(Some(kind.label.en));
    // What a role may hide is not sure to be there.
    for field in kind.declared().filter(|f| !choices(kind, f).contains(&Access::Hidden)) {
        record = record.required(field.name);
    }
    for (field, expansion) in kind.declared().filter_map(|f| Some((f, f.expansion()?))) {
        record = match field.is_several() {
            true => record.property(expansion, Array::new(named("Expanded"))),
            false => record.property(expansion, named("Expanded")),
        };
    }
    if kind.custom().any(|(field, _)| field.refers.is_some()) {
        record = record.property(custom::EXPANDED, map_of(anything()));
    }
    if listing::countable(kinds, kind).next().is_some() {
        let told = "Kind → how many of its records belong to this one, where `counts` asks for it.";
        record = record.property("counts", map_of(or_null(Type::Integer)).description(Some(told)));
    }
    if kind.name == "import" {
        let target = made_of([
            ("name", text().into()),
            ("label", text().into()),
            ("required", boolean().into()),
        ]);
        let told = "What a column may fill; where one import is asked for.";
        record = record.property("fields", ArrayBuilder::new().items(target).description(Some(told)));
    }
    schemas.insert(format!("{name}Page"), page_of(named(&name)).into());
    schemas.insert(name, record.into());
}

/// Schemas of a kind that is written: what creates a record, and what patches it.
pub fn add_bodies(schemas: &mut Schemas, kind: &'static Kind) {
    let name = type_name(kind);
    // Written out, since a `required` beside a reference is lost on clients: findings/openapi-typescript-loses-required-….
    let mut create = closed(fields_of(kind, false, |f| !f.can(READONLY)));
    for field in kind.declared().filter(|f| f.required && !f.can(READONLY)) {
        create = create.required(field.name);
    }
    let patch = closed(fields_of(kind, false, |f| !f.can(READONLY | FIXED)))
        .description(Some("JSON Merge Patch: absent keeps, null clears, arrays replace."));
    if kind.declared().any(set_once) {
        let upsert = closed(fields_of(kind, false, |f| !f.can(READONLY))).description(Some(
            "What is named is set, what is not named stays; what is set once must stay the same.",
        ));
        schemas.insert(format!("{name}Upsert"), upsert.into());
    }
    schemas.insert(format!("{name}Create"), create.into());
    schemas.insert(format!("{name}Patch"), patch.into());
}

fn set_once(field: &Field) -> bool {
    field.can(FIXED) && !field.can(READONLY)
}

/// What an upsert takes: a patch, and beside it what is only set in a new record.
pub fn upsert(kind: &Kind) -> RefOr<Schema> {
    let suffix = if kind.declared().any(set_once) {
        "Upsert"
    } else {
        "Patch"
    };
    named(&format!("{}{suffix}", type_name(kind)))
}

fn operators(field: &Field) -> Vec<&'static str> {
    match field.ty {
        _ if !field.can(FILTER) => vec![],
        ValueType::Tags | ValueType::Choices(_) | ValueType::Ids => vec!["contains", "in", "is_null"],
        ValueType::Int
        | ValueType::Money
        | ValueType::Decimal
        | ValueType::Number
        | ValueType::Day
        | ValueType::Instant => {
            vec!["eq", "ne", "lt", "lte", "gt", "gte", "in", "nin", "between", "is_null"]
        }
        ty if ty.is_text() => vec!["eq", "ne", "in", "nin", "contains", "starts_with", "is_null"],
        _ => vec!["eq", "ne", "in", "nin", "is_null"],
    }
}

/// A text in one language, or in both where none is asked for.
fn told(label: Label, language: Option<Locale>) -> Json {
    match language {
        Some(language) => json!(label.get(language)),
        None => json!({ "zh-CN": label.zh, "en": label.en }),
    }
}

fn describe_field(seen: &Fields, field: &Field, language: Option<Locale>) -> Json {
    let access = seen.access(field.name);
    let reads = seen.reads(field.name);
    let mut out = json!({
        "name": field.name,
        "type": field.custom.map_or(field.ty.name(), |custom| custom.word),
        "label": told(field.label, language),
        "nullable": field.nullable,
        "required": field.required && !field.can(READONLY),
        "read_only": field.can(READONLY) || access > Access::Full,
        "system": field.can(READONLY),
        "access": access,
        "restrictions": choices(seen.kind(), field),
        "fixed": field.can(FIXED),
        "parent": field.can(PARENT),
        "sortable": field.can(SORT) && reads,
        "searchable": field.can(SEARCH) && reads,
        "importable": field.can(IMPORT) && access == Access::Full,
        "personal": field.can(PERSONAL),
        "groupable": reads && grouping(field).is_some(),
        "operators": if reads { operators(field) } else { Vec::new() },
    });
    if field.ty.is_text() {
        out["max_length"] = json!(field.max);
    }
    if let ValueType::Choice(choices) | ValueType::Choices(choices) = field.ty {
        let choices = choices
            .iter()
            .map(|c| json!({ "value": c.key, "label": told(c.label, language) }));
        out["choices"] = choices.collect();
    }
    if let Some(custom) = field.custom {
        out["custom"] = json!(true);
        out["unique"] = json!(custom.unique);
        if let Some(formula) = custom.formula {
            out["result"] = json!(formula.ty.word());
        }
        if let Some(help) = custom.help {
            out["help"] = told(help, language);
        }
        if let Some(default) = &custom.default {
            out["default"] = default.clone();
        }
    }
    if let Some(status) = field.asked_when {
        out["asked_when"] = json!(status);
    }
    if let Some(picklist) = field.picklist {
        out["picklist"] = json!(picklist);
    }
    if let Some(rule) = seen.kind().rule(field.name).filter(|rule| rule.is_told(seen)) {
        out["shown_when"] = json!(rule.shown_when);
        out["required_when"] = json!(rule.required_when);
    }
    match field.place {
        _ if seen.kind().is_hidden(field.name) => out["place"] = json!("hidden"),
        Place::Usual => {}
        Place::Aside => out["place"] = json!("aside"),
        Place::IfSet => out["place"] = json!("if_set"),
    }
    if let Some(kind) = field.refers {
        out["refers_to"] = json!(kind);
        out["expand"] = json!(field.expansion());
    }
    out
}

/// Whether the caller sees records of the kind at all.
pub fn views(caller: &Caller, kind: &Kind) -> bool {
    caller.identity.reach(kind.name, Action::View) > Reach::None
}

/// The kinds that the caller sees, with labels in one language or in both.
pub fn kinds(caller: &Caller, language: Option<Locale>) -> Vec<Json> {
    let kinds = caller.kinds();
    let kinds = kinds.iter().filter(|kind| views(caller, kind));
    kinds.map(|kind| describe_kind(caller, kind, language)).collect()
}

fn describe_kind(caller: &Caller, kind: &'static Kind, language: Option<Locale>) -> Json {
    let seen = caller.fields(kind);
    let shown = |names: &[&'static str]| -> Vec<&str> { names.iter().copied().filter(|f| seen.sees(f)).collect() };
    let reach = |action: &Action| json!(caller.identity.reach(kind.name, *action));
    let rights: Map<String, Json> = Action::ALL.iter().map(|a| (a.key().to_owned(), reach(a))).collect();
    let fields = kind.fields.iter().filter(|f| seen.sees(f.name));
    let groups = kind.groups.iter().zip(group_keys(kind));
    let groups = groups.map(
        |((label, names), (key, _))| json!({ "key": key, "label": told(*label, language), "fields": shown(names) }),
    );
    let layout = kind.laid.map(|laid| {
        let told = |issue: &Issue| {
            let [zh, en] = [Locale::Zh, Locale::En].map(|locale| messages::issue(issue, locale));
            let message = match language {
                Some(language) => json!(if language == Locale::Zh { zh } else { en }),
                None => json!({ "zh-CN": zh, "en": en }),
            };
            json!({ "pointer": issue.pointer, "code": issue.code, "message": message })
        };
        json!({ "id": laid.id, "left_out": laid.left_out.iter().map(told).collect::<Vec<_>>() })
    });
    let views = builtin(kind).into_iter();
    let views = views.filter(|view| view.needs.iter().all(|name| seen.reads(name)));
    let views = views.map(|view| json!({ "key": view.key, "label": told(view.label, language), "filter": view.filter, "sort": view.sort }));
    let mut about = json!({
        "kind": kind.name,
        "path": format!("/api/v1/{}", kind.path()),
        "label": told(kind.label, language),
        "title_field": kind.title,
        "icon": kind.icon,
        "page": kind.page,
        "bulk": bulk::allowed(kind),
        "owned": kind.ownership == Ownership::Owned,
        "importable": kind.import.is_some(),
        "searched": kind.searched,
        "mergeable": !kind.alike.is_empty(),
        "timeline": kind.timeline,
        "work": kind.work,
        "part_of": kind.part_of,
        "closed": kind.closed,
        "known_by": kind.known_by,
        "unique": kind.unique,
        "columns": shown(kind.columns),
        "form": shown(kind.form),
        "groups": groups.collect::<Vec<_>>(),
        "layout": layout,
        "views": views.collect::<Vec<_>>(),
        "rights": rights,
        "fields": fields.map(|f| describe_field(&seen, f, language)).collect::<Vec<_>>(),
    });
    if kind.made {
        about["custom"] = json!(true);
    }
    about
}

#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct LanguageAsked {
    #[serde(default, deserialize_with = "known_language")]
    language: Option<Locale>,
}

fn known_language<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Locale>, D::Error> {
    let tag = Cow::<'de, str>::deserialize(from)?;
    let unknown = || serde::de::Error::unknown_variant(&tag, &["zh-CN", "en"]);
    Locale::from_tag(&tag).map(Some).ok_or_else(unknown)
}

/// The language that the address asks for. The route knows no other parameter.
pub fn language(request: &HttpRequest) -> Result<Option<Locale>, Problem> {
    Ok(query::read::<LanguageAsked>(request)?.language)
}

/// The JSON Schema of that parameter.
pub fn languages() -> ObjectBuilder {
    text().enum_values(Some(["zh-CN", "en"]))
}

async fn schema(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let body = json!({ "kinds": kinds(&caller, language(&request)?) });
    Ok(request::tagged(&request, body.to_string()))
}

pub fn routes(routes: &mut Routes) {
    let doc = Doc::new("get_schema", "schema", "Record kinds and their fields")
        .about("Kinds with the fields the caller may see, their types, labels in both languages, operators, what the caller may do \
             with each (`access`) and how a role may restrict it (`restrictions`), and how far the caller's rights reach; beside them how \
             a kind is shown: icon, whether it has a page and a timeline, the columns of a list, what a form asks for first, groups of \
             fields, under which conditions a field is shown and needed, and the values of `status` with which a record is over. The ETag changes when anything of this does, rights too.")
        .query("language", languages(), "Labels in this language only")
        .ok(200, made_of([("kinds", Array::new(named("KindTold")).into())]))
        .not_modified();
    routes.schemas.insert("LabelTold".into(), label_told().into());
    routes.schemas.insert("Labels".into(), labels().into());
    let choice = made_of([("value", text().max_length(Some(60)).into())]).property("label", named("Labels"));
    routes.schemas.insert("CustomChoice".into(), choice.into());
    routes.schemas.insert("FieldTold".into(), field_told().into());
    routes.schemas.insert("KindTold".into(), kind_told().into());
    routes.add(Method::GET, "/schema", doc, schema);
}

/// A text that the firm writes.
fn labels() -> ObjectBuilder {
    let text = || text().max_length(Some(500));
    closed(object())
        .property("zh-CN", text())
        .property("en", text())
        .description(Some(
            "In Chinese, English or both; where one is missing, the other is shown.",
        ))
}

fn label_told() -> AnyOfBuilder {
    let both = made_of([("zh-CN", text().into()), ("en", text().into())]);
    AnyOfBuilder::new()
        .item(both)
        .item(text())
        .description(Some("In both languages, or in the one that is asked for."))
}

fn texts() -> RefOr<Schema> {
    Array::new(text()).into()
}

/// A field as `GET /schema` tells it.
fn field_told() -> ObjectBuilder {
    let choice = made_of([("value", text().into()), ("label", named("LabelTold"))]);
    let flag = || boolean().into();
    let access = text().description(Some("What the caller may do with it."));
    let fixed = boolean().description(Some("Set once, when the record is made."));
    let system = boolean().description(Some("Set by the system, or by an action of its own, whoever asks."));
    let groupable = boolean().description(Some(
        "Lists and views take it as `group_by`: choices, picklists, people, yes or no, and days by their months.",
    ));
    let parent = boolean().description(Some("Who sees the record it refers to sees this one too."));
    made_of([
        ("name", text().into()),
        ("type", text().into()),
        ("label", named("LabelTold")),
        ("nullable", flag()),
        ("required", flag()),
        ("read_only", flag()),
        ("system", system.into()),
        ("access", access.into()),
        ("restrictions", texts()),
        ("fixed", fixed.into()),
        ("parent", parent.into()),
        ("sortable", flag()),
        ("searchable", flag()),
        ("importable", flag()),
        ("personal", flag()),
        ("groupable", groupable.into()),
        ("operators", texts()),
    ])
    .property("max_length", integer())
    .property(
        "custom",
        boolean().description(Some("The firm has added it: its value stands in `custom_fields`.")),
    )
    .property(
        "unique",
        boolean().description(Some("Of a custom field: no two live records have the same value.")),
    )
    .property(
        "result",
        text().description(Some("Of a formula: the type of what comes of it.")),
    )
    .property("help", named("LabelTold"))
    .property("default", any_value())
    .property("choices", Array::new(choice))
    .property(
        "asked_when",
        text().description(Some("The status that a record goes to when this is asked for.")),
    )
    .property("picklist", text())
    .property(
        "place",
        text()
            .enum_values(Some(["aside", "if_set", "hidden"]))
            .description(Some("Where it is shown, if not among the others: `hidden` where the layout shows it neither in forms nor on pages.")),
    )
    .property("shown_when", nullable(named("Filter")))
    .property("required_when", nullable(named("Filter")))
    .property("refers_to", text())
    .property("expand", maybe_text())
}

/// A kind as `GET /schema` tells it.
fn kind_told() -> ObjectBuilder {
    let group = made_of([
        ("key", text().into()),
        ("label", named("LabelTold")),
        ("fields", texts()),
    ]);
    let left_out = made_of([
        ("pointer", text().into()),
        ("code", text().into()),
        ("message", named("LabelTold")),
    ]);
    let layout = made_of([("id", id().into()), ("left_out", Array::new(left_out).into())]);
    let layout = layout.description(Some(
        "The layout that the firm has given the kind. `left_out` is what of it does not count, with pointers into it, since fields \
         are gone that it names.",
    ));
    let told = |schema: ObjectBuilder, told: &str| schema.description(Some(told)).into();
    let listed = |told: &str| ArrayBuilder::new().items(text()).description(Some(told)).into();
    let unique = ArrayBuilder::new().items(texts());
    made_of([
        ("kind", text().into()),
        ("path", text().into()),
        ("label", named("LabelTold")),
        ("title_field", text().into()),
        ("icon", text().into()),
        ("page", told(boolean(), "Whether a record has a page of its own.")),
        (
            "bulk",
            told(boolean(), "Whether many of its records can be changed at once."),
        ),
        ("owned", told(boolean(), "Whether each record has an owner.")),
        ("importable", boolean().into()),
        (
            "searched",
            told(
                or_null(Type::Integer),
                "Where its hits stand among those of other kinds.",
            ),
        ),
        (
            "mergeable",
            told(
                boolean(),
                "Whether its records are looked at for duplicates, and can be merged.",
            ),
        ),
        (
            "timeline",
            told(boolean(), "Whether activities and tasks belong to it."),
        ),
        (
            "work",
            told(
                boolean(),
                "Its records tell of work that the server does, which writes them itself.",
            ),
        ),
        (
            "part_of",
            told(or_null(Type::String), "The kind that its records are part of."),
        ),
        ("closed", listed("The values of `status` with which a record is over.")),
        ("known_by", listed("Fields that tell records apart.")),
        (
            "unique",
            unique
                .description(Some("Fields whose values together are there once."))
                .into(),
        ),
        ("columns", listed("The columns of a list.")),
        ("form", listed("What a form asks for first.")),
        ("groups", Array::new(group).into()),
        ("layout", nullable(layout).into()),
        (
            "views",
            ArrayBuilder::new()
                .items(named("ViewBuiltIn"))
                .description(Some("The views that come with the product; `view` takes their keys."))
                .into(),
        ),
        ("rights", told(map_of(text()), "Action → how far it reaches.")),
        ("fields", Array::new(named("FieldTold")).into()),
    ])
    .property("custom", boolean().description(Some("The firm has made it.")))
}
