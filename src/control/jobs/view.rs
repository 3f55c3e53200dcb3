//! How the control API shows what is under way or has ended.

use crate::clock::Moment;
use crate::cloud::assumed::FAIL_REASON;
use crate::cloud::{Activity, Lifecycle, Outcome, Timeline};
use crate::faults::Ending;
use crate::text;
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

/// Something that a request has started: its job, and what that works on.
#[derive(Debug, Serialize)]
pub struct Begun {
    pub operation: &'static str,
    /// The job, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_status: Option<&'static str>,
    /// What it works on, where that has a status of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_status: Option<&'static str>,
    /// When it began.
    pub started: String,
}

impl Begun {
    /// As it is at a moment.
    pub fn of(activity: &Activity, now: Moment) -> Self {
        let status = |lifecycle: &Lifecycle| lifecycle.phase(&activity.run, now).status;
        Self {
            operation: activity.contract.id,
            job_id: activity.job.map(|(id, _)| id),
            job_status: activity.job.map(|(_, lifecycle)| status(lifecycle)),
            // The id of a synchronization is the name of a database, which a client has made up.
            resource_id: activity.resource.as_ref().map(|(id, _)| text::shown(id).into()),
            resource_status: activity.resource.as_ref().map(|(_, lifecycle)| status(lifecycle)),
            started: activity.run.started.with_milliseconds(),
        }
    }
}

/// Something that is under way, or has ended.
#[derive(Debug, Serialize)]
pub struct JobView {
    #[serde(flatten)]
    begun: Begun,
    percent: u8,
    held: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    planned: Option<Planned>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    /// Why it failed, if it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// How something is to end, or where it is to be held, in the words of a fault rule.
#[derive(Debug, Serialize)]
pub struct Planned {
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
    /// The plan of an activity, unless it just runs and succeeds.
    pub fn of(activity: &Activity, timeline: &Timeline, now: Moment) -> Option<Self> {
        activity.phases(now).find(|phase| phase.ended.is_none())?;
        let (run, rule) = (&activity.run, timeline.planner(activity.run.activity).cloned());
        let (job, percent) = match (run.outcome, run.hold_to_come(now)) {
            (Outcome::Fails(percent), _) => (Ending::Fail, Some(percent)),
            (Outcome::Succeeds, Some(percent)) => (Ending::Hold, Some(percent)),
            (Outcome::Succeeds, None) => {
                (rule.is_some() && !run.is_held(now)).then_some((Ending::Succeed, None))?
            }
        };
        let reason = (job == Ending::Fail).then(|| timeline.reason(run.activity)).flatten();
        Some(Self {
            job,
            percent,
            stage: percent.and_then(|percent| activity.stage_at(percent)),
            reason: reason.map(str::to_owned),
            rule,
        })
    }
}

impl JobView {
    /// As it is at a moment.
    pub fn of(activity: &Activity, timeline: &Timeline, now: Moment) -> Self {
        let phase = activity.phases(now).next();
        let reason = || timeline.reason(activity.run.activity).unwrap_or(FAIL_REASON).to_owned();
        Self {
            begun: Begun::of(activity, now),
            percent: phase.map_or(0, |phase| phase.percent),
            held: activity.run.is_held(now),
            planned: Planned::of(activity, timeline, now),
            ended: phase.and_then(|phase| phase.ended).map(Moment::with_milliseconds),
            reason: phase.is_some_and(|phase| phase.failed).then(reason),
        }
    }
}
