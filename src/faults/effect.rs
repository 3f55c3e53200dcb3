//! What a fault does, read and checked.

use super::action::FaultAction;
use super::latency::Latency;
use super::spec::EffectSpec;
use super::{Disruption, header};
use crate::cloud::Plan;
use crate::error::control::ControlError;
use crate::operation::Route;
use crate::text::{did_you_mean, quoted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::time::Duration;

/// What a fault does.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    phase: Phase,
    latency: Option<Latency>,
    pub(super) action: FaultAction,
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

impl Effect {
    /// Reads the value of `X-Paper-Fault`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (phase, written) = header::read_text(text).map_err(|error| error.to_string())?;
        Self::read(&written, phase).map_err(|error| error.to_string())
    }

    /// Reads an effect.
    pub fn read(written: &EffectSpec, phase: Option<Phase>) -> Result<Self, ControlError> {
        let latency = written.latency_ms.as_ref().map(Latency::read).transpose()?;
        let (name, action) = FaultAction::read(written)?;
        let needs_answer =
            matches!(action, FaultAction::Truncate | FaultAction::Malformed | FaultAction::Slow(_));
        if needs_answer && phase == Some(Phase::Before) {
            return Err(ControlError::bad(format!(
                "{name} needs the operation's answer, so its phase is after"
            )));
        }
        let phase = phase.unwrap_or(if needs_answer { Phase::After } else { Phase::Before });
        Ok(Self { phase, latency, action })
    }

    /// Keeps the operations that it can hit.
    pub fn narrow(&self, routes: &mut Vec<&'static Route>) -> Result<(), ControlError> {
        match &self.action {
            FaultAction::Error(name, _) => {
                let known = routes.iter().flat_map(|route| route.contract().all_refusals());
                let known: BTreeSet<_> = known.map(|refused| name.like(refused)).collect();
                let of_one = routes.len() == 1;
                routes.retain(|route| name.of(route.contract()).is_some());
                if routes.is_empty() {
                    let mut meant = did_you_mean(name.word(), known.iter().map(String::as_str));
                    if meant.is_empty() && of_one {
                        let all: Vec<_> = known.iter().map(String::as_str).collect();
                        meant = format!("; there are {}", all.join(", "));
                    }
                    let word = quoted(name.word());
                    let reason =
                        format!("no operation that is meant documents the error {word}{meant}");
                    return Err(ControlError::bad(reason));
                }
            }
            FaultAction::Truncate | FaultAction::Malformed | FaultAction::Slow(_) => {
                routes.retain(|route| !route.contract().reply.is_empty());
                if routes.is_empty() {
                    let reason = "nothing can be done to the body of an answer without one";
                    return Err(ControlError::bad(reason));
                }
            }
            FaultAction::Job(planned) => planned.narrow(routes)?,
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
        self.is_before() && !matches!(self.action, FaultAction::Nothing | FaultAction::Job(_))
    }

    /// Whether it applies only to performed requests, not to refused ones.
    pub fn awaits_success(&self) -> bool {
        !self.is_before() || matches!(self.action, FaultAction::Job(_))
    }

    /// How what the operation starts is to end.
    pub fn plan(&self, route: &Route) -> Option<Plan> {
        match &self.action {
            FaultAction::Job(planned) => Some(planned.of(route)),
            _ => None,
        }
    }

    /// What is done to the answer on its way.
    pub fn disruption(&self) -> Option<Disruption> {
        match self.action {
            FaultAction::Reset => Some(Disruption::Reset),
            FaultAction::Truncate => Some(Disruption::Truncate),
            FaultAction::Slow(duration) => Some(Disruption::Slow(duration)),
            _ => None,
        }
    }

    /// How long it takes this time.
    pub fn draw_latency(&self, draw: impl FnMut() -> f64) -> Duration {
        self.latency.map_or(Duration::ZERO, |latency| latency.draw(draw))
    }
}
