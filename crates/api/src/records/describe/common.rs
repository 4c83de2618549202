//! Schemas that many kinds and operations refer to.

use super::{boolean, formatted, id, integer, named, object, text};
use domain::change::ChangeAction;
use domain::import::mapping::Guess;
use domain::import::report::Report;
use domain::messages;
use domain::policy::{Action, Reach};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{Array, ArrayBuilder, KnownFormat, ObjectBuilder, RefOr, Schema, Type};

pub type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Either of these types, or nothing.
pub fn or_null(one: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::from_iter([one, Type::Null]))
}

pub fn closed(object: ObjectBuilder) -> ObjectBuilder {
    object.additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

/// A value of any type.
pub fn any_value() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::AnyValue)
}

/// An object that may hold anything.
pub fn anything() -> ObjectBuilder {
    object().additional_properties(Some(AdditionalProperties::FreeForm(true)))
}

/// An object with any names, each with such a value.
pub fn map_of(value: impl Into<RefOr<Schema>>) -> ObjectBuilder {
    object().additional_properties(Some(AdditionalProperties::RefOr(value.into())))
}

fn all_required(object: ObjectBuilder, names: &[&str]) -> ObjectBuilder {
    names.iter().fold(object, |object, name| object.required(*name))
}

fn money() -> ObjectBuilder {
    let rate = text().examples(["7.1234"]).description(Some(
        "Base currency for one unit, where the amount is in another currency. Found by the server; what is sent here is ignored.",
    ));
    closed(object())
        .property(
            "amount",
            text().pattern(Some(r"^-?[0-9]+(\.[0-9]+)?$")).examples(["1250.00"]),
        )
        .property("currency", text().pattern(Some("^[A-Z]{3}$")).examples(["CNY"]))
        .property("rate", rate)
        .required("amount")
        .required("currency")
}

fn line() -> ObjectBuilder {
    let quantity = ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::from_iter([
            Type::String,
            Type::Number,
        ]))
        .examples(["1", "1.5"]);
    closed(object())
        .property("product_id", id())
        .property("quantity", quantity)
        .property("price", named("Money"))
        .property("discount", integer().minimum(Some(0.0)).maximum(Some(100.0)))
        .required("product_id")
        .required("price")
}

fn pick_option() -> ObjectBuilder {
    closed(object())
        .property("value", text().min_length(Some(1)).max_length(Some(100)))
        .property("label_zh", or_null(Type::String))
        .property("label_en", or_null(Type::String))
        .property("retired", boolean())
        .required("value")
}

fn page() -> ObjectBuilder {
    let count = integer().description(Some("Only where count was asked for."));
    let group = all_required(
        object()
            .property(
                "value",
                or_null(Type::String).description(Some("As a filter takes it; a month as `2026-11`; null for none.")),
            )
            .property("count", integer())
            .property(
                "label",
                text().description(Some("Of a choice or a person, in the caller's language.")),
            ),
        &["value", "count"],
    );
    let group = group.description(Some(
        "Only where `group_by` was asked for: a value, and how many records of the whole list have it.",
    ));
    object()
        .property("next_cursor", or_null(Type::String))
        .property("has_more", boolean())
        .property("count", count)
        .property("view", named("ViewUsed"))
        .property("groups", Array::new(group))
        .required("next_cursor")
        .required("has_more")
}

/// Every code there is, from where their texts stand.
fn problem_code() -> ObjectBuilder {
    let codes = messages::codes().map(|(code, _)| code);
    let told = "What is wrong, as a word that stays. `/docs/errors` has each with its text; more may come.";
    text().enum_values(Some(codes)).description(Some(told))
}

fn problem() -> ObjectBuilder {
    let pointer = text().description(Some("The place in the body, as a JSON pointer; empty for all of it."));
    let parameter = text().description(Some("The name of the parameter, where it is one that is wrong."));
    let issue = object()
        .property("pointer", pointer)
        .property("parameter", parameter)
        .property("code", named("ProblemCode"))
        .property("message", text());
    let issue = all_required(issue, &["code", "message"]);
    let problem = object()
        .property("type", text())
        .property("title", text())
        .property("status", integer())
        .property("detail", text())
        .property("code", named("ProblemCode"))
        .property("request_id", text())
        .property("current_version", integer())
        .property("errors", Array::new(issue))
        .property("left", named("UndoLeftList"));
    all_required(problem, &["type", "title", "status", "detail", "code", "request_id"])
}

fn search() -> ObjectBuilder {
    let names = || ArrayBuilder::new().max_items(Some(100)).items(text());
    let count = or_null(Type::String).enum_values(Some([Some("exact"), Some("estimate"), None]));
    closed(object())
        .property("filter", named("Filter"))
        .property("sort", text())
        .property("view", or_null(Type::String).max_length(Some(60)))
        .property("limit", integer().minimum(Some(1.0)).maximum(Some(200.0)))
        .property("cursor", or_null(Type::String))
        .property("q", or_null(Type::String).max_length(Some(200)))
        .property("fields", names())
        .property("expand", names())
        .property("count", count)
        .property("group_by", or_null(Type::String).max_length(Some(120)))
}

fn filter() -> ObjectBuilder {
    let many = || {
        ArrayBuilder::new()
            .min_items(Some(1))
            .max_items(Some(25))
            .items(named("Filter"))
    };
    closed(object())
        .description(Some(
            "{and:[…]}, {or:[…]}, {not:…} or {field, op, value}; at most 25 tests, 5 deep.",
        ))
        .property("and", many())
        .property("or", many())
        .property("not", named("Filter"))
        .property("field", text())
        .property(
            "op",
            text().enum_values(Some([
                "eq",
                "ne",
                "lt",
                "lte",
                "gt",
                "gte",
                "in",
                "nin",
                "contains",
                "starts_with",
                "is_null",
                "between",
            ])),
        )
        .property(
            "value",
            ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::AnyValue),
        )
}

fn change() -> ObjectBuilder {
    let any = ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::AnyValue);
    let pair = ArrayBuilder::new().min_items(Some(2)).max_items(Some(2)).items(any);
    let actor = id()
        .schema_type(utoipa::openapi::schema::SchemaType::from_iter([
            Type::String,
            Type::Null,
        ]))
        .description(Some("Who did it; null for the system."));
    let actions = ChangeAction::ALL.iter().map(|action| action.key()).chain(["gone"]);
    let change = object()
        .description(Some(
            "One change of one record. Where it is `gone`, only position, kind, record and action are told.",
        ))
        .property(
            "position",
            integer().description(Some("Where it stands in the order of all changes.")),
        )
        .property("change_set", id().description(Some("What was changed together.")))
        .property("request_id", text())
        .property("actor_id", actor)
        .property("kind", text())
        .property("record_id", id())
        .property(
            "version",
            integer().description(Some("The version of the record after it.")),
        )
        .property("action", text().enum_values(Some(actions)))
        .property("fields", map_of(pair).description(Some("Field → old and new value.")))
        .property("at", formatted(KnownFormat::DateTime));
    all_required(change, &["position", "kind", "record_id", "action"])
}

fn expanded() -> ObjectBuilder {
    let reference = or_null(Type::Object)
        .description(Some(
            "What a reference leads to, where `expand` asks for it; null where it is not to be seen.",
        ))
        .property("id", id())
        .property("name", text())
        .property(
            "avatar",
            or_null(Type::String).description(Some("Of a user: the name of their picture.")),
        );
    all_required(reference, &["id", "name"])
}

fn batch_results() -> ObjectBuilder {
    let body = anything()
        .schema_type(utoipa::openapi::schema::SchemaType::from_iter([
            Type::Object,
            Type::Null,
        ]))
        .description(Some("The record, or the problem; null where a record was deleted."));
    let result = all_required(
        object().property("status", integer()).property("body", body),
        &["status", "body"],
    );
    object().property("results", Array::new(result)).required("results")
}

fn filter_time() -> ObjectBuilder {
    let told = "A day (`2026-11-29`), a moment (RFC 3339), or words such as `today`, `yesterday`, `last_week`, `this_month`, \
                `this_quarter`, `next_7_days`: days are those of the caller's time zone.";
    text().description(Some(told)).examples(["today"])
}

fn grants() -> ObjectBuilder {
    let reaches = [Reach::None, Reach::Own, Reach::Team, Reach::TeamBelow, Reach::All];
    let reach = text().enum_values(Some(reaches.map(|r| serde_json::json!(r))));
    let actions = Action::ALL.map(|action| action.key()).join("`, `");
    map_of(map_of(reach)).description(Some(format!(
        "Kind, or `*` for the rest → action (`{actions}`) → how far it reaches."
    )))
}

fn field_rights() -> ObjectBuilder {
    map_of(map_of(text())).description(Some("Kind → field → how it is closed, as `GET /schema` offers it."))
}

fn add<T: ToSchema>(schemas: &mut Schemas) {
    let mut brought = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut brought);
    put(schemas, brought);
}

/// Adds schemas. Two of one name would be taken for one another by every client.
pub fn put(schemas: &mut Schemas, brought: impl IntoIterator<Item = (String, RefOr<Schema>)>) {
    for (name, schema) in brought {
        let known = schemas.get(&name);
        debug_assert!(
            known.is_none_or(|known| *known == schema),
            "two schemas are called {name}"
        );
        schemas.insert(name, schema);
    }
}

pub fn schemas() -> Schemas {
    let mut all = Schemas::new();
    add::<Guess>(&mut all);
    add::<Report>(&mut all);
    let built = [
        ("Money", money()),
        ("OpportunityLine", line()),
        ("PickOption", pick_option()),
        ("Page", page()),
        ("Problem", problem()),
        ("ProblemCode", problem_code()),
        ("Search", search()),
        ("Filter", filter()),
        ("Change", change()),
        ("ChangePage", super::shared::page_of(named("Change"))),
        ("Expanded", expanded()),
        ("FilterTime", filter_time()),
        ("BatchResults", batch_results()),
        ("Grants", grants()),
        ("FieldRights", field_rights()),
    ];
    let built = built.into_iter().map(|(name, schema)| (name.to_owned(), schema.into()));
    put(&mut all, built);
    all
}
