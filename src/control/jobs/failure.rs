//! When a job that a test steers is to fail.

use crate::clock::Moment;
use crate::cloud::Activity;
use crate::error::control::{ControlError, percent};
use crate::text::did_you_mean;
use serde::Deserialize;
use std::cmp::Ordering;

/// What every refusal ends with: what would be accepted.
const AT_ONCE: &str = "with neither percent nor stage it fails at once";

/// How something is to fail: at once, or when it has come so far. A point that is past is refused,
/// and so is one that it does not reach because it is held before: it is released first, or
/// fails at once.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// What it says about it.
    pub reason: Option<String>,
    /// When so much of its duration is over.
    pub percent: Option<i64>,
    /// When this stage begins, in the words of its status; at once, if it is in that stage.
    pub stage: Option<String>,
}

impl Failure {
    /// When it is to fail, in percent of its duration; 0 is at once. Refused if it never comes
    /// there.
    pub fn point(&self, activity: &Activity, now: Moment) -> Result<u8, ControlError> {
        let (point, name) = match self {
            Self { percent: Some(number), stage: None, .. } => {
                let point = percent(*number)?;
                (point, format!("{point} %"))
            }
            Self { percent: None, stage: Some(stage), .. } => {
                let point = activity.start_of(stage).ok_or_else(|| {
                    let stages = activity.stages().collect::<Vec<_>>().join(", ");
                    let meant = did_you_mean(stage, activity.stages());
                    let got = crate::text::quoted(stage);
                    ControlError::bad(format!("stage must be one of {stages}, got {got}{meant}"))
                })?;
                if activity.phases(now).any(|phase| phase.status == stage) {
                    return Ok(0);
                }
                (point, stage.clone())
            }
            Self { percent: None, stage: None, .. } => return Ok(0),
            _ => return Err(ControlError::bad("a failure takes either percent or stage")),
        };
        let is_now = || {
            activity.phases(now).last().map_or_else(String::new, |phase| {
                format!("at {} %, in {}", phase.percent, phase.status)
            })
        };
        let hold = activity.run.hold_to_come(now);
        let problem = match (activity.run.compare(point, now), hold) {
            (Ordering::Less, _) => format!("{name} is past: it is {}; {AT_ONCE}", is_now()),
            (Ordering::Greater, _) if activity.run.is_held(now) => format!(
                "it stands still {}, so it does not come to {name}: release it first; {AT_ONCE}",
                is_now()
            ),
            (Ordering::Greater, Some(hold)) if hold < point => format!(
                "it is to stand still at {hold} %, so it does not come to {name}: release it first; \
                 {AT_ONCE}"
            ),
            _ => return Ok(point),
        };
        Err(ControlError::conflict(problem))
    }
}
