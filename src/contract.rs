//! The vocabulary of the documents' tables.
//!
//! A [`Contract`] is one page of the vendor's documentation as a value, and the single declaration
//! of its rules: the check of a request, the messages, the `OpenAPI` document, the rule list, the
//! documents' tables and the sweep tests are all read from it.

pub mod check;
mod engine;
pub mod envelope;
pub mod field;
pub mod format;
pub mod gateway;
pub mod json;
pub mod rules;
mod service;
pub mod template;
mod violation;

pub use engine::{Engine, InstanceKind, Mode};
pub use field::{Certainty, Field, Format, Kind, Presence};
pub use service::{Envelope, ErrorKind, Refused, Service};
pub use violation::{Class, Level, Rule, Strictness, Violation};

use axum::http::{Method, StatusCode};
use std::borrow::Cow;

/// One page of the documentation.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact that a page states or not")]
pub struct Contract {
    /// Name of the operation, as the official SDKs spell it.
    pub id: &'static str,
    /// Title of the page.
    pub title: &'static str,
    /// The service it belongs to: host, error dialect, common refusals.
    pub service: &'static Service,
    /// What the declaration rests on.
    pub source: Source,
    /// HTTP method.
    pub method: Method,
    /// URI template, pasted from the page.
    pub path: &'static str,
    /// Further templates that real clients send the same call to; they are answered, and not
    /// published.
    pub aliases: &'static [&'static str],
    /// Path parameters, other than `project_id`, which every operation has.
    pub path_parameters: &'static [Field],
    /// Query parameters.
    pub query: &'static [Field],
    /// Header parameters, other than those that every operation has.
    pub headers: &'static [Field],
    /// Members of the JSON body; empty where the operation takes none.
    pub body: &'static [Field],
    /// Whether a request without a body is one whose members are all absent.
    pub body_is_optional: bool,
    /// Status of a success.
    pub success: StatusCode,
    /// Members of the answer's JSON body; empty where there is none.
    pub reply: &'static [Field],
    /// What the answer's body is where no table describes it.
    pub whole_reply: Option<WholeReply>,
    /// A status that is answered without a body where a request is only checked.
    pub checked: Option<StatusCode>,
    /// Headers of the answer, other than those that every answer has.
    pub reply_headers: &'static [Field],
    /// What a client that repeats the call waits for.
    pub awaits: Awaits,
    /// Whether it is called before there are credentials.
    pub open: bool,
    /// Whether it changes nothing although its method is that of a write: it checks something, or
    /// logs in.
    pub changes_nothing: bool,
    /// Whether it undoes what another call has done, so that the other one, sent once more, is no
    /// repetition. Calls with DELETE do without saying so.
    pub undoes: bool,
    /// Refusals of this operation, beyond those that its whole service shares.
    pub refusals: &'static [Refused],
    /// Where the documents disagree about the operation as a whole.
    pub notes: &'static [Note],
    /// The documented example, from `fixtures/`.
    pub example: &'static str,
}

impl Contract {
    /// Its address: two contracts are the same only if their addresses are.
    pub fn place(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// A contract with nothing in it, so that a page states only what it has.
    pub const BLANK: Self = Self {
        id: "",
        title: "",
        service: &gateway::SERVICE,
        source: Source::Companion(""),
        method: Method::GET,
        path: "",
        aliases: &[],
        path_parameters: &[],
        query: &[],
        headers: &[],
        body: &[],
        body_is_optional: false,
        success: StatusCode::OK,
        reply: &[],
        whole_reply: None,
        checked: None,
        reply_headers: &[],
        awaits: Awaits::Nothing,
        open: false,
        changes_nothing: false,
        undoes: false,
        refusals: &[],
        notes: &[],
        example: "",
    };

    /// The templates besides the page's own that the operation answers at.
    pub fn alias_templates(&self) -> impl Iterator<Item = Cow<'static, str>> {
        template::aliases(self.path, self.aliases, self.service.prefix_aliases)
    }

    /// The tables of its parameters, with the place that these are sent in.
    pub fn tables(&self) -> [(Place, &'static [Field]); 4] {
        [
            (Place::Path, self.path_parameters),
            (Place::Query, self.query),
            (Place::Header, self.headers),
            (Place::Body, self.body),
        ]
    }

    /// Every declared parameter with the place it is sent in.
    pub fn parameters(&self) -> impl Iterator<Item = (Place, &'static Field)> + use<> {
        let tables = self.tables().into_iter();
        tables.flat_map(|(place, fields)| fields.iter().map(move |field| (place, field)))
    }

    /// Whether it has a parameter of this name.
    pub fn declares(&self, name: &str) -> bool {
        self.parameters().any(|(_, field)| field.name == name)
    }

    /// Whether it undoes what another call has done.
    pub fn takes_back(&self) -> bool {
        self.undoes || self.method == Method::DELETE
    }

    /// Whether it works in the project of its path. A path that ends in a project's id is about
    /// the project, and belongs to none.
    pub fn is_of_project(&self) -> bool {
        template::is_of_project(self.path)
    }

    /// The status and code this operation answers in a kind of error: its own, its service's, or the
    /// gateway's.
    pub fn refusal(&self, error_kind: ErrorKind) -> Option<&'static Refused> {
        let own = self.refusals.iter().find(|refused| refused.error_kind == error_kind);
        own.or_else(|| self.service.refusal(error_kind))
    }

    /// Every refusal this operation can answer. Its own hide its service's of the same kind of error,
    /// and those hide the gateway's.
    pub fn all_refusals(&self) -> impl Iterator<Item = &'static Refused> {
        let hides = |over: &'static [Refused], under: &Refused| {
            over.iter().any(|one| one.error_kind == under.error_kind)
        };
        let (own, service) = (self.refusals, self.service.refusals);
        let has_body = !self.body.is_empty();
        let shared = service.iter().filter(move |shared| {
            (has_body || !shared.error_kind.needs_a_body()) && !hides(own, shared)
        });
        let gateway = gateway::SERVICE.refusals.iter();
        let gateway = gateway.filter(move |one| !hides(own, one) && !hides(service, one));
        own.iter().chain(shared).chain(gateway)
    }
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query string.
    Query,
    /// A header of its own.
    Header,
    /// The JSON body.
    Body,
}

impl Place {
    /// The word `OpenAPI` and the rule list use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Body => "body",
        }
    }
}

/// The body of an answer that no table describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WholeReply {
    /// Any JSON.
    Json,
    /// A JSON string.
    JsonString,
    PlainText,
}

/// What a client that repeats a call waits for: the end of something that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaits {
    Nothing,
    /// For what this parameter names, or for everything of the service where it is not sent.
    Named(&'static str),
    /// For everything of the service.
    All,
}

/// What a declaration rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// One of the five documents, by the name of its page.
    Document(&'static str),
    /// A companion call, after the official SDK's models and the published API description.
    Companion(&'static str),
    /// A declared call, after the same, and checked against the conversations of a real client.
    Modelled(&'static str),
}

impl Source {
    /// How the source is cited.
    pub fn cite(self) -> String {
        match self {
            Self::Document(page) => format!("document {page}"),
            Self::Companion(model) | Self::Modelled(model) => format!("SDK model {model}"),
        }
    }

    /// Whether one of the five documents states it.
    pub const fn is_documented(self) -> bool {
        matches!(self, Self::Document(_))
    }

    /// What an answer says that it rests on.
    pub const fn basis(self) -> &'static str {
        match self {
            Self::Document(_) => "documented",
            Self::Companion(_) | Self::Modelled(_) => "modelled",
        }
    }
}

/// A place where the documents disagree with themselves or with real clients, and what is done.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// What disagrees.
    pub matter: &'static str,
    /// What Papercloud does.
    pub decision: &'static str,
}
