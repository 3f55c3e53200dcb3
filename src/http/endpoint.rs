//! Which operation a request means: by path, by host, by what it asks for.
//!
//! One host serves all services here, so several of them can claim a path that each has to itself
//! in the real cloud.

use super::host;
use crate::api;
use crate::cloud::State;
use crate::contract::Service;
use crate::contract::check::Sent;
use crate::contract::template::fits;
use crate::operation::Route;
use axum::http::Method;
use axum::http::request::Parts;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Operations that share a method and a path, and a template that leads to them.
#[derive(Debug)]
pub struct Endpoint {
    template: Cow<'static, str>,
    routes: &'static [Route],
}

impl Endpoint {
    fn method(&self) -> &Method {
        self.routes[0].head.method
    }
}

/// Every documented path, and every alias. Of operations that share a path, an alias leads only
/// to those that have it.
static ENTRANCES: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let by_method_and_path = api::routes().chunk_by(|left, right| {
        (left.head.method, left.head.path) == (right.head.method, right.head.path)
    });
    let documented = |routes: &'static [Route]| {
        let template = Cow::Borrowed(routes[0].head.path);
        Endpoint { template, routes }
    };
    let aliased = |routes: &'static [Route]| {
        let same_aliases = routes
            .chunk_by(|left, right| left.head.alias_templates().eq(right.head.alias_templates()));
        same_aliases.flat_map(|routes| {
            let templates = routes[0].head.alias_templates();
            templates.map(move |template| Endpoint { template, routes })
        })
    };
    by_method_and_path
        .flat_map(|routes| std::iter::once(documented(routes)).chain(aliased(routes)))
        .collect()
});

/// For each template and method the entrances that a request may mean, the best first.
///
/// A template comes with its own, and with those of another template that it is an instance of,
/// which the router would hide behind it. The latter answer the methods that it has none for, so
/// a database called `config` can be deleted, though `…/replication/config` is a path of its own;
/// and requests whose host names their service, so `GET /v3` is not always IAM's.
pub fn by_template() -> BTreeMap<&'static str, Vec<(Method, Vec<&'static Endpoint>)>> {
    let mut templates: BTreeMap<&str, Vec<(Method, Vec<_>)>> = BTreeMap::new();
    for endpoint in ENTRANCES.iter() {
        // The router takes two templates that differ in the names of parameters for one.
        let same = templates
            .keys()
            .any(|known| fits(known, &endpoint.template) && fits(&endpoint.template, known));
        if !same {
            templates.insert(&endpoint.template, Vec::new());
        }
    }
    for (template, methods) in &mut templates {
        for endpoint in ENTRANCES.iter().filter(|other| fits(template, &other.template)) {
            let method = endpoint.method();
            if !methods.iter().any(|(known, _)| known == method) {
                methods.push((method.clone(), fitting(method, template)));
            }
        }
    }
    templates
}

/// The entrances that a method and a path fit, those with the fewest parameters first.
pub fn fitting(method: &Method, path: &str) -> Vec<&'static Endpoint> {
    let fits = |endpoint: &&Endpoint| endpoint.method() == method && fits(path, &endpoint.template);
    let mut fitting: Vec<_> = ENTRANCES.iter().filter(fits).collect();
    fitting.sort_by_key(|endpoint| endpoint.template.matches('{').count());
    fitting
}

/// The service that a port belongs to, as a mark on the requests that come in by it.
#[derive(Clone, Copy, Debug)]
pub struct PortOf(pub &'static str);

/// The template and the operations that port and host leave: those of the service that one of them
/// names, or all of the first entrance.
pub fn of_service(
    endpoints: &[&'static Endpoint],
    parts: &Parts,
) -> (&'static str, &'static [Route]) {
    let [first, ..] = endpoints else { unreachable!("a path has an entrance") };
    if let ([_], [_]) = (endpoints, first.routes) {
        return (&first.template, first.routes);
    }
    let port = parts.extensions.get::<PortOf>().map(|port| port.0);
    let label = host(parts).unwrap_or_default().split('.').next().unwrap_or_default();
    let is_named = |service: &Service| match port {
        Some(name) => service.name == name,
        None => service.hosts.contains(&label),
    };
    let named = endpoints.iter().find_map(|endpoint| {
        let at = endpoint.routes.iter().position(|route| is_named(route.head.service))?;
        Some((endpoint.template.as_ref(), &endpoint.routes[at..=at]))
    });
    named.unwrap_or((&first.template, first.routes))
}

/// Which of the operations on a path is meant: the first that claims the request, or the last.
pub fn choose<'r>(routes: &'r [Route], sent: &Sent<'_>, state: &State) -> &'r Route {
    let [others @ .., last] = routes else { unreachable!("a path has an operation") };
    others.iter().find(|route| route.claims(sent, state)).unwrap_or(last)
}
