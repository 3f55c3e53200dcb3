//! One request explained: which rules it broke, what they rest on, and how it should have been.

mod correct;
mod curl;
pub mod handler;
mod next;
mod repair;
mod rule;
mod value;

use crate::api;
use crate::api::nearest::{is_slip, nearest_contract};
use crate::auth::guard::Guard;
use crate::cloud::Instances;
use crate::config::Transport;
use crate::contract::gateway;
use crate::contract::rules::ListedNote;
use crate::contract::template::fits;
use crate::contract::{Contract, ErrorKind, Level, Refused, Strictness};
use crate::journal::{Entry, Verdict};
use crate::operation::{Head, Route};
use correct::{Corrected, CorrectionTarget};
use rule::ExplainedRule;
use serde::Serialize;
use serde_json::Value;

/// What an entry of the journal is explained with.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'c> {
    pub request_id: &'c str,
    /// The project whose world it was sent to, as control paths name it.
    pub project_id: &'c str,
    /// The levels of this run.
    pub strictness: Strictness,
    /// How requests come in.
    pub transport: Transport,
    /// It knows the service's address.
    pub guard: &'c Guard,
    /// The instances of that world.
    pub instances: &'c Instances,
    /// The region that is emulated.
    pub region: &'c str,
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
    /// Explains an entry.
    pub fn of(entry: &Entry, circumstances: Circumstances<'_>) -> Self {
        let Circumstances { request_id, project_id, strictness, .. } = circumstances;
        let contract = operation(entry);
        let error_kind = error_kind(entry);
        let aim = contract.or_else(|| {
            let path = entry.target().split('?').next().unwrap_or_default();
            let nearest = nearest_contract(&entry.method, path);
            nearest.filter(|contract| is_slip(&entry.method, path, contract))
        });
        let Circumstances { transport, guard, instances, region, .. } = circumstances;
        let aim = aim.map(|contract| CorrectionTarget {
            contract,
            strictness,
            transport,
            guard,
            instances,
            region,
        });
        let mut rules = rule::all(entry, contract, strictness);
        let refusal = error_kind.map(|error_kind| refusal(entry, contract, error_kind));
        if let (Some(ErrorKind::Declared(_)), Some(contract), Some(refusal)) =
            (error_kind, contract, &refusal)
        {
            rules.push(ExplainedRule::declared(entry, contract, &refusal.error_msg));
        }
        let fault = entry.draft.fault.as_deref().map(str::to_owned);
        let corrected = aim.filter(|_| is_to_correct(entry, error_kind, &rules));
        let corrected = corrected.and_then(|aim| aim.correct(entry));
        let next = match (error_kind, &corrected) {
            (Some(error_kind), None) => Some(next::sentence(error_kind, project_id)),
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
            decision: entry.draft.verdict.name(),
            status: entry.status.map(|status| status.as_u16()),
            summary: summary(entry, contract, &rules, refusal.as_ref()),
            notes: rule::notes(entry, contract, error_kind),
            rules,
            signature: entry.draft.computed.as_deref().map(|computed| Signature {
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

/// The operation that was meant, also where the request was refused before it was looked for.
fn operation(entry: &Entry) -> Option<&'static Contract> {
    let path = entry.target().split('?').next().unwrap_or_default();
    let leads = |head: &Head| {
        let mut aliases = head.alias_templates();
        *head.method == entry.method
            && (fits(path, head.path) || aliases.any(|template| fits(path, &template)))
    };
    let by_path = || {
        let mut routes = api::routes().iter().rev();
        routes.find(|route| leads(&route.head)).map(Route::contract)
    };
    entry.draft.contract.or_else(by_path)
}

/// Why it was refused, if it was.
fn error_kind(entry: &Entry) -> Option<ErrorKind> {
    match entry.draft.verdict {
        Verdict::Refused(error_kind) => Some(error_kind),
        Verdict::Unknown if entry.draft.contract.is_none() && operation(entry).is_none() => {
            Some(ErrorKind::UnknownRoute)
        }
        _ => None,
    }
}

/// Whether another request would do better: not where the state of the world is what is wrong.
fn is_to_correct(entry: &Entry, error_kind: Option<ErrorKind>, rules: &[ExplainedRule]) -> bool {
    use ErrorKind as S;
    let told = |rule: &ExplainedRule| rule.is_of_parameter() && rule.level != Level::Off.name();
    match error_kind {
        None => rules.iter().any(told),
        Some(S::UnknownRoute | S::MalformedRequest | S::MalformedProjectId) => true,
        Some(S::Unauthenticated | S::EmptyBody | S::MalformedBody) => true,
        Some(S::Declared(_)) => entry.draft.instead.is_some(),
        Some(_) => rules.iter().any(|rule| rule.is_of_parameter() && rule.refused()),
    }
}

fn refusal(entry: &Entry, contract: Option<&'static Contract>, error_kind: ErrorKind) -> Refusal {
    let body: Value = serde_json::from_slice(entry.answer_body()).unwrap_or_default();
    let nested = body.get("error").unwrap_or(&body);
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let error_code = text(&body["error_code"]).or_else(|| text(&nested["code"]));
    let error_msg = text(&body["error_msg"]).or_else(|| text(&nested["message"]));
    let status = entry.status.map_or(0, |status| status.as_u16());
    let error_code = error_code.unwrap_or_default();
    let is_this = |one: &Refused| one.status.as_u16() == status && one.code == error_code;
    let documented = match contract {
        Some(contract) => contract.all_refusals().any(is_this),
        None => gateway::SERVICE.refusals.iter().any(is_this),
    };
    let refused = contract.and_then(|contract| contract.refusal(error_kind));
    let error_kind = refused.map_or_else(|| error_kind.name(), Refused::name);
    let error_msg = error_msg.unwrap_or_default();
    Refusal { error_kind, status, error_code, error_msg, documented }
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
    let fault = entry.draft.fault.as_deref().unwrap_or_default();
    match (entry.draft.verdict, refusal) {
        (_, Some(Refusal { status, error_code, error_msg, .. })) => {
            let why = first_of(rules.iter().filter(|rule| rule.refused()));
            let why = why.as_deref().unwrap_or(error_msg);
            format!("{name} was refused with {status} {error_code}: {why}.")
        }
        (Verdict::Injected, _) => {
            format!("The fault {fault} hit before {name} was performed: {answer}.")
        }
        (Verdict::Performed, _) if !fault.is_empty() => {
            format!("{name} was performed, and then the fault {fault} hit: {answer}.")
        }
        (Verdict::Performed, _) => match first_of(rules.iter()) {
            Some(although) => format!("{name} was performed, although {although}."),
            None => format!("{name} was performed."),
        },
        _ => {
            let body: Value = serde_json::from_slice(entry.answer_body()).unwrap_or_default();
            let why = body["error_msg"].as_str();
            let why = why.map_or_else(String::new, |why| format!("; {why}"));
            format!("No operation was performed: {answer}{why}.")
        }
    }
}

/// The first of some rules, and how many more there are.
fn first_of<'s>(mut rules: impl Iterator<Item = &'s ExplainedRule>) -> Option<String> {
    let first = rules.next()?.said();
    let more = rules.count();
    Some(if more == 0 { first } else { format!("{first}, and {more} more") })
}
