//! Which documented answers the requests in the journals have seen, and what provokes the others.

use super::calls::Calls;
use super::handler::PathParams;
use super::{FILTERS, answer, look, requests};
use crate::app::App;
use crate::cloud::Outcome;
use crate::contract::envelope::code_and_message;
use crate::contract::{Contract, ErrorKind, Refused, gateway};
use crate::error::control::ControlError;
use crate::journal::{Entry, Verdict};
use crate::operation::Route;
use crate::worlds::WorldCell;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) fn calls() -> Calls {
    Calls::default()
        .get("/_paper/coverage", async |State(app): State<Arc<App>>, uri: Uri| {
            answer(of_all(&app, uri.query().unwrap_or_default()))
        })
        .reads(FILTERS)
        .get(
            "/_paper/worlds/{project_id}/coverage",
            async |State(app): State<Arc<App>>, PathParams(project): PathParams, uri: Uri| {
                answer(of_world(&app, &project, uri.query().unwrap_or_default()))
            },
        )
        .reads(FILTERS)
}

/// How much of what is documented was seen.
#[derive(Debug, Serialize)]
pub struct Coverage {
    /// Whether no journal has dropped anything.
    exact: bool,
    /// The share of the answers that are counted.
    percent: f64,
    seen: usize,
    count: usize,
    operations: Vec<Covered>,
}

/// What was seen of an operation.
#[derive(Debug, Serialize)]
struct Covered {
    service: &'static str,
    operation: &'static str,
    method: &'static str,
    path: &'static str,
    /// Whether its answers are counted: it was called, or the query names it.
    counted: bool,
    calls: u64,
    answers: Vec<Point>,
}

/// An answer that the documents give, or another way in which a call can end.
#[derive(Debug, Serialize)]
struct Point {
    name: String,
    seen: bool,
    /// The fault rule that provokes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Value>,
    /// The same in a test with the `world` fixture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pytest: Option<String>,
}

/// What the journals have seen of an operation.
#[derive(Debug, Default)]
struct Seen {
    calls: u64,
    statuses: HashSet<StatusCode>,
    error_kinds: HashSet<String>,
    /// Codes of errors that a fault rule has injected.
    codes: HashSet<(StatusCode, String)>,
    failed_job: bool,
    lost_answer: bool,
}

/// Operations by service and name.
type All = HashMap<(&'static str, &'static str), Seen>;

fn key(contract: &Contract) -> (&'static str, &'static str) {
    (contract.service.name, contract.id)
}

/// What the requests of all projects have seen.
pub fn of_all(app: &App, query: &str) -> Result<Coverage, ControlError> {
    let cells = app.worlds.project_ids().into_iter().filter_map(|id| app.worlds.known_world(&id));
    Coverage::of(cells, query)
}

/// What the requests of a project have seen.
pub fn of_world(app: &App, project: &str, query: &str) -> Result<Coverage, ControlError> {
    Coverage::of(std::iter::once(look(app, project)?), query)
}

impl Coverage {
    fn of(cells: impl Iterator<Item = Arc<WorldCell>>, query: &str) -> Result<Self, ControlError> {
        let routes = requests::routes_of(query)?;
        let (mut all, mut exact) = (All::new(), true);
        for cell in cells {
            let world = cell.lock();
            let journal = &world.journal;
            exact &= journal.is_whole();
            journal.entries().for_each(|entry| note(&mut all, entry));
            for activity in world.state.timeline.ended() {
                if matches!(activity.run.outcome, Outcome::Fails(_)) {
                    all.entry(key(activity.contract)).or_default().failed_job = true;
                }
            }
        }
        let nothing = Seen::default();
        let covered = routes.into_iter().map(|route| {
            let seen = all.get(&key(route.contract())).unwrap_or(&nothing);
            Covered::of(route, seen, !query.is_empty())
        });
        let operations: Vec<_> = covered.collect();
        let counted = || operations.iter().filter(|it| it.counted).flat_map(|it| &it.answers);
        let (seen, count) = (counted().filter(|point| point.seen).count(), counted().count());
        let tenths = (seen * 1000).checked_div(count).unwrap_or_default();
        let percent = f64::from(u32::try_from(tenths).unwrap_or_default()) / 10.0;
        Ok(Self { exact, percent, seen, count, operations })
    }
}

fn note(all: &mut All, entry: &Entry) {
    let Some(contract) = entry.record.contract else { return };
    let seen = all.entry(key(contract)).or_default();
    seen.calls += 1;
    match (entry.record.verdict, entry.status) {
        (Verdict::Refused(error_kind), _) => {
            seen.error_kinds.insert(error_kind.name());
        }
        (Verdict::Injected, Some(status)) => {
            let body: Value = serde_json::from_slice(entry.answer_body()).unwrap_or_default();
            seen.codes.insert((status, code_and_message(&body).0));
        }
        (Verdict::Performed, Some(status)) if status == contract.success => {
            seen.statuses.insert(status);
        }
        _ => {}
    }
    if entry.committed() && entry.status != Some(contract.success) {
        seen.lost_answer = true;
    }
}

/// Whether a refusal is one of the gateway's, which every call has.
fn is_generic(refused: &Refused) -> bool {
    gateway::SERVICE.refusals.iter().any(|one| std::ptr::eq(one, refused))
}

impl Covered {
    fn of(route: &'static Route, seen: &Seen, is_named: bool) -> Self {
        let contract = route.contract();
        let success = Point {
            name: format!("success {}", contract.success.as_u16()),
            seen: seen.statuses.contains(&contract.success),
            rule: None,
            pytest: None,
        };
        // What the gateway answers for any call is documented for none.
        let refused = contract.all_refusals().filter(|refused| !is_generic(refused));
        let refused = refused.map(|refused| Point::refused(contract, refused, seen));
        let failed_job = route.activities().next().map(|_| {
            let effect = json!({ "job": "fail", "percent": 40 });
            let name = "what it starts fails".to_owned();
            Point::provoked(contract, name, seen.failed_job, &json!({ "effect": effect }))
        });
        let changes = !contract.method.is_safe() && !contract.changes_nothing;
        let lost_answer = changes.then(|| {
            let rule = json!({ "phase": "after", "effect": { "reset": true } });
            let name = "the change is made and its answer lost".to_owned();
            Point::provoked(contract, name, seen.lost_answer, &rule)
        });
        let answers = std::iter::once(success).chain(refused).chain(failed_job).chain(lost_answer);
        Self {
            service: contract.service.name,
            operation: contract.id,
            method: contract.method.as_str(),
            path: contract.path,
            counted: is_named || seen.calls > 0,
            calls: seen.calls,
            answers: answers.collect(),
        }
    }
}

impl Point {
    fn refused(contract: &Contract, refused: &Refused, seen: &Seen) -> Self {
        let Refused { status, code, error_kind, .. } = refused;
        let name = match error_kind {
            ErrorKind::Declared(_) => format!("{} {code}", status.as_u16()),
            kind => format!("{} {code} {}", status.as_u16(), kind.name()),
        };
        let is_seen = seen.error_kinds.contains(&error_kind.name())
            || seen.codes.iter().any(|(seen, known)| seen == status && known == code);
        let effect = json!({ "error": refused.name() });
        Self::provoked(contract, name, is_seen, &json!({ "effect": effect }))
    }

    /// A point that a fault rule provokes at the first call of its operation.
    fn provoked(contract: &Contract, name: String, seen: bool, rest: &Value) -> Self {
        let mut rule = json!({
            "service": contract.service.name,
            "operation": contract.id,
            "first": 1,
        });
        let (service, operation) = (contract.service.name, contract.id);
        let mut pytest = format!("world.fault(\"{operation}\", service=\"{service}\", first=1");
        for (member, value) in rest.as_object().into_iter().flatten() {
            rule[member] = value.clone();
            let effect = value.as_object().into_iter().flatten();
            let given = effect.chain((!value.is_object()).then_some((member, value)));
            for (name, value) in given {
                let value = if value == true { "True".to_owned() } else { value.to_string() };
                pytest.extend([", ", name, "=", &value]);
            }
        }
        pytest.push(')');
        Self { name, seen, rule: Some(rule), pytest: Some(pytest) }
    }
}
