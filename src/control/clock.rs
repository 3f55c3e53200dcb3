//! A world's clock: read, freeze, resume, advance, and let it advance by itself.

use super::calls::Calls;
use super::handler::{call, call_with_body};
use super::{answer, world};
use crate::app::App;
use crate::clock::{ClockCommand, ClockError, Moment};
use crate::cloud::Due;
use crate::error::control::{ControlError, read};
use crate::worlds::{World, WorldCell};
use serde::{Deserialize, Serialize};

pub(super) fn calls() -> Calls {
    Calls::default()
        .get("/_paper/worlds/{project_id}/clock", call(|app, project| answer(show(app, project))))
        .post(
            "/_paper/worlds/{project_id}/clock/freeze",
            call_with_body(|app, project, body| {
                answer(read(body).and_then(|it: Freeze| it.apply(app, project)))
            }),
        )
        .post(
            "/_paper/worlds/{project_id}/clock/resume",
            call_with_body(|app, project, body| {
                answer(read(body).and_then(|it: Resume| it.apply(app, project)))
            }),
        )
        .post(
            "/_paper/worlds/{project_id}/clock/advance",
            call_with_body(|app, project, body| {
                answer(read(body).and_then(|it: Advance| it.apply(app, project)))
            }),
        )
        .post(
            "/_paper/worlds/{project_id}/clock/auto-advance",
            call_with_body(|app, project, body| {
                answer(read(body).and_then(|it: AutoAdvance| it.apply(app, project)))
            }),
        )
}

/// A clock, as it is shown.
#[derive(Debug, Serialize)]
pub struct ClockView {
    mode: &'static str,
    now: String,
    scale: f64,
    auto_advance: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_event: Option<String>,
}

/// A clock after it was moved, and what became due by that.
#[derive(Debug, Serialize)]
pub struct Moved {
    #[serde(flatten)]
    clock: ClockView,
    due: Vec<Due>,
}

/// Stops a clock: now or at a later time, or at any time as long as nothing has happened in its
/// world.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// Now, where it is not given.
    pub at: Option<String>,
}

/// Lets a clock run, with real time or so many times as fast.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// 1 where it is not given.
    pub scale: Option<f64>,
}

/// Moves a clock forward.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: Option<f64>,
    to: Option<String>,
}

/// Whether each poll of something unfinished moves the clock to its next event.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AutoAdvance {
    enabled: bool,
}

/// A clock and its next event.
pub fn show(app: &App, project: &str) -> Result<ClockView, ControlError> {
    let cell = super::look(app, project)?;
    let mut world = cell.lock();
    Ok(ClockView::of(&mut world))
}

/// Moves a clock.
pub fn move_clock(app: &App, project: &str, command: &ClockCommand) -> Result<Moved, ControlError> {
    let cell = world(app, project)?;
    let mut world = cell.lock();
    let due = world.move_clock(command)?;
    Ok(Moved { clock: ClockView::of(&mut world), due })
}

impl Freeze {
    pub const NOW: Self = Self { at: None };

    /// Stops it.
    pub fn apply(self, app: &App, project: &str) -> Result<Moved, ControlError> {
        let at = self.at.as_deref().map(Moment::parse_for_freeze).transpose();
        let at = at.map_err(ControlError::bad)?;
        let cell = world(app, project)?;
        let mut world = cell.lock();
        let due = match (at, what_happened(&cell, &mut world)) {
            (Some(at), None) => world.state.clock.set(at).map(|()| Vec::new())?,
            (at, happened) => world.move_clock(&ClockCommand::Freeze(at)).map_err(|error| {
                let why = happened.filter(|_| matches!(error, ClockError::Backwards { .. }));
                let why = why.map_or_else(String::new, |what| {
                    format!("; in this one {what}, and a reset begins it anew")
                });
                ControlError::bad(format!("{error}{why}"))
            })?,
        };
        Ok(Moved { clock: ClockView::of(&mut world), due })
    }
}

/// What has happened in a world, as the part of a message, if anything has. A request counts as soon
/// as it has come: it may have read the clock.
fn what_happened(cell: &WorldCell, world: &mut World) -> Option<String> {
    match cell.requests() {
        0 => (!world.is_untouched()).then(|| "things are recorded".to_owned()),
        1 => Some("there was 1 request".to_owned()),
        many => Some(format!("there were {many} requests")),
    }
}

impl Resume {
    /// Lets it run.
    pub fn apply(self, app: &App, project: &str) -> Result<ClockView, ControlError> {
        let cell = world(app, project)?;
        let mut world = cell.lock();
        world.state.clock.resume(self.scale.unwrap_or(1.0))?;
        Ok(ClockView::of(&mut world))
    }
}

impl Advance {
    fn apply(self, app: &App, project: &str) -> Result<Moved, ControlError> {
        let by = match self {
            Self { seconds: Some(seconds), to: None } => ClockCommand::by(seconds),
            Self { seconds: None, to: Some(to) } => ClockCommand::to(&to),
            _ => Err("advance takes either seconds or to".to_owned()),
        };
        move_clock(app, project, &by.map_err(ControlError::bad)?)
    }
}

impl AutoAdvance {
    fn apply(self, app: &App, project: &str) -> Result<ClockView, ControlError> {
        auto_advance(app, project, self.enabled)
    }
}

/// Lets each poll of something unfinished move a clock to its next event, or not.
pub fn auto_advance(app: &App, project: &str, enabled: bool) -> Result<ClockView, ControlError> {
    let cell = world(app, project)?;
    let mut world = cell.lock();
    world.auto_advance = enabled;
    Ok(ClockView::of(&mut world))
}

impl ClockView {
    fn of(world: &mut World) -> Self {
        let now = world.state.clock.now();
        world.state.timeline.catch_up(now);
        Self {
            mode: world.state.clock.mode(),
            now: now.with_milliseconds(),
            scale: world.state.clock.scale(),
            auto_advance: world.auto_advance,
            next_event: world.state.timeline.next_event(now).map(Moment::with_milliseconds),
        }
    }

    /// Such as `2026-01-01T00:00:00.000Z`.
    pub fn now(&self) -> &str {
        &self.now
    }
}

impl Moved {
    /// What became due.
    pub fn into_due(self) -> Vec<Due> {
        self.due
    }
}

impl From<ClockError> for ControlError {
    fn from(error: ClockError) -> Self {
        Self::bad(error.to_string())
    }
}
