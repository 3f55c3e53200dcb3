//! Every rule of every query parameter: held, and broken by one.

use super::{contracts, prepared, send_text};
use crate::api::routes_with_examples;
use crate::contract::{Contract, Field, Kind, Presence};
use crate::operation::Route;

/// Every query parameter with the operation it belongs to. Of operations that share a path, only
/// one can be reached by a request that names no service, so the others are left to their tests.
fn every_parameter() -> impl Iterator<Item = (&'static Contract, &'static Field)> {
    let reached = contracts().filter(|contract| is_reached(contract));
    reached.flat_map(|contract| contract.query.iter().map(move |field| (contract, field)))
}

fn is_reached(contract: &Contract) -> bool {
    let shared = routes_with_examples()
        .map(Route::contract)
        .filter(|other| (&other.method, other.path) == (&contract.method, contract.path));
    shared.last().is_some_and(|last| std::ptr::eq(last, contract))
}

fn ask(contract: &Contract, query: &str) -> super::Seen {
    let (path, body) = crate::selftest::documented_request(contract);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (path, documented) = path.split_once('?').unwrap_or((path.as_str(), ""));
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let asked: Vec<String> = query.split('&').map(name).collect();
    let mandatory = |pair: &&str| {
        let known = contract.query.iter().find(|field| field.name == name(pair));
        known.is_some_and(|field| field.presence == Presence::Mandatory)
            && !asked.contains(&name(pair))
    };
    let kept: Vec<&str> = documented.split('&').filter(mandatory).chain([query]).collect();
    let path = format!("{path}?{}", kept.join("&"));
    send_text(&prepared(contract), contract, &path, &body)
}

#[test]
fn a_number_is_met_on_its_bounds_and_left_one_beyond() {
    let mut ranges = 0;
    for (contract, field) in every_parameter() {
        let (inside, outside) = match field.kind {
            Kind::Integer(least, i64::MAX) => (vec![least, 1_000_000], vec![least - 1]),
            Kind::Integer(least, most) => (vec![least, most], vec![least - 1, most + 1]),
            Kind::IntegerOneOf(numbers) => (numbers.to_vec(), vec![numbers[0] + 1]),
            _ => continue,
        };
        ranges += 1;
        for number in inside {
            let seen = ask(contract, &format!("{}={number}", field.name));
            seen.is_accepted_by(contract, &format!("{}={number}", field.name));
        }
        let outside = outside.iter().map(ToString::to_string);
        for value in outside.chain(["ten", "1.5", "1e1", "01", "%2B1"].map(str::to_owned)) {
            let seen = ask(contract, &format!("{}={value}", field.name));
            seen.is_refused_by(contract, field.name, "must be");
        }
    }
    assert!(ranges > 4, "only {ranges} ranges were found");
}

#[test]
fn words_and_forms_are_held() {
    for (contract, field) in every_parameter() {
        match field.kind {
            Kind::OneOf(words) => {
                for word in words {
                    let seen = ask(contract, &format!("{}={word}", field.name));
                    seen.is_accepted_by(contract, word);
                }
            }
            Kind::Format(_) => {}
            _ => continue,
        }
        let seen = ask(contract, &format!("{}=no_such_word", field.name));
        seen.is_refused_by(contract, field.name, "must be");
    }
}

#[test]
fn an_empty_value_is_absence_and_an_unknown_parameter_is_named() {
    for (contract, field) in every_parameter() {
        let seen = ask(contract, &format!("{}=", field.name));
        if field.presence == Presence::Mandatory {
            seen.is_refused_by(contract, field.name, "must not be blank");
            continue;
        }
        seen.is_accepted_by(contract, field.name);
        let seen = ask(contract, &format!("{}=&papercloud=1", field.name));
        seen.is_accepted_by(contract, field.name);
        assert!(seen.warnings.iter().any(|one| one.contains("papercloud")), "{:?}", seen.warnings);
    }
}

#[test]
fn a_page_past_the_end_is_an_empty_array() {
    let mut lists = 0;
    for (contract, field) in every_parameter() {
        if field.name != "offset" {
            continue;
        }
        lists += 1;
        let seen = ask(contract, "offset=1000");
        let array = seen.body.as_object().unwrap().values().find(|value| value.is_array());
        assert_eq!(array, Some(&serde_json::json!([])), "{}: {}", contract.id, seen.body);
    }
    assert!(lists >= 4, "only {lists} lists were found");
}
