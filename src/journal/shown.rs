//! An entry as the control API shows it.

use super::view::{View, by_name};
use super::{Entry, Verdict};
use crate::cloud::Activity;
use crate::contract::{Level, Refused, Strictness, Violation};
use crate::text;
use crate::text::language::Language;
use serde_json::{Map, Value, json};

/// Everything that is known about a request and its answer. It depends on nothing but the seed and
/// what was asked: not on real time, and not on other projects.
pub fn show(view: &View<'_>, strictness: Strictness) -> Value {
    let Entry { received, answered, method, status, client_left, record, .. } = view.entry;
    let violation = |violation: &Violation| {
        let class = violation.rule.class();
        let mut shown = json!({
            "parameter": violation.path,
            "rule": violation.rule.say(Language::English),
            "class": class.name(),
        });
        if let Some(got) = &violation.got {
            shown["got"] = json!(got);
        }
        shown["enforced"] = json!(strictness.level(class) == Level::Enforce);
        shown
    };
    let mut shown = json!({
        "request_id": view.request_id,
        "operation": record.contract.map(|contract| contract.id),
        "service": record.contract.map(|contract| contract.service.name),
        "method": method.as_str(),
        "path": view.path(),
        "query": view.query(),
        "headers": headers(view.entry.headers()),
        "body": view.body(),
        "received": received.moment().with_milliseconds(),
        "answered": answered.with_milliseconds(),
        "decision": record.verdict.name(),
        "committed": view.entry.committed(),
    });
    if let Verdict::Refused(error_kind) = record.verdict {
        let refused = record.contract.and_then(|contract| contract.refusal(error_kind));
        shown["situation"] = json!(refused.map_or_else(|| error_kind.name(), Refused::name));
    }
    shown["violations"] = record.violations.iter().map(violation).collect();
    let warnings = record.warnings.iter();
    shown["warnings"] = warnings
        .map(|warning| json!({ "class": warning.class.name(), "message": warning.message }))
        .collect();
    shown["change"] = json!({
        "started": record.activities.iter().map(started).collect::<Vec<_>>(),
        "adopted": record.adopted.iter().map(|id| text::open(id)).collect::<Vec<_>>(),
    });
    if let Some(rule) = &record.fault {
        shown["fault"] = json!(**rule);
    }
    if *client_left {
        shown["client_left"] = json!(true);
    }
    shown["answer"] = json!({
        "status": status.map(|status| status.as_u16()),
        "headers": headers(view.entry.answer_headers()),
        "body": view.answer_body(),
    });
    shown
}

impl Verdict {
    /// The word in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Performed => "performed",
            Self::Refused(_) => "refused",
            Self::Injected => "injected",
            Self::Unknown => "unknown",
        }
    }
}

fn started(activity: &Activity) -> Value {
    let mut started = json!({ "operation": activity.contract.id });
    if let Some((job, _)) = activity.job {
        started["job_id"] = json!(job);
    }
    if let Some((resource, _)) = &activity.resource {
        started["resource_id"] = json!(text::shown(resource));
    }
    started
}

fn headers<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> Map<String, Value> {
    by_name(headers.map(|(name, value)| (name.to_owned(), value.to_owned())))
}
