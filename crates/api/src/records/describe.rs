//! Routes with their descriptions: one call registers both, so that neither can be without the other.

pub mod common;
mod served;
pub mod shared;

pub use served::Served;

use crate::caller::Caller;
use crate::error::Problem;
use crate::http::query;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, FromRequest, Handler, Responder, web};
use domain::Kinds;
use serde_json::Value as Json;
use served::MakeRoute;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa::openapi::external_docs::ExternalDocs;
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{AnyOfBuilder, SchemaType};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Array, ArrayBuilder, ContentBuilder, HttpMethod, InfoBuilder, KnownFormat, LicenseBuilder, ObjectBuilder, OpenApi,
    OpenApiBuilder, Paths, Ref, RefOr, Required, Response, ResponseBuilder, ResponsesBuilder, Schema, SchemaFormat,
    SecurityRequirement, Server, Tag, Type,
};

pub fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A text or null.
pub fn maybe_text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]))
}

pub fn integer() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer)
}

pub fn boolean() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

pub fn object() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Object)
}

pub fn formatted(format: KnownFormat) -> ObjectBuilder {
    text().format(Some(SchemaFormat::KnownFormat(format)))
}

pub fn id() -> ObjectBuilder {
    formatted(KnownFormat::Uuid)
}

/// A schema that is described once, by its name.
pub fn named(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

/// An object with these members, all of which are there.
pub fn made_of<const N: usize>(members: [(&str, RefOr<Schema>); N]) -> ObjectBuilder {
    members.into_iter().fold(object(), |object, (name, schema)| {
        object.property(name, schema).required(name)
    })
}

/// Or nothing.
pub fn nullable(schema: impl Into<RefOr<Schema>>) -> AnyOfBuilder {
    let null = ObjectBuilder::new().schema_type(Type::Null).build();
    AnyOfBuilder::new().item(schema).item(null)
}

/// What a schema is written as.
pub trait IntoSchema {
    fn into_schema(self) -> RefOr<Schema>;
}

macro_rules! into_schema {
    ($($ty:ty)*) => { $(impl IntoSchema for $ty {
        fn into_schema(self) -> RefOr<Schema> {
            self.into()
        }
    })* };
}
into_schema! { RefOr<Schema> Schema Ref ObjectBuilder Array ArrayBuilder AnyOfBuilder }

/// The description of an operation.
#[derive(Clone)]
pub struct Doc {
    pub id: String,
    tag: String,
    summary: String,
    description: String,
    /// Media types, separated by commas, and schema of the body.
    body: Option<(&'static str, RefOr<Schema>)>,
    body_required: bool,
    example: Option<Json>,
    /// The answer where all is well: status and schema (none for an empty answer).
    ok: Vec<(u16, Option<RefOr<Schema>>)>,
    parameters: Vec<Described>,
    /// The names of those in the query string.
    query: Vec<String>,
    /// Further statuses beyond those that follow from method and path.
    also: Vec<u16>,
    open: bool,
    /// What a key needs, where that does not follow from method and path.
    scopes: Option<Vec<String>>,
    /// The answer is kept for no repeat.
    unkept: bool,
    if_match: bool,
    /// The answer tells the version.
    etag: bool,
    /// The answer tells where the next page is.
    link: bool,
    /// The answer is a file of one of these media types.
    files: Vec<&'static str>,
    /// The schemas that come with typed bodies and answers.
    brought: Vec<(String, RefOr<Schema>)>,
}

/// A parameter of an operation.
#[derive(Clone)]
enum Described {
    Shared(Ref),
    Own(Parameter),
    Offered([String; 2], Parameter),
}

impl Doc {
    pub fn new(id: impl Into<String>, tag: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            tag: tag.into(),
            summary: summary.into(),
            description: String::new(),
            body: None,
            body_required: true,
            example: None,
            ok: Vec::new(),
            parameters: Vec::new(),
            query: Vec::new(),
            also: Vec::new(),
            open: false,
            scopes: None,
            unkept: false,
            if_match: false,
            etag: false,
            link: false,
            files: Vec::new(),
            brought: Vec::new(),
        }
    }

    pub fn about(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    pub fn body(self, schema: impl IntoSchema) -> Self {
        self.body_of("application/json", schema)
    }

    pub fn body_of(mut self, media: &'static str, schema: impl IntoSchema) -> Self {
        self.body = Some((media, schema.into_schema()));
        self
    }

    pub fn optional_body(mut self, schema: impl IntoSchema) -> Self {
        self.body_required = false;
        self.body(schema)
    }

    /// Takes what this type reads.
    pub fn takes<T: ToSchema>(mut self) -> Self {
        let schema = self.bring::<T>();
        self.body(schema)
    }

    /// Takes it, or no body at all.
    pub fn may_take<T: ToSchema>(mut self) -> Self {
        let schema = self.bring::<T>();
        self.optional_body(schema)
    }

    /// Answers with what this type writes.
    pub fn gives<T: ToSchema>(mut self, status: u16) -> Self {
        let schema = self.bring::<T>();
        self.ok(status, schema)
    }

    /// A schema that is built, by its name.
    pub fn schema(mut self, name: &str, schema: impl IntoSchema) -> Self {
        self.brought.push((name.to_owned(), schema.into_schema()));
        self
    }

    /// Another schema that comes along.
    pub fn with<T: ToSchema>(mut self) -> Self {
        self.bring::<T>();
        self
    }

    /// Refers to a type's schema, which comes along.
    fn bring<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name().into_owned();
        self.brought.push((name.clone(), T::schema()));
        T::schemas(&mut self.brought);
        named(&name)
    }

    pub fn example(mut self, example: Json) -> Self {
        self.example = Some(example);
        self
    }

    pub fn ok(mut self, status: u16, schema: impl IntoSchema) -> Self {
        self.ok.push((status, Some(schema.into_schema())));
        self
    }

    /// Answers with a file.
    pub fn file(mut self, media: &'static str) -> Self {
        self.ok.push((200, None));
        self.files.push(media);
        self
    }

    /// Answers with a file of one of these media types.
    pub fn file_of(mut self, media: impl IntoIterator<Item = &'static str>) -> Self {
        self.ok.push((200, None));
        self.files.extend(media);
        self
    }

    pub fn no_content(mut self) -> Self {
        self.ok.push((204, None));
        self
    }

    /// For who sends `If-None-Match` with the version at hand.
    pub fn not_modified(mut self) -> Self {
        self.ok.push((304, None));
        self.shared("If-None-Match").etag()
    }

    /// For what may have been merged into another.
    pub fn moved(mut self) -> Self {
        self.ok.push((301, None));
        self
    }

    pub fn etag(mut self) -> Self {
        self.etag = true;
        self
    }

    pub fn link(mut self) -> Self {
        self.link = true;
        self
    }

    /// Answers with texts for people. Any operation takes the header, for what its problems say; that is told once for all.
    pub fn in_language(self) -> Self {
        self.shared("Accept-Language")
    }

    /// A parameter that others have too, by its name in `shared`.
    pub fn shared(mut self, name: &str) -> Self {
        if shared::IN_QUERY.contains(&name) {
            // Where a path has one of that name as well.
            self.query.push(name.trim_end_matches("-in-query").to_owned());
        }
        self.parameters.push(Described::Shared(shared::parameter_ref(name)));
        self
    }

    pub fn query(self, name: &str, schema: impl IntoSchema, description: &str) -> Self {
        self.parameter(name, schema, description, Required::False)
    }

    pub fn required_query(self, name: &str, schema: impl IntoSchema, description: &str) -> Self {
        self.parameter(name, schema, description, Required::True)
    }

    fn parameter(mut self, name: &str, schema: impl IntoSchema, description: &str, required: Required) -> Self {
        let schema = schema.into_schema();
        let list = matches!(schema, RefOr::T(Schema::Array(_)));
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .required(required)
            .description(Some(description))
            .style(list.then_some(ParameterStyle::Form))
            .explode(list.then_some(false))
            .schema(Some(schema));
        self.query.push(name.to_owned());
        self.parameters.push(Described::Own(parameter.build()));
        self
    }

    /// A parameter that other kinds may have too: told once under the first name where all of them have the same, else
    /// under the second.
    pub fn offers(mut self, names: [String; 2], parameter: Parameter) -> Self {
        self.query.push(parameter.name.clone());
        self.parameters.push(Described::Offered(names, parameter));
        self
    }

    pub fn also(mut self, statuses: &[u16]) -> Self {
        self.also.extend(statuses);
        self
    }

    /// Needs no credential.
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// The scopes that an API key needs, where they are not those of the kind in the path.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Gives or takes a secret: a repeat is not answered from what was kept.
    pub fn credential(self) -> Self {
        self.unkept()
    }

    /// Does the same again at a repeat, whatever its key.
    pub fn unkept(mut self) -> Self {
        self.unkept = true;
        self
    }

    /// Needs the version that was seen.
    pub fn versioned(mut self) -> Self {
        self.if_match = true;
        self
    }
}

/// Collects routes for actix and operations for the description.
#[derive(Default)]
pub struct Routes {
    /// By path.
    made: Vec<(String, Vec<(Method, MakeRoute)>)>,
    paths: Paths,
    tags: BTreeSet<String>,
    pub schemas: BTreeMap<String, RefOr<Schema>>,
    parameters: BTreeMap<String, Parameter>,
    answers: BTreeMap<String, Response>,
    /// Those that the description is for.
    pub kinds: Kinds,
}

/// Everything lives under this.
pub const BASE: &str = "/api/v1";

impl Routes {
    /// None yet, among these kinds.
    pub fn of(kinds: Kinds) -> Self {
        Self {
            kinds,
            ..Self::default()
        }
    }

    pub fn add<F, Args>(&mut self, method: Method, path: impl Into<String>, doc: Doc, handler: F)
    where
        F: Handler<Args> + Clone + Send + Sync,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let path = path.into();
        // What only who has signed in may call, says so by what its handler takes.
        let signed_in = std::any::type_name::<Args>().contains("SignedIn");
        let operation = self.operation(&method, &path, &doc, signed_in);
        self.paths
            .add_path_operation(format!("{BASE}{path}"), vec![described(&method)], operation);
        self.tags.insert(doc.tag);
        common::put(&mut self.schemas, doc.brought);
        let known: Arc<[String]> = doc.query.into();
        let make: MakeRoute = {
            let method = method.clone();
            Box::new(move || {
                let route = web::method(method.clone()).to(handler.clone());
                let known = known.clone();
                route.wrap(from_fn(move |request: ServiceRequest, next: Next<BoxBody>| {
                    described_only(request, next, known.clone(), doc.open)
                }))
            })
        };
        match self.made.iter_mut().find(|(known, _)| *known == path) {
            Some((_, routes)) => routes.push((method, make)),
            None => self.made.push((path, vec![(method, make)])),
        }
    }

    /// What serving needs. The descriptions are large, and are made again for who asks for them.
    pub fn served(mut self) -> Served {
        // What is written out comes before a parameter that would match it as well: `{` sorts behind all letters.
        self.made.sort_by(|(one, _), (other, _)| one.cmp(other));
        Served::new(self.made)
    }

    pub fn document(self) -> OpenApi {
        let tags = self.tags.iter().map(|tag| {
            let kind = self.kinds.iter().find(|kind| kind.path() == *tag);
            let told = kind.map_or_else(
                || shared::tag(tag).to_owned(),
                |k| format!("Records of the kind “{}”", k.label.en),
            );
            TagBuilder::new().name(tag).description(Some(told)).build()
        });
        let tags: Vec<Tag> = tags.collect();
        let mut components = shared::components();
        components.schemas = self.schemas;
        let parameters = self.parameters.into_iter();
        components
            .parameters
            .extend(parameters.map(|(name, p)| (name, p.into())));
        components
            .responses
            .extend(self.answers.into_iter().map(|(name, answer)| (name, answer.into())));
        let license = LicenseBuilder::new()
            .name("Apache-2.0")
            .identifier(Some("Apache-2.0"))
            .build();
        let info = InfoBuilder::new()
            .title("Guanxi API")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(
                "Customers, leads and the sales pipeline. One contract for the app, integrations and mobile clients. Every operation takes \
                 `Accept-Language` (`zh-CN` or `en`) for what its problems say; it is named where answers have texts of their own.",
            ))
            .license(Some(license));
        let mut guide = ExternalDocs::new("/docs/guide");
        guide.description = Some("Guide: first key, paging, writing, retries, errors, feed (English, 中文)".to_owned());
        OpenApiBuilder::new()
            .info(info.build())
            .servers(Some([Server::new("/")]))
            .external_docs(Some(guide))
            .paths(self.paths)
            .components(Some(components))
            .security(Some([SecurityRequirement::new(shared::ANY, [""; 0])]))
            .tags(Some(tags))
            .build()
    }

    fn operation(&mut self, method: &Method, path: &str, doc: &Doc, signed_in: bool) -> Operation {
        let mut operation = OperationBuilder::new()
            .operation_id(Some(&doc.id))
            .tag(&doc.tag)
            .summary(Some(&doc.summary))
            .description(Some(&doc.description).filter(|d| !d.is_empty()));
        let names = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        for name in names {
            operation = operation.parameter_ref(shared::parameter_ref(name));
        }
        for parameter in &doc.parameters {
            operation = match parameter {
                Described::Shared(shared) => operation.parameter_ref(shared.clone()),
                Described::Own(own) => operation.parameter(own.clone()),
                Described::Offered([common, own], parameter) => {
                    let known = self
                        .parameters
                        .entry(common.clone())
                        .or_insert_with(|| parameter.clone());
                    let name = if known == parameter { common } else { own };
                    self.parameters.entry(name.clone()).or_insert_with(|| parameter.clone());
                    operation.parameter_ref(shared::parameter_ref(name))
                }
            };
        }
        if doc.if_match {
            operation = operation.parameter_ref(shared::parameter_ref("If-Match"));
        }
        if keeps(method, path, doc) {
            operation = operation.parameter_ref(shared::parameter_ref("Idempotency-Key"));
        }
        if let Some((media, schema)) = &doc.body {
            let content = ContentBuilder::new()
                .schema(Some(schema.clone()))
                .example(doc.example.clone())
                .build();
            let required = if doc.body_required {
                Required::True
            } else {
                Required::False
            };
            let body = RequestBodyBuilder::new().required(Some(required));
            let body = media
                .split(", ")
                .fold(body, |body, media| body.content(media, content.clone()));
            operation = operation.request_body(Some(body.build()));
        }
        let security = match (doc.open, signed_in) {
            (true, _) => Vec::new(),
            (false, true) => vec![SecurityRequirement::new(shared::SIGNED_IN, [""; 0])],
            (false, false) => {
                let scopes = doc.scopes.clone().unwrap_or_else(|| scopes(self.kinds, method, path));
                vec![SecurityRequirement::new(shared::ANY, scopes)]
            }
        };
        operation = operation.securities(Some(security));
        let mut answers = ResponsesBuilder::new();
        for (status, schema) in &doc.ok {
            let kept = keeps(method, path, doc);
            let writes = !only_reads(method, path);
            answers = answers.response(
                status.to_string(),
                self.answer(*status, schema.as_ref(), doc, (kept, writes)),
            );
        }
        let mut refusals: Vec<u16> = Vec::new();
        if path.contains('{') {
            refusals.push(404);
        }
        if *method != Method::GET {
            refusals.extend([409, 422]);
        }
        if doc.if_match {
            refusals.push(412);
        }
        refusals.extend(&doc.also);
        for status in refusals.into_iter().filter(|status| !shared::ANYWHERE.contains(status)) {
            answers = answers.response(status.to_string(), Ref::from_response_name(shared::refusal(status)));
        }
        answers = answers.response(shared::OTHERWISE, Ref::from_response_name(shared::refusal(0)));
        operation.responses(answers.build()).build()
    }

    /// An answer where all is well. One that tells a described schema is shared by all that answer so.
    fn answer(
        &mut self,
        status: u16,
        schema: Option<&RefOr<Schema>>,
        doc: &Doc,
        (kept, writes): (bool, bool),
    ) -> RefOr<Response> {
        match status {
            204 if kept => return Ref::from_response_name("NoContentKept").into(),
            204 => return Ref::from_response_name("NoContent").into(),
            301 => return Ref::from_response_name("Merged").into(),
            304 => return Ref::from_response_name("NotModified").into(),
            _ => {}
        }
        let mut answer = ResponseBuilder::new().description(shared::description(status));
        if let Some(schema) = schema {
            let content = ContentBuilder::new().schema(Some(schema.clone()));
            answer = answer.content("application/json", content.build());
        }
        for media in doc.files.iter().copied() {
            let file = match media.starts_with("image/") || media.starts_with("application/vnd.") {
                true => formatted(KnownFormat::Binary),
                false => text(),
            };
            answer = answer.content(media, ContentBuilder::new().schema(Some(file.build())).build());
        }
        let location = status == 201 || (status == 202 && !doc.unkept);
        let headers = [
            (location, "Location"),
            (doc.etag, "ETag"),
            (doc.link, "Link"),
            (kept, shared::REPLAYED),
            (writes, shared::CHANGE_SET),
        ];
        for (told, name) in headers {
            if told {
                answer = answer.header_ref(name, shared::header_ref(name));
            }
        }
        let answer = shared::with_common_headers(answer).build();
        let Some(RefOr::Ref(told)) = schema else {
            return answer.into();
        };
        let told = told.ref_location.rsplit('/').next().unwrap_or_default();
        let name = match status {
            201 => format!("{told}Created"),
            202 => format!("{told}Accepted"),
            207 => format!("{told}Each"),
            _ if kept => format!("{told}Written"),
            _ => told.to_owned(),
        };
        if *self.answers.entry(name.clone()).or_insert_with(|| answer.clone()) == answer {
            Ref::from_response_name(name).into()
        } else {
            answer.into()
        }
    }
}

/// Whether an operation changes nothing, whatever its method: what is looked for in a body is read.
fn only_reads(method: &Method, path: &str) -> bool {
    *method == Method::GET || path.ends_with("/search") || path.ends_with("/duplicates")
}

/// Whether an operation keeps its answer under an idempotency key. A search has no effect to repeat.
fn keeps(method: &Method, path: &str, doc: &Doc) -> bool {
    !only_reads(method, path) && !doc.open && !doc.unkept
}

/// What an operation is described with is what it takes: no handler can forget to refuse the rest. Who has to sign in is told
/// that first.
async fn described_only(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
    known: Arc<[String]>,
    open: bool,
) -> Result<ServiceResponse, Error> {
    let Err(unknown) = query::must_know(request.query_string(), &known) else {
        return next.call(request).await;
    };
    let (http, payload) = request.parts_mut();
    let problem = match Caller::from_request(http, payload).await {
        Err(problem) if !open => problem,
        _ => Problem::from(unknown),
    };
    Ok(request.error_response(problem))
}

/// The scope of the kind, area or workspace that a path begins with.
fn scopes(kinds: Kinds, method: &Method, path: &str) -> Vec<String> {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let subject = domain::role::subjects(kinds).find(|subject| subject.path() == first);
    let access = if only_reads(method, path) { "read" } else { "write" };
    subject.map(|_| format!("{first}:{access}")).into_iter().collect()
}

fn described(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}
