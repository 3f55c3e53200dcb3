//! Corrects a request, so that it breaks no rule.

use super::curl;
use super::repair::Parameters;
use crate::auth::guard::Guard;
use crate::cloud::{Instance, Instances};
use crate::config::Transport;
use crate::contract::template::fits;
use crate::contract::{Contract, Level, Rule, Strictness};
use crate::credentials::PROJECT_ID;
use crate::journal::Entry;
use crate::project_id::is_project_id;
use crate::project_id::is_usual_project_id;
use crate::text::language::Language;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The placeholder of a token in a header: a shell variable.
pub const TOKEN: &str = "$TOKEN";

/// The characters that are not escaped in a path and in a query.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request that breaks no rule. Secrets are placeholders.
#[derive(Debug, Serialize)]
pub struct Corrected {
    method: &'static str,
    path: String,
    headers: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    curl: String,
}

/// What a request is corrected for.
#[derive(Clone, Copy, Debug)]
pub struct CorrectionTarget<'c> {
    /// The operation.
    pub contract: &'static Contract,
    /// The levels of this run.
    pub strictness: Strictness,
    /// How requests come in.
    pub transport: Transport,
    /// What knows where this service is reached.
    pub guard: &'c Guard,
    /// The instances of the world.
    pub instances: &'c Instances,
    /// The region that is emulated.
    pub region: &'c str,
}

impl<'c> CorrectionTarget<'c> {
    /// The request of an entry, corrected; nothing where there is no way to.
    pub fn correct(self, entry: &Entry) -> Option<Corrected> {
        let Self { contract, transport, .. } = self;
        let example = documented(contract);
        let had_body = !entry.body().trim_ascii().is_empty();
        let target = entry.target();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let template = self.template(path);
        let mut said = Parameters {
            path: path_parameters(path, &template),
            query: query_parameters(query),
            headers: self.header_parameters(entry),
            body: match body_of(entry) {
                Some(body) => body,
                None if contract.body_is_optional && !had_body => Parameters::default().body,
                None => example.body.clone(),
            },
        };
        if let Some(instead) = &entry.draft.instead {
            said.say(contract, instead);
        }
        let mut said = said.mended(contract, &example, &self.required_instances())?;
        fill_in_region(&mut said.body, self.region);
        let body = !contract.body.is_empty() && (had_body || !contract.body_is_optional);
        let mut headers = Vec::new();
        if !contract.open {
            headers.push(("X-Auth-Token".to_owned(), TOKEN.to_owned()));
        }
        for field in contract.headers {
            let value = said.headers.get(field.name).map(plain);
            let value = if field.secret { value.map(|_| TOKEN.to_owned()) } else { value };
            headers.extend(value.map(|value| (field.name.to_owned(), value)));
        }
        if body {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        let language = header(entry, "x-language").filter(|_| contract.service.speaks_chinese);
        if let Some(tag) = language.filter(|tag| Language::from_tag(tag).is_some()) {
            headers.push(("X-Language".to_owned(), tag.to_owned()));
        }
        let path = self.write_target(path, &template, &said);
        let host = header(entry, "host");
        // Where several services claim a path, the host decides.
        if let Some(host) = host.filter(|host| self.is_host_of_the_service(host)) {
            headers.push(("Host".to_owned(), host.to_owned()));
        }
        let host = self.guard.reached_by(host);
        let body = body.then_some(said.body);
        let text = body.as_ref().map(Value::to_string);
        let url = format!("{}://{host}{path}", transport.scheme());
        let method = contract.method.as_str();
        let curl = curl::line(transport, (method, &url), &headers, text.as_deref());
        let headers = headers.into_iter().map(|(name, value)| (name, value.into())).collect();
        Some(Corrected { method, path, headers, body, curl })
    }

    fn is_host_of_the_service(self, host: &str) -> bool {
        host.split('.').next().is_some_and(|label| self.contract.service.hosts.contains(&label))
    }

    /// The instances that there are, where a request can name no other.
    fn required_instances(self) -> Vec<&'c Instance> {
        let required = self.strictness.resources == Level::Enforce;
        self.instances.values().filter(|_| required).collect()
    }

    /// The template that a path was written by: the documented one, unless it is an alias.
    fn template(self, path: &str) -> Cow<'static, str> {
        let aliases = self.contract.alias_templates();
        let mut known = std::iter::once(Cow::Borrowed(self.contract.path)).chain(aliases);
        known.find(|template| fits(path, template)).unwrap_or(Cow::Borrowed(self.contract.path))
    }

    fn header_parameters(self, entry: &Entry) -> Value {
        let sent = self.contract.headers.iter().filter_map(|field| {
            let value = header(entry, field.name)?;
            Some((field.name.to_owned(), value.trim().into()))
        });
        Value::Object(sent.collect())
    }

    fn write_target(self, sent: &str, template: &str, said: &Parameters) -> String {
        let sent: Vec<_> = sent.split('/').collect();
        let of_project = self.contract.is_of_project();
        let segment = |(index, part): (usize, &str)| {
            let Some(name) = part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) else {
                return part.to_owned();
            };
            if of_project && name == "project_id" {
                let sent = sent.get(index).and_then(|sent| decoded(sent));
                return sent.filter(|id| self.takes_project(id)).unwrap_or(PROJECT_ID.to_owned());
            }
            encoded(&said.path.get(name).map(plain).unwrap_or_default())
        };
        let segments: Vec<_> = template.split('/').enumerate().map(segment).collect();
        let pair = |(name, value): (&String, &Value)| {
            format!("{}={}", encoded(name), encoded(&plain(value)))
        };
        let query: Vec<_> = said.query.as_object().into_iter().flatten().map(pair).collect();
        let joint = if query.is_empty() { "" } else { "?" };
        format!("{}{joint}{}", segments.join("/"), query.join("&"))
    }

    /// An unusual project is a world of its own, so it stays unless this run refuses it.
    fn takes_project(self, id: &str) -> bool {
        let refused = self.strictness.level(Rule::ProjectId.class()) == Level::Enforce;
        is_project_id(id) && (is_usual_project_id(id) || !refused)
    }
}

/// Puts the region where a declared example leaves it open.
fn fill_in_region(value: &mut Value, region: &str) {
    match value {
        Value::String(text) => *text = text.replace("{region}", region),
        Value::Array(values) => values.iter_mut().for_each(|one| fill_in_region(one, region)),
        Value::Object(members) => members.values_mut().for_each(|one| fill_in_region(one, region)),
        _ => {}
    }
}

/// The documented example of a contract.
fn documented(contract: &Contract) -> Parameters {
    let example: Value = serde_json::from_str(contract.example).unwrap_or_default();
    let request = &example["request"];
    let target = request["path"].as_str().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let object = |value: &Value| value.as_object().cloned().unwrap_or_default().into();
    Parameters {
        path: path_parameters(path, contract.path),
        query: query_parameters(query),
        headers: object(&request["headers"]),
        body: object(&request["body"]),
    }
}

/// The parameters in a path, as far as they can be read and stand where the template has them.
fn path_parameters(path: &str, template: &str) -> Value {
    let pairs = template.split('/').zip(path.split('/'));
    let parameters = pairs.filter_map(|(name, sent)| {
        let name = name.strip_prefix('{')?.strip_suffix('}')?;
        Some((name.to_owned(), decoded(sent)?.into()))
    });
    Value::Object(parameters.collect())
}

fn query_parameters(query: &str) -> Value {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let parameters = pairs.filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decoded(&name.replace('+', " "))?, decoded(&value.replace('+', " "))?.into()))
    });
    Value::Object(parameters.collect())
}

/// The members of a body that was a JSON object.
fn body_of(entry: &Entry) -> Option<Value> {
    let body: Value = serde_json::from_slice(entry.body()).ok()?;
    body.is_object().then_some(body)
}

/// A header of the request.
fn header<'e>(entry: &'e Entry, wanted: &str) -> Option<&'e str> {
    entry.headers().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
}

fn decoded(sent: &str) -> Option<String> {
    let mut escapes = sent.split('%').skip(1);
    let whole = escapes.all(|rest| {
        rest.get(..2).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    });
    let text = percent_decode_str(sent).decode_utf8().ok()?;
    whole.then(|| text.into_owned())
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

/// A value as a path, a query or a header has it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
