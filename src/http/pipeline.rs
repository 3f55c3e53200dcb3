//! One request for an operation, from its arrival to its answer.

mod instructions;
mod perform;
mod record;
mod request;
#[cfg(test)]
mod tests;
mod visit;

use super::body::Received;
use super::endpoint::Endpoint;
use super::reply::{self, Answer};
use crate::app::App;
use crate::cloud::{PollTarget, Warning};
use crate::contract::Level;
use crate::error::Refusal;
use crate::error::control::ControlError;
use crate::faults::{Disruption, FaultDecision, Injection};
use crate::headers::EXPLAIN;
use crate::journal::{RequestRecord, Verdict};
use crate::operation::Output;
use crate::worlds::instructions::FAULT;
use axum::http::{HeaderValue, Response, request::Parts};
use perform::{Call, perform};
use request::Request;
use std::time::Duration;
use visit::Visit;

/// A request for an operation, and what is learnt of it on the way to its answer.
#[derive(Debug)]
pub struct Exchange<'r> {
    request: Request<'r>,
    visit: Visit<'r>,
    /// What the fault rules have decided, once they were evaluated.
    decision: Option<FaultDecision>,
    /// For the answer and the journal, whichever step ends the request.
    record: RequestRecord,
}

/// What is to be done next for a request.
#[derive(Debug)]
pub enum Step {
    /// A fault keeps the request waiting before it goes on.
    Wait(Duration),
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
    /// What is done to its bytes then.
    pub disruption: Option<Disruption>,
}

/// Why a request comes to no output of its operation.
enum Rejection {
    /// The service, or the gateway in front of it, refuses it.
    Refused(Refusal),
    /// Its instructions (clock, fault, scenario) are wrong, or it may not give any.
    BadInstructions(ControlError),
    /// A fault answers in the operation's place.
    Injected,
    /// A fault keeps it waiting.
    Wait(Duration),
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<'r> Exchange<'r> {
    /// Finds out whom a request is for. It belongs to the world that its project has at this
    /// moment: if that is reset meanwhile, whatever the request does is lost with it.
    pub fn begin(app: &'r App, endpoints: &[&'static Endpoint], parts: &'r Parts) -> Self {
        let request = Request::read(app, endpoints, parts);
        let visit = Visit::begin(&app.worlds, request.place(), &parts.method, request.routes);
        let record = RequestRecord::default();
        Self { request, visit, decision: None, record }
    }

    /// Goes as far as it can without waiting.
    pub fn advance(&mut self, body: &Result<Received, Refusal>) -> Step {
        self.record = RequestRecord::default();
        let response = match self.conduct(body) {
            Ok(output) => self.answer().write(Ok(output)),
            Err(Rejection::Refused(refusal)) => {
                self.record.refuse(&refusal);
                let taken_for = self.request.taken_for(&self.record, &refusal);
                Answer { taken_for, ..self.answer() }.write(Err(refusal))
            }
            Err(Rejection::BadInstructions(error)) => self.bad_instructions(&error),
            Err(Rejection::Injected) => {
                self.record.verdict = Verdict::Injected;
                let success = self.request.contract_of(&self.record).success;
                self.answer().write(Ok(Output::empty(success)))
            }
            Err(Rejection::Wait(duration)) => return Step::Wait(duration),
        };
        Step::Done(self.finish(body, response))
    }

    /// One request: the order of the lines is the order of the refusals. What is learnt on the way
    /// is in the record, so the journal has it whichever line ends the request.
    fn conduct(&mut self, body: &Result<Received, Refusal>) -> Result<Output, Rejection> {
        let Self { request, visit, decision, record } = self;
        let target = request.target.as_ref().map_err(Clone::clone)?; // 400: percent-encoding
        let Received { bytes, sent, .. } = body.as_ref().map_err(Clone::clone)?; // 413, 408, 400
        let caller = request.authenticate(sent, record)?; // 401, or a warning
        target.require_project_id()?; // 400: a placeholder
        visit.enter(request.place(), record)?; // 429; a world is made here, and not before
        let wanted = request.instructions(&caller)?; // 400: X-Paper-Clock, -Fault, -Scenario
        let mut sent = request.parse(target, bytes)?; // 400: no JSON object
        if request.is_about_orders() {
            visit.follow(request.named_project(), &sent);
        }
        let route = request.choose_route(&sent, visit, record);
        record.contract = Some(route.contract());
        record.body = visit.show_body(route.contract(), &sent.body);
        sent.headers = request.parameters_in_headers(route.contract())?; // 400: not ASCII
        let decision = request.consult_faults(route, &sent, &wanted, visit, decision)?; // may wait or answer
        let checked = request.validate(route, sent, record)?; // 400: every violation at once
        let (access, scenario) = (request.access(caller), wanted.scenario());
        let poll = PollTarget::read(route.contract(), &target.path, &target.query);
        let call = Call { route, checked, access, scenario, decision, poll };
        perform(request, visit, record, call) // one lock, one moment: find, refuse, change, reply
    }

    /// The answer, as far as it is known.
    fn answer(&mut self) -> Answer {
        let passed = self.request.violations(Level::Warn, &self.record);
        Answer {
            request_id: self.visit.request_id(),
            contract: self.record.contract,
            service: self.request.service(),
            language: self.request.language,
            taken_for: None,
            warnings: passed.map(Warning::of).chain(self.record.warnings.iter().cloned()).collect(),
        }
    }

    /// Refuses a request that a web page of another site may have sent, and one whose headers for
    /// tests come from somebody who may not send them. It is kept, so that the test that wonders about
    /// it finds it.
    pub fn refuse_unless_admitted(&mut self) -> Option<Response<Vec<u8>>> {
        let (guard, parts) = (&self.request.app.guard, self.request.parts);
        let response = if let Err(reason) = guard.admit_sender(&parts.headers, &parts.uri) {
            let refusal = Refusal::ForeignPage { reason };
            self.record.refuse(&refusal);
            self.answer().write(Err(refusal))
        } else {
            let error = guard.admit_instructions(&parts.headers).err()?;
            self.bad_instructions(&error)
        };
        self.keep(&[], &response, None);
        Some(response)
    }

    /// Notes that the client has left before its answer, which is in the journal already.
    pub fn note_departure(&mut self) {
        let place = self.visit.place();
        place.cell.lock().journal.note_departure(place.ordinal);
    }

    fn bad_instructions(&mut self, error: &ControlError) -> Response<Vec<u8>> {
        reply::refuse_instructions(error.status, &error.to_string(), &self.visit.request_id())
    }

    /// Applies what was injected, and keeps the record.
    fn finish(
        &mut self,
        body: &Result<Received, Refusal>,
        mut response: Response<Vec<u8>>,
    ) -> Done {
        let (mut delay, mut disruption) = (Duration::ZERO, None);
        let decision = self.decision.take().unwrap_or_default();
        let injection = match self.record.verdict {
            Verdict::Performed => decision.hit,
            _ => decision.without_success(),
        };
        if let Some(Injection { rule, effect, latency }) = injection {
            let request_id = self.visit.request_id();
            let contract = self.request.contract_of(&self.record);
            effect.apply_to_response(&rule, contract, &request_id, &mut response);
            disruption = effect.disruption();
            delay = if effect.is_before() { Duration::ZERO } else { latency };
            if let Ok(rule) = HeaderValue::from_str(&rule) {
                response.headers_mut().insert(FAULT, rule);
            }
            reply::point_to_explanation(response.headers_mut(), &request_id);
            self.record.fault = Some(rule);
        }
        if self.visit.place().cell.is_abandoned() {
            // The world that comes after gives the same id to another request.
            response.headers_mut().remove(EXPLAIN);
        }
        let kept = body.as_ref().map(|body| &body.bytes[..]).unwrap_or_default();
        self.keep(kept, &response, disruption);
        Done { response, delay, disruption }
    }
}
