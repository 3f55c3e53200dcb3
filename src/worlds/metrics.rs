//! How many requests were answered, by operation and status.

use crate::cloud::Map;
use crate::contract::Contract;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What requests are counted by: service, operation, and the status of the answer, if there was one.
pub type Kind = (&'static str, &'static str, Option<u16>);

/// How many requests were answered, since the start and whatever became of their worlds.
#[derive(Debug, Default)]
pub struct Metrics {
    /// In parts behind locks of their own, so that requests to different projects seldom wait.
    parts: [Mutex<Part>; 16],
}

#[derive(Debug, Default)]
struct Part {
    answered: Map<(Place, Option<u16>), Counted>,
    faulted: u64,
}

/// The place of a contract in the registry; 0 stands for none.
type Place = usize;

#[derive(Debug)]
struct Counted {
    contract: Option<&'static Contract>,
    count: u64,
}

impl Metrics {
    /// Counts a request. `part` may be anything that differs between requests.
    pub fn count(
        &self,
        part: u64,
        contract: Option<&'static Contract>,
        status: Option<u16>,
        faulted: bool,
    ) {
        let part = usize::try_from(part % 16).expect("below 16");
        let mut part = self.parts[part].lock().unwrap_or_else(PoisonError::into_inner);
        let place: Place = contract.map_or(0, Contract::place);
        part.answered.entry((place, status)).or_insert(Counted { contract, count: 0 }).count += 1;
        part.faulted += u64::from(faulted);
    }

    /// The counts by kind; requests to unknown paths count for the gateway.
    pub fn answered(&self) -> BTreeMap<Kind, u64> {
        let mut all = BTreeMap::new();
        for part in &self.parts {
            let part = part.lock().unwrap_or_else(PoisonError::into_inner);
            for ((_, status), Counted { contract, count }) in &part.answered {
                let named = |contract: &Contract| (contract.service.name, contract.id);
                let (service, operation) = contract.map_or(("gateway", ""), named);
                *all.entry((service, operation, *status)).or_default() += count;
            }
        }
        all
    }

    /// How many requests a fault has hit.
    pub fn faulted(&self) -> u64 {
        let faulted =
            |part: &Mutex<Part>| part.lock().unwrap_or_else(PoisonError::into_inner).faulted;
        self.parts.iter().map(faulted).sum()
    }
}
