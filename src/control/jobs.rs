//! What is under way in a world: list it, finish it, let it fail, hold and release it.

mod failure;
mod view;

pub use failure::Failure;
pub use view::{Begun, JobView, Planned};

use super::calls::Calls;
use super::handler::{call, world_call, world_call_with_body};
use super::{answer, world};
use crate::api::routes;
use crate::app::App;
use crate::clock::Moment;
use crate::cloud::assumed::FAIL_REASON_OF_A_TEST;
use crate::cloud::{Activity, Execution, Outcome};
use crate::error::control::{ControlError, read};
use crate::operation::Route;
use crate::text::did_you_mean;
use crate::worlds::World;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(super) fn calls() -> Calls {
    Calls::default()
        .get("/_paper/worlds/{project_id}/jobs", call(|app, project| answer(list(app, project))))
        .get(
            "/_paper/worlds/{project_id}/jobs/{id}",
            world_call(|app, project, id| answer(show(app, project, id))),
        )
        .post(
            "/_paper/worlds/{project_id}/jobs/{id}/finish",
            world_call_with_body(|app, project, id, body| {
                answer(read(body).and_then(|Nothing {}| finish(app, project, id)))
            }),
        )
        .post(
            "/_paper/worlds/{project_id}/jobs/{id}/fail",
            world_call_with_body(|app, project, id, body| {
                answer(read(body).and_then(|failure: Failure| fail(app, project, id, &failure)))
            }),
        )
        .post(
            "/_paper/worlds/{project_id}/jobs/{id}/hold",
            world_call_with_body(|app, project, id, body| {
                answer(read(body).and_then(|Nothing {}| hold(app, project, id)))
            }),
        )
        .post(
            "/_paper/worlds/{project_id}/jobs/{id}/release",
            world_call_with_body(|app, project, id, body| {
                answer(read(body).and_then(|Nothing {}| release(app, project, id)))
            }),
        )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// With how many of what is under way an unknown id is compared: it may be very much.
const MOST_COMPARED: usize = 1_000;

/// What is under way in a world.
#[derive(Debug, Serialize)]
pub struct List {
    count: usize,
    /// Each with what it works on.
    pub jobs: Vec<JobView>,
}

/// Everything that is under way in a world, in the order of the next event.
pub fn list(app: &App, project: &str) -> Result<List, ControlError> {
    let cell = super::look(app, project)?;
    let mut world = cell.lock();
    let now = world.state.clock.now();
    world.state.timeline.catch_up(now);
    let timeline = &world.state.timeline;
    let activities = timeline.by_next_event(now).into_iter();
    let jobs: Vec<_> = activities.map(|activity| JobView::of(activity, timeline, now)).collect();
    Ok(List { count: jobs.len(), jobs })
}

/// Something that is under way or has ended, by the id of its job or of what that works on.
pub fn show(app: &App, project: &str, id: &str) -> Result<JobView, ControlError> {
    let cell = super::look(app, project)?;
    let mut world = cell.lock();
    let now = world.state.clock.now();
    world.state.timeline.catch_up(now);
    if let Some(activity) = world.state.timeline.find(id) {
        return Ok(JobView::of(activity, &world.state.timeline, now));
    }
    let ended = ended(&world, id, now).ok_or_else(|| unknown(&world, id))?;
    Ok(JobView::of(&ended, &world.state.timeline, now))
}

/// Lets it end well, now.
pub fn finish(app: &App, project: &str, id: &str) -> Result<JobView, ControlError> {
    steer(app, project, id, Execution::finish)
}

/// Holds it where it is, until it is released.
pub fn hold(app: &App, project: &str, id: &str) -> Result<JobView, ControlError> {
    steer(app, project, id, Execution::hold)
}

/// Lets it go on from where it is held.
pub fn release(app: &App, project: &str, id: &str) -> Result<JobView, ControlError> {
    steer(app, project, id, Execution::release)
}

/// Lets it fail.
pub fn fail(
    app: &App,
    project: &str,
    id: &str,
    failure: &Failure,
) -> Result<JobView, ControlError> {
    let cell = world(app, project)?;
    let mut world = cell.lock();
    let now = world.state.clock.now();
    world.state.timeline.catch_up(now);
    let activity = world.state.timeline.find(id).ok_or_else(|| not_under_way(&world, id, now))?;
    let percent = failure.point(activity, now)?;
    let number = activity.run.activity;
    let reason = failure.reason.as_deref().unwrap_or(FAIL_REASON_OF_A_TEST);
    world.state.timeline.give_reason(number, reason);
    world.state.timeline.forget_planner(number);
    let activity = world.steer(id, now, |run| run.fail(percent, now));
    Ok(JobView::of(&activity.expect("it was found before"), &world.state.timeline, now))
}

fn steer(
    app: &App,
    project: &str,
    id: &str,
    change: impl FnOnce(&mut Execution, Moment),
) -> Result<JobView, ControlError> {
    let cell = world(app, project)?;
    let mut world = cell.lock();
    let now = world.state.clock.now();
    let steered = world.steer(id, now, |run| change(run, now));
    let steered = steered.ok_or_else(|| not_under_way(&world, id, now))?;
    if steered.run.outcome == Outcome::Succeeds {
        world.state.timeline.forget_planner(steered.run.activity);
    }
    Ok(JobView::of(&steered, &world.state.timeline, now))
}

/// Something that has ended: whole if that was lately and in this world, or else its job. That is
/// recorded for longer, and an import brings it.
fn ended(world: &World, id: &str, now: Moment) -> Option<Activity> {
    if let Some(activity) = world.state.timeline.find_ended(id) {
        return Some(activity.clone());
    }
    let job = world.state.jobs.get(Uuid::try_parse(id).ok()?)?;
    job.phase(now).ended?;
    let starts = |route: &&Route| route.job().is_some_and(|kind| std::ptr::eq(kind, job.kind));
    let contract = routes().iter().find(starts)?.contract();
    let job_and_statuses = Some((job.id, job.kind.lifecycle));
    Some(Activity { contract, job: job_and_statuses, resource: None, run: job.run })
}

/// Why nothing that is under way is meant by an id.
fn not_under_way(world: &World, id: &str, now: Moment) -> ControlError {
    let how = |activity: Activity| {
        let phase = activity.phases(now).next()?;
        Some((phase.status, phase.ended?.with_milliseconds()))
    };
    match ended(world, id, now).and_then(how) {
        Some((status, at)) => ControlError::conflict(format!(
            "{} ended as {status} at {at}: only what is under way can be steered",
            crate::text::shown(id)
        )),
        None => unknown(world, id),
    }
}

fn unknown(world: &World, id: &str) -> ControlError {
    let known: Vec<_> =
        world.state.timeline.under_way().take(MOST_COMPARED).flat_map(Activity::ids).collect();
    let meant = did_you_mean(id, known.iter().map(String::as_str));
    let others = match world.state.timeline.under_way().count() {
        1 => "1 thing is".to_owned(),
        many => format!("{many} things are"),
    };
    ControlError::missing(format!(
        "nothing that is under way or has ended has the id {}, neither as its job nor as what that \
         works on; {others} under way{meant}",
        crate::text::shown(id)
    ))
}
