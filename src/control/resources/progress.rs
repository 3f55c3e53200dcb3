//! The progress of a job: its stages, where it is, and when it ends.

use crate::clock::Moment;
use crate::cloud::{Activity, Outcome, Timeline};
use crate::control::jobs::Planned;
use serde::Serialize;

/// Where something is on its way through its stages.
#[derive(Debug, Serialize)]
pub struct Progress {
    started: String,
    percent: u8,
    stages: Vec<Stage>,
    /// The status that it ends in.
    last: &'static str,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    /// When it will end, unless it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<String>,
    failed: bool,
    held: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    planned: Option<Planned>,
    /// Why it failed, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A status that something goes through, and at which percentage it begins.
#[derive(Debug, Serialize)]
struct Stage {
    status: &'static str,
    percent: u8,
}

impl Progress {
    /// The progress of what the job works on, where that has statuses of its own; otherwise the job's.
    pub fn of(activity: &Activity, timeline: &Timeline, now: Moment) -> Option<Self> {
        let (lifecycle, run) = (activity.lifecycles().last()?, &activity.run);
        let phase = lifecycle.phase(run, now);
        let stage = |(status, _): &(&'static str, f64)| Stage {
            status,
            percent: lifecycle.start_of(status).unwrap_or_default(),
        };
        let ends = run.end().filter(|_| phase.ended.is_none());
        let failed = phase.failed && phase.ended.is_some();
        let reason = timeline.reason(run.activity).filter(|_| failed);
        let last = match run.outcome {
            // What undoes something and fails leaves it as it was.
            Outcome::Fails(_) if lifecycle.fails.is_empty() => "failed",
            Outcome::Fails(_) => lifecycle.fails,
            Outcome::Succeeds => lifecycle.ends,
        };
        Some(Self {
            started: run.started.with_milliseconds(),
            percent: phase.percent,
            stages: lifecycle.stages.iter().map(stage).collect(),
            last,
            ended: phase.ended.map(Moment::with_milliseconds),
            ends: ends.map(Moment::with_milliseconds),
            failed,
            held: run.is_held(now),
            planned: Planned::of(activity, timeline, now),
            reason: reason.map(str::to_owned),
        })
    }
}
