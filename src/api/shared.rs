//! Operations that share a method and a path: what a request for one of them is held against there.

use super::by_method_and_path;
use crate::cloud::Map;
use crate::contract::{Contract, Field, Presence};
use crate::operation::Route;
use std::sync::LazyLock;

/// The contracts of all operations that share their path, by the addresses of their own.
static CONTRACTS: LazyLock<Map<usize, &'static Contract>> = LazyLock::new(|| {
    by_method_and_path().filter(|sharing| sharing.len() > 1).flat_map(of_all).collect()
});

/// The contract of an operation on a path that it shares: its own, and what only the others declare is
/// as they say. The published document has one object for all of them, and so it says what is enforced.
/// What several of them declare has the same rule in all; the differential test finds where it has not.
pub fn contract(route: &Route) -> &'static Contract {
    let own = route.contract();
    CONTRACTS.get(&own.place()).copied().unwrap_or(own)
}

fn of_all(sharing: &'static [Route]) -> impl Iterator<Item = (usize, &'static Contract)> {
    // Where a word of the body says whose it is, the document has a body for each of them.
    let have_own_bodies = sharing.iter().any(|route| route.claimed_words().is_some());
    let contracts = || sharing.iter().map(Route::contract);
    contracts().map(move |own| {
        let others = || contracts().filter(|other| !std::ptr::eq(*other, own));
        let query = with(own.query, others().map(|other| other.query));
        let body = if have_own_bodies {
            own.body
        } else {
            with(own.body, others().map(|other| other.body))
        };
        let contract: &'static Contract =
            Box::leak(Box::new(Contract { query, body, ..own.clone() }));
        (own.place(), contract)
    })
}

/// An operation's own fields, and those that only others have, none of which has to be there.
fn with(own: &'static [Field], others: impl Iterator<Item = &'static [Field]>) -> &'static [Field] {
    let mut all = own.to_vec();
    for field in others.flatten() {
        if all.iter().all(|known| known.name != field.name) {
            all.push(Field { presence: Presence::Optional, ..*field });
        }
    }
    all.leak()
}
