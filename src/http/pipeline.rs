//! One request for an operation, from its arrival to its answer.

mod rescue;

use super::endpoint;
use super::reply::{self, Answer};
use super::target::Target;
use super::{body, host, language, read_headers, remarks};
use crate::app::App;
use crate::auth::{self, Arrival, AuthMode};
use crate::clock::Stamp;
use crate::cloud::{Access, LimitReached, PollTarget, RequestContext, Warning};
use crate::contract::check::{Members, Sent, check};
use crate::contract::{Class, Level, Violation};
use crate::control;
use crate::error::Refusal;
use crate::error::control::ControlError;
use crate::faults::{Disruption, FaultContext, FaultDecision, Injection};
use crate::journal::{Entry, RequestRecord, Verdict};
use crate::lint::{Answered, Poll};
use crate::operation::{Failure, Outcome, Route};
use crate::worlds::instructions::{FAULT, Instructions};
use crate::worlds::scenario::Scenario;
use crate::worlds::{World, WorldCell};
use axum::body::Bytes;
use axum::http::{HeaderValue, Response, StatusCode, request::Parts};
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A request whose head has arrived. It belongs to the world that its project has at this moment:
/// if that is reset meanwhile, whatever the request does is lost with it.
#[derive(Debug)]
pub struct Exchange<'r> {
    app: &'r App,
    parts: &'r Parts,
    target: Result<Target<'r>, Refusal>,
    received: Received,
}

/// What is known of a request from its arrival on. The journal counts it as in flight.
#[derive(Debug)]
pub struct Received {
    routes: &'static [Route],
    cell: Arc<WorldCell>,
    /// The project whose world was forgotten for it, or why there is no room for its own.
    entry: Result<Option<Box<str>>, LimitReached>,
    ordinal: u64,
    at: Stamp,
    /// Whether it has come to an entry, and is in flight no longer.
    is_noted: AtomicBool,
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// A fault keeps the request waiting, and hits it then.
    Wait(Duration, FaultDecision),
    /// The answer is there.
    Done(Done),
}

/// An answer, and what happens to it on its way.
#[derive(Debug)]
pub struct Done {
    /// The answer.
    pub response: Response<Vec<u8>>,
    /// How long it is kept back.
    pub delay: Duration,
    /// What is done to it then.
    pub disruption: Option<Disruption>,
}

/// A scenario and its name.
type Named = (String, Arc<Scenario>);

/// Why a request comes to no outcome of its operation.
enum Rejection {
    Refused(Refusal),
    /// The headers for tests are not in order.
    BadInstructions(String),
    /// A fault answers in the operation's place.
    Injected,
    Wait(Duration, FaultDecision),
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// One that is given up before its answer comes to no entry, and is in flight no longer.
impl Drop for Received {
    fn drop(&mut self) {
        if !*self.is_noted.get_mut() {
            self.cell.lock().journal.in_flight.end(self.ordinal);
        }
    }
}

impl<'r> Exchange<'r> {
    /// Finds out whom a request is for.
    pub fn begin(
        app: &'r App,
        endpoints: &[&'static endpoint::Endpoint],
        parts: &'r Parts,
    ) -> Self {
        let (template, routes) = endpoint::of_service(endpoints, parts);
        let target = Target::read(&parts.uri, template);
        let project_id = match &target {
            Ok(target) => target.usable_project_id().map(Cow::Borrowed),
            // It is a request to its project all the same.
            Err(_) => Target::project_of(&parts.uri, template),
        };
        // All that belong to no project have one world and one counter.
        let (cell, entry) = app.worlds.enter_or_account(project_id.as_deref().unwrap_or_default());
        let ordinal = cell.next_request();
        #[cfg(test)]
        crate::cloud::failpoint::pass(&cell.lock().state.project_id, "begin");
        let at = {
            let mut world = cell.lock();
            world.journal.in_flight.begin(ordinal, parts.method.clone(), routes);
            Stamp::at(world.state.clock.now())
        };
        let is_noted = AtomicBool::new(false);
        let received = Received { routes, cell, entry, ordinal, at, is_noted };
        Self { app, parts, target, received }
    }

    /// Goes as far as it can without waiting.
    pub fn advance(&self, body: &Result<Bytes, Refusal>, decision: Option<FaultDecision>) -> Step {
        let service = self.received.routes[self.received.routes.len() - 1].contract.service;
        let mut answer = Answer::new(service, language(service, &self.parts.headers));
        answer.request_id = self.received.cell.request_id(self.received.ordinal);
        let mut draft = RequestRecord::default();
        let (mut decision, mut polled) = (decision, None);
        let outcome = self.conduct(body, &mut decision, &mut answer, &mut draft, &mut polled);
        draft.contract = answer.contract;
        let contract = answer
            .contract
            .unwrap_or(self.received.routes[self.received.routes.len() - 1].contract);
        let request_id = &answer.request_id;
        let mut response = match outcome {
            Ok(outcome) => answer.write(Ok(outcome)),
            Err(Rejection::Refused(refusal)) => {
                if let Refusal::SignatureMismatch { computed, .. } = &refusal {
                    draft.computed = Some(computed.clone());
                }
                draft.expired_token = matches!(refusal, Refusal::ExpiredToken { .. });
                draft.verdict = Verdict::Refused(refusal.error_kind());
                answer.write(Err(refusal))
            }
            Err(Rejection::BadInstructions(reason)) => {
                control::refuse_instructions(StatusCode::BAD_REQUEST, &reason, request_id)
            }
            Err(Rejection::Injected) => {
                draft.verdict = Verdict::Injected;
                answer.write(Ok(Outcome::empty(contract.success)))
            }
            Err(Rejection::Wait(duration, decision)) => return Step::Wait(duration, decision),
        };
        let (mut delay, mut disruption) = (Duration::ZERO, None);
        let decision = decision.unwrap_or_default();
        let hit = match draft.verdict {
            Verdict::Performed => decision.hit,
            _ => decision.without_success(),
        };
        if let Some(Injection { rule, effect, latency }) = hit {
            effect.apply_to_response(&rule, contract, request_id, &mut response);
            disruption = effect.disruption();
            delay = if effect.is_before() { Duration::ZERO } else { latency };
            if let Ok(rule) = HeaderValue::from_str(&rule) {
                response.headers_mut().insert(FAULT, rule);
            }
            reply::point_to_explanation(response.headers_mut(), request_id);
            draft.fault = Some(rule);
        }
        draft.warnings = answer.warnings;
        if self.received.cell.is_abandoned() {
            // The world that comes after gives the same id to another request.
            reply::point_nowhere(response.headers_mut());
        }
        self.record(body, &response, disruption, draft, polled);
        Step::Done(Done { response, delay, disruption })
    }

    /// Refuses a request whose headers for tests come from somebody who may not send them. It is
    /// kept, so that the test that wonders about it finds it.
    pub fn forbid(&self, error: &ControlError) -> Response<Vec<u8>> {
        let request_id = self.received.cell.request_id(self.received.ordinal);
        let response = control::refuse_instructions(error.status, &error.to_string(), &request_id);
        self.record(&Ok(Bytes::new()), &response, None, RequestRecord::default(), None);
        response
    }

    /// Notes that the client has left before its answer, which is in the journal already.
    pub fn note_departure(&self) {
        self.received.cell.lock().journal.note_departure(self.received.ordinal);
    }

    /// What its credentials are read from.
    fn arrival<'a>(&'a self, target: &'a Target<'_>, body: &'a [u8]) -> Arrival<'a> {
        let project_id = target.usable_project_id();
        Arrival { worlds: &self.app.worlds, parts: self.parts, body, project_id }
    }

    /// Whether it is for a call that needs no credentials.
    fn is_open(&self) -> bool {
        self.received.routes.iter().all(|route| route.contract.open)
    }

    /// Lets a request in by its credentials, unless the call is what gives them.
    fn admit<'e>(&'e self, target: &Target<'_>, body: &[u8]) -> Result<Access<'e>, Refusal> {
        let (app, arrival) = (self.app, self.arrival(target, body));
        auth::admit(if self.is_open() { AuthMode::Off } else { app.auth }, &arrival)?;
        Ok(Access {
            account: &app.worlds.account,
            clocks: &app.worlds,
            scheme: app.transport.scheme(),
            host: host(self.parts).unwrap_or("localhost"),
            caller: auth::recognise(&arrival),
            verifies: app.auth == AuthMode::Verify,
        })
    }

    /// What is to say of a token that is let in, though it has expired.
    fn remark_on_token(&self, target: &Target<'_>, body: &[u8]) -> Option<Warning> {
        if self.app.auth != AuthMode::Presence || self.is_open() {
            return None;
        }
        let message = auth::expired(&self.arrival(target, body))?;
        Some(Warning { class: Class::Resources, message })
    }

    /// The scenario that the request names, in its header or with its credential.
    fn scenario(
        &self,
        target: &Target<'_>,
        body: &[u8],
        instructions: &Instructions,
    ) -> Result<Option<Named>, Rejection> {
        let by_credential = || auth::scenario(&self.arrival(target, body));
        let named = instructions.scenario.clone().or_else(by_credential);
        let named =
            named.map(|name| self.app.worlds.scenario(&name).map(|scenario| (name, scenario)));
        named.transpose().map_err(|error| Rejection::BadInstructions(error.to_string()))
    }

    /// Does what the request asks for by its headers, all of it or nothing, and finds the fault
    /// that hits it. One that names no scenario begins the one that its project has chosen anew if
    /// that was defined anew.
    fn evaluate(
        &self,
        route: &'static Route,
        sent: &Sent<'_>,
        instructions: Instructions,
        named: Option<&Named>,
    ) -> Result<FaultDecision, Rejection> {
        let Instructions { clock, fault, .. } = instructions;
        if let Some(effect) = &fault {
            let fits = effect.narrow(&mut vec![route]);
            fits.map_err(|problem| {
                Rejection::BadInstructions(format!("X-Paper-Fault: {problem}"))
            })?;
        }
        let mut world = self.received.cell.lock();
        let defined = |name: &str| Some((name.to_owned(), self.app.worlds.known_scenario(name)?));
        let chosen = match named {
            Some(_) => None,
            None => world.scenario.as_deref().and_then(defined),
        };
        let carried = named.or(chosen.as_ref()).map(|(name, scenario)| (name.as_str(), scenario));
        let begun = world.begin(carried, clock.as_ref());
        begun.map_err(|error| Rejection::BadInstructions(error.to_string()))?;
        if fault.is_none() && !self.received.cell.is_faulty() {
            return Ok(FaultDecision::default());
        }
        let now = world.state.clock.now();
        let scenario = named.map(|(name, _)| name.as_str());
        let World { state, faults, scenario: chosen, .. } = &mut *world;
        let chosen = chosen.as_deref();
        let asked = FaultContext { route, sent, now, scenario: scenario.or(chosen) };
        if let Some(effect) = fault {
            return Ok(faults.evaluate_header(effect));
        }
        Ok(faults.evaluate(&asked, &state.timeline))
    }

    fn record(
        &self,
        body: &Result<Bytes, Refusal>,
        response: &Response<Vec<u8>>,
        disruption: Option<Disruption>,
        mut draft: RequestRecord,
        polled: Option<(PollTarget, Poll)>,
    ) {
        let only = || (self.received.routes.len() == 1).then(|| self.received.routes[0].contract);
        draft.contract = draft.contract.or_else(only);
        let body = body.as_deref().unwrap_or_default();
        let answer = (disruption != Some(Disruption::Reset)).then_some(response);
        let status = answer.map(|answer| answer.status().as_u16());
        let spoilt = draft.fault.is_some();
        self.app.worlds.metrics().count(self.received.ordinal, draft.contract, status, spoilt);
        let mut world = self.received.cell.lock();
        #[cfg(test)]
        crate::cloud::failpoint::pass(&world.state.project_id, "journal");
        let now = world.state.clock.now();
        world.lint.answered(&Answered {
            ordinal: self.received.ordinal,
            contract: draft.contract,
            received: self.received.at,
            now,
            parts: self.parts,
            body,
            answer,
            is_cut: disruption == Some(Disruption::Truncate),
            draft: &draft,
            polled,
        });
        let times = [self.received.at.moment(), now];
        let entry = |key| {
            Entry::new((key, self.received.ordinal), times, (self.parts, body), answer, draft)
        };
        world.journal.in_flight.end(self.received.ordinal);
        self.received.is_noted.store(true, Ordering::Relaxed);
        world.journal.record(entry);
    }

    /// One request against one world: the order of the steps is the order of the refusals.
    fn conduct(
        &self,
        body: &Result<Bytes, Refusal>,
        decision: &mut Option<FaultDecision>,
        answer: &mut Answer,
        draft: &mut RequestRecord,
        polled: &mut Option<(PollTarget, Poll)>,
    ) -> Result<Outcome, Rejection> {
        let Self { app, parts, received: Received { routes, cell, .. }, .. } = self;
        let settings = app.worlds.settings();
        match &self.received.entry {
            Ok(None) => {}
            Ok(Some(id)) => answer
                .warnings
                .push(Warning::of_world(id, self.app.worlds.world_settings().max_worlds)),
            Err(full) => return Err(Refusal::from(*full).into()),
        }
        let target = self.target.as_ref().map_err(Clone::clone)?;
        let body = body.as_ref().map_err(Clone::clone)?;
        let access = self.admit(target, body)?;
        if let Some(warning) = self.remark_on_token(target, body) {
            draft.expired_token = true;
            if settings.strictness.resources != Level::Off {
                answer.warnings.push(warning);
            }
        }
        target.require_project_id()?;
        let instructions =
            Instructions::read(&parts.headers).map_err(Rejection::BadInstructions)?;
        let scenario = self.scenario(target, body, &instructions)?;

        let takes_body = routes.iter().any(|route| !route.contract.body.is_empty());
        let may_lack_body = routes.iter().all(|route| route.contract.body_is_optional);
        let lacks_body = may_lack_body && body.trim_ascii().is_empty();
        let members = if takes_body && !lacks_body { body::members(body)? } else { Members::new() };
        let mut violations = target.remarks();
        violations.extend(remarks(routes, &parts.headers, takes_body));
        let (path, query) = (target.path.clone(), target.query.clone());
        let mut sent = Sent { path, query, body: members, headers: Vec::new() };

        let route = match routes {
            [only] => only,
            several => endpoint::choose(several, &sent, &cell.lock().state),
        };
        answer.contract = Some(route.contract);
        sent.headers = read_headers(route.contract, &parts.headers)?;
        if decision.is_none() {
            let new = self.evaluate(route, &sent, instructions, scenario.as_ref())?;
            if let Some(hit) = new.hit.as_ref().filter(|hit| hit.effect.is_before())
                && !hit.latency.is_zero()
            {
                return Err(Rejection::Wait(hit.latency, new));
            }
            *decision = Some(new);
        }
        let decision = decision.get_or_insert_default();
        if decision.hit.as_ref().is_some_and(|hit| hit.effect.prevents()) {
            return Err(Rejection::Injected);
        }
        let target_of_poll = PollTarget::read(route.contract, &sent);
        let checked = check(route.contract, sent);
        violations.extend(checked.violations);
        let level = |violation: &Violation| settings.strictness.level(violation.rule.class());
        let refuses = violations.iter().any(|violation| level(violation) == Level::Enforce);
        answer.warn(violations.iter().filter(|violation| level(violation) == Level::Warn));
        draft.violations = violations;
        let of_level = |wanted: bool| {
            let fits = |one: &&Violation| (level(one) == Level::Enforce) == wanted;
            draft.violations.iter().filter(fits).cloned().collect()
        };
        if refuses {
            return Err(Refusal::Invalid(of_level(true)).into());
        }

        let mut world = cell.lock();
        let now = world.state.clock.now();
        let forgotten = world
            .state
            .make_room_for_call(route.leaves(), now, &app.worlds.account)
            .map_err(Refusal::from)?;
        if forgotten > 0 {
            answer.warnings.push(Warning::of_records(forgotten, settings.max_jobs));
        }
        world.faults.settle(decision);
        let plan = decision.hit.as_ref().and_then(|hit| hit.plan(route));
        let scenario = scenario.as_ref().map(|(name, _)| name.as_str());
        let job_milliseconds = world.job_milliseconds(scenario);
        let mut context = RequestContext::new(&mut world.state, access, route.contract);
        context.plan(plan, job_milliseconds);
        let run = AssertUnwindSafe(|| route.perform(checked.document, &mut context));
        let caught = catch_unwind(run);
        let panicked = caught.is_err();
        let done = caught.unwrap_or_else(|panic| {
            Err(Failure::Refused(Refusal::Internal { cause: reply::panic_message(panic.as_ref()) }))
        });
        let now = context.now;
        let effects = context.finish(done.is_ok() || panicked);
        world.lint.began(&effects.activities, self.received.ordinal);
        for (activity, was_under_way) in effects.cut_short {
            world.lint.cut_short(activity, was_under_way);
        }
        (draft.activities, draft.adopted) = (effects.activities, effects.adopted);
        draft.unchanged = effects.unchanged;
        answer.warnings.extend(effects.warnings);
        if cell.is_abandoned() && done.is_ok() {
            let message = "the world was reset or replaced while the request was under way; what \
                           it did is lost";
            answer.warnings.push(Warning { class: Class::Resources, message: message.to_owned() });
        }
        match done {
            Ok(outcome) => {
                draft.verdict = Verdict::Performed;
                world.faults.succeeded(decision);
                if let Some(target_of_poll) = target_of_poll {
                    let look = world.polled(&target_of_poll, now, self.received.ordinal);
                    *polled = Some((target_of_poll, look));
                }
                Ok(outcome)
            }
            Err(Failure::Refused(refusal)) => Err(refusal.into()),
            Err(Failure::Misfit(_)) if !draft.violations.is_empty() => {
                Err(Refusal::Invalid(of_level(false)).into())
            }
            Err(Failure::Misfit(cause)) => Err(Refusal::Internal { cause }.into()),
        }
    }
}
