//! Answers that have no secret by their contract, and so need not be looked through.

use super::names_a_secret;
use crate::api::ROUTES;
use crate::contract::{Contract, Field, Kind};
use std::sync::LazyLock;

/// Whether an operation's own answer has no member that could be a secret, whatever is asked.
pub fn reveals_nothing(contract: &'static Contract) -> bool {
    OPEN.binary_search(&contract.place()).is_ok()
}

/// Where the contracts of such operations are, in order.
static OPEN: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let contracts = ROUTES.iter().map(|route| route.contract);
    let open = contracts.filter(|contract| contract.reply.iter().all(is_open));
    let mut places: Vec<_> = open.map(Contract::place).collect();
    places.sort_unstable();
    places
});

fn is_open(field: &Field) -> bool {
    !field.secret && !names_a_secret(field.name) && has_open_members(&field.kind)
}

fn has_open_members(kind: &Kind) -> bool {
    match kind {
        // Without a table any name may come.
        Kind::Object([]) => false,
        Kind::Object(members) => members.iter().all(is_open),
        Kind::List(values, _) => has_open_members(values),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(id: &str) -> bool {
        let route = ROUTES.iter().find(|route| route.contract.id == id);
        reveals_nothing(route.expect("an operation").contract)
    }

    #[test]
    fn jobs_and_tasks_have_no_secrets_and_tokens_and_instances_may() {
        for id in ["CreateDbCacheMapping", "ListMigrationTask", "ListJobs"] {
            assert!(open(id), "{id}");
        }
        for id in ["KeystoneCreateUserTokenByPassword", "ShowInstance"] {
            assert!(!open(id), "{id}");
        }
    }
}
