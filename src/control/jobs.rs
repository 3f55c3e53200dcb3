//! What is under way in a world: list it, and let it finish, fail, stand still or go on.

mod failure;
mod shown;

pub use failure::Failure;
pub use shown::{Begun, Shown};

use super::calls::Calls;
use super::handler::{ask, ask_within, tell_within};
use super::problem::read;
use super::{ControlError, answer, world};
use crate::api::ROUTES;
use crate::cloud::undocumented::FAIL_REASON_OF_A_TEST;
use crate::cloud::{Course, Fate, Moment, Run, World};
use crate::contract::check::did_you_mean;
use crate::http::App;
use crate::operation::Route;
use serde::{Deserialize, Serialize};
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

/// With how many of what is under way an unknown id is compared: it may be very much.
const MOST_COMPARED: usize = 1_000;

/// What is under way in a world.
#[derive(Debug, Serialize)]
pub struct List {
    count: usize,
    /// Each with what it works on.
    pub jobs: Vec<Shown>,
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

/// Something that is under way or has ended, by the id of its job or of what that works on.
pub fn show(app: &App, project: &str, id: &str) -> Result<Shown, ControlError> {
    let cell = super::look(app, project)?;
    let mut world = cell.lock();
    let now = world.clock.now();
    world.agenda.catch_up(now);
    if let Some(course) = world.agenda.find(id) {
        return Ok(Shown::of(course, &world.agenda, now));
    }
    let ended = ended(&world, id, now).ok_or_else(|| unknown(&world, id))?;
    Ok(Shown::of(&ended, &world.agenda, now))
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
    let course = world.agenda.find(id).ok_or_else(|| not_under_way(&world, id, now))?;
    let percent = failure.point(course, now)?;
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
    let steered = steered.ok_or_else(|| not_under_way(&world, id, now))?;
    if steered.run.fate == Fate::Succeeds {
        world.agenda.forget_planner(steered.run.course);
    }
    Ok(Shown::of(&steered, &world.agenda, now))
}

/// Something that has ended: whole if that was lately and in this world, or else its job. That is
/// recorded for longer, and an import brings it.
fn ended(world: &World, id: &str, now: Moment) -> Option<Course> {
    if let Some(course) = world.agenda.find_ended(id) {
        return Some(course.clone());
    }
    let job = world.jobs.get(Uuid::try_parse(id).ok()?)?;
    job.phase(now).ended?;
    let starts = |route: &&Route| route.job.is_some_and(|kind| std::ptr::eq(kind, job.kind));
    let contract = ROUTES.iter().find(starts)?.contract;
    let job_and_statuses = Some((job.id, job.kind.lifecycle));
    Some(Course { contract, job: job_and_statuses, resource: None, run: job.run })
}

/// Why nothing that is under way is meant by an id.
fn not_under_way(world: &World, id: &str, now: Moment) -> ControlError {
    let how = |course: Course| {
        let phase = course.phases(now).next()?;
        Some((phase.status, phase.ended?.with_milliseconds()))
    };
    match ended(world, id, now).and_then(how) {
        Some((status, at)) => ControlError::conflict(format!(
            "{} ended as {status} at {at}: only what is under way can be steered",
            cut(id)
        )),
        None => unknown(world, id),
    }
}

fn unknown(world: &World, id: &str) -> ControlError {
    let known: Vec<_> =
        world.agenda.under_way().take(MOST_COMPARED).flat_map(Course::ids).collect();
    let meant = did_you_mean(id, known.iter().map(String::as_str));
    let others = match world.agenda.under_way().count() {
        1 => "1 thing is".to_owned(),
        many => format!("{many} things are"),
    };
    ControlError::missing(format!(
        "nothing that is under way or has ended has the id {}, neither as its job nor as what that \
         works on; {others} under way{meant}",
        cut(id)
    ))
}

fn cut(id: &str) -> String {
    id.chars().take(64).flat_map(char::escape_debug).collect()
}
