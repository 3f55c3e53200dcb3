//! Which operation a request means: by path, by host, by its parameters.
//!
//! One host serves all services here, so several of them can claim a path that each has to itself
//! in the real cloud.

use super::host;
use crate::api;
use crate::api::known::{self, Known};
use crate::cloud::{Map, State};
use crate::contract::Service;
use crate::contract::check::Sent;
use crate::contract::template::{Template, fits, segments};
use crate::operation::Route;
use axum::http::Method;
use axum::http::request::Parts;
use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

/// Operations that share a method and a path, and a template that leads to them.
#[derive(Debug)]
pub struct Endpoint {
    template: Template,
    routes: &'static [Route],
    /// Operations that are not emulated, whose paths have a word where the template takes anything.
    hidden: OnceLock<Vec<&'static Known>>,
}

impl Endpoint {
    fn new(template: &'static str, routes: &'static [Route]) -> Self {
        Self { template: Template::new(template), routes, hidden: OnceLock::new() }
    }

    /// Computed when they are first needed: that takes longer than a start may.
    fn hidden(&self) -> &[&'static Known] {
        self.hidden.get_or_init(|| {
            let is_hidden = |known: &&Known| {
                known.method == self.method()
                    && fits(known.path, self.template.text)
                    && !fits(self.template.text, known.path)
            };
            known::all().iter().filter(is_hidden).collect()
        })
    }

    fn method(&self) -> &Method {
        self.routes[0].head.method
    }
}

/// Every documented path, and every alias. On a path that several operations share, an alias leads
/// only to those that have it.
static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let documented = |routes: &'static [Route]| Endpoint::new(routes[0].head.path, routes);
    let aliased = |routes: &'static [Route]| {
        let same_aliases = routes
            .chunk_by(|left, right| left.head.alias_templates().eq(right.head.alias_templates()));
        same_aliases.flat_map(|routes| {
            let templates = routes[0].head.alias_templates();
            templates.map(move |template| {
                let template = match template {
                    Cow::Borrowed(template) => template,
                    Cow::Owned(template) => template.leak(),
                };
                Endpoint::new(template, routes)
            })
        })
    };
    api::by_method_and_path()
        .flat_map(|routes| std::iter::once(documented(routes)).chain(aliased(routes)))
        .collect()
});

/// The endpoints by the segments of their templates.
static BY_SEGMENT: LazyLock<Branch> = LazyLock::new(|| {
    let mut root = Branch::default();
    for endpoint in ENDPOINTS.iter() {
        let end = segments(endpoint.template.text).fold(&mut root, Branch::below);
        end.endpoints.push(endpoint);
    }
    root
});

/// The templates that begin with the same segments.
#[derive(Debug, Default)]
struct Branch {
    /// The branches that continue with a word.
    words: Map<&'static str, Self>,
    /// The branch that continues with a parameter.
    parameter: Option<Box<Self>>,
    /// The endpoints whose templates end here.
    endpoints: Vec<&'static Endpoint>,
}

impl Branch {
    fn below(&mut self, segment: &'static str) -> &mut Self {
        if segment.starts_with('{') {
            self.parameter.get_or_insert_default()
        } else {
            self.words.entry(segment).or_default()
        }
    }

    /// Finds the endpoints of a method that the rest of a path fits.
    fn find<'p>(
        &self,
        method: &Method,
        mut path: impl Iterator<Item = &'p str> + Clone,
        found: &mut Vec<&'static Endpoint>,
    ) {
        let Some(segment) = path.next() else {
            return found.extend(self.endpoints.iter().filter(|one| one.method() == method));
        };
        if let Some(branch) = self.words.get(segment) {
            branch.find(method, path.clone(), found);
        }
        if let Some(branch) = self.parameter.as_ref().filter(|_| !segment.is_empty()) {
            branch.find(method, path, found);
        }
    }
}

/// The endpoints that a method and a path fit, those with the fewest parameters first: so a database
/// called `config` can be deleted, though `…/replication/config` is a path of its own. Who asks with
/// HEAD is answered as with GET, without the body.
pub fn fitting(method: &Method, path: &str) -> Vec<&'static Endpoint> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let mut fitting = Vec::new();
    BY_SEGMENT.find(method, segments(path), &mut fitting);
    fitting.sort_by_key(|endpoint| endpoint.template.parameters());
    fitting
}

/// The service that a port belongs to, as a mark on the requests that come in by it.
#[derive(Clone, Copy, Debug)]
pub struct PortOf(pub &'static str);

/// Whether a path of one of these is that of another operation, which is not emulated.
pub fn hide_another(endpoints: &[&'static Endpoint], path: &str) -> bool {
    let hidden = endpoints.first().map(|endpoint| endpoint.hidden());
    hidden.into_iter().flatten().any(|known| fits(path, known.path))
}

/// The operation that a request is for, if the cloud has one and Papercloud has not. Who asks for the
/// head of something means that.
pub fn known(parts: &Parts) -> Option<&'static Known> {
    let port = parts.extensions.get::<PortOf>().map(|port| port.0);
    let service = port.unwrap_or_else(|| first_label(parts));
    let find = |method: &Method| known::find(method, parts.uri.path(), service);
    let of_head = || (parts.method == Method::HEAD).then(|| find(&Method::GET)).flatten();
    find(&parts.method).or_else(of_head)
}

fn first_label(parts: &Parts) -> &str {
    host(parts).unwrap_or_default().split('.').next().unwrap_or_default()
}

/// The template and the operations that the port or the host selects; all of the first endpoint if
/// neither names a service.
pub fn of_service(
    endpoints: &[&'static Endpoint],
    parts: &Parts,
) -> (&'static Template, &'static [Route]) {
    let [first, ..] = endpoints else { unreachable!("a path has an endpoint") };
    if let ([_], [_]) = (endpoints, first.routes) {
        return (&first.template, first.routes);
    }
    let port = parts.extensions.get::<PortOf>().map(|port| port.0);
    let label = first_label(parts);
    let is_named = |service: &Service| match port {
        Some(name) => service.name == name,
        None => service.hosts.contains(&label),
    };
    let named = endpoints.iter().find_map(|endpoint| {
        let at = endpoint.routes.iter().position(|route| is_named(route.head.service))?;
        Some((&endpoint.template, &endpoint.routes[at..=at]))
    });
    named.unwrap_or((&first.template, first.routes))
}

/// Which of the operations on a path is meant: the first that claims the request, or the last.
pub fn choose<'r>(routes: &'r [Route], sent: &Sent<'_>, state: &State) -> &'r Route {
    let [others @ .., last] = routes else { unreachable!("a path has an operation") };
    others.iter().find(|route| route.claims(sent, state)).unwrap_or(last)
}
