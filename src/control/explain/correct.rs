//! Corrects a request: reads its parameters, repairs them, and writes them as a request again.

use super::Context;
use super::curl;
use super::field::DeclaredField;
use super::parameters::{Parameters, decode, encode, in_path, in_query, plain};
use super::repair::{Repair, set};
use crate::cloud::Instance;
use crate::contract::template::{fits, parameter_name};
use crate::contract::{Contract, Level, Rule};
use crate::credentials::PROJECT_ID;
use crate::project_id::Form;
use crate::text::language::Language;
use serde::Serialize;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The placeholder of a token in a header: a shell variable.
pub const TOKEN: &str = "$TOKEN";

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

impl Corrected {
    /// The request, corrected to one for this operation; nothing where its repair fails.
    pub fn of(context: Context<'_>, contract: &'static Contract) -> Option<Self> {
        let Context { entry, app, .. } = context;
        let sent_body = !entry.body().trim_ascii().is_empty();
        let has_body = !contract.body.is_empty() && (sent_body || !contract.body_is_optional);
        let template = template_of(contract, entry.path_and_query().0);
        let correction = Correction { context, contract, template, has_body };
        let example = Parameters::documented(contract);
        let mut parameters = correction.sent_parameters(&example);
        if let Some(instead) = &entry.record.instead
            && let Some(found) = DeclaredField::find(contract, instead.parameter)
        {
            set(parameters.at_mut(found.place), &found.pointer, instead.value.clone());
        }
        let instances = correction.required_instances();
        let mut parameters = Repair { contract, example, instances }.repair(parameters)?;
        fill_in_region(&mut parameters.body, &app.worlds.settings().region);
        Some(correction.write(parameters))
    }
}

/// A request on its way to be corrected.
struct Correction<'c> {
    context: Context<'c>,
    /// The operation that it is to be for.
    contract: &'static Contract,
    /// The template of its path.
    template: Cow<'static, str>,
    /// Whether it is to have a body.
    has_body: bool,
}

impl<'c> Correction<'c> {
    /// What was sent, as far as it can be read. For a body that cannot be read the documented one is
    /// taken.
    fn sent_parameters(&self, example: &Parameters) -> Parameters {
        let (path, query) = self.context.entry.path_and_query();
        let headers = self.contract.headers.iter().filter_map(|field| {
            let value = self.sent_header(field.name)?;
            Some((field.name.to_owned(), value.trim().into()))
        });
        let sent = serde_json::from_slice(self.context.entry.body()).ok();
        let body = match sent.filter(Value::is_object) {
            Some(body) => body,
            None if self.has_body => example.body.clone(),
            None => Parameters::default().body,
        };
        Parameters {
            path: in_path(path, &self.template),
            query: in_query(query),
            headers: Value::Object(headers.collect()),
            body,
        }
    }

    /// The instances that there are, where a request can name no other.
    fn required_instances(&self) -> Vec<&'c Instance> {
        let required = self.context.strictness().resources == Level::Enforce;
        self.context.instances.values().filter(|_| required).collect()
    }

    /// The request with these parameters.
    fn write(&self, parameters: Parameters) -> Corrected {
        let app = self.context.app;
        let path = self.target(&parameters);
        let headers = self.headers(&parameters);
        let body = self.has_body.then_some(parameters.body);
        let host = app.guard.reached_by(self.sent_header("host"));
        let url = format!("{}://{host}{path}", app.transport.scheme());
        let method = self.contract.method.as_str();
        let text = body.as_ref().map(Value::to_string);
        let curl = curl::line(app.transport, (method, &url), &headers, text.as_deref());
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
        Corrected { method, path, headers: headers.collect(), body, curl }
    }

    /// Path and query.
    fn target(&self, parameters: &Parameters) -> String {
        let (sent, _) = self.context.entry.path_and_query();
        let sent: Vec<_> = sent.split('/').collect();
        let of_project = self.contract.is_of_project();
        let segment = |(index, segment): (usize, &str)| match parameter_name(segment) {
            None => segment.to_owned(),
            Some("project_id") if of_project => {
                let sent = sent.get(index).and_then(|sent| decode(sent));
                sent.filter(|id| self.takes_project(id)).unwrap_or(PROJECT_ID.to_owned())
            }
            Some(name) => parameters.path.get(name).map(encode).unwrap_or_default(),
        };
        let segments: Vec<_> = self.template.split('/').enumerate().map(segment).collect();
        let pair = |(name, value): (&String, &Value)| {
            format!("{}={}", encode(&name.as_str().into()), encode(value))
        };
        let query: Vec<_> = parameters.query.as_object().into_iter().flatten().map(pair).collect();
        let separator = if query.is_empty() { "" } else { "?" };
        format!("{}{separator}{}", segments.join("/"), query.join("&"))
    }

    fn headers(&self, parameters: &Parameters) -> Vec<(&'static str, String)> {
        let contract = self.contract;
        let token = (!contract.open).then(|| ("X-Auth-Token", TOKEN.to_owned()));
        let declared = contract.headers.iter().filter_map(|field| {
            let value = parameters.headers.get(field.name)?;
            Some((field.name, if field.secret { TOKEN.to_owned() } else { plain(value) }))
        });
        let content_type = self.has_body.then(|| ("Content-Type", "application/json".to_owned()));
        let language = self
            .sent_header("x-language")
            .filter(|tag| contract.service.speaks_chinese && Language::from_tag(tag).is_some());
        // Where several services claim a path, the host decides.
        let host = self.sent_header("host").filter(|host| self.is_host_of_the_service(host));
        let kept = [("X-Language", language), ("Host", host)].into_iter();
        let kept = kept.filter_map(|(name, value)| Some((name, value?.to_owned())));
        token.into_iter().chain(declared).chain(content_type).chain(kept).collect()
    }

    fn sent_header(&self, wanted: &str) -> Option<&'c str> {
        let mut headers = self.context.entry.headers();
        headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    }

    fn is_host_of_the_service(&self, host: &str) -> bool {
        host.split('.').next().is_some_and(|label| self.contract.service.hosts.contains(&label))
    }

    /// An unusual project is a world of its own, so it stays unless this run refuses it.
    fn takes_project(&self, id: &str) -> bool {
        let refused = self.context.strictness().level(Rule::ProjectId.class()) == Level::Enforce;
        match Form::of(id) {
            Form::Usual => true,
            Form::Unusual => !refused,
            Form::Malformed => false,
        }
    }
}

/// The template that a path was written by: the documented one, unless it is an alias.
fn template_of(contract: &Contract, path: &str) -> Cow<'static, str> {
    let documented = Cow::Borrowed(contract.path);
    let mut known = std::iter::once(documented.clone()).chain(contract.alias_templates());
    known.find(|template| fits(path, template)).unwrap_or(documented)
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
