//! One request for an operation, from its arrival to its answer.

mod abandoned;
mod rescue;

use super::entrance;
use super::reply::{self, Answer};
use super::target::Target;
use super::{App, body, host, language, read_headers, remarks};
use crate::auth::{self, Arrival, AuthMode};
use crate::cloud::{Access, Awaited, Full, Project, Stamp, Warning, World, WorldCell};
use crate::contract::check::{Members, Sent, check};
use crate::contract::{Class, Level, Violation};
use crate::control::{self, ControlError};
use crate::error::Refusal;
use crate::operation::{Failure, Outcome, Route};
use crate::testing::fault::{Asked, Disruption, Hit, Struck};
use crate::testing::instructions::{FAULT, Instructions};
use crate::testing::journal::{Draft, Entry, Verdict};
use crate::testing::lint::{Answered, Look};
use crate::testing::scenario::Scenario;
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
    template: &'static str,
    routes: &'static [Route],
    cell: Arc<WorldCell>,
    /// The project whose world was forgotten for it, or why there is no room for its own.
    entry: Result<Option<Box<str>>, Full>,
    ordinal: u64,
    at: Stamp,
    /// Whether it has come to an entry, and is in flight no longer.
    is_noted: AtomicBool,
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// A fault keeps the request waiting, and hits it then.
    Wait(Duration, Struck),
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
enum Halt {
    Refused(Refusal),
    /// The headers for tests are not in order.
    BadInstructions(String),
    /// A fault answers in the operation's place.
    Injected,
    Wait(Duration, Struck),
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// One that is given up before its answer comes to no entry, and is in flight no longer.
impl Drop for Received {
    fn drop(&mut self) {
        if !*self.is_noted.get_mut() {
            self.cell.lock().testing.journal.in_flight.end(self.ordinal);
        }
    }
}

impl<'r> Exchange<'r> {
    /// Finds out whom a request is for.
    pub fn begin(
        app: &'r App,
        entrances: &[&'static entrance::Entrance],
        parts: &'r Parts,
    ) -> Self {
        let (template, routes) = entrance::of_service(entrances, parts);
        let target = Target::read(&parts.uri, template);
        let project_id = match &target {
            Ok(target) => target.usable_project_id().map(Cow::Borrowed),
            // It is a request to its project all the same.
            Err(_) => Target::project_of(&parts.uri, template),
        };
        // All that belong to no project have one world and one counter.
        let (cell, entry) = app.cloud.enter_or_account(project_id.as_deref().unwrap_or_default());
        let ordinal = cell.next_request();
        #[cfg(test)]
        crate::cloud::tripwire::pass(&cell.lock().project_id, "begin");
        let at = {
            let mut world = cell.lock();
            world.testing.journal.in_flight.begin(ordinal, parts.method.clone(), routes);
            Stamp::at(world.clock.now())
        };
        let is_noted = AtomicBool::new(false);
        let received = Received { template, routes, cell, entry, ordinal, at, is_noted };
        Self { app, parts, target, received }
    }

    /// Goes as far as it can without waiting.
    pub fn advance(&self, body: &Result<Bytes, Refusal>, struck: Option<Struck>) -> Step {
        let service = self.received.routes[self.received.routes.len() - 1].contract.service;
        let mut answer = Answer::new(service, language(service, &self.parts.headers));
        answer.request_id = self.received.cell.request_id(self.received.ordinal);
        let mut draft = Draft::default();
        let (mut struck, mut looked) = (struck, None);
        let outcome = self.conduct(body, &mut struck, &mut answer, &mut draft, &mut looked);
        draft.contract = answer.contract;
        let contract = answer
            .contract
            .unwrap_or(self.received.routes[self.received.routes.len() - 1].contract);
        let request_id = &answer.request_id;
        let mut response = match outcome {
            Ok(outcome) => answer.write(Ok(outcome)),
            Err(Halt::Refused(refusal)) => {
                if let Refusal::SignatureMismatch { computed, .. } = &refusal {
                    draft.computed = Some(computed.clone());
                }
                draft.expired_token = matches!(refusal, Refusal::ExpiredToken { .. });
                draft.verdict = Verdict::Refused(refusal.situation());
                answer.write(Err(refusal))
            }
            Err(Halt::BadInstructions(reason)) => {
                control::refuse_instructions(StatusCode::BAD_REQUEST, &reason, request_id)
            }
            Err(Halt::Injected) => {
                draft.verdict = Verdict::Injected;
                answer.write(Ok(Outcome::empty(contract.success)))
            }
            Err(Halt::Wait(duration, struck)) => return Step::Wait(duration, struck),
        };
        let (mut delay, mut disruption) = (Duration::ZERO, None);
        let struck = struck.unwrap_or_default();
        let hit = match draft.verdict {
            Verdict::Performed => struck.hit,
            _ => struck.without_success(),
        };
        if let Some(Hit { rule, effect, latency }) = hit {
            effect.spoil(&rule, contract, request_id, &mut response);
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
        self.record(body, &response, disruption, draft, looked);
        Step::Done(Done { response, delay, disruption })
    }

    /// Refuses a request whose headers for tests come from somebody who may not send them. It is
    /// kept, so that the test that wonders about it finds it.
    pub fn forbid(&self, error: &ControlError) -> Response<Vec<u8>> {
        let request_id = self.received.cell.request_id(self.received.ordinal);
        let response = control::refuse_instructions(error.status, &error.to_string(), &request_id);
        self.record(&Ok(Bytes::new()), &response, None, Draft::default(), None);
        response
    }

    /// What its credentials are read from.
    fn arrival<'a>(&'a self, target: &'a Target<'_>, body: &'a [u8]) -> Arrival<'a> {
        let project_id = target.usable_project_id();
        Arrival { cloud: &self.app.cloud, parts: self.parts, body, project_id }
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
            cloud: &app.cloud,
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
    ) -> Result<Option<Named>, Halt> {
        let by_credential = || auth::scenario(&self.arrival(target, body));
        let named = instructions.scenario.clone().or_else(by_credential);
        let named =
            named.map(|name| self.app.cloud.scenario(&name).map(|scenario| (name, scenario)));
        named.transpose().map_err(|error| Halt::BadInstructions(error.to_string()))
    }

    /// Does what the request asks for by its headers, all of it or nothing, and finds the fault
    /// that hits it. One that names no scenario begins the one that its project has chosen anew if
    /// that was defined anew.
    fn strike(
        &self,
        route: &'static Route,
        sent: &Sent<'_>,
        instructions: Instructions,
        named: Option<&Named>,
    ) -> Result<Struck, Halt> {
        let Instructions { clock, fault, .. } = instructions;
        if let Some(effect) = &fault {
            let fits = effect.narrow(&mut vec![route]);
            fits.map_err(|problem| Halt::BadInstructions(format!("X-Paper-Fault: {problem}")))?;
        }
        let mut world = self.received.cell.lock();
        let defined = |name: &str| Some((name.to_owned(), self.app.cloud.known_scenario(name)?));
        let chosen = match named {
            Some(_) => None,
            None => world.testing.scenario.as_deref().and_then(defined),
        };
        let carried = named.or(chosen.as_ref()).map(|(name, scenario)| (name.as_str(), scenario));
        let begun = world.begin(carried, clock.as_ref());
        begun.map_err(|error| Halt::BadInstructions(error.to_string()))?;
        if fault.is_none() && !self.received.cell.is_faulty() {
            return Ok(Struck::default());
        }
        let now = world.clock.now();
        let scenario = named.map(|(name, _)| name.as_str());
        let World { agenda, testing, .. } = &mut *world;
        let chosen = testing.scenario.as_deref();
        let asked = Asked { route, sent, now, scenario: scenario.or(chosen) };
        if let Some(effect) = fault {
            return Ok(testing.faults.strike_by_header(effect));
        }
        Ok(testing.faults.strike(&asked, agenda))
    }

    fn record(
        &self,
        body: &Result<Bytes, Refusal>,
        response: &Response<Vec<u8>>,
        disruption: Option<Disruption>,
        mut draft: Draft,
        looked: Option<(Awaited, Look)>,
    ) {
        let only = || (self.received.routes.len() == 1).then(|| self.received.routes[0].contract);
        draft.contract = draft.contract.or_else(only);
        let body = body.as_deref().unwrap_or_default();
        let answer = (disruption != Some(Disruption::Reset)).then_some(response);
        let status = answer.map(|answer| answer.status().as_u16());
        let spoilt = draft.fault.is_some();
        self.app.cloud.tally().count(self.received.ordinal, draft.contract, status, spoilt);
        let mut world = self.received.cell.lock();
        #[cfg(test)]
        crate::cloud::tripwire::pass(&world.project_id, "journal");
        let now = world.clock.now();
        world.testing.lint.answered(&Answered {
            ordinal: self.received.ordinal,
            contract: draft.contract,
            received: self.received.at,
            now,
            parts: self.parts,
            body,
            answer,
            is_cut: disruption == Some(Disruption::Truncate),
            draft: &draft,
            looked,
        });
        let times = [self.received.at.moment(), now];
        let entry = |key| {
            Entry::new((key, self.received.ordinal), times, (self.parts, body), answer, draft)
        };
        world.testing.journal.in_flight.end(self.received.ordinal);
        self.received.is_noted.store(true, Ordering::Relaxed);
        world.testing.journal.record(entry);
    }

    /// One request against one world: the order of the steps is the order of the refusals.
    fn conduct(
        &self,
        body: &Result<Bytes, Refusal>,
        struck: &mut Option<Struck>,
        answer: &mut Answer,
        draft: &mut Draft,
        looked: &mut Option<(Awaited, Look)>,
    ) -> Result<Outcome, Halt> {
        let Self { app, parts, received: Received { routes, cell, .. }, .. } = self;
        let settings = app.cloud.settings();
        match &self.received.entry {
            Ok(None) => {}
            Ok(Some(id)) => answer.warnings.push(Warning::of_world(id, settings.max_worlds)),
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
        let instructions = Instructions::read(&parts.headers).map_err(Halt::BadInstructions)?;
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
            several => entrance::choose(several, &sent, &cell.lock()),
        };
        answer.contract = Some(route.contract);
        sent.headers = read_headers(route.contract, &parts.headers)?;
        if struck.is_none() {
            let new = self.strike(route, &sent, instructions, scenario.as_ref())?;
            if let Some(hit) = new.hit.as_ref().filter(|hit| hit.effect.is_before())
                && !hit.latency.is_zero()
            {
                return Err(Halt::Wait(hit.latency, new));
            }
            *struck = Some(new);
        }
        let struck = struck.get_or_insert_default();
        if struck.hit.as_ref().is_some_and(|hit| hit.effect.prevents()) {
            return Err(Halt::Injected);
        }
        let awaited = Awaited::read(route.contract, &sent);
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
        let now = world.clock.now();
        let forgotten = world.make_room_for_call(route, now, &app.cloud).map_err(Refusal::from)?;
        if forgotten > 0 {
            answer.warnings.push(Warning::of_records(forgotten, settings.max_jobs));
        }
        world.testing.faults.settle(struck);
        let plan = struck.hit.as_ref().and_then(|hit| hit.plan(route));
        let scenario = scenario.as_ref().map(|(name, _)| name.as_str());
        let job_milliseconds = world.job_milliseconds(scenario);
        let mut project = Project::new(&mut world, access, route.contract);
        project.plan(plan, job_milliseconds);
        let run = AssertUnwindSafe(|| route.perform(checked.document, &mut project));
        let caught = catch_unwind(run);
        let panicked = caught.is_err();
        let done = caught.unwrap_or_else(|panic| {
            Err(Failure::Refused(Refusal::Internal { cause: reply::panic_message(panic.as_ref()) }))
        });
        let now = project.now;
        let trace = project.finish(done.is_ok() || panicked);
        world.is_damaged |= panicked;
        world.testing.lint.began(&trace.courses, self.received.ordinal);
        (draft.courses, draft.adopted) = (trace.courses, trace.adopted);
        draft.unchanged = trace.unchanged;
        answer.warnings.extend(trace.warnings);
        if cell.is_abandoned() && done.is_ok() {
            let message = "the world was reset or replaced while the request was under way; what \
                           it did is lost";
            answer.warnings.push(Warning { class: Class::Resources, message: message.to_owned() });
        }
        match done {
            Ok(outcome) => {
                draft.verdict = Verdict::Performed;
                world.testing.faults.succeeded(struck);
                if let Some(awaited) = awaited {
                    let look = world.looked_at(&awaited, now, self.received.ordinal);
                    *looked = Some((awaited, look));
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
