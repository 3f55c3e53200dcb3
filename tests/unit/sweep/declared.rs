//! Declared operations: each constraint held and broken, and requests to every one of them, whether
//! or not it has an example.

use super::{app, dotted, every_field, maximal, sample, with, without};
use crate::app::App;
use crate::contract::check::{Sent, check};
use crate::contract::json::Json;
use crate::contract::{Class, Contract, ErrorKind, Field, Kind, Presence, Source, Strictness};
use crate::http::answer_in_process;
use crate::operation::Route;
use crate::publish as openapi;
use axum::body::Bytes;
use axum::http::{Method, Request};
use serde_json::{Value, json};

const PROJECT: &str = "054e292c9880d4992f02c0196d3ea468";

/// Operations that answer without looking for what their path names, or find it: every project is there.
const ASK_NOBODY: &[&str] = &[
    "GetObject",
    "ListFlavorInfos",
    "ListDatastores",
    "ListHtapDataStore",
    "ListHtapFlavor",
    "NovaShowVersion",
    "KeystoneShowProject",
    "ShowEndpoint",
    "ShowVolumeEndpoint",
];

fn declared() -> impl Iterator<Item = &'static Route> {
    let routes = crate::api::routes().iter();
    routes.filter(|route| matches!(route.contract().source, Source::Modelled(_)))
}

/// What the check refuses of a body, as messages name it.
fn refused(contract: &Contract, body: &Value) -> Vec<String> {
    let text = body.to_string();
    let Json::Object(body) = Json::parse(&text).unwrap() else { panic!("{body} is no object") };
    let given = |field: &'static Field| (field.name.into(), Json::Text(word_of(field).into()));
    let path = contract.path_parameters.iter().map(given).collect();
    let mandatory = contract.query.iter().filter(|field| field.presence == Presence::Mandatory);
    let query = mandatory.map(given).collect();
    told(contract, Sent { path, query, body, ..Sent::default() })
}

fn told(contract: &Contract, sent: Sent<'_>) -> Vec<String> {
    let violations = check(contract, sent).violations.into_iter();
    let enforced = violations.filter(|violation| violation.rule.class() == Class::Documented);
    enforced.map(|violation| violation.path).collect()
}

/// Values on the bounds of a kind, and values beyond them.
fn values(kind: &'static Kind) -> (Vec<Value>, Vec<Value>) {
    let text = |count: usize| json!("界".repeat(count));
    let whole = |least: i64, most: i64| {
        let beyond = least.checked_sub(1).into_iter().chain(most.checked_add(1));
        (
            vec![json!(least), json!(most)],
            beyond.map(Value::from).chain([json!(1.5)]).collect::<Vec<_>>(),
        )
    };
    match kind {
        Kind::Text(usize::MAX) => (vec![text(1)], vec![json!(7)]),
        Kind::Text(most) => (vec![text(*most)], vec![text(most + 1), json!(7)]),
        Kind::Length(least, most) => {
            let mut beyond = vec![json!(7)];
            // Text of no length is absence.
            beyond.extend((*least > 1).then(|| text(least - 1)));
            let bounded = *most < 100_000;
            beyond.extend(bounded.then(|| text(most + 1)));
            (vec![text((*least).max(1)), text(if bounded { *most } else { 1_000 })], beyond)
        }
        Kind::OneOf(words) => {
            (words.iter().map(|word| json!(word)).collect(), vec![json!("no_such_word")])
        }
        Kind::Integer(least, most) => {
            let (on, mut beyond) = whole(*least, *most);
            beyond.push(json!("1"));
            (on, beyond)
        }
        Kind::IntegerOrText(least, most) => {
            let (mut on, mut beyond) = whole(*least, *most);
            on.push(json!(least.to_string()));
            beyond.push(json!("12x"));
            (on, beyond)
        }
        Kind::Boolean => (vec![json!(true), json!(false)], vec![json!("yes"), json!(1)]),
        Kind::BooleanOrText => (vec![json!(true), json!("false")], vec![json!("yes"), json!(1)]),
        Kind::Number => (vec![json!(0.125), json!(7)], vec![json!("seven"), json!(true)]),
        Kind::Object(_) | Kind::Map => (vec![], vec![json!("text"), json!([1])]),
        Kind::List(of, most) => {
            let many = |count: usize| Value::Array(vec![sample(of); count]);
            (vec![many(*most)], vec![many(most + 1), json!(7)])
        }
        _ => (vec![], vec![]),
    }
}

#[test]
fn every_constraint_of_a_body_is_held_and_broken() {
    let mut constraints = 0;
    for contract in declared().map(Route::contract) {
        let whole = refused(contract, &maximal(contract.body));
        assert!(whole.is_empty(), "{} {whole:?}", contract.id);
        for (pointer, field) in every_field(contract.body) {
            let name = dotted(&pointer);
            let is_told = |body: &Value| refused(contract, body).contains(&name);
            let what = |value: &Value| format!("{}, {name}: {value:.60}", contract.id);
            let (on, beyond) = values(&field.kind);
            for value in on {
                assert!(!is_told(&with(contract, &pointer, value.clone())), "{}", what(&value));
            }
            for value in beyond {
                assert!(is_told(&with(contract, &pointer, value.clone())), "{}", what(&value));
                constraints += 1;
            }
            let is_mandatory = field.presence == Presence::Mandatory;
            assert_eq!(is_told(&without(contract, &pointer)), is_mandatory, "{name}");
            assert_eq!(is_told(&with(contract, &pointer, Value::Null)), is_mandatory, "{name}");
        }
    }
    assert!(constraints > 1_000, "only {constraints} constraints were found");
}

#[test]
fn every_constraint_of_a_query_is_held_and_broken() {
    let mut constraints = 0;
    for contract in declared().map(Route::contract) {
        for field in contract.query {
            let is_told = |text: &str| {
                let query = vec![(field.name.into(), Json::Text(text.to_owned().into()))];
                told(contract, Sent { query, ..Sent::default() })
                    .iter()
                    .any(|path| path == field.name)
            };
            let (on, beyond): (Vec<String>, Vec<String>) = match field.kind {
                Kind::Integer(least, most) => {
                    let beyond = least.checked_sub(1).into_iter().chain(most.checked_add(1));
                    let beyond = beyond.map(|number| number.to_string());
                    (
                        vec![least.to_string(), most.to_string()],
                        beyond.chain(["ten".into()]).collect(),
                    )
                }
                Kind::OneOf(words) => {
                    let words = words.iter().map(|word| (*word).to_owned());
                    (words.collect(), vec!["no_such_word".to_owned()])
                }
                Kind::Boolean => (vec!["true".to_owned()], vec!["yes".to_owned()]),
                _ => continue,
            };
            for text in on {
                assert!(!is_told(&text), "{}, {}={text}", contract.id, field.name);
            }
            for text in beyond {
                assert!(is_told(&text), "{}, {}={text}", contract.id, field.name);
                constraints += 1;
            }
        }
    }
    assert!(constraints > 100, "only {constraints} constraints were found");
}

#[test]
fn a_list_in_a_query_is_there_once_for_each_element_or_joined_by_commas() {
    let mut lists = 0;
    for contract in declared().map(Route::contract) {
        for field in contract.query {
            let Kind::List(of, _) = field.kind else { continue };
            let text = sample(of).as_str().map_or_else(|| sample(of).to_string(), str::to_owned);
            let sent = |text: &String| (field.name.into(), Json::Text(text.clone().into()));
            for query in [vec![sent(&text); 2], vec![sent(&format!("{text},{text}"))]] {
                let checked = check(contract, Sent { query, ..Sent::default() });
                let told = checked.violations.iter().any(|one| one.path.starts_with(field.name));
                assert!(!told, "{}, {}: {:?}", contract.id, field.name, checked.violations);
                let Json::Object(members) = checked.document else { panic!("{}", contract.id) };
                let found = members.iter().find(|(name, _)| name == field.name);
                let is_pair = found.is_some_and(
                    |(_, value)| matches!(value, Json::List(values) if values.len() == 2),
                );
                assert!(is_pair, "{}, {}: {found:?}", contract.id, field.name);
            }
            lists += 1;
        }
    }
    assert!(lists > 10, "only {lists} lists were found");
}

/// Sends a request to an operation, and holds the answer against what is published of it.
fn ask(app: &App, route: &'static Route, body: &str) -> (u16, Value) {
    let contract = route.contract();
    let mut path = contract.path.replace("{project_id}", PROJECT);
    for field in contract.path_parameters {
        let value = match field.kind {
            Kind::OneOf(words) => words[0].to_owned(),
            _ => id_of(contract),
        };
        path = path.replace(&format!("{{{}}}", field.name), &value);
    }
    let mandatory = contract.query.iter().filter(|field| field.presence == Presence::Mandatory);
    let pairs: Vec<_> =
        mandatory.map(|field| format!("{}={}", field.name, word_of(field))).collect();
    let mut request = Request::builder().method(&contract.method).uri(if pairs.is_empty() {
        path
    } else {
        format!("{path}?{}", pairs.join("&"))
    });
    if let Some(host) = super::refusals::host(contract.service) {
        request = request.header("Host", host);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let answer = answer_in_process(app, &parts, Bytes::from(body.to_owned()));
    let status = answer.status().as_u16();
    let bytes = answer.body().as_slice();
    let is_plain = answer.headers().get("content-type").is_some_and(|kind| kind == "text/plain");
    let body = match bytes {
        [] => Value::Null,
        text if is_plain => String::from_utf8_lossy(text).into(),
        text => serde_json::from_slice(text).unwrap(),
    };
    let document = openapi::whole(std::slice::from_ref(route), Strictness::default());
    let method = contract.method.as_str().to_lowercase();
    let published = &document["paths"][contract.path][method]["responses"][status.to_string()];
    assert!(published.is_object(), "{} answers the undocumented {status}: {body}", contract.id);
    if let Some(schema) = published["content"]["application/json"].get("schema") {
        let validator = jsonschema::validator_for(schema).unwrap();
        let errors: Vec<_> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{} answers {status} {body}: {errors:?}", contract.id);
    }
    (status, body)
}

/// An id that nothing has, in the form of its service.
fn id_of(contract: &Contract) -> String {
    match contract.service.name {
        "TaurusDB" => "a0a0a0a0b1b1c2c2d3d3e4e4e4e4e4e4in07".to_owned(),
        "GeminiDB" => "a0a0a0a0b1b1c2c2d3d3e4e4e4e4e4e4in12".to_owned(),
        _ => "a0a0a0a0-b1b1-42c2-83d3-e4e4e4e4e4e4".to_owned(),
    }
}

fn word_of(field: &'static Field) -> String {
    match sample(&field.kind) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[test]
fn a_list_of_a_fresh_project_is_answered_as_published() {
    let (app, mut lists) = (app(Strictness::default()), 0);
    for route in declared() {
        let contract = route.contract();
        if contract.method == Method::GET && contract.path_parameters.is_empty() {
            let (status, body) = ask(&app, route, "");
            assert_eq!(status, contract.success.as_u16(), "{}: {body}", contract.id);
            lists += 1;
        }
    }
    assert!(lists > 30, "only {lists} lists were found");
}

#[test]
fn what_a_path_names_has_to_be_there() {
    let (app, mut found, mut wrong) = (app(Strictness::default()), 0, Vec::new());
    for route in declared() {
        let contract = route.contract();
        if contract.path_parameters.is_empty() || ASK_NOBODY.contains(&contract.id) {
            continue;
        }
        let body = if contract.body.is_empty() { Value::Null } else { maximal(contract.body) };
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let (status, body) = ask(&app, route, &text);
        let of_service = contract.refusal(ErrorKind::UnknownInstance);
        let mut missing = contract.refusals.iter().chain(of_service);
        if missing.all(|one| one.status.as_u16() != status) {
            wrong.push(format!("{} answers {status}: {body:.200}", contract.id));
        }
        found += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(found > 200, "only {found} operations were found");
}

#[test]
fn an_empty_body_is_refused_with_what_it_lacks() {
    let (app, mut bodies) = (app(Strictness::default()), 0);
    for route in declared() {
        let contract = route.contract();
        let mut mandatory =
            contract.body.iter().filter(|field| field.presence == Presence::Mandatory);
        let Some(first) = mandatory.next() else { continue };
        let (status, body) = ask(&app, route, "{}");
        let invalid = contract.refusal(ErrorKind::InvalidParameter).unwrap();
        assert_eq!(status, invalid.status.as_u16(), "{}: {body}", contract.id);
        let says = body.to_string();
        assert!(says.contains(&format!("{} is mandatory", first.name)), "{}: {says}", contract.id);
        bodies += 1;
    }
    assert!(bodies > 100, "only {bodies} bodies were found");
}
