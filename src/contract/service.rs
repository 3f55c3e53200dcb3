//! A service's error dialect: which status and code it answers in which kind of error.

use super::{Note, gateway};
use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

/// One of the emulated services.
#[derive(Debug)]
pub struct Service {
    /// Its name in the documents.
    pub name: &'static str,
    /// First labels of its host names; they settle which service a shared path means.
    pub hosts: &'static [&'static str],
    /// Prefixes that all its paths may have as well, for clients of other editions.
    pub prefix_aliases: &'static [&'static str],
    /// Shape of its error bodies.
    pub envelope: Envelope,
    /// Whether its pages document the header `X-Language`.
    pub speaks_chinese: bool,
    /// What it answers in the kind of errors that all its operations share.
    pub refusals: &'static [Refused],
}

impl Service {
    /// The answer in a kind of error, the gateway's where the service has none of its own.
    pub fn refusal(&'static self, error_kind: ErrorKind) -> Option<&'static Refused> {
        let shared = self.refusals.iter().chain(gateway::SERVICE.refusals);
        shared.chain([&gateway::NOT_EMULATED]).find(|refused| refused.error_kind == error_kind)
    }
}

/// Shape of an error body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// `{"error_code", "error_msg"}`.
    Plain,
    /// The same and `"error_ext_msg": null`, as the DCS pages list it.
    Extended,
    /// `{"error": {"code", "message", "title"}}`, as IAM writes it: the code is the status.
    Nested,
    /// `{"code", "message"}`, as the network services of the first generation write it.
    Brief,
    /// `{"error_code", "error_msg", "request_id"}`, written by the gateway before any service.
    Gateway,
}

/// A status and code for a kind of error.
#[derive(Clone, Copy, Debug)]
pub struct Refused {
    /// When.
    pub error_kind: ErrorKind,
    /// HTTP status.
    pub status: StatusCode,
    /// The service's code.
    pub code: &'static str,
    /// Where the documents disagree about it.
    pub note: Option<Note>,
}

impl Refused {
    /// A status and code for a kind of error.
    pub const fn new(error_kind: ErrorKind, status: StatusCode, code: &'static str) -> Self {
        Self { error_kind, status, code, note: None }
    }

    /// What rules and lists call it: the kind of error, or its code where the kind is an operation's own.
    pub fn name(&self) -> String {
        match self.error_kind {
            ErrorKind::Declared(_) => self.code.to_owned(),
            kind => kind.name(),
        }
    }

    /// Says where the documents disagree.
    pub const fn note(mut self, matter: &'static str, decision: &'static str) -> Self {
        self.note = Some(Note { matter, decision });
        self
    }
}

/// Why a request is refused, as far as status and code depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum ErrorKind {
    /// No such path, or not with this method.
    UnknownRoute,
    /// The URL or a header cannot be read.
    MalformedRequest,
    /// A web page of another site may have sent it.
    ForeignPage,
    /// The cloud has the operation, and Papercloud has not.
    NotEmulated,
    /// There is no room for what it would leave behind.
    LimitReached,
    /// The body is over the gateway's limit.
    BodyTooLarge,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body is in an encoding or in characters that are not read.
    UnsupportedBody,
    /// No credentials, or none that can be read.
    Unauthenticated,
    /// The project id is a placeholder that was never filled, or no id at all.
    MalformedProjectId,
    /// A body is needed and none came.
    EmptyBody,
    /// The body is not a JSON object.
    MalformedBody,
    /// A parameter breaks its rule.
    InvalidParameter,
    /// An id in the path has the wrong form.
    MalformedId,
    /// The instance does not exist.
    UnknownInstance,
    /// The instance has another engine or mode.
    WrongEngine,
    /// The caller may not use the resource.
    Forbidden,
    /// Another operation is running.
    Busy,
    /// The operation is not legal in the resource's state.
    WrongState,
    /// The memory mapping does not exist.
    UnknownMapping,
    /// The rule of a memory mapping does not exist.
    UnknownRule,
    /// The instance is in no active-active relationship.
    NoRelationship,
    /// The synchronisation does not exist.
    UnknownReplication,
    /// The TaurusDB instance has no such HTAP instance.
    UnknownHtapInstance,
    NameTaken,
    /// The migration task does not exist.
    UnknownTask,
    /// The job does not exist.
    UnknownJob,
    /// The token does not exist.
    UnknownToken,
    /// The project does not exist.
    UnknownProject,
    /// The region does not exist.
    UnknownRegion,
    /// The account does not exist, or is another one's.
    UnknownAccount,
    /// The call is no longer supported.
    Retired,
    /// What a declared operation refuses, by its place among these.
    Declared(u8),
    /// The service failed.
    Internal,
}

impl ErrorKind {
    /// That with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::deserialize(StrDeserializer::<Error>::new(name)).ok()
    }

    /// What rules and lists call it, such as `WrongState`.
    pub fn name(self) -> String {
        format!("{self:?}")
    }

    /// Whether only an operation with a body can be in it.
    pub const fn needs_a_body(self) -> bool {
        matches!(self, Self::EmptyBody | Self::MalformedBody)
    }
}
