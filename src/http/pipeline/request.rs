//! What was sent, and the steps that only read it.

use super::Rejection;
use super::visit::Visit;
use crate::api::shared;
use crate::app::App;
use crate::auth::{self, Arrival, AuthMode, Authenticated};
use crate::cloud::{Access, Warning};
use crate::contract::check::{Checked, Members, Sent, check};
use crate::contract::json::Json;
use crate::contract::{Class, Contract, Level, Service, Violation};
use crate::error::Refusal;
use crate::http::endpoint::{self, Endpoint};
use crate::http::target::Target;
use crate::http::{body, host, language, read_headers, remarks};
use crate::journal::{RequestRecord, ShownBody};
use crate::operation::Route;
use crate::text::language::Language;
use axum::http::request::Parts;
use std::borrow::Cow;

/// What was sent, and to which operations.
#[derive(Debug)]
pub struct Request<'r> {
    pub app: &'r App,
    pub parts: &'r Parts,
    /// The operations that share the path.
    pub routes: &'static [Route],
    pub target: Result<Target<'r>, Refusal>,
    /// The project that the path names, where it is well-formed.
    project_id: Option<Cow<'r, str>>,
    /// The language of messages.
    pub language: Language,
}

impl<'r> Request<'r> {
    pub fn read(app: &'r App, endpoints: &[&'static Endpoint], parts: &'r Parts) -> Self {
        let (template, routes) = endpoint::of_service(endpoints, parts);
        let target = Target::read(&parts.uri, template);
        let project_id = match &target {
            Ok(target) => target.project_id(),
            // It belongs to its project whatever else is wrong with the URI.
            Err(_) => Target::project_of(&parts.uri, template),
        };
        let language = language(routes[routes.len() - 1].contract().service, &parts.headers);
        Self { app, parts, routes, target, project_id, language }
    }

    /// The project whose world the request is for; empty where it belongs to the account.
    pub fn place(&self) -> &str {
        self.project_id.as_deref().unwrap_or_default()
    }

    /// Whether it is about orders: they belong to projects, but their paths have none.
    pub fn is_about_orders(&self) -> bool {
        self.place().is_empty() && self.service().name == "BSS"
    }

    /// The project that `X-Project-Id` names.
    pub fn named_project(&self) -> Option<&str> {
        let named = self.parts.headers.get("x-project-id")?.to_str().ok()?.trim();
        (!named.is_empty()).then_some(named)
    }

    /// The service that answers, whichever operation is meant.
    pub fn service(&self) -> &'static Service {
        self.routes[self.routes.len() - 1].contract().service
    }

    /// The operation's contract; that of the last on the path while it is not known which is meant.
    pub fn contract_of(&self, record: &RequestRecord) -> &'static Contract {
        record.contract.unwrap_or(self.routes[self.routes.len() - 1].contract())
    }

    /// Lets the request in by its credentials, unless the call is what gives them.
    pub fn authenticate(
        &self,
        body: &[u8],
        record: &mut RequestRecord,
    ) -> Result<Authenticated, Refusal> {
        let app = self.app;
        let is_open = self.routes.iter().all(|route| route.contract().open);
        let mode = if is_open { AuthMode::Off } else { app.auth };
        let project_id = self.project_id.as_deref();
        let arrival = Arrival { worlds: &app.worlds, parts: self.parts, body, project_id };
        let authenticated = auth::authenticate(mode, &arrival)?;
        if let Some(message) = &authenticated.expired {
            record.expired_token = true;
            if app.worlds.settings().strictness.resources != Level::Off {
                record.warnings.push(Warning { class: Class::Resources, message: message.clone() });
            }
        }
        Ok(authenticated)
    }

    /// The caller, and the address that the request was sent to, for operations of IAM.
    pub fn access(&self, authenticated: Authenticated) -> Access<'r> {
        Access {
            account: &self.app.worlds.account,
            clocks: &self.app.worlds,
            scheme: self.app.transport.scheme(),
            host: host(self.parts).unwrap_or("localhost"),
            caller: authenticated.caller,
            verifies: self.app.auth == AuthMode::Verify,
        }
    }

    /// The parameters of the path, the query and the body, as they were sent.
    pub fn parse<'b>(&'b self, target: &Target<'b>, body: &'b [u8]) -> Result<Sent<'b>, Refusal> {
        let may_lack_body = self.routes.iter().all(|route| route.contract().body_is_optional);
        let has_none = !self.takes_body() || may_lack_body && body.trim_ascii().is_empty();
        let body = if has_none { Members::new() } else { body::members(body)? };
        let (path, query) = (target.path.clone(), target.query.clone());
        Ok(Sent { path, query, body, headers: Members::new() })
    }

    /// What a request for an operation is held against: where others share its path, and neither host
    /// nor port says which is meant, theirs as well.
    fn contract_on_path(&self, route: &Route) -> &'static Contract {
        match self.routes {
            [_] => route.contract(),
            _ => shared::contract(route),
        }
    }

    fn takes_body(&self) -> bool {
        self.routes.iter().any(|route| !route.contract().body.is_empty())
    }

    /// Which of the operations on the path is meant.
    pub fn choose_route(
        &self,
        sent: &Sent<'_>,
        visit: &mut Visit<'_>,
        record: &mut RequestRecord,
    ) -> &'static Route {
        let [_, _, ..] = self.routes else { return &self.routes[0] };
        let state = &visit.place().cell.lock().state;
        let route = endpoint::choose(self.routes, sent, state);
        record.is_unclaimed = !self.parts.method.is_safe() && !route.claims(sent, state);
        route
    }

    /// The message of a request that does not say which operation on its path it means: for which one it
    /// was taken, and how it would say so. One that was refused before that is taken for the last.
    pub fn taken_for(&self, record: &RequestRecord, refusal: &Refusal) -> Option<String> {
        let [others @ .., last] = self.routes else { return None };
        let is_of_body = matches!(
            refusal,
            Refusal::Invalid(_) | Refusal::EmptyBody | Refusal::MalformedBody { .. }
        );
        let is_unread = record.contract.is_none() && !self.parts.method.is_safe();
        if others.is_empty() || !is_of_body || !(record.is_unclaimed || is_unread) {
            return None;
        }
        let name = |route: &Route| format!("{} of {}", route.head.id, route.head.service.name);
        let meant = |route: &Route| {
            let words = route.claimed_words();
            let told = words.map_or_else(String::new, |(place, words)| {
                format!("{place} {}, or by ", words.join(" | "))
            });
            let host = route.head.service.hosts.first().unwrap_or(&"its service");
            format!("{} is meant by {told}a Host that begins with {host}", name(route))
        };
        let meant: Vec<_> = others.iter().map(meant).collect();
        Some(format!(
            "the request was taken for {}, as nothing in it says otherwise: at the same path, {}",
            name(last),
            meant.join("; ")
        ))
    }

    /// The parameters that travel in headers.
    pub fn parameters_in_headers(&self, contract: &Contract) -> Result<Members<'r>, Refusal> {
        read_headers(contract, &self.parts.headers)
    }

    /// Holds what was sent against the contract. Every violation is in the record, whether it is
    /// refused or let pass.
    pub fn validate<'b>(
        &self,
        route: &Route,
        sent: Sent<'b>,
        record: &mut RequestRecord,
    ) -> Result<Checked<'b>, Rejection> {
        let contract = self.contract_on_path(route);
        let mut checked = check(contract, sent);
        if let Json::Object(members) = &mut checked.document
            && !std::ptr::eq(contract, route.contract())
        {
            // What only others declare was held against their rules, and this one does not read it.
            members.retain(|(name, _)| route.contract().declares(name));
        }
        if checked.open_body {
            record.body = ShownBody::AsSent;
        }
        record.violations.extend(self.target.iter().filter_map(Target::remarks));
        record.violations.extend(remarks(self.routes, &self.parts.headers, self.takes_body()));
        record.violations.append(&mut checked.violations);
        let enforced: Vec<_> = self.violations(Level::Enforce, record).cloned().collect();
        if enforced.is_empty() { Ok(checked) } else { Err(Refusal::Invalid(enforced).into()) }
    }

    /// The violations that are taken so seriously.
    pub fn violations<'v>(
        &self,
        level: Level,
        record: &'v RequestRecord,
    ) -> impl Iterator<Item = &'v Violation> {
        let strictness = self.app.worlds.settings().strictness;
        record.violations.iter().filter(move |one| strictness.level(one.rule.class()) == level)
    }
}
