//! What happens to a request whose client does not wait for its answer: the same as to any other.
//!
//! The service that is emulated does not know that a client has given up, so it does what it was
//! asked for, and a test that looks into the journal finds it. In HTTP/1 a client that only says no
//! more is not noticed. In HTTP/2 it takes its request back, and whatever answers that request is
//! dropped where it waits. So nothing that a request still has to do may be behind a wait there.

use super::{Bytes, Done, Exchange, FaultDecision, Received, Refusal, Step, Target};
use crate::app::App;
use crate::contract::gateway::BODY_LIMIT;
use crate::http::body;
use axum::body::Body;
use axum::http::request::Parts;
use std::sync::Arc;
use std::time::Duration;

impl Exchange<'_> {
    /// Receives the body. If the client takes the request back meanwhile, the request is refused
    /// like one whose body ends early, and kept.
    pub async fn receive(&self, body: Body) -> Result<Bytes, Refusal> {
        let mut arriving = Arriving { exchange: self, is_over: false };
        let body = body::receive(body, BODY_LIMIT, self.app.body_timeout).await;
        arriving.is_over = true;
        body
    }

    /// Leaves what it borrows behind, so that a task of its own can have it.
    pub fn detach(self) -> Received {
        self.received
    }
}

impl Received {
    /// Waits, and goes on until the answer is there.
    pub async fn wait(
        self,
        (app, parts): (Arc<App>, Parts),
        body: Result<Bytes, Refusal>,
        (mut duration, mut decision): (Duration, FaultDecision),
    ) -> Done {
        let target = Target::read(&parts.uri, self.template);
        let exchange = Exchange { app: &app, parts: &parts, target, received: self };
        loop {
            tokio::time::sleep(duration).await;
            match exchange.advance_whatever_happens(&body, Some(decision)) {
                Step::Wait(next, again) => (duration, decision) = (next, again),
                Step::Done(done) => return done,
            }
        }
    }
}

/// A request whose body is coming, dropped before it has come if the client takes it back.
struct Arriving<'e, 'r> {
    exchange: &'e Exchange<'r>,
    is_over: bool,
}

impl Drop for Arriving<'_, '_> {
    fn drop(&mut self) {
        if !self.is_over {
            // There is nobody left to give the answer to.
            self.exchange.advance_whatever_happens(&Err(body::ended_early()), None);
        }
    }
}
