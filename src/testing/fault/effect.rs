//! What a fault does, read and checked.

use super::latency::Latency;
use super::plan::Planned;
use super::written::WrittenEffect;
use super::{Disruption, header};
use crate::cloud::Plan;
use crate::contract::check::nearest;
use crate::contract::{Contract, Refused};
use crate::control::ControlError;
use crate::operation::Route;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// What a fault does.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    phase: Phase,
    latency: Option<Latency>,
    pub(super) deed: Deed,
}

/// When a fault hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Before the operation.
    #[default]
    Before,
    /// After it: what it did stays done.
    After,
}

/// What a fault does apart from taking time.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Nothing.
    Nothing,
    /// Answers this.
    Answer(StatusCode, Content),
    /// Answers a documented error.
    Error(Name, Option<Box<str>>),
    /// Answers that there were too many requests, and after how many seconds to come back.
    Throttle(u32, Option<Box<str>>),
    /// Resets the connection, or the stream in HTTP/2.
    Reset,
    /// Ends the connection in the middle of the body, or the stream in HTTP/2.
    Truncate,
    /// Cuts the body so that it is no JSON.
    Malformed,
    /// Sends the body as slowly as this.
    Slow(Duration),
    /// Lets what the operation sets going end like this.
    Job(Planned),
}

/// What is in an injected answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// This.
    Body(Value),
    /// An error of the service, with this message or one that names the rule.
    Error(Option<Box<str>>),
}

/// How an error is named.
#[derive(Clone, Debug, PartialEq)]
pub enum Name {
    /// By its code.
    Code(Box<str>),
    /// By the name of its situation.
    Situation(Box<str>),
}

/// Longer than anybody waits, in milliseconds.
const LONGEST: i64 = 600_000;

impl Effect {
    /// Reads the value of `X-Paper-Fault`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (phase, written) = header::read_text(text).map_err(|error| error.to_string())?;
        Self::read(&written, phase).map_err(|error| error.to_string())
    }

    /// Reads an effect.
    pub fn read(written: &WrittenEffect, phase: Option<Phase>) -> Result<Self, ControlError> {
        let latency = written.latency_ms.as_ref().map(Latency::read).transpose()?;
        let deeds = [
            ("status", written.status.is_some()),
            ("error_code", written.error_code.is_some()),
            ("error", written.error.is_some()),
            ("throttle", written.throttle.is_some()),
            ("reset", written.reset),
            ("truncate", written.truncate),
            ("malformed", written.malformed),
            ("slow_body", written.slow_body.is_some()),
            ("job", written.job.is_some()),
        ];
        let given: Vec<_> = deeds.iter().filter(|(_, given)| *given).map(|(it, _)| *it).collect();
        let all = || deeds.map(|(name, _)| name).join(", ");
        let deed = match given[..] {
            [] if latency.is_none() => {
                let reason = format!("an effect needs latency_ms or one of {}", all());
                return Err(ControlError::bad(reason));
            }
            [] => Deed::Nothing,
            [one] => deed(one, written)?,
            [..] => {
                let given = given.join(" and ");
                let reason = format!("an effect takes only one of {}, got {given}", all());
                return Err(ControlError::bad(reason));
            }
        };
        belongs(written, &deed)?;
        let spoils = matches!(deed, Deed::Truncate | Deed::Malformed | Deed::Slow(_));
        if spoils && phase == Some(Phase::Before) {
            return Err(ControlError::bad(format!(
                "{} needs the operation's answer, so its phase is after",
                given[0]
            )));
        }
        let phase = phase.unwrap_or(if spoils { Phase::After } else { Phase::Before });
        Ok(Self { phase, latency, deed })
    }

    /// Keeps the operations that it can hit.
    pub fn narrow(&self, routes: &mut Vec<&'static Route>) -> Result<(), ControlError> {
        match &self.deed {
            Deed::Error(name, _) => {
                let known = routes.iter().flat_map(|route| route.contract.all_refusals());
                let known: BTreeSet<_> = known.map(|refused| name.like(refused)).collect();
                let of_one = routes.len() == 1;
                routes.retain(|route| name.of(route.contract).is_some());
                let (Name::Code(word) | Name::Situation(word)) = name;
                if routes.is_empty() {
                    let meant = nearest(word, known.iter().map(String::as_str))
                        .map(|known| format!("; did you mean {known}?"));
                    let all = || known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                    let meant = meant.or_else(|| of_one.then(|| format!("; there are {}", all())));
                    let meant = meant.unwrap_or_default();
                    let reason =
                        format!("no operation that is meant documents the error {word:?}{meant}");
                    return Err(ControlError::bad(reason));
                }
            }
            Deed::Truncate | Deed::Malformed | Deed::Slow(_) => {
                routes.retain(|route| !route.contract.reply.is_empty());
                if routes.is_empty() {
                    let reason = "nothing can be done to the body of an answer without one";
                    return Err(ControlError::bad(reason));
                }
            }
            Deed::Job(planned) => planned.narrow(routes)?,
            _ => {}
        }
        Ok(())
    }

    /// Whether it happens before the operation, and not after it.
    pub fn is_before(&self) -> bool {
        self.phase == Phase::Before
    }

    /// Whether it answers in the operation's place, so that nothing is changed.
    pub fn prevents(&self) -> bool {
        self.is_before() && !matches!(self.deed, Deed::Nothing | Deed::Job(_))
    }

    /// Whether it has to do only with what was performed: a refused request is none of it.
    pub fn awaits_success(&self) -> bool {
        !self.is_before() || matches!(self.deed, Deed::Job(_))
    }

    /// How what the operation sets going is to end.
    pub fn plan(&self, route: &Route) -> Option<Plan> {
        match &self.deed {
            Deed::Job(planned) => Some(planned.of(route)),
            _ => None,
        }
    }

    /// What is done to the answer on its way.
    pub fn disruption(&self) -> Option<Disruption> {
        match self.deed {
            Deed::Reset => Some(Disruption::Reset),
            Deed::Truncate => Some(Disruption::Truncate),
            Deed::Slow(duration) => Some(Disruption::Slow(duration)),
            _ => None,
        }
    }

    /// How long it takes this time.
    pub fn draw_latency(&self, draw: impl FnMut() -> f64) -> Duration {
        self.latency.map_or(Duration::ZERO, |latency| latency.draw(draw))
    }
}

impl Name {
    /// The error that an operation documents by this name.
    pub fn of(&self, contract: &Contract) -> Option<&'static Refused> {
        contract.all_refusals().find(|refused| {
            let (Self::Code(word) | Self::Situation(word)) = self;
            self.like(refused) == **word
        })
    }

    /// How an error is called in the way that this one is.
    fn like(&self, refused: &Refused) -> String {
        match self {
            Self::Code(_) => refused.code.to_owned(),
            Self::Situation(_) => refused.situation.name(),
        }
    }
}

fn deed(name: &str, written: &WrittenEffect) -> Result<Deed, ControlError> {
    let message = || written.message.as_deref().map(Into::into);
    let named = |name: &Option<String>| name.as_deref().unwrap_or_default().into();
    let deed = match name {
        "status" => {
            let number = written.status.unwrap_or_default();
            let known = u16::try_from(number).ok().filter(|status| (200..600).contains(status));
            let status = known.and_then(|status| StatusCode::from_u16(status).ok());
            let reason = || format!("status must be from 200 to 599, got {number}");
            let status = status.ok_or_else(|| ControlError::bad(reason()))?;
            let without_body = [204, 205, 304].contains(&status.as_u16());
            if without_body && (written.body.is_some() || written.message.is_some()) {
                let reason = format!("an answer with status {number} has no body");
                return Err(ControlError::bad(reason));
            }
            let content = match &written.body {
                Some(body) => Content::Body(body.clone()),
                None => Content::Error(message()),
            };
            Deed::Answer(status, content)
        }
        "error_code" => Deed::Error(Name::Code(named(&written.error_code)), message()),
        "error" => Deed::Error(Name::Situation(named(&written.error)), message()),
        "throttle" => Deed::Throttle(throttle(written.throttle.as_ref())?, message()),
        "reset" => Deed::Reset,
        "truncate" => Deed::Truncate,
        "malformed" => Deed::Malformed,
        "slow_body" => {
            let number = written.slow_body.unwrap_or_default();
            let known = u64::try_from(number).ok().filter(|_| number <= LONGEST);
            let reason =
                || format!("slow_body must be milliseconds from 0 to {LONGEST}, got {number}");
            Deed::Slow(Duration::from_millis(known.ok_or_else(|| ControlError::bad(reason()))?))
        }
        _ => match written.job {
            Some(ending) => Deed::Job(Planned::read(ending, written)?),
            None => Deed::Nothing,
        },
    };
    Ok(deed)
}

/// Reads `throttle`: seconds, or an object with them.
fn throttle(written: Option<&Value>) -> Result<u32, ControlError> {
    let written = written.unwrap_or(&Value::Null);
    let seconds = match written {
        Value::Object(members) if members.len() == 1 => members.get("retry_after"),
        other => Some(other),
    };
    let seconds = seconds.and_then(Value::as_u64).and_then(|it| u32::try_from(it).ok());
    seconds.ok_or_else(|| {
        let wanted = "throttle must be a whole number of seconds or {\"retry_after\":…}";
        ControlError::bad(format!("{wanted}, got {written}"))
    })
}

/// Refuses members that say something about a deed that is not there.
fn belongs(written: &WrittenEffect, deed: &Deed) -> Result<(), ControlError> {
    let job = matches!(deed, Deed::Job(_));
    let says =
        matches!(deed, Deed::Answer(_, Content::Error(_)) | Deed::Error(..) | Deed::Throttle(..));
    let stray = [
        ("body", written.body.is_some() && !matches!(deed, Deed::Answer(..)), "status"),
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
