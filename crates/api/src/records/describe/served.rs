//! Routes without their descriptions: what serving needs.

use super::BASE;
use crate::error::Problem;
use actix_web::dev::{ResourceDef, Service, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Error, FromRequest, Handler, Responder, Route};

pub type MakeRoute = Box<dyn Fn() -> Route + Send + Sync>;

/// A path below `BASE`, and the methods it takes.
struct ServedPath {
    path: String,
    pattern: ResourceDef,
    /// Their names, as `Allow` tells them.
    methods: String,
    routes: Vec<(Method, MakeRoute)>,
}

pub struct Served(Vec<ServedPath>);

impl Served {
    pub fn new(made: Vec<(String, Vec<(Method, MakeRoute)>)>) -> Self {
        let place = |(path, routes): (String, Vec<(Method, MakeRoute)>)| {
            let known: Vec<&str> = routes.iter().map(|(method, _)| method.as_str()).collect();
            ServedPath {
                pattern: ResourceDef::new(path.as_str()),
                methods: known.join(", "),
                path,
                routes,
            }
        };
        Self(made.into_iter().map(place).collect())
    }

    /// Registers all routes with actix. A path takes all its methods: one it does not know is no matter of a path with a
    /// parameter that would match as well.
    pub fn configure<F, Args>(&self, config: &mut ServiceConfig, otherwise: F)
    where
        F: Handler<Args> + Clone,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        // By their first word, which is compared before any pattern is tried: there are hundreds of paths.
        let mut nouns: Vec<(&str, Vec<(&str, &ServedPath)>)> = Vec::new();
        for place in &self.0 {
            let noun = place.path.find('/').map_or(0, |at| at + 1);
            let end = place.path[noun..].find('/').map_or(place.path.len(), |at| noun + at);
            let (noun, rest) = place.path.split_at(end);
            match nouns.iter_mut().find(|(known, _)| *known == noun) {
                Some((_, places)) => places.push((rest, place)),
                None => nouns.push((noun, vec![(rest, place)])),
            }
        }
        for (noun, places) in nouns {
            let resource = |(rest, place): (&str, &ServedPath)| {
                let resource = web::resource(rest).default_service(web::to(otherwise.clone()));
                place
                    .routes
                    .iter()
                    .fold(resource, |resource, (_, make)| resource.route(make()))
            };
            let scope = web::scope(noun).default_service(web::to(otherwise.clone()));
            config.service(
                places
                    .into_iter()
                    .map(resource)
                    .fold(scope, |scope, resource| scope.service(resource)),
            );
        }
    }

    /// Answers a request by the route that its path has.
    pub async fn call(&self, mut request: ServiceRequest) -> Result<ServiceResponse, Error> {
        let Some(place) = self.find(request.path()) else {
            return Ok(request.error_response(Problem::request(StatusCode::NOT_FOUND, "no_such_route")));
        };
        let Some((_, make)) = place.routes.iter().find(|(known, _)| known == request.method()) else {
            let refused = Problem::request(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
            return Ok(request.error_response(refused.with("allowed", place.methods.as_str())));
        };
        place.pattern.capture_match_info(request.match_info_mut());
        match make().new_service(()).await {
            Ok(route) => route.call(request).await,
            Err(()) => Ok(request.error_response(Problem::from(persistence::Error::internal("a route was not made")))),
        }
    }

    /// The methods that a path knows.
    pub fn methods(&self, path: &str) -> Option<&str> {
        self.find(path).map(|place| place.methods.as_str())
    }

    fn find(&self, path: &str) -> Option<&ServedPath> {
        let below = path.strip_prefix(BASE)?;
        self.0.iter().find(|place| place.pattern.is_match(below))
    }
}
