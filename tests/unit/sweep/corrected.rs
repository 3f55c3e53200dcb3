//! Whatever is wrong with a request, the explanation has one that breaks no rule.

use super::refusals::host;
use super::{app, contracts, every_field, maximal};
use crate::app::App;
use crate::contract::{Contract, Kind, Level, Presence, Strictness};
use crate::control;
use crate::http::answer_in_process;
use axum::body::Bytes;
use axum::http::Request;
use serde_json::{Value, json};

/// What is sent for an operation.
struct Sent<'s> {
    method: &'s str,
    path: &'s str,
    headers: Vec<(String, String)>,
    body: String,
}

/// Sends a request, and returns what is explained about it.
fn explain(app: &App, contract: &Contract, sent: &Sent<'_>) -> Value {
    let mut request = Request::builder().method(sent.method).uri(sent.path);
    if let Some(host) = host(contract.service) {
        request = request.header("Host", host);
    }
    for (name, value) in &sent.headers {
        request = request.header(name, value);
    }
    let (parts, ()) = request.body(()).expect("a request").into_parts();
    let response = answer_in_process(app, &parts, Bytes::from(sent.body.clone()));
    let id = response.headers()["x-request-id"].to_str().unwrap();
    let explained = control::explain::handler::explain(app, id).expect("an entry");
    serde_json::to_value(explained).unwrap()
}

fn refused_rules(explained: &Value) -> Vec<&Value> {
    let rules = explained["rules"].as_array().unwrap().iter();
    rules.filter(|rule| rule["effect"] == "refused").collect()
}

/// Sends a request; if it breaks a rule, the corrected one must break none.
fn is_put_right(app: &App, contract: &Contract, sent: &Sent<'_>) -> bool {
    let explained = explain(app, contract, sent);
    let shown = explained.to_string();
    assert!(!shown.contains("planted"), "a secret is shown: {shown}");
    let Some(rule) = refused_rules(&explained).first().copied() else { return false };
    assert!(rule["place"].is_string() && rule["allowed"].is_string(), "{rule:#}");
    let corrected = &explained["corrected"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let headers = corrected["headers"].as_object();
    let headers = headers.unwrap_or_else(|| panic!("nothing corrected: {explained:#}"));
    let sent = Sent {
        method: corrected["method"].as_str().unwrap(),
        path: corrected["path"].as_str().unwrap(),
        headers: headers.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        body: corrected.get("body").map(Value::to_string).unwrap_or_default(),
    };
    let again = explain(app, contract, &sent);
    assert_eq!(again["operation"], explained["operation"], "{again:#}");
    let none = again["rules"].as_array().unwrap().iter().all(|rule| rule["parameter"].is_null());
    assert!(none, "{explained:#}\n{again:#}");
    let refused_for_a_rule = ["InvalidParameter", "MalformedBody", "EmptyBody", "MalformedId"];
    let error_kind = again["refusal"]["situation"].as_str().unwrap_or_default();
    assert!(!refused_for_a_rule.contains(&error_kind), "{explained:#}\n{again:#}");
    true
}

/// What is sent in the place of a parameter.
fn spoilt() -> Vec<Value> {
    let long = "planted".repeat(100);
    vec![
        Value::Null,
        json!(""),
        json!(" \t "),
        json!("no_such_word"),
        json!("10"),
        json!(-1),
        json!(2.5),
        json!(1e300),
        json!(true),
        json!({ "a": 1 }),
        json!([]),
        json!([1, { "b": [] }, null]),
        json!(vec!["x"; 3_000]),
        json!(long),
    ]
}

fn headers_of(contract: &Contract) -> Vec<(String, String)> {
    crate::selftest::documented_headers(contract).into_iter().collect()
}

/// Planted texts are taken for secrets, so only secret parameters get them.
fn fits_the_sweep(value: &Value, secret: bool) -> bool {
    secret || !value.to_string().contains("planted")
}

#[test]
fn every_spoilt_body_is_put_right() {
    let mut put_right = 0;
    for contract in super::with_body() {
        let (path, _) = crate::selftest::documented_request(contract);
        for strictness in [Strictness::default(), Strictness::STRICT] {
            let app = app(strictness);
            let mut send = |body: String| {
                let headers = headers_of(contract);
                let sent = Sent { method: contract.method.as_str(), path: &path, headers, body };
                put_right += usize::from(is_put_right(&app, contract, &sent));
            };
            for (pointer, field) in every_field(contract.body) {
                send(super::without(contract, &pointer).to_string());
                for value in spoilt().into_iter().filter(|it| fits_the_sweep(it, field.secret)) {
                    send(super::with(contract, &pointer, value).to_string());
                }
            }
            let mut odd = maximal(contract.body);
            odd["papercloud_unknown"] = json!({ "x": [1] });
            send(odd.to_string());
            send("{}".to_owned());
        }
    }
    assert!(put_right > 1_000, "only {put_right} requests were refused");
}

#[test]
fn every_spoilt_query_and_path_is_put_right() {
    let mut put_right = 0;
    for contract in contracts() {
        let (target, body) = crate::selftest::documented_request(contract);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let strict = Strictness { hygiene: Level::Enforce, ..Strictness::default() };
        let app = app(strict);
        let mut send = |path: &str| {
            let (headers, body) = (headers_of(contract), body.clone());
            let sent = Sent { method: contract.method.as_str(), path, headers, body };
            put_right += usize::from(is_put_right(&app, contract, &sent));
        };
        for field in contract.query {
            let others = query.split('&').filter(|pair| pair.split('=').next() != Some(field.name));
            let others = others.collect::<Vec<_>>().join("&");
            if field.presence == Presence::Mandatory {
                send(&format!("{path}?{others}"));
            }
            for value in ["", "%20", "~", "-1", "1e9", "01", "x%2Cy", &"9".repeat(300)] {
                send(&format!("{path}?{others}&{}={value}", field.name));
            }
            let slip = format!("{}x", field.name);
            send(&format!("{path}?{others}&{slip}=1&{slip}=2&{0}=1&{0}=1", field.name));
        }
        send(&format!("{path}?papercloud=1&{query}"));
        for (index, part) in contract.path.split('/').enumerate() {
            let name = part.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
            let Some(name) = name else { continue };
            let field = contract.path_parameters.iter().find(|field| field.name == name);
            let formed = field.is_none_or(|field| matches!(field.kind, Kind::Format(_)));
            let values = if formed { &["~", "%20"][..] } else { &["%20"][..] };
            for value in values {
                let mut segments: Vec<_> = path.split('/').collect();
                segments[index] = value;
                send(&format!("{}?{query}", segments.join("/")));
            }
        }
    }
    assert!(put_right > 100, "only {put_right} requests were refused");
}
