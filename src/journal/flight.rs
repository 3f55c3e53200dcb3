//! Requests in flight: received, and not in the journal yet.

use super::{Claim, Matcher};
use crate::contract::Contract;
use crate::operation::Route;
use axum::http::Method;

/// The requests of a world that are in flight.
#[derive(Debug, Default)]
pub struct Flights(Vec<Flight>);

/// What is known of a request before its body is read.
#[derive(Debug)]
struct Flight {
    ordinal: u64,
    method: Method,
    /// The operations that it may be for.
    routes: &'static [Route],
}

impl Flights {
    /// Notes a request that was received.
    pub fn begin(&mut self, ordinal: u64, method: Method, routes: &'static [Route]) {
        self.0.push(Flight { ordinal, method, routes });
    }

    /// Notes that a request is in the journal, or that it will never be answered.
    pub fn end(&mut self, ordinal: u64) {
        if let Some(at) = self.0.iter().position(|flight| flight.ordinal == ordinal) {
            self.0.swap_remove(at);
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// How many of them may turn out to be meant.
    pub fn perhaps_meant(&self, by: &Matcher) -> usize {
        self.0.iter().filter(|flight| flight.may_be_meant(by)).count()
    }

    /// How many of them may turn out to be what a claim is about.
    pub fn perhaps_claimed(&self, claim: &Claim) -> usize {
        let may_count = |flight: &Flight| match claim {
            Claim::Count { .. } | Claim::Sequence(_) => true,
            Claim::OnceCommitted(_) => flight.may_commit(),
        };
        let is_meant = |flight: &Flight| claim.matchers().any(|of| flight.may_be_meant(of));
        self.0.iter().filter(|flight| may_count(flight) && is_meant(flight)).count()
    }
}

impl Flight {
    fn may_be_meant(&self, by: &Matcher) -> bool {
        let Matcher { operation, service, method, committed, .. } = by;
        let mut contracts = self.routes.iter().map(Route::contract);
        let fits = |contract: &Contract| {
            operation.is_none_or(|id| contract.id == id)
                && service.is_none_or(|name| contract.service.name == name)
        };
        contracts.any(fits)
            && method.as_ref().is_none_or(|method| *method == self.method)
            && (*committed != Some(true) || self.may_commit())
    }

    fn may_commit(&self) -> bool {
        let may = |route: &Route| !route.contract().changes_nothing;
        !self.method.is_safe() && self.routes.iter().any(may)
    }
}
