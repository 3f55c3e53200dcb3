//! What is under way in a world: list it, and let it finish, fail, stand still or go on.

use super::calls::Calls;
use super::handler::{ask, ask_within, tell_within};
use super::problem::read;
use super::{ControlError, answer, percent, world};
use crate::cloud::undocumented::FAIL_REASON_OF_A_TEST;
use crate::cloud::{Agenda, Course, Fate, Lifecycle, Moment, Run, World};
use crate::http::App;
use crate::testing::fault::Ending;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

pub(super) fn calls() -> Calls {
    Calls::default()
        .get("/_paper/worlds/{project_id}/jobs", ask(|app, project| answer(list(app, project))))
        .get(
            "/_paper/worlds/{project_id}/jobs/{id}",
            ask_within(|app, project, id| answer(show(app, project, id))),
        )
        .post(
            "/_paper/worlds/{project_id}/jobs/{id}/finish",
            tell_within(|app, project, id, body| {
                answer(read(body).and_then(|Nothing {}| finish(app, project, id)))
            }),
        )
        .post(
            "/_paper/worlds/{project_id}/jobs/{id}/fail",
            tell_within(|app, project, id, body| {
                answer(read(body).and_then(|failure: Failure| fail(app, project, id, &failure)))
            }),
        )
        .post(
            "/_paper/worlds/{project_id}/jobs/{id}/hold",
            tell_within(|app, project, id, body| {
                answer(read(body).and_then(|Nothing {}| hold(app, project, id)))
            }),
        )
        .post(
            "/_paper/worlds/{project_id}/jobs/{id}/release",
            tell_within(|app, project, id, body| {
                answer(read(body).and_then(|Nothing {}| release(app, project, id)))
            }),
        )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// How something is to fail: at once, or when it has come so far.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// What it says about it.
    pub reason: Option<String>,
    /// When so much of its duration is over.
    pub percent: Option<u8>,
    /// When this stage begins, in the words of its status.
    pub stage: Option<String>,
}

/// What is under way in a world.
#[derive(Debug, Serialize)]
pub struct List {
    count: usize,
    /// Each with what it works on.
    pub jobs: Vec<Shown>,
}

/// Something that a request has set going: its job, and what that works on.
#[derive(Debug, Serialize)]
pub struct Begun {
    /// The operation.
    pub operation: &'static str,
    /// The job, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<Uuid>,
    /// Its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_status: Option<&'static str>,
    /// What it works on, where that has a status of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<Arc<str>>,
    /// The status of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_status: Option<&'static str>,
    /// When it began.
    pub started: String,
}

impl Begun {
    /// As it is at a moment.
    pub fn of(course: &Course, now: Moment) -> Self {
        let status = |lifecycle: &Lifecycle| lifecycle.phase(&course.run, now).status;
        Self {
            operation: course.contract.id,
            job_id: course.job.map(|(id, _)| id),
            job_status: course.job.map(|(_, lifecycle)| status(lifecycle)),
            resource_id: course.resource.as_ref().map(|(id, _)| id.clone()),
            resource_status: course.resource.as_ref().map(|(_, lifecycle)| status(lifecycle)),
            started: course.run.started.with_milliseconds(),
        }
    }
}

/// Something that is under way, or was until now.
#[derive(Debug, Serialize)]
pub struct Shown {
    #[serde(flatten)]
    begun: Begun,
    percent: u8,
    held: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    planned: Option<Planned>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
}

/// How something is to end, or to stand still before: in the words of a fault rule.
#[derive(Debug, Serialize)]
struct Planned {
    job: Ending,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Arc<str>>,
}

impl Planned {
    /// What is planned, if that is more than that it goes through and ends well.
    fn of(course: &Course, agenda: &Agenda, now: Moment) -> Option<Self> {
        course.phases(now).find(|phase| phase.ended.is_none())?;
        let (run, rule) = (&course.run, agenda.planner(course.run.course).cloned());
        let (job, percent) = match (run.fate, run.hold_to_come(now)) {
            (Fate::Fails(percent), _) => (Ending::Fail, Some(percent)),
            (Fate::Succeeds, Some(percent)) => (Ending::Hold, Some(percent)),
            (Fate::Succeeds, None) => {
                (rule.is_some() && !run.is_held(now)).then_some((Ending::Succeed, None))?
            }
        };
        let reason = (job == Ending::Fail).then(|| agenda.reason(run.course)).flatten();
        Some(Self {
            job,
            percent,
            stage: percent.and_then(|percent| course.stage_at(percent)),
            reason: reason.map(str::to_owned),
            rule,
        })
    }
}

impl Shown {
    fn of(course: &Course, agenda: &Agenda, now: Moment) -> Self {
        let phase = course.phases(now).next();
        Self {
            begun: Begun::of(course, now),
            percent: phase.map_or(0, |phase| phase.percent),
            held: course.run.is_held(now),
            planned: Planned::of(course, agenda, now),
            ended: phase.and_then(|phase| phase.ended).map(Moment::with_milliseconds),
        }
    }
}

/// Everything that is under way in a world, in the order of the next event.
pub fn list(app: &App, project: &str) -> Result<List, ControlError> {
    let cell = super::look(app, project)?;
    let mut world = cell.lock();
    let now = world.clock.now();
    world.agenda.catch_up(now);
    let agenda = &world.agenda;
    let jobs: Vec<_> = agenda.under_way().map(|course| Shown::of(course, agenda, now)).collect();
    Ok(List { count: jobs.len(), jobs })
}

/// Something that is under way, by the id of its job or of what that works on.
pub fn show(app: &App, project: &str, id: &str) -> Result<Shown, ControlError> {
    let cell = super::look(app, project)?;
    let mut world = cell.lock();
    let now = world.clock.now();
    world.agenda.catch_up(now);
    let course = world.agenda.find(id).ok_or_else(|| not_under_way(&world, id))?;
    Ok(Shown::of(course, &world.agenda, now))
}

/// Lets it end well, now.
pub fn finish(app: &App, project: &str, id: &str) -> Result<Shown, ControlError> {
    steer(app, project, id, Run::finish)
}

/// Lets it stand still where it is, until it is released.
pub fn hold(app: &App, project: &str, id: &str) -> Result<Shown, ControlError> {
    steer(app, project, id, Run::hold)
}

/// Lets it go on from where it stands still.
pub fn release(app: &App, project: &str, id: &str) -> Result<Shown, ControlError> {
    steer(app, project, id, Run::release)
}

/// Lets it fail.
pub fn fail(app: &App, project: &str, id: &str, failure: &Failure) -> Result<Shown, ControlError> {
    let cell = world(app, project)?;
    let mut world = cell.lock();
    let now = world.clock.now();
    world.agenda.catch_up(now);
    let course = world.agenda.find(id).ok_or_else(|| not_under_way(&world, id))?;
    let percent = match failure {
        Failure { percent: Some(number), stage: None, .. } => percent((*number).into())?,
        Failure { percent: None, stage: Some(stage), .. } => {
            course.start_of(stage).ok_or_else(|| {
                let stages = course.stages().collect::<Vec<_>>().join(", ");
                ControlError::bad(format!("stage must be one of {stages}, got {stage:?}"))
            })?
        }
        Failure { percent: None, stage: None, .. } => 0,
        _ => return Err(ControlError::bad("a failure takes either percent or stage")),
    };
    let number = course.run.course;
    let reason = failure.reason.as_deref().unwrap_or(FAIL_REASON_OF_A_TEST);
    world.agenda.give_reason(number, reason);
    world.agenda.forget_planner(number);
    let course = world.steer(id, now, |run| run.fail(percent, now));
    Ok(Shown::of(&course.expect("it was found before"), &world.agenda, now))
}

fn steer(
    app: &App,
    project: &str,
    id: &str,
    change: impl FnOnce(&mut Run, Moment),
) -> Result<Shown, ControlError> {
    let cell = world(app, project)?;
    let mut world = cell.lock();
    let now = world.clock.now();
    let steered = world.steer(id, now, |run| change(run, now));
    let steered = steered.ok_or_else(|| not_under_way(&world, id))?;
    if steered.run.fate == Fate::Succeeds {
        world.agenda.forget_planner(steered.run.course);
    }
    Ok(Shown::of(&steered, &world.agenda, now))
}

fn not_under_way(world: &World, id: &str) -> ControlError {
    let shown: String = id.chars().take(64).flat_map(char::escape_debug).collect();
    let others = world.agenda.under_way().count();
    ControlError::missing(format!(
        "nothing that is under way has the id {shown}, neither as its job nor as what that works \
         on; {others} other things are under way"
    ))
}
