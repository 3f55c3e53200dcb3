//! Every refusal that is declared is answered to some request.
//!
//! What many operations refuse alike is provoked by what their contracts say; the rest by
//! `fixtures/<service>/<operation>/reached.json`.

use super::{Seen, app, app_of, contracts, every_field, prepared, send_to};
use crate::api::routes_with_examples;
use crate::app::App;
use crate::auth::AuthMode;
use crate::contract::gateway;
use crate::contract::{
    Contract, ErrorKind, Field, Kind, Place, Presence, Refused, Service, Strictness,
};
use crate::control::catalogue::reserved::missing;
use crate::credentials::{AccessKey, Credentials, PROJECT_ID, Projects};
use crate::selftest::{self, Sent};
use serde::Deserialize;
use serde_json::{Value, json};

/// Shared refusals that no request of this sweep can be answered with, and why.
const OUT_OF_REACH: &[(&str, ErrorKind, &str)] = &[
    ("API Gateway", ErrorKind::BodyTooLarge, "told by the connection; tests/it/transport.rs"),
    ("API Gateway", ErrorKind::BodyTimeout, "told by the connection; tests/it/transport.rs"),
    ("API Gateway", ErrorKind::UnsupportedBody, "told by headers; tests/it/transport.rs"),
    ("API Gateway", ErrorKind::ForeignPage, "told by headers; tests/it/guard.rs"),
    ("IAM", ErrorKind::ForeignPage, "told by headers; tests/it/guard.rs"),
    (
        "API Gateway",
        ErrorKind::LimitReached,
        "told by --max-worlds and --max-jobs; tests/it/limits.rs",
    ),
    ("API Gateway", ErrorKind::Internal, "answered to a defect of Papercloud only"),
    ("GeminiDB", ErrorKind::MalformedId, "no call of GeminiDB holds an ID to a form"),
    ("IAM", ErrorKind::Internal, "answered to a defect of Papercloud only: no ID asks for it"),
];

/// What an operation was seen to answer.
struct Reached {
    contract: &'static Contract,
    refused: &'static Refused,
}

/// The cloud that a request is sent to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    /// One that has what the documented example presupposes.
    Prepared,
    /// The same, but credentials have to be sent.
    Guarded,
    /// An empty one that enforces everything.
    Strict,
}

/// A request that is expected to be refused.
struct Provocation {
    error_kind: ErrorKind,
    on: Which,
    /// What was done to the documented request.
    what: String,
    path: String,
    body: String,
}

/// `reached.json`: a request that only this operation refuses in this way.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    case: String,
    /// Which of the refusals it is, since some have status and code in common.
    #[serde(rename = "situation")]
    error_kind: String,
    #[serde(default)]
    before: Vec<Sent>,
    request: Sent,
    response: Answered,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Answered {
    status: u16,
    error_code: String,
}

#[test]
fn every_declared_refusal_is_reached() {
    let mut reached: Vec<Reached> = Vec::new();
    let mut wrong = Vec::new();
    for contract in contracts() {
        for outcome in provoke(contract).into_iter().chain(replay(contract)) {
            match outcome {
                Ok(refused) => reached.push(Reached { contract, refused }),
                Err(told) => wrong.push(told),
            }
        }
    }
    wrong.extend(contracts().flat_map(|contract| unreached_of(contract, &reached)));
    wrong.extend(services().flat_map(|service| unreached_by_all_of(service, &reached)));
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

/// The services of the registry, and the gateway before them.
fn services() -> impl Iterator<Item = &'static Service> {
    let mut services: Vec<&'static Service> = vec![&gateway::SERVICE];
    for route in routes_with_examples() {
        if services.iter().all(|known| known.name != route.contract().service.name) {
            services.push(route.contract().service);
        }
    }
    // Billing's other operations have no examples, and most of its refusals are theirs.
    services.into_iter().filter(|service| service.name != "BSS")
}

/// What an operation declares itself and never answers.
fn unreached_of(contract: &'static Contract, reached: &[Reached]) -> Vec<String> {
    let is_reached = |own: &&Refused| {
        reached.iter().any(|one| {
            std::ptr::eq(one.contract, contract) && one.refused.error_kind == own.error_kind
        })
    };
    let own = contract.refusals.iter().filter(|own| !is_reached(own));
    own.map(|own| {
        let Refused { error_kind, status, code, .. } = own;
        let file = format!("fixtures/{}/reached.json", selftest::folder(contract));
        format!("{}: no request reaches {error_kind:?} {status} {code}; add to {file}", contract.id)
    })
    .collect()
}

/// What a service declares for all its operations and none of them answers; and what is said to
/// be out of reach and is not.
fn unreached_by_all_of(service: &'static Service, reached: &[Reached]) -> Vec<String> {
    let complaint = |shared: &'static Refused| {
        let Refused { error_kind, status, code, .. } = shared;
        let is_reached = reached.iter().any(|one| std::ptr::eq(one.refused, shared));
        let reason = OUT_OF_REACH
            .iter()
            .find(|(name, out, _)| *name == service.name && *out == shared.error_kind);
        match (is_reached, reason) {
            (true, None) | (false, Some(_)) => None,
            (true, Some((.., reason))) => {
                Some(format!("{}: {error_kind:?} is reached, not {reason}", service.name))
            }
            (false, None) => Some(format!(
                "{}: no operation reaches {error_kind:?} {status} {code}; add a case to the \
                 reached.json of one of them",
                service.name
            )),
        }
    };
    service.refusals.iter().filter_map(complaint).collect()
}

/// Sends everything that an operation's contract says is refused. A refused request leaves nothing
/// behind, so one cloud serves for all.
fn provoke(contract: &'static Contract) -> Vec<Result<&'static Refused, String>> {
    let host = host(contract.service);
    let guarded = App { auth: AuthMode::Presence, ..prepared(contract) };
    let (prepared, strict) = (prepared(contract), app(Strictness::STRICT));
    let send = |Provocation { error_kind, on, what, path, body }| {
        let cloud = match on {
            Which::Prepared => &prepared,
            Which::Guarded => &guarded,
            Which::Strict => &strict,
        };
        let seen = send_to(host.as_deref(), cloud, contract, &path, &body);
        judge(contract, error_kind, &what, &seen)
    };
    provocations(contract).into_iter().map(send).collect()
}

/// The host that settles which service is meant.
pub fn host(service: &Service) -> Option<String> {
    service.hosts.first().map(|label| format!("{label}.eu-mock-1.myhuaweicloud.com"))
}

fn judge(
    contract: &'static Contract,
    error_kind: ErrorKind,
    what: &str,
    seen: &Seen,
) -> Result<&'static Refused, String> {
    let name = contract.id;
    let Some(refused) = contract.refusal(error_kind) else {
        return Err(format!("{name} declares nothing for {error_kind:?} ({what})"));
    };
    let expected = expected(refused);
    let answered = Answered { status: seen.status, error_code: code(&seen.body) };
    if answered == expected {
        return Ok(refused);
    }
    Err(format!("{name}, {what}: {answered:?} instead of {error_kind:?} {expected:?}"))
}

fn expected(refused: &Refused) -> Answered {
    Answered { status: refused.status.as_u16(), error_code: refused.code.to_owned() }
}

/// The code of an error body in any envelope; empty where there is none.
fn code(body: &Value) -> String {
    let nested = body["error"]["code"].as_u64().map(|code| code.to_string());
    body["error_code"].as_str().map(str::to_owned).or(nested).unwrap_or_default()
}

/// Sends the cases of an operation's `reached.json`, each to a cloud of its own.
fn replay(contract: &'static Contract) -> Vec<Result<&'static Refused, String>> {
    let file = format!("fixtures/{}/reached.json", selftest::folder(contract));
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(path) else { return Vec::new() };
    let cases: Vec<Case> = match serde_json::from_str(&text) {
        Ok(cases) => cases,
        Err(error) => return vec![Err(format!("{file}: {error}"))],
    };
    let told = |told: String| format!("{file}, {told}");
    cases.into_iter().map(|case| replay_one(contract, case).map_err(told)).collect()
}

fn replay_one(contract: &'static Contract, mut case: Case) -> Result<&'static Refused, String> {
    let name = format!("{:?}", case.case);
    let declared =
        contract.all_refusals().find(|one| format!("{:?}", one.error_kind) == case.error_kind);
    let refused = declared.ok_or_else(|| format!("{name}: no such {}", case.error_kind))?;
    if !case.request.asks(contract) {
        return Err(format!("{name} asks another operation"));
    }
    let cloud = cloud_of_cases();
    selftest::prepare(&cloud, &mut case.before, &mut case.request)
        .map_err(|told| format!("{name}: {told}"))?;
    let (status, body) = selftest::send(&cloud, &case.request)?;
    let in_part = status == contract.success.as_u16();
    let error_code = if in_part { code_of_a_part(&body) } else { code(&body) };
    let answered = Answered { status, error_code };
    let mut declared = expected(refused);
    if in_part {
        declared.status = status;
    }
    if answered != case.response || answered != declared {
        return Err(format!("{name}: {answered:?} {body} instead of {declared:?}"));
    }
    Ok(refused)
}

/// The code of a part that failed, in the answer of a call that does several things and succeeds
/// although not all of them do.
fn code_of_a_part(body: &Value) -> String {
    let parts = body.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_array());
    let found = parts.flatten().map(code).find(|code| !code.is_empty());
    found.unwrap_or_default()
}

/// A cloud that also knows an access key which is good for one project only.
fn cloud_of_cases() -> App {
    let mut credentials = Credentials::built_in("eu-mock-1");
    credentials.access_keys.push(AccessKey {
        access_key: "ONEPROJECTKEY0000001".to_owned(),
        secret_key: "one-project-secret-key".into(),
        security_token: None,
        projects: Projects::Only(vec![PROJECT_ID.to_owned()]),
    });
    app_of(Strictness::default(), credentials)
}

/// Every generic way to be refused that an operation's contract offers.
fn provocations(contract: &'static Contract) -> Vec<Provocation> {
    let (path, body) = selftest::documented_request(contract);
    let documented = Documented { contract, path, body };
    let mut found = documented.before_the_service();
    found.extend(documented.as_a_body());
    found.extend(documented.in_the_path());
    found.extend(documented.in_the_query());
    found.extend(documented.in_the_body());
    found.extend(documented.by_ids());
    found
}

/// The documented request of an operation, to be spoilt.
struct Documented {
    contract: &'static Contract,
    path: String,
    body: Value,
}

impl Documented {
    fn text(&self) -> String {
        if self.body.is_null() { String::new() } else { self.body.to_string() }
    }

    fn at(&self, error_kind: ErrorKind, what: &str, path: String) -> Provocation {
        let (on, what) = (Which::Prepared, what.to_owned());
        Provocation { error_kind, on, what, path, body: self.text() }
    }

    fn of(&self, error_kind: ErrorKind, what: &str, body: String) -> Provocation {
        Provocation { body, ..self.at(error_kind, what, self.path.clone()) }
    }

    fn before_the_service(&self) -> Vec<Provocation> {
        let joint = if self.path.contains('?') { '&' } else { '?' };
        let cut = format!("{}{joint}%zz=1", self.path);
        let mut found = vec![
            self.at(ErrorKind::UnknownRoute, "an unknown path", "/no/such/path".to_owned()),
            self.at(ErrorKind::MalformedRequest, "a percent sign without digits", cut),
        ];
        if !self.contract.open {
            let sent = self.at(ErrorKind::Unauthenticated, "no credentials", self.path.clone());
            found.push(Provocation { on: Which::Guarded, ..sent });
        }
        if self.contract.is_of_project() {
            let path = self.with_segment("project_id", |_| "%7Bproject_id%7D".to_owned());
            found.push(self.at(ErrorKind::MalformedProjectId, "a placeholder", path));
        }
        found
    }

    fn as_a_body(&self) -> Vec<Provocation> {
        let mut found = Vec::new();
        if !self.contract.body.is_empty() {
            found.push(self.of(ErrorKind::MalformedBody, "half a body", "{\"".to_owned()));
            if !self.contract.body_is_optional {
                found.push(self.of(ErrorKind::EmptyBody, "no body", String::new()));
            }
        }
        found
    }

    /// Parameters of the path that have another form.
    fn in_the_path(&self) -> Vec<Provocation> {
        let apply_to_response = |field: &Field| {
            let Kind::Format(format) = field.kind else { return None };
            let path = self.with_segment(field.name, |_| "~".to_owned());
            Some(self.at(format.error_kind, &format!("{} is ~", field.name), path))
        };
        self.contract.path_parameters.iter().filter_map(apply_to_response).collect()
    }

    /// Parameters of the query that are missing, or have another value than they may.
    fn in_the_query(&self) -> Vec<Provocation> {
        let stray = self.with_query("papercloud", Some("1"));
        let stray = self.at(ErrorKind::InvalidParameter, "a stray parameter", stray);
        let mut found = vec![Provocation { on: Which::Strict, ..stray }];
        for field in self.contract.query {
            let (name, invalid) = (field.name, ErrorKind::InvalidParameter);
            if field.presence == Presence::Mandatory {
                found.push(self.at(invalid, &format!("no {name}"), self.with_query(name, None)));
            }
            let (error_kind, value) = match field.kind {
                Kind::Integer(least, _) => (invalid, (least - 1).to_string()),
                Kind::Format(format) => (format.error_kind, "~".to_owned()),
                Kind::IntegerOneOf(_) | Kind::OneOf(_) | Kind::Boolean => (invalid, "~".to_owned()),
                _ => continue,
            };
            let path = self.with_query(name, Some(&value));
            found.push(self.at(error_kind, &format!("{name}={value}"), path));
        }
        found
    }

    /// Members that are missing, have another type, or another form.
    fn in_the_body(&self) -> Vec<Provocation> {
        let mut found = Vec::new();
        for field in self.contract.body {
            let (name, invalid) = (field.name, ErrorKind::InvalidParameter);
            if field.presence == Presence::Mandatory {
                found.push(self.of(invalid, &format!("no {name}"), self.with(name, None)));
            }
            let other = if let Kind::Object(_) = field.kind { json!([]) } else { json!({}) };
            let what = format!("{name} has another type");
            found.push(self.of(invalid, &what, self.with(name, Some(other))));
            let (format, value) = match &field.kind {
                Kind::Format(format) => (format, json!("~")),
                Kind::List(Kind::Format(format), _) => (format, json!(["~"])),
                _ => continue,
            };
            let body = self.with(name, Some(value));
            found.push(self.of(format.error_kind, &format!("{name} is ~"), body));
        }
        found
    }

    /// Ids that mean something, wherever an instance or a migration task is named.
    fn by_ids(&self) -> Vec<Provocation> {
        let in_path = self.contract.path_parameters.iter().map(|field| (Place::Path, field));
        let in_path = in_path.map(|(place, field)| (place, field.name.to_owned(), field));
        let in_body = every_field(self.contract.body).into_iter();
        let in_body = in_body.map(|(pointer, field)| (Place::Body, pointer, field));
        let named = in_path.chain(in_body);
        named.flat_map(|(place, at, field)| self.by_id(place, &at, field)).collect()
    }

    fn by_id(&self, place: Place, at: &str, field: &Field) -> Vec<Provocation> {
        let Some(missing) = missing(field) else { return Vec::new() };
        let meanings = [
            ("00000404", missing),
            ("00000403", ErrorKind::Forbidden),
            ("00000409", ErrorKind::Busy),
            ("00000500", ErrorKind::Internal),
        ];
        let provoke = |(digits, error_kind): (&str, ErrorKind)| {
            let what = format!("{} is {digits}…", field.name);
            let meant = |id: &str| format!("{digits}{}", id.get(8..).unwrap_or_default());
            if place == Place::Path {
                return Some(self.at(error_kind, &what, self.with_segment(field.name, meant)));
            }
            let mut body = self.body.clone();
            let value = body.pointer_mut(at)?;
            *value = json!(meant(value.as_str()?));
            Some(self.of(error_kind, &what, body.to_string()))
        };
        meanings.into_iter().filter_map(provoke).collect()
    }

    /// The documented path with one parameter replaced.
    fn with_segment(&self, name: &str, replace: impl Fn(&str) -> String) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let wanted = format!("{{{name}}}");
        let segments = path.split('/').zip(self.contract.path.split('/'));
        let segments =
            segments.map(
                |(sent, template)| {
                    if template == wanted { replace(sent) } else { sent.to_owned() }
                },
            );
        let path = segments.collect::<Vec<_>>().join("/");
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    /// The documented path with one parameter of its query replaced, or left out.
    fn with_query(&self, name: &str, value: Option<&str>) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let others = query.split('&').filter(|pair| pair.split('=').next() != Some(name));
        let changed = value.map(|value| format!("{name}={value}"));
        let pairs = others.map(str::to_owned).filter(|pair| !pair.is_empty()).chain(changed);
        format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
    }

    /// The documented body with one member replaced, or left out.
    fn with(&self, name: &str, value: Option<Value>) -> String {
        let mut body = self.body.clone();
        let members = body.as_object_mut().expect("a documented body is an object");
        members.shift_remove(name);
        members.extend(value.map(|value| (name.to_owned(), value)));
        body.to_string()
    }
}
