//! What has to hold between the registry, the contracts and the fixtures.

use super::{app, every_field, path_of, send_text};
use crate::api::{ROUTES, routes_with_examples};
use crate::contract::gateway;
use crate::contract::{Contract, ErrorKind, Field, Source, Strictness};
use crate::operation::Route;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn contracts() -> impl Iterator<Item = &'static Contract> {
    routes_with_examples().map(Route::contract)
}

#[test]
fn names_of_operations_are_unique_within_their_service() {
    let mut seen = BTreeSet::new();
    for contract in contracts() {
        assert!(seen.insert((contract.service.name, contract.id)), "{} is twice", contract.id);
    }
}

#[test]
fn operations_that_share_method_and_path_stand_together() {
    let key = |contract: &Contract| (contract.method.to_string(), contract.path);
    let groups = ROUTES.chunk_by(|a, b| key(a.contract()) == key(b.contract()));
    let keys: Vec<_> = groups.map(|group| key(group[0].contract())).collect();
    let unique: BTreeSet<_> = keys.iter().collect();
    assert_eq!(keys.len(), unique.len(), "the router would drop one of them: {keys:?}");
}

#[test]
fn parameters_have_one_name_each() {
    for contract in contracts() {
        let mut seen = BTreeSet::new();
        if contract.is_of_project() {
            seen.insert("project_id");
        }
        for (_, field) in contract.parameters() {
            assert!(seen.insert(field.name), "{} has {} twice", contract.id, field.name);
        }
    }
}

#[test]
fn path_parameters_are_those_of_the_template() {
    for contract in contracts() {
        let template = contract.path.split('/').filter_map(|part| part.strip_prefix('{'));
        let named: Vec<_> = template.map(|part| part.trim_end_matches('}')).collect();
        let declared: Vec<_> = contract.path_parameters.iter().map(|field| field.name).collect();
        let undeclared =
            named.iter().filter(|name| **name != "project_id" || !contract.is_of_project());
        let undeclared: Vec<_> = undeclared.collect();
        assert_eq!(undeclared, declared.iter().collect::<Vec<_>>(), "{}", contract.id);
    }
}

#[test]
fn every_row_says_what_it_means() {
    let said = |field: &Field| !field.meaning.is_empty();
    for contract in contracts() {
        let asked = [contract.path_parameters, contract.query, contract.headers, contract.body];
        let answered = [contract.reply, contract.reply_headers];
        for fields in asked.into_iter().chain(answered) {
            for (pointer, field) in every_field(fields) {
                assert!(said(field), "{} {pointer} says nothing", contract.id);
            }
        }
    }
}

#[test]
fn every_operation_has_its_fixtures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut expected = BTreeSet::new();
    for contract in contracts() {
        let folder = crate::selftest::folder(contract);
        assert!(
            root.join(&folder).join("documented.json").is_file(),
            "{} wants fixtures/{folder}/documented.json",
            contract.id
        );
        if let Source::Document(_) = contract.source {
            let refused = root.join(&folder).join("refused.json");
            assert!(refused.is_file(), "{} wants fixtures/{folder}/refused.json", contract.id);
        }
        expected.insert(folder);
    }
    let services = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path());
    // What is declared may have an example, too.
    expected
        .extend(crate::api::routes().iter().map(|route| crate::selftest::folder(route.contract())));
    let services = services.filter(|path| path.is_dir() && !path.ends_with("declared"));
    let names = services.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    for service in names {
        for entry in fs::read_dir(root.join(&service)).unwrap() {
            let folder = format!("{service}/{}", entry.unwrap().file_name().to_str().unwrap());
            assert!(expected.contains(&folder), "fixtures/{folder} belongs to no operation");
        }
    }
}

#[test]
fn every_service_answers_in_every_situation_that_all_share() {
    let shared = [
        ErrorKind::MalformedProjectId,
        ErrorKind::EmptyBody,
        ErrorKind::MalformedBody,
        ErrorKind::InvalidParameter,
        ErrorKind::MalformedId,
        ErrorKind::UnknownInstance,
        ErrorKind::WrongEngine,
        ErrorKind::Forbidden,
        ErrorKind::Busy,
        ErrorKind::WrongState,
        ErrorKind::Internal,
    ];
    for contract in contracts().filter(|contract| contract.is_of_project()) {
        for error_kind in shared {
            let own = contract.service.refusals.iter().any(|one| one.error_kind == error_kind);
            assert!(own, "{} has no code for {error_kind:?}", contract.service.name);
        }
    }
    let of_the_gateway = [
        ErrorKind::UnknownRoute,
        ErrorKind::MalformedRequest,
        ErrorKind::BodyTooLarge,
        ErrorKind::BodyTimeout,
        ErrorKind::UnsupportedBody,
        ErrorKind::Unauthenticated,
    ];
    for error_kind in of_the_gateway {
        assert!(gateway::SERVICE.refusal(error_kind).is_some(), "{error_kind:?}");
    }
}

#[test]
fn a_placeholder_that_was_never_filled_is_named() {
    for contract in super::contracts().filter(|contract| contract.path.contains("}/")) {
        let path = path_of(contract);
        let id = path.split('/').nth(2).unwrap();
        let path = path.replace(id, "%7Bproject_id%7D");
        let seen = send_text(&app(Strictness::default()), contract, &path, "{}");
        seen.is_refused_by(contract, "{project_id}", "project ID");
    }
}

#[test]
fn every_documented_example_is_odd_only_in_ways_that_are_told() {
    for contract in super::contracts().filter(|one| matches!(one.source, Source::Document(_))) {
        let (path, body) = crate::selftest::documented_request(contract);
        let strict = app(Strictness::STRICT);
        let refused = send_text(&strict, contract, &path, &body.to_string());
        assert!(refused.status >= 400, "{} passes even strictly", contract.id);
        let default = app(Strictness::default());
        let seen = send_text(&default, contract, &path, &body.to_string());
        assert!(!seen.warnings.is_empty(), "{} is accepted without a word", contract.id);
    }
}
