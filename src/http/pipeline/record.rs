//! What is kept of a request: one entry in the journal, one count in the metrics.

use super::Exchange;
use crate::error::Refusal;
use crate::faults::Disruption;
use crate::http::log;
use crate::journal::{Entry, RequestRecord, Verdict};
use crate::worlds::World;
use axum::http::Response;

impl RequestRecord {
    /// Notes why the request is refused.
    pub fn refuse(&mut self, refusal: &Refusal) {
        self.verdict = Verdict::Refused(refusal.error_kind());
        self.expired_token |= matches!(refusal, Refusal::ExpiredToken { .. });
        if let Refusal::SignatureMismatch { computed, .. } = refusal {
            self.computed = Some(computed.clone());
        }
        if let Refusal::Own { instead, .. } = refusal {
            self.instead.clone_from(instead);
        }
    }
}

impl Exchange<'_> {
    /// Keeps the request with its answer.
    pub(super) fn keep(
        &mut self,
        body: &[u8],
        response: &Response<Vec<u8>>,
        disruption: Option<Disruption>,
    ) {
        let Self { request, visit, record, .. } = self;
        let mut record = std::mem::take(record);
        if let [only] = request.routes {
            // Refused before it was chosen, it is known all the same.
            record.contract = Some(only.contract());
        }
        record.cut_off = disruption == Some(Disruption::Truncate);
        let answer = (disruption != Some(Disruption::Reset)).then_some(response);
        let status = answer.map(|answer| answer.status().as_u16());
        let place = visit.place();
        let (ordinal, received) = (place.ordinal, place.at);
        request.app.worlds.metrics().count(
            ordinal,
            record.contract,
            status,
            record.fault.is_some(),
        );
        let mut world = place.cell.lock();
        #[cfg(test)]
        crate::cloud::failpoint::pass(&world.state.project_id, "journal");
        let times = (received, world.state.clock.now());
        let World { journal, label, state, .. } = &mut *world;
        let key = journal.key();
        journal.in_flight.end(ordinal);
        place.is_recorded = true;
        journal.record(|digests| {
            let entry =
                Entry::new((digests, ordinal), times, (request.parts, body), answer, record);
            log::request(&entry, key, &state.project_id, label.as_deref(), received);
            entry
        });
        drop(world);
        request.app.worlds.cut_journals();
    }
}
