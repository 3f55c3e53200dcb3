//! Repeated writes: when the report and the verification take two writes for the same one.
//!
//! It goes to the same place, by whichever path and whatever else is in the query, and nothing was
//! taken back in between: creation, deletion and creation again are no repetition.

use super::View;
use crate::contract::Contract;
use crate::contract::template::fits;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::borrow::Cow;

/// What equal requests have in common: where they go, and what they ask for, in whatever order its
/// members are. What the journal conceals has digests there, and equal ones have equal digests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Content {
    /// Where they go.
    pub place: (usize, String),
    /// The body, with its members in order.
    pub body: String,
}

impl Content {
    /// The content of one request for an operation.
    pub fn of(contract: &Contract, view: &View<'_>) -> Self {
        let place = (contract.place(), place(contract, view.entry.target()).into_owned());
        let mut body = view.body().clone();
        Value::sort_all_objects(&mut body);
        Self { place, body: body.to_string() }
    }
}

/// Separates the parts of a place; no path has it.
const BREAK: &str = "\0";

/// Where a write goes: its path as the operation's own page has it, and the parameters of its query
/// that the operation declares.
fn place<'t>(contract: &Contract, target: &'t str) -> Cow<'t, str> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = own_path(contract, path);
    if query.is_empty() {
        return path;
    }
    let is_declared = |name: &str| contract.query.iter().any(|field| field.name == name);
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let read = |text: &str| decode(&text.replace('+', " "));
    let pairs = pairs.map(|(name, value)| (read(name), read(value)));
    let mut pairs: Vec<_> = pairs.filter(|(name, _)| is_declared(name)).collect();
    pairs.sort_unstable();
    let mut place = path.into_owned();
    for (name, value) in pairs {
        place.extend([BREAK, &name, BREAK, &value]);
    }
    Cow::Owned(place)
}

/// The path under which an operation is documented, whichever alias was used, and without escapes.
fn own_path<'p>(contract: &Contract, path: &'p str) -> Cow<'p, str> {
    let is_own = fits(path, contract.path);
    if is_own && !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let alias = || contract.alias_templates().find(|template| fits(path, template));
    let used = if is_own { Some(Cow::Borrowed(contract.path)) } else { alias() };
    let Some(used) = used else { return Cow::Borrowed(path) };
    let sent = used.split('/').zip(path.split('/'));
    let mut values = sent.filter(|(known, _)| known.starts_with('{')).map(|(_, sent)| sent);
    let parts = contract.path.split('/').map(|part| match part.strip_prefix('{') {
        // A slash within a value separates no segments.
        Some(_) => Cow::Owned(decode(values.next().unwrap_or_default()).replace('/', BREAK)),
        None => Cow::Borrowed(part),
    });
    Cow::Owned(parts.collect::<Vec<_>>().join("/"))
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Counts the calls of each service that undo something: only writes with as many of them before
/// are repetitions.
#[derive(Debug, Default)]
pub struct UndoCounts(Vec<(&'static str, [u64; 2])>);

impl UndoCounts {
    /// Notes a write that has changed something. Equal ones with equal counts are repetitions.
    pub fn note(&mut self, contract: &Contract) -> u64 {
        let at = self.of(contract);
        let [done, taken_back] = &mut self.0[at].1;
        if contract.takes_back() {
            *taken_back += 1;
            *done
        } else {
            *done += 1;
            *taken_back
        }
    }

    /// The count that such a write would have.
    pub fn current(&mut self, contract: &Contract) -> u64 {
        let at = self.of(contract);
        let [done, taken_back] = self.0[at].1;
        if contract.takes_back() { done } else { taken_back }
    }

    fn of(&mut self, contract: &Contract) -> usize {
        let service = contract.service.name;
        self.0.iter().position(|(name, _)| *name == service).unwrap_or_else(|| {
            self.0.push((service, [0; 2]));
            self.0.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::routes;
    use crate::operation::Route;

    fn contract(id: &str) -> &'static Contract {
        let mut contracts = routes().iter().map(Route::contract);
        contracts.find(|contract| contract.id == id).expect("an operation")
    }

    #[test]
    fn no_contract_says_twice_that_it_takes_something_back() {
        for contract in routes().iter().map(Route::contract) {
            let is_deletion = contract.method == axum::http::Method::DELETE;
            assert!(!contract.undoes || !is_deletion, "{}", contract.id);
        }
        assert!(contract("StopMigrationTask").takes_back());
    }

    #[test]
    fn a_place_does_not_depend_on_how_it_is_written() {
        let create = contract("CreateClickHouseInstance");
        let own = place(create, "/v3/p/instances/a%20b/clickhouse");
        for target in [
            "/v3/p/instances/a%20b/clickhouse?x=1",
            "/v3/%70/instances/%61%20b/clickhouse?",
            "/mysql/v3/p/instances/a%20b/clickhouse",
        ] {
            assert_eq!(place(create, target), own, "{target}");
        }
        for target in [
            "/v3/q/instances/a%20b/clickhouse",
            "/v3/p/instances/a+b/clickhouse",
            "/v3/p/instances/a/clickhouse",
            "/v3/p/instances/a%20b%2Fclickhouse",
        ] {
            assert_ne!(place(create, target), own, "{target}");
        }
        assert_eq!(place(create, "/elsewhere"), "/elsewhere");
        let list = contract("ListDbCacheMappings");
        let page =
            |query: &str| place(list, &format!("/v3/p/dbcache/mappings?{query}")).into_owned();
        assert_eq!(page("limit=1&offset=2"), page("x=1&offset=2&limit=1"));
        assert_ne!(page("limit=1"), page("limit=2"));
    }

    #[test]
    fn what_is_taken_back_parts_what_is_done() {
        let mut undo_counts = UndoCounts::default();
        let mut note = |id| undo_counts.note(contract(id));
        let (create, delete) = ("CreateDbCacheMapping", "DeleteDbCacheMapping");
        let (first, second) = (note(create), note(create));
        assert_eq!(first, second);
        let (gone, gone_again) = (note(delete), note(delete));
        assert_eq!(gone, gone_again);
        let anew = note(create);
        assert_ne!(first, anew);
        assert_ne!(gone, note(delete));
        // Another service's affairs are none of it.
        let configured = note("SetOnlineMigrationTask");
        note(delete);
        assert_eq!(configured, note("SetOnlineMigrationTask"));
        note("StopMigrationTask");
        assert_ne!(configured, note("SetOnlineMigrationTask"));
    }
}
