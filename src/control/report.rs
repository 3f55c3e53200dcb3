//! The report on a world: what clients left behind, and what they do that they should not.

use super::answer;
use super::calls::Calls;
use super::handler::{call, service_call};
use super::jobs::Begun;
use crate::app::App;
use crate::cloud::Activity;
use crate::error::control::ControlError;
use crate::lint::{self, Lint};
use crate::project_id::{path_name, project_id};
use crate::worlds::{FrozenPolls, Met, World, WorldCell};
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

pub(super) fn calls() -> Calls {
    Calls::default()
        .get(
            "/_paper/worlds/{project_id}/report",
            call(|app, project| answer(report(app, project))),
        )
        .get("/_paper/report", service_call(|app| answer(Ok(report_all(app)))))
}

/// The report on a world.
#[derive(Debug, Serialize)]
pub struct Report {
    project_id: String,
    label: Option<Box<str>>,
    clean: bool,
    /// Whether the journal has everything: it has dropped nothing, and the world was not forgotten
    /// for another, imported or loaded after its first request.
    exact: bool,
    leaks: Leaks,
    findings: Vec<Finding>,
}

/// The reports on all worlds that there is something to say about.
#[derive(Debug, Serialize)]
pub struct Reports {
    clean: bool,
    /// Whether no world was forgotten for another, and every report is exact.
    exact: bool,
    /// How often limits were met, if any were.
    #[serde(skip_serializing_if = "Option::is_none")]
    limits: Option<Met>,
    worlds: Vec<Report>,
}

/// What clients and tests left behind.
#[derive(Debug, Serialize)]
struct Leaks {
    never_polled: Vec<Leftover>,
    unfinished: Vec<Leftover>,
    faults_never_hit: Vec<Value>,
}

/// Something that was started.
#[derive(Debug, Serialize)]
struct Leftover {
    /// The request that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(flatten)]
    begun: Begun,
}

/// A practice that clients should not have.
#[derive(Debug, Serialize)]
struct Finding {
    rule: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'static str>,
    count: u64,
    sentence: String,
    document: String,
    examples: Vec<Example>,
}

/// A request that shows it.
#[derive(Debug, Serialize)]
struct Example {
    request_id: String,
    at: String,
    /// The request before it that makes it wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier_request_id: Option<String>,
    /// What it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Arc<str>>,
}

/// The report on a world.
pub fn report(app: &App, project: &str) -> Result<Report, ControlError> {
    let id = project_id(project)?;
    Ok(Report::of(&*super::look(app, project)?, id))
}

/// The reports on all worlds that there is something to say about, in the order of their projects.
pub fn report_all(app: &App) -> Reports {
    let mut ids = app.worlds.project_ids();
    ids.sort_unstable();
    // One that was reset meanwhile is left out.
    let reports = ids.iter().filter_map(|id| Some(Report::of(&*app.worlds.known_world(id)?, id)));
    let worlds: Vec<_> = reports.filter(|report| !report.clean).collect();
    let limits = app.worlds.limits();
    // What was in a world that is forgotten is not known.
    let exact = limits.worlds_forgotten == 0 && worlds.iter().all(|report| report.exact);
    Reports {
        clean: exact && worlds.is_empty(),
        exact,
        limits: Some(limits).filter(Met::any),
        worlds,
    }
}

impl Report {
    fn of(cell: &WorldCell, id: &str) -> Self {
        let mut world = cell.lock();
        let now = world.state.clock.now();
        world.state.timeline.catch_up(now);
        let lint = Lint::of(&world.journal);
        let leftover = |activity: &Activity| {
            let request_id = lint.starter(activity.run.activity).map(|it| cell.request_id(it));
            Leftover { request_id, begun: Begun::of(activity, now) }
        };
        let mut under_way: Vec<_> = world.state.timeline.under_way().collect();
        under_way.sort_unstable_by_key(|activity| activity.run.activity);
        let leaks = Leaks {
            never_polled: lint.never_polled().map(|watched| leftover(&watched.activity)).collect(),
            unfinished: under_way.into_iter().map(leftover).collect(),
            faults_never_hit: faults_never_hit(&world),
        };
        let shown = |finding| Finding::of(cell, finding);
        let mut findings: Vec<_> = lint.findings(now).into_iter().map(shown).collect();
        findings.extend(Finding::of_frozen_polls(cell, &world.frozen_polls));
        let exact = lint.is_exact();
        Self {
            project_id: path_name(id).to_owned(),
            label: world.label.clone(),
            clean: exact && leaks.are_none() && findings.is_empty(),
            exact,
            leaks,
            findings,
        }
    }

    /// Whether there is nothing to say, and nothing was forgotten.
    pub fn is_clean(&self) -> bool {
        self.clean
    }
}

/// Faults that a test armed and that were never hit. Those of a scenario do not count: it is chosen
/// as a whole, and need not fit the program.
fn faults_never_hit(world: &World) -> Vec<Value> {
    let rules = world.faults.rules();
    let never_hit = rules.filter(|armed| armed.hits == 0 && armed.scenario.is_none());
    never_hit.map(|armed| serde_json::to_value(armed.show()).unwrap_or_default()).collect()
}

impl Leaks {
    fn are_none(&self) -> bool {
        self.never_polled.is_empty()
            && self.unfinished.is_empty()
            && self.faults_never_hit.is_empty()
    }
}

impl Finding {
    /// The finding that a client has polled on a clock that stood still.
    fn of_frozen_polls(cell: &WorldCell, polls: &FrozenPolls) -> Option<Self> {
        let (operation, ordinal, at) = polls.first?;
        Some(Self {
            rule: "polled-a-frozen-clock",
            operation: Some(operation),
            count: polls.warned,
            sentence: "a client polled again and again while the clock stood still, which nothing \
                       but the test moves"
                .to_owned(),
            document: "the clock of a test: advance it, or let each poll move it with \
                       clock/auto-advance"
                .to_owned(),
            examples: vec![Example {
                request_id: cell.request_id(ordinal),
                at: at.with_milliseconds(),
                earlier_request_id: None,
                id: None,
            }],
        })
    }

    fn of(cell: &WorldCell, finding: lint::Finding) -> Self {
        let lint::Finding { rule, operation, count, sentence, document, examples } = finding;
        let example = |example: lint::Example| Example {
            request_id: cell.request_id(example.ordinal),
            at: example.at.with_milliseconds(),
            earlier_request_id: example.earlier.map(|ordinal| cell.request_id(ordinal)),
            id: example.id,
        };
        let examples = examples.into_iter().map(example).collect();
        Self { rule, operation, count, sentence, document, examples }
    }
}

/// How many lines of a kind are written at most.
const MOST_LINES: usize = 20;

/// One line for each leak and each finding.
impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "world {}", self.project_id)?;
        if let Some(label) = &self.label {
            write!(formatter, " ({label})")?;
        }
        write!(formatter, " is {}", if self.clean { "clean" } else { "not clean" })?;
        let Leaks { never_polled, unfinished, faults_never_hit } = &self.leaks;
        write_lines(formatter, "started and never looked at", never_polled)?;
        write_lines(formatter, "unfinished", unfinished)?;
        write_lines(formatter, "armed and never hit", faults_never_hit)?;
        for Finding { rule, count, sentence, document, examples, .. } in &self.findings {
            write!(formatter, "\n- {rule}, {count} times: {sentence} ({document})")?;
            if let Some(Example { request_id, .. }) = examples.first() {
                write!(formatter, "; first by request {request_id}")?;
            }
        }
        if !self.exact {
            formatter.write_str(
                "\n- more is unknown: there was more than could be remembered, or the world was \
                 forgotten for another, or loaded; DELETE its requests to begin anew",
            )?;
        }
        Ok(())
    }
}

fn write_lines<T: fmt::Display>(
    formatter: &mut fmt::Formatter<'_>,
    kind: &str,
    lines: &[T],
) -> fmt::Result {
    for line in lines.iter().take(MOST_LINES) {
        write!(formatter, "\n- {kind}: {line}")?;
    }
    if lines.len() > MOST_LINES {
        write!(formatter, "\n- {kind}: {} more", lines.len() - MOST_LINES)?;
    }
    Ok(())
}

impl fmt::Display for Leftover {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Begun { operation, job_id, job_status, resource_id, resource_status, .. } = &self.begun;
        formatter.write_str(operation)?;
        if let (Some(id), Some(status)) = (job_id, job_status) {
            write!(formatter, ", job {id} is {status}")?;
        }
        if let (Some(id), Some(status)) = (resource_id, resource_status) {
            write!(formatter, ", {id} is {status}")?;
        }
        if let Some(request_id) = &self.request_id {
            write!(formatter, ", by request {request_id}")?;
        }
        Ok(())
    }
}
