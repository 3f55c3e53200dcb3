//! What a fault does apart from taking time, read and checked.

use super::plan::Planned;
use super::spec::EffectSpec;
use crate::contract::{Contract, Refused};
use crate::error::control::ControlError;
use crate::text::json_value;
use axum::http::StatusCode;
use serde_json::Value;
use std::time::Duration;

/// What a fault does apart from taking time.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultAction {
    Nothing,
    Answer(StatusCode, Content),
    /// Answers a documented error.
    Error(Name, Option<Box<str>>),
    /// Answers that there were too many requests, and after how many seconds to come back.
    Throttle(u32, Option<Box<str>>),
    /// Resets the connection.
    Reset,
    /// Ends the connection in the middle of the body.
    Truncate,
    /// Cuts the body so that it is no JSON.
    Malformed,
    /// Sends the body as slowly as this.
    Slow(Duration),
    /// Lets what the operation starts end like this.
    Job(Planned),
}

/// What is in an injected answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Body(Value),
    /// An error of the service, with this message or one that names the rule.
    Error(Option<Box<str>>),
}

/// How an error is named.
#[derive(Clone, Debug, PartialEq)]
pub enum Name {
    Code(Box<str>),
    /// By the name of its kind of error.
    ErrorKind(Box<str>),
}

/// The longest that is accepted, in milliseconds.
const LONGEST: i64 = 600_000;

impl FaultAction {
    /// Reads the one action of an effect, with the name of its member; an effect that only takes time
    /// has none.
    pub fn read(written: &EffectSpec) -> Result<(&'static str, Self), ControlError> {
        let message = || written.message.as_deref().map(Into::into);
        let error = |name: fn(Box<str>) -> Name, word: &Option<String>| {
            word.as_deref().map(|word| Self::Error(name(word.into()), message()))
        };
        let throttled = written.throttle.as_ref().map(throttle).transpose()?;
        let planned = written.job.map(|ending| Planned::read(ending, written)).transpose()?;
        let actions = [
            ("status", written.status.map(|number| answer(number, written)).transpose()?),
            ("error_code", error(Name::Code, &written.error_code)),
            ("error", error(Name::ErrorKind, &written.error)),
            ("throttle", throttled.map(|seconds| Self::Throttle(seconds, message()))),
            ("reset", written.reset.then_some(Self::Reset)),
            ("truncate", written.truncate.then_some(Self::Truncate)),
            ("malformed", written.malformed.then_some(Self::Malformed)),
            ("slow_body", written.slow_body.map(slow_body).transpose()?),
            ("job", planned.map(Self::Job)),
        ];
        let all = actions.each_ref().map(|(name, _)| *name).join(", ");
        let given: Vec<_> =
            actions.into_iter().filter_map(|(name, it)| Some((name, it?))).collect();
        let names: Vec<_> = given.iter().map(|(name, _)| *name).collect();
        if names.len() > 1 {
            let reason = format!("an effect takes only one of {all}, got {}", names.join(" and "));
            return Err(ControlError::bad(reason));
        }
        let only_takes_time = written.latency_ms.is_some().then_some(("latency_ms", Self::Nothing));
        let (name, action) = given.into_iter().next().or(only_takes_time).ok_or_else(|| {
            ControlError::bad(format!("an effect needs latency_ms or one of {all}"))
        })?;
        action.require_own(written)?;
        Ok((name, action))
    }

    /// Refuses members that belong to another action.
    fn require_own(&self, written: &EffectSpec) -> Result<(), ControlError> {
        let job = matches!(self, Self::Job(_));
        let says = matches!(
            self,
            Self::Answer(_, Content::Error(_)) | Self::Error(..) | Self::Throttle(..)
        );
        let stray = [
            ("body", written.body.is_some() && !matches!(self, Self::Answer(..)), "status"),
            (
                "message",
                written.message.is_some() && !says,
                "status without body, error_code, error and throttle",
            ),
            ("percent", written.percent.is_some() && !job, "job"),
            ("stage", written.stage.is_some() && !job, "job"),
            ("reason", written.reason.is_some() && !job, "job"),
            ("seconds", written.seconds.is_some() && !job, "job"),
        ];
        match stray.into_iter().find(|(_, stray, _)| *stray) {
            None => Ok(()),
            Some((name, _, to)) => Err(ControlError::bad(format!("{name} belongs to {to}"))),
        }
    }
}

impl Name {
    /// The error that an operation documents by this name.
    pub fn of(&self, contract: &Contract) -> Option<&'static Refused> {
        contract.all_refusals().find(|refused| self.like(refused) == self.word())
    }

    /// The word itself.
    pub fn word(&self) -> &str {
        let (Self::Code(word) | Self::ErrorKind(word)) = self;
        word
    }

    /// The name of a documented error, of the same sort as this one: its code or its kind.
    pub fn like(&self, refused: &Refused) -> String {
        match self {
            Self::Code(_) => refused.code.to_owned(),
            Self::ErrorKind(_) => refused.name(),
        }
    }
}

/// Reads `status` and what is answered with it.
fn answer(number: i64, written: &EffectSpec) -> Result<FaultAction, ControlError> {
    let known = u16::try_from(number).ok().filter(|status| (200..600).contains(status));
    let status = known.and_then(|status| StatusCode::from_u16(status).ok());
    let reason = || format!("status must be from 200 to 599, got {number}");
    let status = status.ok_or_else(|| ControlError::bad(reason()))?;
    if is_bodiless(status) && (written.body.is_some() || written.message.is_some()) {
        return Err(ControlError::bad(format!("an answer with status {number} has no body")));
    }
    let content = match &written.body {
        Some(body) => Content::Body(body.clone()),
        None => Content::Error(written.message.as_deref().map(Into::into)),
    };
    Ok(FaultAction::Answer(status, content))
}

/// Whether an answer with this status has no body.
pub fn is_bodiless(status: StatusCode) -> bool {
    [204, 205, 304].contains(&status.as_u16())
}

/// Reads `throttle`: seconds, or an object with them.
fn throttle(written: &Value) -> Result<u32, ControlError> {
    let seconds = match written {
        Value::Object(members) if members.len() == 1 => members.get("retry_after"),
        other => Some(other),
    };
    let seconds = seconds.and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok());
    seconds.ok_or_else(|| {
        let wanted = "throttle must be a whole number of seconds or {\"retry_after\":…}";
        let (most, got) = (u32::MAX, json_value(written));
        ControlError::bad(format!("{wanted}, from 0 to {most}, got {got}"))
    })
}

/// Reads `slow_body`.
fn slow_body(number: i64) -> Result<FaultAction, ControlError> {
    let known = u64::try_from(number).ok().filter(|_| number <= LONGEST);
    let reason = || format!("slow_body must be milliseconds from 0 to {LONGEST}, got {number}");
    let milliseconds = known.ok_or_else(|| ControlError::bad(reason()))?;
    Ok(FaultAction::Slow(Duration::from_millis(milliseconds)))
}
