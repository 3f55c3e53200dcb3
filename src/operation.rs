//! What an operation is, and its type-erased form in the registry.

use crate::cloud::{Call, JobKind, Lifecycle, RequestContext, State};
use crate::contract::Contract;
use crate::contract::check::Sent;
use crate::contract::json::Json;
use crate::error::Refusal;
use axum::http::{Method, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

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

    /// The statuses that what a success works on goes through.
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

    /// Whether a request on a path that several operations share is this one's. The first that
    /// claims it answers, or the last of them.
    fn claims(_sent: &Sent<'_>, _world: &State) -> bool {
        true
    }
}

/// An operation in the registry.
#[derive(Debug)]
pub struct Route {
    /// The page's tables.
    pub contract: &'static Contract,
    /// The job that a success leaves running.
    pub job: Option<&'static JobKind>,
    activities: &'static [&'static Lifecycle],
    perform: fn(Json<'_>, &mut RequestContext<'_>) -> Result<Output, Failure>,
    claims: fn(&Sent<'_>, &State) -> bool,
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
    /// It refused.
    Refused(Refusal),
    /// The document does not fit its request type, which only a request that was let pass against
    /// its contract can cause.
    Misfit(String),
}

impl Route {
    /// Erases an operation's types.
    pub const fn of<O: Operation>() -> Self {
        let (contract, job, activities) = (O::CONTRACT, O::JOB, O::LIFECYCLES);
        Self { contract, job, activities, perform: perform::<O>, claims: O::claims }
    }

    /// Everything that a success goes through: the job's statuses, and those of what it works on.
    pub fn activities(&self) -> impl Iterator<Item = &'static Lifecycle> {
        let job = self.job.map(|job| job.lifecycle);
        job.into_iter().chain(self.activities.iter().copied())
    }

    /// What a call of it may leave behind.
    pub fn leaves(&self) -> Call {
        let method = &self.contract.method;
        let may_add = method != Method::GET && method != Method::DELETE;
        Call { may_add, starts_a_job: self.job.is_some() }
    }

    /// Runs the operation on a checked document.
    pub fn perform(
        &self,
        document: Json<'_>,
        project: &mut RequestContext<'_>,
    ) -> Result<Output, Failure> {
        (self.perform)(document, project)
    }

    /// Whether the operation claims a request on a shared path.
    pub fn claims(&self, sent: &Sent<'_>, state: &State) -> bool {
        (self.claims)(sent, state)
    }
}

/// Bytes that most answers do not need more of: one that outgrows its room is copied.
const USUAL_BODY: usize = 512;

fn perform<O: Operation>(
    document: Json<'_>,
    project: &mut RequestContext<'_>,
) -> Result<Output, Failure> {
    let request =
        O::Request::deserialize(document).map_err(|error| Failure::Misfit(error.to_string()))?;
    let reply = O::call(request, project).map_err(Failure::Refused)?;
    let mut body = Vec::new();
    if !O::CONTRACT.reply.is_empty() {
        body.reserve(USUAL_BODY);
        serde_json::to_writer(&mut body, &reply)
            .map_err(|error| Failure::Misfit(error.to_string()))?;
    }
    Ok(Output { status: O::CONTRACT.success, headers: O::headers(&reply), body })
}
