//! Operations that the SDKs of the cloud know and Papercloud does not emulate: who calls one is told
//! so, and not that there is no such thing.

use crate::api;
use crate::contract::template::fits;
use crate::contract::{Envelope, Service};
use axum::http::Method;
use std::sync::LazyLock;

/// An operation that is known and not emulated.
#[derive(Debug)]
pub struct Known {
    /// What the SDKs call it.
    pub name: &'static str,
    /// Its service.
    pub service: &'static str,
    /// How that says what is wrong.
    pub dialect: &'static Service,
    /// The first label of the service's host names.
    label: &'static str,
    /// HTTP method.
    pub method: Method,
    /// URI template.
    pub path: &'static str,
}

/// A service of which Papercloud emulates nothing.
static UNKNOWN: Service = Service {
    name: "another service",
    hosts: &[],
    prefix_aliases: &[],
    envelope: Envelope::Plain,
    speaks_chinese: false,
    refusals: &[],
};

/// The services with a line `= label name`, then for each path a line with its methods and names.
/// Services that are emulated in part come first.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let (mut known, mut label, mut service, mut dialect) = (Vec::new(), "", "", &UNKNOWN);
    for line in include_str!("../../fixtures/known.txt").lines() {
        let mut words = line.split(' ');
        match words.next() {
            Some("#") | None => {}
            Some("=") => {
                (label, service) = line["= ".len()..].split_once(' ').unwrap_or_default();
                dialect = dialect_of(label);
            }
            Some(path) => {
                while let (Some(method), Some(name)) = (words.next(), words.next()) {
                    let method = method.parse().unwrap_or_default();
                    known.push(Known { name, service, dialect, label, method, path });
                }
            }
        }
    }
    known
});

fn dialect_of(label: &str) -> &'static Service {
    let mut services = api::routes().iter().map(|route| route.head.service);
    services.find(|service| service.hosts.contains(&label)).unwrap_or(&UNKNOWN)
}

/// All of them.
pub fn all() -> &'static [Known] {
    &KNOWN
}

/// The one that a request is for: that of the service which is named, by its name or by the first label
/// of its host, or else the first; of several the one with the fewest parameters.
pub fn find(method: &Method, path: &str, service: &str) -> Option<&'static Known> {
    let fitting = KNOWN.iter().filter(|known| known.method == method && fits(path, known.path));
    let is_named = |known: &Known| known.label == service || known.service == service;
    fitting.min_by_key(|known| (!is_named(known), known.path.matches('{').count()))
}
