//! A rule, read and checked: which requests it may hit, when, and with what.

use super::effect::Effect;
use super::matching::{self, Parameter};
use super::selector::Selector;
use super::spec::{RuleSpec, StageSpec};
use super::{BY_HEADER, FaultContext};
use crate::api::find::{comes_to, each_once, require_here, routes, unknown};
use crate::clock::Moment;
use crate::cloud::Timeline;
use crate::error::control::{ControlError, read_value};
use crate::operation::Route;
use crate::text::quoted;
use serde_json::Value;
use std::sync::Arc;

/// A rule that can be armed.
#[derive(Clone, Debug)]
pub struct Rule {
    /// As it was written down.
    pub written: RuleSpec,
    /// Which of the requests that it sees it hits.
    pub selector: Selector,
    /// What it does.
    pub effect: Arc<Effect>,
    routes: Vec<&'static Route>,
    matching: Vec<Parameter>,
    stage: Option<Stage>,
}

/// What has to be under way.
#[derive(Clone, Debug)]
struct Stage {
    operation: Option<&'static str>,
    status: Option<&'static str>,
}

/// The longest id of a rule.
const ID_LENGTH: usize = 64;

impl Rule {
    /// Reads a rule, or says why it cannot be kept.
    pub fn read(value: &Value) -> Result<Self, ControlError> {
        read_value(value).and_then(Self::of)
    }

    /// Checks a rule.
    pub fn of(written: RuleSpec) -> Result<Self, ControlError> {
        if let Some(id) = &written.id {
            check_id(id)?;
        }
        let mut routes = routes(written.service.as_deref(), written.operation.as_deref())?;
        let matching = matching::read(&written.matching, &mut routes)?;
        let selector = Selector::read(&written)?;
        let stage = written.stage.as_ref().map(|stage| Stage::read(stage, &routes)).transpose()?;
        let effect = Effect::read(&written.effect, written.phase)?;
        effect.narrow(&mut routes)?;
        Ok(Self { written, selector, effect: Arc::new(effect), routes, matching, stage })
    }

    /// Whether it can hit requests to a project, or those to the account where there is none.
    pub fn can_hit(&self, project_id: &str) -> bool {
        self.routes.iter().any(|route| comes_to(route, project_id))
    }

    /// Refuses it where it can hit nothing.
    pub fn require_here(&self, project_id: &str) -> Result<(), ControlError> {
        require_here(&self.routes, project_id)
    }

    /// Whether it sees a request.
    pub fn sees(&self, request: &FaultContext<'_>, timeline: &Timeline) -> bool {
        self.routes.iter().any(|route| std::ptr::eq(*route, request.route))
            && self.matching.iter().all(|parameter| parameter.is_in(request.sent))
            && self.stage.as_ref().is_none_or(|stage| stage.is_reached(timeline, request.now))
    }
}

fn check_id(id: &str) -> Result<(), ControlError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+:".contains(&byte);
    if id.is_empty() || id.len() > ID_LENGTH || !id.bytes().all(fits) {
        let shown = quoted(id);
        return Err(ControlError::bad(format!(
            "id must have 1 to {ID_LENGTH} letters, digits and any of -_.+:, got {shown}"
        )));
    }
    if id == BY_HEADER {
        let reason = format!("id must not be {BY_HEADER}, which marks what a header asked for");
        return Err(ControlError::bad(reason));
    }
    Ok(())
}

/// The stage of what these operations start that is called like this.
fn find_stage(status: &str, routes: &[&'static Route]) -> Result<&'static str, ControlError> {
    let activities = || routes.iter().flat_map(|route| route.activities());
    let stages =
        each_once(activities().flat_map(|activity| activity.stages).map(|(status, _)| *status));
    if let Some(known) = stages.iter().find(|known| **known == status) {
        return Ok(known);
    }
    if activities().any(|activity| [activity.ends, activity.fails].contains(&status)) {
        let reason = format!(
            "while: what is {status} has ended and is not under way; there are {}",
            stages.join(", ")
        );
        return Err(ControlError::bad(reason));
    }
    Err(unknown("stage", status, stages))
}

impl Stage {
    /// Reads what has to be under way for a rule that may hit these operations.
    fn read(written: &StageSpec, meant: &[&Route]) -> Result<Self, ControlError> {
        let StageSpec { operation, status } = written;
        if operation.is_none() && status.is_none() {
            return Err(ControlError::bad("while needs operation or status"));
        }
        let mut routes = routes(None, operation.as_deref())?;
        routes.retain(|route| route.activities().next().is_some());
        let Some(route) = routes.first() else {
            let operation = operation.as_deref().unwrap_or_default();
            let reason = format!("while: {operation} sets nothing going");
            return Err(ControlError::bad(reason));
        };
        let contract_id = operation.as_ref().map(|_| route.contract().id);
        // Of equally near names the first is shown: that of one of the rule's own operations.
        let of_service = |route: &&Route| {
            meant.iter().any(|one| std::ptr::eq(one.contract().service, route.contract().service))
        };
        let is_meant = |route: &&Route| meant.iter().any(|one| std::ptr::eq(*one, *route));
        routes.sort_by_key(|route| (!is_meant(route), !of_service(route)));
        let status = status.as_deref().map(|status| find_stage(status, &routes)).transpose()?;
        Ok(Self { operation: contract_id, status })
    }

    /// Whether something under way is in it.
    fn is_reached(&self, timeline: &Timeline, now: Moment) -> bool {
        timeline.under_way().any(|activity| {
            self.operation.is_none_or(|operation| activity.contract.id == operation)
                && activity.phases(now).any(|phase| {
                    phase.ended.is_none() && self.status.is_none_or(|status| phase.status == status)
                })
        })
    }
}
