//! [`Fault`], and methods for the fault rules of a world.

use super::{World, shown, sure};
use crate::control::faults;
use crate::error::control::ControlError;
use crate::faults::{EffectSpec, Ending, FaultView, Phase, RuleSpec, StageSpec};
use serde_json::{Value, json};
use std::time::Duration;

/// A fault rule: which requests go wrong, and how.
///
/// What is impossible is refused when the rule is armed with [`World::fault`], with the same reason
/// as over HTTP.
///
/// ```
/// use papercloud::{Fault, PaperCloud};
///
/// let cloud = PaperCloud::start();
/// let world = cloud.world("054e292c9880d4992f02c0196d3ea468");
/// let rule = world.fault(Fault::on("CreateDbCacheMapping").first(2).status(500))?;
/// // … the program under test calls, and has to try three times …
/// assert_eq!(world.hits(&rule)?, 0);
/// # Ok::<(), papercloud::ControlError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fault {
    written: RuleSpec,
}

impl Fault {
    /// On every operation.
    pub fn anywhere() -> Self {
        Self::default()
    }

    /// On an operation, by the name that the SDKs have for it.
    pub fn on(operation: &str) -> Self {
        Self::default().change(|rule| rule.operation = Some(operation.to_owned()))
    }

    /// Only on operations of this service, such as `DCS`.
    #[must_use]
    pub fn of_service(self, service: &str) -> Self {
        self.change(|rule| rule.service = Some(service.to_owned()))
    }

    /// Calls the rule something, instead of `fault-1` and so on.
    #[must_use]
    pub fn named(self, id: &str) -> Self {
        self.change(|rule| rule.id = Some(id.to_owned()))
    }

    /// Only on requests whose parameter has this value. Members of objects are named with dots, as
    /// in `target_instance.id`.
    #[must_use]
    pub fn matching(self, parameter: &str, value: impl Into<Value>) -> Self {
        self.change(|rule| drop(rule.matching.insert(parameter.to_owned(), value.into())))
    }

    /// Only while something that this operation has started is in this status.
    #[must_use]
    pub fn during(self, operation: &str, status: &str) -> Self {
        self.while_there_is(Some(operation), Some(status))
    }

    /// Only while something that this operation has started has not ended.
    #[must_use]
    pub fn during_any_stage(self, operation: &str) -> Self {
        self.while_there_is(Some(operation), None)
    }

    /// Only while anything is in this status.
    #[must_use]
    pub fn during_status(self, status: &str) -> Self {
        self.while_there_is(None, Some(status))
    }

    /// Only on the first so many requests.
    #[must_use]
    pub fn first(self, count: u32) -> Self {
        self.change(|rule| rule.first = Some(count.into()))
    }

    /// Only on the request with this number, counted from 1.
    #[must_use]
    pub fn nth(self, number: u32) -> Self {
        self.change(|rule| rule.nth = Some(number.into()))
    }

    /// Only on one request of so many.
    #[must_use]
    pub fn every(self, count: u32) -> Self {
        self.change(|rule| rule.every = Some(count.into()))
    }

    /// On each request with this probability; the same requests in every run with the same seed.
    #[must_use]
    pub fn with_probability(self, probability: f64) -> Self {
        self.change(|rule| rule.probability = Some(probability))
    }

    /// Does the operation first: its change happens, and its answer is lost.
    #[must_use]
    pub fn after_commit(self) -> Self {
        self.change(|rule| rule.phase = Some(Phase::After))
    }

    /// Answers with a status, and an error of the service that fits it.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        self.effect(|effect| effect.status = Some(status.into()))
    }

    /// Puts this body into the answer: JSON, or text as it is.
    #[must_use]
    pub fn body(self, body: impl Into<Value>) -> Self {
        self.effect(|effect| effect.body = Some(body.into()))
    }

    /// Answers with a documented error, by the name of its kind of error, such as `WrongState`.
    #[must_use]
    pub fn error(self, error_kind: &str) -> Self {
        self.effect(|effect| effect.error = Some(error_kind.to_owned()))
    }

    /// Answers with a documented error, by its code, such as `DBS.200011`.
    #[must_use]
    pub fn error_code(self, code: &str) -> Self {
        self.effect(|effect| effect.error_code = Some(code.to_owned()))
    }

    /// The message of the error.
    #[must_use]
    pub fn message(self, message: &str) -> Self {
        self.effect(|effect| effect.message = Some(message.to_owned()))
    }

    /// Keeps the request waiting, or with [`after_commit`](Self::after_commit) its answer.
    #[must_use]
    pub fn latency(self, latency: Duration) -> Self {
        self.effect(|effect| effect.latency_ms = Some(milliseconds(latency).into()))
    }

    /// The same for as long as is drawn from between two bounds.
    #[must_use]
    pub fn latency_between(self, from: Duration, to: Duration) -> Self {
        let between = json!({ "from": milliseconds(from), "to": milliseconds(to) });
        self.effect(|effect| effect.latency_ms = Some(between))
    }

    /// The same for as long as is drawn from a log-normal distribution.
    #[must_use]
    pub fn latency_around(self, median: Duration, percentile_99: Duration) -> Self {
        let around = json!({ "median": milliseconds(median), "p99": milliseconds(percentile_99) });
        self.effect(|effect| effect.latency_ms = Some(around))
    }

    /// Answers 429, and after how many seconds to come back.
    #[must_use]
    pub fn throttle(self, retry_after_seconds: u32) -> Self {
        self.effect(|effect| effect.throttle = Some(retry_after_seconds.into()))
    }

    /// Resets the connection instead of answering.
    #[must_use]
    pub fn reset(self) -> Self {
        self.effect(|effect| effect.reset = true)
    }

    /// Ends the connection in the middle of the answer's body.
    #[must_use]
    pub fn truncate(self) -> Self {
        self.effect(|effect| effect.truncate = true)
    }

    /// Cuts the answer's body so that it is no JSON.
    #[must_use]
    pub fn malformed(self) -> Self {
        self.effect(|effect| effect.malformed = true)
    }

    /// Takes as long as this to send the answer's body.
    #[must_use]
    pub fn slow_body(self, whole: Duration) -> Self {
        let whole = i64::try_from(whole.as_millis()).unwrap_or(i64::MAX);
        self.effect(|effect| effect.slow_body = Some(whole))
    }

    /// Lets the job that the operation starts fail when so much of it is over, with this reason.
    #[must_use]
    pub fn job_fails(self, percent: u8, reason: &str) -> Self {
        self.effect(|effect| {
            effect.job = Some(Ending::Fail);
            effect.percent = Some(percent.into());
            effect.reason = Some(reason.to_owned());
        })
    }

    /// Lets the job that the operation starts fail when this status begins, with this reason.
    #[must_use]
    pub fn job_fails_in(self, stage: &str, reason: &str) -> Self {
        self.effect(|effect| {
            effect.job = Some(Ending::Fail);
            effect.stage = Some(stage.to_owned());
            effect.reason = Some(reason.to_owned());
        })
    }

    /// Holds the job that the operation starts when so much of it is over.
    #[must_use]
    pub fn job_holds(self, percent: u8) -> Self {
        self.effect(|effect| {
            effect.job = Some(Ending::Hold);
            effect.percent = Some(percent.into());
        })
    }

    /// Holds the job that the operation starts in this stage.
    #[must_use]
    pub fn job_holds_in(self, stage: &str) -> Self {
        self.effect(|effect| {
            effect.job = Some(Ending::Hold);
            effect.stage = Some(stage.to_owned());
        })
    }

    /// Lets the job that the operation starts succeed after this time.
    #[must_use]
    pub fn job_takes(self, duration: Duration) -> Self {
        self.effect(|effect| {
            effect.job = Some(Ending::Succeed);
            effect.seconds = Some(duration.as_secs_f64());
        })
    }

    fn while_there_is(self, operation: Option<&str>, status: Option<&str>) -> Self {
        let [operation, status] = [operation, status].map(|word| word.map(str::to_owned));
        self.change(|rule| rule.stage = Some(StageSpec { operation, status }))
    }

    fn change(mut self, change: impl FnOnce(&mut RuleSpec)) -> Self {
        change(&mut self.written);
        self
    }

    fn effect(mut self, change: impl FnOnce(&mut EffectSpec)) -> Self {
        change(&mut self.written.effect);
        self
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

impl World {
    /// Arms a fault rule, behind those that are armed already, and says what it is called. Answers
    /// that it has a part in have its name as their header `X-Paper-Fault`.
    pub fn fault(&self, fault: Fault) -> Result<String, ControlError> {
        faults::arm(&self.app, &self.project_id, fault.written).map(FaultView::into_id)
    }

    /// Lets the job that the next accepted call of an operation starts fail when so much of it is
    /// over, with this reason.
    ///
    /// ```
    /// let cloud = papercloud::PaperCloud::start();
    /// let world = cloud.world("054e292c9880d4992f02c0196d3ea468");
    /// world.fail_next("CreateDbCacheMapping", 40, "disk full")?;
    /// # Ok::<(), papercloud::ControlError>(())
    /// ```
    pub fn fail_next(
        &self,
        operation: &str,
        percent: u8,
        reason: &str,
    ) -> Result<String, ControlError> {
        self.fault(Fault::on(operation).first(1).job_fails(percent, reason))
    }

    /// The rules that are armed, in the order in which they are asked, each with how many requests
    /// it has seen (`asked`) and hit (`hits`).
    #[track_caller]
    pub fn faults(&self) -> Vec<Value> {
        let listed = sure(faults::list(&self.app, &self.project_id));
        listed.faults.iter().map(shown).collect()
    }

    /// How many requests a rule has hit.
    pub fn hits(&self, id: &str) -> Result<u64, ControlError> {
        faults::hits(&self.app, &self.project_id, id)
    }

    /// Disarms a rule.
    pub fn disarm(&self, id: &str) -> Result<(), ControlError> {
        faults::disarm(&self.app, &self.project_id, id)
    }

    /// Disarms all rules.
    #[track_caller]
    pub fn disarm_all(&self) {
        sure(faults::disarm_all(&self.app, &self.project_id));
    }
}
