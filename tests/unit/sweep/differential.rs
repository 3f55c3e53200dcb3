//! The published document against the service: whoever reads the one knows what the other refuses.
//!
//! Random requests go to every operation, by default and strictly. What the document allows is not
//! refused as a bad request, and what it forbids is. What a request needs that is in no document, such
//! as instances that exist, is refused by other kinds of errors.

use super::oracle::{Dice, disturb};
use super::{advised, app, sample, value_of};
use crate::api;
use crate::app::App;
use crate::contract::{Contract, ErrorKind, Field, Kind, Level, Place, Strictness, format};
use crate::credentials::PROJECT_ID;
use crate::http::answer_in_process;
use crate::journal::Verdict;
use crate::operation::Route;
use crate::publish;
use crate::worlds::WorldCell;
use axum::body::Bytes;
use axum::http::Request;
use jsonschema::Validator;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;

/// Requests that the document allows, and as many that it forbids, in each mode.
const REQUESTS: usize = 30_000;

/// After so many the cloud is a new one: in a full one requests are refused for other reasons.
const REQUESTS_OF_A_CLOUD: usize = 2_000;

/// A refusal that says that the request is wrong, whatever there is in the cloud.
const BAD_REQUEST: [ErrorKind; 7] = [
    ErrorKind::EmptyBody,
    ErrorKind::InvalidParameter,
    ErrorKind::MalformedBody,
    ErrorKind::MalformedId,
    ErrorKind::MalformedProjectId,
    ErrorKind::MalformedRequest,
    ErrorKind::NotEmulated,
];

/// An operation as it is published, and the contract of the one that answers where none is named.
struct Published {
    contract: &'static Contract,
    parameters: Vec<Parameter>,
    /// The schema of its body, and whether it has to have one.
    body: Option<(Validator, bool)>,
    /// A body with everything that it should have.
    whole_body: Value,
}

/// A parameter as it is published.
struct Parameter {
    name: String,
    place: String,
    is_required: bool,
    may_be_empty: bool,
    is_list: bool,
    schema: Validator,
    /// Values that it may be sent with; those that it should have are there several times.
    values: Vec<String>,
}

/// A request: its parameters, of which some are left out, and its body.
#[derive(Clone, Debug)]
struct Sent {
    parameters: Vec<Option<String>>,
    /// Whether it has a parameter that is in no document, and says that its body is something else.
    is_strange: bool,
    body: Option<Value>,
}

fn published(strictness: Strictness) -> Vec<Published> {
    let routes = api::routes();
    let document = publish::whole(routes, strictness);
    let same_place = |left: &Route, right: &Route| {
        (left.head.method, left.head.path) == (right.head.method, right.head.path)
    };
    let read = |sharing: &[Route]| {
        let contract = sharing.last().unwrap().contract();
        let method = contract.method.as_str().to_ascii_lowercase();
        let operation = &document["paths"][contract.path][method];
        let parameters = operation["parameters"].as_array().unwrap().iter();
        let fields: Vec<_> =
            sharing.iter().flat_map(|route| route.contract().parameters()).collect();
        let parameters = parameters.map(|one| Parameter::read(one, &fields)).collect();
        let body = operation.get("requestBody").map(|body| {
            let schema = &body["content"]["application/json"]["schema"];
            (jsonschema::validator_for(schema).unwrap(), body["required"] == true)
        });
        let whole_body = advised(contract.body, strictness);
        Published { contract, parameters, body, whole_body }
    };
    routes.chunk_by(same_place).map(read).collect()
}

impl Parameter {
    fn read(published: &Value, fields: &[(Place, &'static Field)]) -> Self {
        let name = published["name"].as_str().unwrap();
        let place = published["in"].as_str().unwrap();
        let mut values: Vec<String> = format::SAMPLES.map(str::to_owned).to_vec();
        let words = [
            "",
            " ",
            "text",
            "1",
            "10",
            "100",
            "101",
            "1000",
            "1001",
            "-1",
            "007",
            "1.5",
            "true",
            "False",
            "a,b",
            ",",
            "zh-cn",
            "EN-US",
            "INFO",
            "20260101000000",
        ];
        values.extend(words.map(str::to_owned));
        values.extend(["x".repeat(65), "x".repeat(1_025)]);
        if place != "header" {
            values.extend(["\u{85}", "\u{feff}", "界"].map(str::to_owned));
        }
        for (_, field) in fields.iter().filter(|(_, field)| field.name == name) {
            let value = match field.kind {
                Kind::List(of, _) => sample(of),
                Kind::Format(form) => {
                    values.iter().find(|text| (form.accepts)(text)).cloned().into()
                }
                _ => value_of(field),
            };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            values.splice(0..0, vec![text; 12]);
        }
        if name == "project_id" {
            values.splice(0..0, vec![PROJECT_ID.to_owned(); 12]);
        }
        if place == "path" {
            values.retain(|text| !text.is_empty());
        }
        Self {
            name: name.to_owned(),
            place: place.to_owned(),
            is_required: published["required"] == true,
            may_be_empty: published["allowEmptyValue"] == true,
            is_list: published["schema"]["type"] == "array",
            schema: jsonschema::validator_for(&published["schema"]).unwrap(),
            values,
        }
    }

    /// Whether the schema has a text, as what it can be read as.
    fn takes(&self, text: &str) -> bool {
        if text.is_empty() && self.may_be_empty {
            return true;
        }
        let number = |text: &str| {
            let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
            number.map(Value::from)
        };
        let typed = |text: &str| {
            let value = number(text).or_else(|| text.parse::<bool>().ok().map(Value::from));
            value.unwrap_or_else(|| json!(text))
        };
        if self.is_list {
            let parts: Vec<_> = text.split(',').filter(|part| !part.trim().is_empty()).collect();
            let readings: [Value; 3] = [
                json!([text]),
                parts.iter().copied().collect(),
                parts.iter().map(|part| typed(part)).collect(),
            ];
            return !text.trim().is_empty() && readings.iter().any(|it| self.schema.is_valid(it));
        }
        self.schema.is_valid(&json!(text)) || self.schema.is_valid(&typed(text))
    }
}

impl Published {
    /// A request as it should be, but for resources that nobody has made.
    fn sound(&self, dice: &mut Dice) -> Sent {
        let parameters = self.parameters.iter().map(|parameter| {
            let is_sent = parameter.is_required || dice.roll(4) == 0;
            is_sent.then(|| parameter.values[0].clone())
        });
        let parameters = parameters.collect();
        let body = self.body.as_ref().map(|_| self.whole_body.clone());
        Sent { parameters, is_strange: false, body }
    }

    /// Changes something about a request.
    fn disturb(&self, sent: &mut Sent, dice: &mut Dice) {
        if let Some(body) = sent.body.as_mut().filter(|_| dice.roll(2) == 0) {
            disturb(body, dice);
        } else if dice.roll(20) == 0 {
            sent.is_strange = true;
        } else if !self.parameters.is_empty() {
            let at = dice.roll(self.parameters.len());
            let parameter = &self.parameters[at];
            let value = parameter.values[dice.roll(parameter.values.len())].clone();
            let is_left_out = parameter.place != "path" && dice.roll(4) == 0;
            sent.parameters[at] = (!is_left_out).then_some(value);
        }
    }

    /// Why the document forbids a request, if it does.
    fn forbids(&self, sent: &Sent, strictness: Strictness) -> Option<String> {
        for (parameter, value) in self.parameters.iter().zip(&sent.parameters) {
            let is_allowed = match value {
                None => !parameter.is_required,
                Some(value) => parameter.takes(value),
            };
            if !is_allowed {
                return Some(format!("{} is {value:?}", parameter.name));
            }
        }
        if sent.is_strange && strictness.hygiene == Level::Enforce {
            return Some("a parameter is in no document".to_owned());
        }
        let (schema, is_required) = self.body.as_ref()?;
        match &sent.body {
            None => is_required.then(|| "there is no body".to_owned()),
            Some(body) => schema.validate(body).err().map(|error| error.to_string()),
        }
    }

    fn path(&self, sent: &Sent) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut path = self.contract.path.to_owned();
        for (parameter, value) in self.parameters.iter().zip(&sent.parameters) {
            if let ("path", Some(value)) = (&*parameter.place, value) {
                path = path.replace(&format!("{{{}}}", parameter.name), &encode(value));
            }
        }
        let mut mark = '?';
        for (parameter, value) in self.parameters.iter().zip(&sent.parameters) {
            if let ("query", Some(value)) = (&*parameter.place, value) {
                write!(path, "{mark}{}={}", parameter.name, encode(value)).unwrap();
                mark = '&';
            }
        }
        if sent.is_strange {
            write!(path, "{mark}papercloud=1").unwrap();
        }
        path
    }

    /// How the service refuses a request as a bad one, if it does.
    fn refusal(&self, app: &App, sent: &Sent) -> Option<String> {
        let mut request = Request::builder().method(&self.contract.method).uri(self.path(sent));
        for (parameter, value) in self.parameters.iter().zip(&sent.parameters) {
            if let ("header", Some(value)) = (&*parameter.place, value) {
                request = request.header(&parameter.name, value);
            }
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let body = sent.body.as_ref().map(ToString::to_string).unwrap_or_default();
        let answer = answer_in_process(app, &parts, Bytes::from(body));
        let text = || String::from_utf8_lossy(answer.body()).into_owned();
        assert!(answer.status() != 500, "{} {}: {}", parts.method, parts.uri, text());
        let id = answer.headers()["x-request-id"].to_str().unwrap();
        let verdict_in = |cell: Arc<WorldCell>| {
            let world = cell.lock();
            let entry = world.journal.entries().next_back()?;
            (entry.request_id(world.journal.key()) == id).then_some(entry.record.verdict)
        };
        // Others than the usual ones are where orders are looked for, or an id is a strange one.
        let usual = [PROJECT_ID, ""]
            .into_iter()
            .find_map(|project| verdict_in(app.worlds.known_world(project)?));
        let verdict = usual.or_else(|| {
            let projects = app.worlds.project_ids();
            projects.iter().find_map(|project| verdict_in(app.worlds.known_world(project)?))
        });
        match verdict.expect("every request is in a journal") {
            Verdict::Refused(kind) if !BAD_REQUEST.contains(&kind) => None,
            Verdict::Refused(_) | Verdict::Unknown => Some(text()),
            _ => None,
        }
    }
}

/// Sends as many requests that the document allows as ones that it forbids.
#[track_caller]
fn compare(strictness: Strictness) {
    let operations = published(strictness);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut app = app(strictness);
    let (mut allowed, mut forbidden, mut different) = (0, 0, Vec::new());
    for at in 0.. {
        if allowed == REQUESTS && forbidden == REQUESTS {
            break;
        }
        if at % REQUESTS_OF_A_CLOUD == 0 {
            app = super::app(strictness);
        }
        let operation = &operations[at % operations.len()];
        let mut sent = operation.sound(&mut dice);
        for _ in 0..dice.roll(4) {
            operation.disturb(&mut sent, &mut dice);
        }
        let by_document = operation.forbids(&sent, strictness);
        let count = if by_document.is_none() { &mut allowed } else { &mut forbidden };
        if *count == REQUESTS {
            continue;
        }
        *count += 1;
        let by_service = operation.refusal(&app, &sent);
        if by_document.is_some() != by_service.is_some() {
            let Contract { id, method, .. } = operation.contract;
            let path = operation.path(&sent);
            let body = sent.body.map(|body| body.to_string()).unwrap_or_default();
            different.push(format!(
                "{id}: {method} {path} {body}\n  document: {}\n  service: {}",
                by_document.as_deref().unwrap_or("allowed"),
                by_service.as_deref().unwrap_or("not refused as a bad request"),
            ));
        }
    }
    let first = different[..different.len().min(20)].join("\n");
    assert!(different.is_empty(), "{} of {} differ:\n{first}", different.len(), 2 * REQUESTS);
}

#[test]
fn by_default_the_service_refuses_what_the_document_forbids_and_nothing_else() {
    compare(Strictness::default());
}

#[test]
fn strictly_the_service_refuses_what_the_document_forbids_and_nothing_else() {
    compare(Strictness::STRICT);
}
