//! One request explained: which rules it broke, what they rest on, and how it should have been.

mod correct;
mod curl;
mod field;
pub mod handler;
mod next;
mod parameters;
mod repair;
mod rule;
mod value;

use crate::api;
use crate::api::nearest::{is_slip, nearest_contract};
use crate::app::App;
use crate::cloud::Instances;
use crate::contract::envelope::code_and_message;
use crate::contract::gateway;
use crate::contract::rules::ListedNote;
use crate::contract::template::fits;
use crate::contract::{Contract, ErrorKind, Level, Refused, Strictness};
use crate::journal::{Entry, Verdict};
use crate::operation::{Head, Route};
use correct::Corrected;
use rule::ExplainedRule;
use serde::Serialize;
use serde_json::Value;

/// A request to explain, and where it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// What the journal has of it.
    pub entry: &'c Entry,
    pub request_id: &'c str,
    /// The project whose world it was sent to, as control paths name it.
    pub project_id: &'c str,
    /// The instances of that world.
    pub instances: &'c Instances,
    pub app: &'c App,
}

impl Context<'_> {
    /// The levels of this run.
    fn strictness(self) -> Strictness {
        self.app.worlds.settings().strictness
    }
}

/// One request explained.
#[derive(Debug, Serialize)]
pub struct Explanation {
    request_id: String,
    project_id: String,
    operation: Option<&'static str>,
    title: Option<&'static str>,
    document: Option<String>,
    method: String,
    path: String,
    decision: &'static str,
    status: Option<u16>,
    summary: String,
    rules: Vec<ExplainedRule>,
    notes: Vec<ListedNote>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrected: Option<Corrected>,
}

/// The refusal that was answered.
#[derive(Debug, Serialize)]
struct Refusal {
    #[serde(rename = "situation")]
    error_kind: String,
    status: u16,
    error_code: String,
    error_msg: String,
    /// Whether the contract of the operation declares this status and this code.
    documented: bool,
}

/// What should have been signed. No secret is in it.
#[derive(Debug, Serialize)]
struct Signature {
    canonical_request: String,
    string_to_sign: String,
}

impl Explanation {
    /// Explains a request.
    pub fn of(context: Context<'_>) -> Self {
        let Context { entry, request_id, project_id, .. } = context;
        let contract = operation(entry);
        let error_kind = error_kind(entry);
        let refusal = error_kind.map(|error_kind| Refusal::of(entry, contract, error_kind));
        let mut rules = rule::all(context, contract);
        if let (Some(ErrorKind::Declared(_)), Some(contract), Some(refusal)) =
            (error_kind, contract, &refusal)
        {
            rules.push(ExplainedRule::declared(entry, contract, &refusal.error_msg));
        }
        let corrected = if can_be_corrected(entry, error_kind, &rules) {
            let meant = contract.or_else(|| misspelt_operation(entry));
            meant.and_then(|contract| Corrected::of(context, contract))
        } else {
            None
        };
        let fault = entry.record.fault.as_deref().map(str::to_owned);
        let next = match (error_kind, &corrected) {
            (Some(error_kind), None) => Some(next::after_refusal(error_kind, project_id)),
            _ => fault.as_deref().map(|rule| next::after_fault(rule, project_id)),
        };
        Self {
            request_id: request_id.to_owned(),
            project_id: project_id.to_owned(),
            operation: contract.map(|contract| contract.id),
            title: contract.map(|contract| contract.title),
            document: contract.map(|contract| contract.source.cite()),
            method: entry.method.to_string(),
            path: entry.target().to_owned(),
            decision: entry.record.verdict.name(),
            status: entry.status.map(|status| status.as_u16()),
            summary: summary(entry, contract, &rules, refusal.as_ref()),
            notes: rule::notes(entry, contract, error_kind),
            rules,
            signature: entry.record.computed.as_deref().map(|computed| Signature {
                canonical_request: computed.canonical_request.clone(),
                string_to_sign: computed.string_to_sign.clone(),
            }),
            refusal,
            fault,
            next,
            corrected,
        }
    }
}

/// The operation of a request, also where it was refused before its operation was looked for.
fn operation(entry: &Entry) -> Option<&'static Contract> {
    let (path, _) = entry.path_and_query();
    let leads = |head: &Head| {
        let mut aliases = head.alias_templates();
        *head.method == entry.method
            && (fits(path, head.path) || aliases.any(|template| fits(path, &template)))
    };
    let by_path = || {
        let mut routes = api::routes().iter().rev();
        routes.find(|route| leads(&route.head)).map(Route::contract)
    };
    entry.record.contract.or_else(by_path)
}

/// The operation that a request would have reached but for a slip in its method or path.
fn misspelt_operation(entry: &Entry) -> Option<&'static Contract> {
    let (path, _) = entry.path_and_query();
    let nearest = nearest_contract(&entry.method, path);
    nearest.filter(|contract| is_slip(&entry.method, path, contract))
}

/// Why a request was refused, if it was.
fn error_kind(entry: &Entry) -> Option<ErrorKind> {
    match entry.record.verdict {
        Verdict::Refused(error_kind) => Some(error_kind),
        Verdict::Unknown if operation(entry).is_none() => Some(ErrorKind::UnknownRoute),
        _ => None,
    }
}

/// Whether another request would have been accepted: not if it is the state of the world that
/// refuses this one.
fn can_be_corrected(entry: &Entry, error_kind: Option<ErrorKind>, rules: &[ExplainedRule]) -> bool {
    let mut of_parameters = rules.iter().filter(|rule| rule.parameter.is_some());
    match error_kind {
        None => of_parameters.any(|rule| rule.level != Level::Off.name()),
        Some(
            ErrorKind::UnknownRoute
            | ErrorKind::MalformedRequest
            | ErrorKind::MalformedProjectId
            | ErrorKind::Unauthenticated
            | ErrorKind::EmptyBody
            | ErrorKind::MalformedBody,
        ) => true,
        Some(ErrorKind::Declared(_)) => entry.record.instead.is_some(),
        Some(_) => of_parameters.any(ExplainedRule::is_refused),
    }
}

impl Refusal {
    fn of(entry: &Entry, contract: Option<&'static Contract>, error_kind: ErrorKind) -> Self {
        let (error_code, error_msg) = code_and_message(&answer_body(entry));
        let status = entry.status.map_or(0, |status| status.as_u16());
        let is_this = |one: &Refused| one.status.as_u16() == status && one.code == error_code;
        let documented = match contract {
            Some(contract) => contract.all_refusals().any(is_this),
            None => gateway::SERVICE.refusals.iter().any(is_this),
        };
        let refused = contract.and_then(|contract| contract.refusal(error_kind));
        let error_kind = refused.map_or_else(|| error_kind.name(), Refused::name);
        Self { error_kind, status, error_code, error_msg, documented }
    }
}

/// The body of the answer; null where it is no JSON.
fn answer_body(entry: &Entry) -> Value {
    serde_json::from_slice(entry.answer_body()).unwrap_or_default()
}

/// What became of the request, in one sentence.
fn summary(
    entry: &Entry,
    contract: Option<&Contract>,
    rules: &[ExplainedRule],
    refusal: Option<&Refusal>,
) -> String {
    let name = contract.map_or("The request", |contract| contract.id);
    let answer = entry.status.map_or_else(
        || "the connection was reset".to_owned(),
        |status| format!("the answer was {}", status.as_u16()),
    );
    let fault = entry.record.fault.as_deref().unwrap_or_default();
    match (entry.record.verdict, refusal) {
        (_, Some(Refusal { status, error_code, error_msg, .. })) => {
            let why = first_sentence(rules.iter().filter(|rule| rule.is_refused()));
            let why = why.as_deref().unwrap_or(error_msg);
            format!("{name} was refused with {status} {error_code}: {why}.")
        }
        (Verdict::Injected, _) => {
            format!("The fault {fault} hit before {name} was performed: {answer}.")
        }
        (Verdict::Performed, _) if !fault.is_empty() => {
            format!("{name} was performed, and then the fault {fault} hit: {answer}.")
        }
        (Verdict::Performed, _) => match first_sentence(rules.iter()) {
            Some(broken) => format!("{name} was performed, although {broken}."),
            None => format!("{name} was performed."),
        },
        _ => {
            let body = answer_body(entry);
            let why = body["error_msg"].as_str();
            let why = why.map_or_else(String::new, |why| format!("; {why}"));
            format!("No operation was performed: {answer}{why}.")
        }
    }
}

/// The first of some rules as a sentence, and how many more there are.
fn first_sentence<'s>(mut rules: impl Iterator<Item = &'s ExplainedRule>) -> Option<String> {
    let first = &rules.next()?.sentence;
    let more = rules.count();
    Some(if more == 0 { first.clone() } else { format!("{first}, and {more} more") })
}
