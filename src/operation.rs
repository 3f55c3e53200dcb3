//! What an operation is, and its type-erased form in the registry.

use crate::cloud::{Call, JobKind, Lifecycle, RequestContext, State};
use crate::contract::check::Sent;
use crate::contract::json::Json;
use crate::contract::{Contract, Service, template};
use crate::error::Refusal;
use axum::http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::panic::RefUnwindSafe;

/// One page of the vendor's documentation: its contract and what the call does.
///
/// What is the same for all operations is in none of them: extraction, checks, envelopes, status
/// codes and the published schema all follow from the contract.
pub trait Operation {
    /// The page's tables.
    const CONTRACT: &'static Contract;

    /// Path, query and body parameters together; names are unique across the three.
    type Request: DeserializeOwned;

    /// The answer's body; `()` where it is empty.
    type Reply: Serialize;

    /// The job that a success leaves running.
    const JOB: Option<&'static JobKind> = None;

    /// The lifecycles of the resources that a successful call works on.
    const LIFECYCLES: &'static [&'static Lifecycle] = &[];

    /// Finds, refuses, changes, replies. Every refusal comes before the first change.
    fn call(
        request: Self::Request,
        project: &mut RequestContext<'_>,
    ) -> Result<Self::Reply, Refusal>;

    /// Values of the answer's own headers, by the names that the contract declares.
    fn headers(_reply: &Self::Reply) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// On a path shared by several operations: true if this one should answer. If none claims the
    /// request, the last in `ROUTES` answers.
    fn claims(_sent: &Sent<'_>, _world: &State) -> bool {
        true
    }
}

/// What routing needs of an operation. A declaration is read only when its operation is called.
#[derive(Clone, Debug)]
pub struct Head {
    /// HTTP method.
    pub method: &'static Method,
    /// URI template.
    pub path: &'static str,
    /// Further templates that lead to it.
    pub aliases: &'static [&'static str],
    pub service: &'static Service,
    /// Its name.
    pub id: &'static str,
    /// Its documented example; empty where it has none.
    pub example: &'static str,
}

impl Head {
    /// The head of a contract.
    const fn of(contract: &'static Contract) -> Self {
        let Contract { ref method, path, aliases, service, id, example, .. } = *contract;
        Self { method, path, aliases, service, id, example }
    }

    /// The templates besides its own that it answers at.
    pub fn alias_templates(&self) -> impl Iterator<Item = Cow<'static, str>> {
        template::aliases(self.path, self.aliases, self.service.prefix_aliases)
    }
}

/// An operation whose types are erased. A declaration is read when it is first needed.
pub trait Described: RefUnwindSafe + Sync {
    /// The page's tables.
    fn contract(&self) -> &'static Contract;

    /// The job that a success leaves running.
    fn job(&self) -> Option<&'static JobKind>;

    /// The statuses that what a success works on goes through.
    fn activities(&self) -> Vec<&'static Lifecycle>;

    /// Runs the operation on a checked document.
    fn perform(
        &self,
        document: Json<'_>,
        project: &mut RequestContext<'_>,
    ) -> Result<Output, Failure>;

    /// Whether the operation claims a request on a shared path.
    fn claims(&self, sent: &Sent<'_>, state: &State) -> bool;

    /// The words by which it claims a body, if it does so, and where in the body they stand.
    fn claimed_words(&self) -> Option<(&'static str, &'static [&'static str])> {
        None
    }
}

impl Debug for dyn Described {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.contract().id)
    }
}

/// An operation in the registry.
#[derive(Clone, Debug)]
pub struct Route {
    /// What is known of it before it is called.
    pub head: Head,
    operation: &'static dyn Described,
}

/// What an operation answered.
#[derive(Debug)]
pub struct Output {
    /// Its documented status.
    pub status: StatusCode,
    /// Its own headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body; empty where there is none.
    pub body: Vec<u8>,
}

impl Output {
    /// A status, and nothing else.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }
}

/// Why an operation gave no answer.
#[derive(Debug)]
pub enum Failure {
    Refused(Refusal),
    /// The document does not fit its request type, which only a request that was let pass against
    /// its contract can cause.
    Misfit(String),
}

impl Route {
    /// Erases an operation's types.
    pub const fn of<O: Operation + 'static>() -> Self {
        Self { head: Head::of(O::CONTRACT), operation: &Coded::<O>(PhantomData) }
    }

    /// An operation that is declared.
    pub const fn declared(head: Head, operation: &'static dyn Described) -> Self {
        Self { head, operation }
    }

    /// The page's tables.
    pub fn contract(&self) -> &'static Contract {
        self.operation.contract()
    }

    /// The job that a success leaves running.
    pub fn job(&self) -> Option<&'static JobKind> {
        self.operation.job()
    }

    /// The lifecycles that a successful call starts: the job's, and those of the resources.
    pub fn activities(&self) -> impl Iterator<Item = &'static Lifecycle> + use<> {
        let job = self.job().map(|job| job.lifecycle);
        job.into_iter().chain(self.operation.activities())
    }

    /// What a call may add to its world, for the limits.
    pub fn leaves(&self) -> Call {
        let method = self.head.method;
        let may_add = method != Method::GET && method != Method::DELETE;
        Call { may_add, starts_a_job: self.job().is_some() }
    }

    /// Runs the operation on a checked document.
    pub fn perform(
        &self,
        document: Json<'_>,
        project: &mut RequestContext<'_>,
    ) -> Result<Output, Failure> {
        self.operation.perform(document, project)
    }

    /// Whether the operation claims a request on a shared path.
    pub fn claims(&self, sent: &Sent<'_>, state: &State) -> bool {
        self.operation.claims(sent, state)
    }

    /// The words by which it claims a body, if it does so, and where in the body they stand.
    pub fn claimed_words(&self) -> Option<(&'static str, &'static [&'static str])> {
        self.operation.claimed_words()
    }
}

/// An operation that is written in Rust.
struct Coded<O>(PhantomData<fn() -> O>);

impl<O: Operation> Described for Coded<O> {
    fn contract(&self) -> &'static Contract {
        O::CONTRACT
    }

    fn job(&self) -> Option<&'static JobKind> {
        O::JOB
    }

    fn activities(&self) -> Vec<&'static Lifecycle> {
        O::LIFECYCLES.to_vec()
    }

    fn perform(
        &self,
        document: Json<'_>,
        project: &mut RequestContext<'_>,
    ) -> Result<Output, Failure> {
        perform::<O>(document, project)
    }

    fn claims(&self, sent: &Sent<'_>, state: &State) -> bool {
        O::claims(sent, state)
    }
}

/// A capacity that most answers fit into, so that they are not copied while they grow.
pub const USUAL_BODY: usize = 512;

fn perform<O: Operation>(
    document: Json<'_>,
    project: &mut RequestContext<'_>,
) -> Result<Output, Failure> {
    let request =
        O::Request::deserialize(document).map_err(|error| Failure::Misfit(error.to_string()))?;
    let reply = O::call(request, project).map_err(Failure::Refused)?;
    let mut body = Vec::new();
    if !O::CONTRACT.reply.is_empty() || O::CONTRACT.whole_reply.is_some() {
        body.reserve(USUAL_BODY);
        serde_json::to_writer(&mut body, &reply)
            .map_err(|error| Failure::Misfit(error.to_string()))?;
    }
    Ok(Output { status: O::CONTRACT.success, headers: O::headers(&reply), body })
}
