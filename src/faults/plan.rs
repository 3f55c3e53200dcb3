//! The effect `job`: how the job that an operation starts is to end.

use super::spec::{EffectSpec, Ending};
use crate::api::find::each_once;
use crate::cloud::{Outcome, Plan};
use crate::error::control::{ControlError, percent};
use crate::operation::Route;
use crate::text::{did_you_mean, quoted};
use std::time::Duration;

/// How what an operation starts is to end.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    ending: Ending,
    when: When,
    reason: Option<Box<str>>,
    milliseconds: Option<u32>,
}

/// When it fails or is held.
#[derive(Clone, Debug, PartialEq)]
enum When {
    Percent(u8),
    Stage(Box<str>),
}

/// The most seconds that the milliseconds of an execution can hold.
const LONGEST: f64 = 4_000_000.0;

impl Planned {
    /// Reads `job` and what belongs to it.
    pub fn read(ending: Ending, written: &EffectSpec) -> Result<Self, ControlError> {
        let when = match (written.percent, &written.stage) {
            (Some(_), Some(_)) => {
                return Err(ControlError::bad("job takes either percent or stage"));
            }
            (Some(_), None) | (None, Some(_)) if ending == Ending::Succeed => {
                return Err(ControlError::bad("percent and stage belong to fail and hold"));
            }
            (Some(number), None) => When::Percent(percent(number)?),
            (None, Some(stage)) => When::Stage(stage.as_str().into()),
            // As the reserved ids have it: what fails takes its time, and what stands still never
            // came far.
            (None, None) if ending == Ending::Hold => When::Percent(0),
            (None, None) => When::Percent(100),
        };
        if written.reason.is_some() && ending != Ending::Fail {
            return Err(ControlError::bad("reason belongs to \"job\":\"fail\""));
        }
        let milliseconds = |seconds: f64| {
            let reason = || format!("seconds must be from 0 to {LONGEST}, got {seconds}");
            let known = (0.0..=LONGEST).contains(&seconds);
            let milliseconds = known.then(|| Duration::from_secs_f64(seconds).as_millis());
            let milliseconds = milliseconds.and_then(|count| u32::try_from(count).ok());
            milliseconds.ok_or_else(|| ControlError::bad(reason()))
        };
        Ok(Self {
            ending,
            when,
            reason: written.reason.as_deref().map(Into::into),
            milliseconds: written.seconds.map(milliseconds).transpose()?,
        })
    }

    /// Keeps the operations that set something going, and come to the stage that is meant.
    pub fn narrow(&self, routes: &mut Vec<&'static Route>) -> Result<(), ControlError> {
        routes.retain(|route| route.activities().next().is_some());
        if routes.is_empty() {
            let reason = "job is only for operations that set something going";
            return Err(ControlError::bad(reason));
        }
        let When::Stage(stage) = &self.when else { return Ok(()) };
        let stages = routes.iter().flat_map(|route| route.activities());
        let stages: Vec<_> =
            stages.flat_map(|activity| activity.stages).map(|(it, _)| *it).collect();
        routes.retain(|route| start_of(route, stage).is_some());
        if !routes.is_empty() {
            return Ok(());
        }
        let meant = did_you_mean(stage, stages.iter().copied());
        let (known, stage) = (each_once(stages).join(", "), quoted(stage));
        Err(ControlError::bad(format!("stage must be one of {known}, got {stage}{meant}")))
    }

    /// The plan for an operation.
    pub fn of(&self, route: &Route) -> Plan {
        let percent = match &self.when {
            When::Percent(percent) => *percent,
            When::Stage(stage) => start_of(route, stage).unwrap_or_default(),
        };
        Plan {
            outcome: if self.ending == Ending::Fail {
                Outcome::Fails(percent)
            } else {
                Outcome::Succeeds
            },
            hold: (self.ending == Ending::Hold).then_some(percent),
            milliseconds: self.milliseconds,
            reason: self.reason.clone(),
            rule: None,
        }
    }
}

/// The percentage at which a stage of what an operation starts begins.
fn start_of(route: &Route, stage: &str) -> Option<u8> {
    route.activities().find_map(|activity| activity.start_of(stage))
}
