//! Where something is to fail.

use crate::cloud::{Course, Moment};
use crate::contract::check::did_you_mean;
use crate::control::{ControlError, percent};
use serde::Deserialize;
use std::cmp::Ordering;

/// The way that is always open.
const AT_ONCE: &str = "with neither percent nor stage it fails at once";

/// How something is to fail: at once, or when it has come so far. A point that is past is refused,
/// and so is one that it does not come to because it stands still before: it is released first, or
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
    pub fn point(&self, course: &Course, now: Moment) -> Result<u8, ControlError> {
        let (point, name) = match self {
            Self { percent: Some(number), stage: None, .. } => {
                let point = percent(*number)?;
                (point, format!("{point} %"))
            }
            Self { percent: None, stage: Some(stage), .. } => {
                let point = course.start_of(stage).ok_or_else(|| {
                    let stages = course.stages().collect::<Vec<_>>().join(", ");
                    let meant = did_you_mean(stage, course.stages());
                    let got: String = stage.chars().take(64).collect();
                    ControlError::bad(format!("stage must be one of {stages}, got {got:?}{meant}"))
                })?;
                if course.phases(now).any(|phase| phase.status == stage) {
                    return Ok(0);
                }
                (point, stage.clone())
            }
            Self { percent: None, stage: None, .. } => return Ok(0),
            _ => return Err(ControlError::bad("a failure takes either percent or stage")),
        };
        let is_now = || {
            course.phases(now).last().map_or_else(String::new, |phase| {
                format!("at {} %, in {}", phase.percent, phase.status)
            })
        };
        let hold = course.run.hold_to_come(now);
        let problem = match (course.run.compare(point, now), hold) {
            (Ordering::Less, _) => format!("{name} is past: it is {}; {AT_ONCE}", is_now()),
            (Ordering::Greater, _) if course.run.is_held(now) => format!(
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
