//! A call that may change something: who makes it, what it says, and that it has its effect in one transaction, and once for an idempotency key.

use crate::caller::Caller;
use crate::error::Problem;
use crate::request::{self, Expected};
use crate::state::State;
use crate::token;
use crate::typed::{Body, Nothing};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use domain::{Id, Kind};
use persistence::idempotency::{self, Answer, Key};
use persistence::{Tx, change};
use serde_json::{Map, Value as Json};
use std::future::Future;
use std::pin::Pin;

/// What an answer says was changed together.
#[derive(Debug, Clone, Copy)]
pub struct ChangeSet(pub Id);

/// `Call<SignedIn>` where no API key will do.
pub struct Call<By = Caller> {
    pub by: By,
    pub state: Data<State>,
    pub request: HttpRequest,
    pub body: Bytes,
}

impl<By: FromRequest<Error = Problem> + 'static> FromRequest for Call<By> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let by = By::from_request(request, payload);
        let state = Data::extract(request);
        let body = Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            Ok(Self {
                by: by.await?,
                state: state.await?,
                body: body.await?,
                request,
            })
        })
    }
}

impl<By: AsRef<Caller>> Call<By> {
    pub fn caller(&self) -> &Caller {
        self.by.as_ref()
    }

    /// The id of a record in the path.
    pub fn id(&self, kind: &Kind) -> Result<Id, Problem> {
        self.named(kind.name, "id")
    }

    /// An id in the path, of what is called so.
    pub fn named(&self, kind: &'static str, place: &str) -> Result<Id, Problem> {
        request::id(self.request.match_info().query(place), kind)
    }

    /// The version it is made against.
    pub fn expected(&self) -> Result<Expected, Problem> {
        request::if_match(&self.request)
    }

    pub fn object(&self) -> Result<Map<String, Json>, Problem> {
        request::object(&self.request, &self.body)
    }

    /// What the call says.
    pub fn body<T: Body>(&self) -> Result<T, Problem> {
        request::body(&self.request, &self.body)
    }

    /// The same, where no body at all means an empty one.
    pub fn optional_body<T: Body>(&self) -> Result<T, Problem> {
        request::optional_body(&self.request, &self.body)
    }

    /// For calls that have nothing to say.
    pub fn nothing(&self) -> Result<(), Problem> {
        self.optional_body::<Nothing>().map(drop)
    }

    /// One use case that writes. The answer waits a moment for what follows from it, and names the change set.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx, &Caller) -> persistence::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let by = self.caller().clone();
        let use_case = move |tx: &mut Tx| {
            change::is_wanted();
            change::nothing_logged();
            let done = work(tx, &by)?;
            Ok((done, change::is_wanted(), change::is_logged()))
        };
        let (done, wanted, logged) = self.state.store.write(use_case).await?;
        if logged {
            self.names(self.caller().change_set);
        }
        if wanted {
            self.state.subscribers.caught_up().await;
        }
        Ok(done)
    }

    /// Has the gate name a change set in the answer.
    fn names(&self, set: Id) {
        self.request.extensions_mut().insert(ChangeSet(set));
    }

    /// One use case that writes; with an `Idempotency-Key` it has its effect once, and a repeat gets the first answer.
    pub async fn idempotent(
        &self,
        work: impl Fn(&mut Tx, &Caller) -> persistence::Result<Answer> + Send + 'static,
    ) -> Result<HttpResponse, Problem> {
        let answer = match self.key()? {
            None => self.write(work).await?,
            Some(key) => {
                self.write(move |tx, by| {
                    if let Some(first) = idempotency::begin(tx, by, &key)? {
                        return Ok(first);
                    }
                    let mut answer = work(tx, by)?;
                    if change::is_logged() {
                        answer.change_set.get_or_insert(by.change_set);
                    }
                    idempotency::finish(tx, by, &key, &answer)?;
                    Ok(answer)
                })
                .await?
            }
        };
        if let Some(set) = answer.change_set {
            self.names(set);
        }
        Ok(request::respond(answer))
    }

    /// The idempotency key, if there is one.
    fn key(&self) -> Result<Option<Key>, Problem> {
        let Some(header) = self.request.headers().get("Idempotency-Key") else {
            return Ok(None);
        };
        let key = header
            .to_str()
            .ok()
            .filter(|k| (1..=255).contains(&k.len()) && k.bytes().all(|b| b.is_ascii_graphic()));
        let key = key.ok_or_else(|| Problem::request(StatusCode::BAD_REQUEST, "invalid_idempotency_key"))?;
        let (method, uri) = (self.request.method().as_str(), self.request.uri().to_string());
        let said = [method.as_bytes(), uri.as_bytes(), &self.body].join(&0u8);
        let by_key = self.caller().identity.limits.as_ref().map(|limits| limits.key);
        Ok(Some(Key {
            workspace: self.caller().workspace().id,
            sender: by_key.or(self.caller().user()),
            key: key.to_owned(),
            request_hash: token::hash(&said),
        }))
    }
}
