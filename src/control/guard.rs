//! Who may control: no web page that somebody looks at by chance, and where a token is set, only
//! whoever has it.
//!
//! A browser lets every page send requests to this machine, and a page can give its own host name
//! the address of this machine. Both show: in the `Origin`, and in the `Host`.

use super::{ControlError, refuse};
use crate::credentials::Secret;
use crate::http::App;
use crate::testing::instructions;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, Uri, header};
use axum::middleware::Next;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use tower_http::cors::{AllowHeaders, AllowMethods, Any, CorsLayer};

/// What carries the token, on control calls and on requests with instructions.
const TOKEN: HeaderName = HeaderName::from_static("x-paper-token");

/// Who may control.
#[derive(Debug, Default)]
pub struct Guard {
    hosts: Vec<String>,
    origins: Vec<HeaderValue>,
    token: Option<Secret>,
    /// The port that control calls are served at, where it is one of their own.
    pub port: Option<u16>,
}

impl Guard {
    /// A guard that also takes these hosts and origins for its own, or what is wrong with one.
    pub fn new(
        hosts: &[String],
        origins: &[String],
        token: Option<&Secret>,
    ) -> Result<Self, String> {
        let given = |texts: &[String]| {
            let texts: Vec<_> = texts.iter().map(|text| text.trim().to_lowercase()).collect();
            texts.into_iter().filter(|text| !text.is_empty())
        };
        if token.is_some_and(|token| token.reveal().trim().is_empty()) {
            return Err("control-token must not be empty".to_owned());
        }
        let hosts = given(hosts).map(|host| {
            let is_name = !host.contains(['/', ':', '@', ' ', '*']);
            is_name.then_some(host.trim_end_matches('.').to_owned()).ok_or_else(|| {
                format!("control-host must be a name such as mock.example.com, got {host:?}")
            })
        });
        let origins = given(origins).map(|origin| {
            let bad =
                || format!("cors-origin must be one such as http://localhost:3000, got {origin:?}");
            let (_, authority) = origin.split_once("://").ok_or_else(bad)?;
            let is_plain = !authority.is_empty() && !authority.contains(['/', '*', '@', ' ', '?']);
            let value = HeaderValue::from_str(&origin).ok();
            value.filter(|_| is_plain).ok_or_else(bad)
        });
        Ok(Self {
            hosts: hosts.collect::<Result<_, _>>()?,
            origins: origins.collect::<Result<_, _>>()?,
            token: token.cloned(),
            port: None,
        })
    }

    /// Lets a control call pass.
    pub fn admit(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), ControlError> {
        self.require_host(headers, uri)?;
        self.require_origin(headers, uri)?;
        self.require_token(headers, true)
    }

    /// Lets a request of the API pass, if it has no instructions or may have them.
    pub fn admit_instructions(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), ControlError> {
        let instructs =
            |name: &HeaderName| name.as_str().starts_with(instructions::PREFIX) && name != TOKEN;
        if !headers.keys().any(instructs) {
            return Ok(());
        }
        self.require_host(headers, uri)?;
        self.require_origin(headers, uri)?;
        // `Authorization` is the service's own there.
        self.require_token(headers, false)
    }

    /// What lets pages of the configured origins read answers.
    pub fn cors(&self) -> Option<CorsLayer> {
        let layer = || {
            CorsLayer::new()
                .allow_origin(self.origins.clone())
                .allow_methods(AllowMethods::mirror_request())
                .allow_headers(AllowHeaders::mirror_request())
                .expose_headers(Any)
        };
        (!self.origins.is_empty()).then(layer)
    }

    fn require_host(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), ControlError> {
        let foreign = authorities(headers, uri)
            .find(|authority| authority.is_none_or(|authority| !self.is_own(host_of(authority))));
        let Some(authority) = foreign else { return Ok(()) };
        let host = shown(authority.map_or("one that is not ASCII", host_of));
        Err(ControlError::forbidden(format!(
            "the Host {host} may be a web page's, which must not control Papercloud; if it is \
             meant, start with --control-host {host} (PAPERCLOUD_CONTROL_HOSTS)"
        )))
    }

    /// Hosts that no page on the internet can have: addresses, names that only a local resolver
    /// knows, and those that are configured.
    fn is_own(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let is_address = host.parse::<Ipv4Addr>().is_ok() || host.parse::<Ipv6Addr>().is_ok();
        let local = [".localhost", ".internal", ".local"];
        is_address
            || !host.contains('.')
            || local.iter().any(|end| host.ends_with(end))
            || self.hosts.contains(&host)
    }

    fn require_origin(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), ControlError> {
        let is_own = |origin: &HeaderValue| {
            let is_listed = || {
                let same =
                    |known: &HeaderValue| known.as_bytes().eq_ignore_ascii_case(origin.as_bytes());
                self.origins.iter().any(same)
            };
            is_of_host(origin, headers, uri) || is_listed()
        };
        let Some(origin) = headers.get_all(header::ORIGIN).iter().find(|one| !is_own(one)) else {
            return Ok(());
        };
        let origin = shown(&String::from_utf8_lossy(origin.as_bytes()));
        Err(ControlError::forbidden(format!(
            "a web page of the Origin {origin} must not control Papercloud; if it is meant, start \
             with --cors-origin {origin} (PAPERCLOUD_CORS_ORIGINS)"
        )))
    }

    fn require_token(&self, headers: &HeaderMap, may_bear: bool) -> Result<(), ControlError> {
        let Some(token) = &self.token else { return Ok(()) };
        let sent = headers.get(TOKEN).and_then(|sent| sent.to_str().ok());
        let borne = headers.get(header::AUTHORIZATION).filter(|_| may_bear);
        let borne = borne.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let problem = match sent.or(borne) {
            Some(sent) if token.is(sent.trim()) => return Ok(()),
            Some(_) => "another token was sent",
            None => "no token was sent",
        };
        let bearer = if may_bear { ", or Authorization: Bearer with it" } else { "" };
        Err(ControlError::unauthorized(format!(
            "{problem}; send X-Paper-Token with the token of --control-token \
             (PAPERCLOUD_CONTROL_TOKEN){bearer}"
        )))
    }
}

/// Lets control calls pass that may.
pub async fn watch(State(app): State<Arc<App>>, request: Request, next: Next) -> Response<Body> {
    match app.guard.admit(request.headers(), request.uri()) {
        Ok(()) => next.run(request).await,
        Err(error) => refuse(error.status, &error.to_string()).map(Body::from),
    }
}

/// Host and port that a request is for, as often as it says so; nothing where it cannot be read.
fn authorities<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> impl Iterator<Item = Option<&'r str>> {
    let named = headers.get_all(header::HOST).iter().map(|host| host.to_str().ok());
    named.chain(uri.authority().map(|authority| Some(authority.as_str())))
}

/// The host without its port.
fn host_of(authority: &str) -> &str {
    let bracketed = authority.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let host = match bracketed {
        Some((address, _)) => address,
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    };
    host.strip_suffix('.').unwrap_or(host)
}

/// Whether a page comes from the very host and port that it asks.
fn is_of_host(origin: &HeaderValue, headers: &HeaderMap, uri: &Uri) -> bool {
    let Some((scheme, of_page)) = origin.to_str().ok().and_then(|text| text.split_once("://"))
    else {
        return false;
    };
    let default = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    let plain =
        |authority: &str| authority.strip_suffix(default).unwrap_or(authority).to_ascii_lowercase();
    let mut asked = authorities(headers, uri).flatten();
    asked.next().is_some_and(|asked| plain(asked) == plain(of_page))
}

fn shown(text: &str) -> String {
    text.chars().take(64).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_no_page_can_have_are_own() {
        let guard = Guard::new(&["Mock.Example.com".to_owned()], &[], None).unwrap();
        for own in [
            "127.0.0.1:8080",
            "127.0.0.1",
            "10.1.2.3:1",
            "[::1]",
            "[::1]:8080",
            "[fe80::1]:80",
            "localhost",
            "LOCALHOST:8080",
            "localhost.:8080",
            "dcs.localhost:1",
            "papercloud",
            "papercloud:8080",
            "host.docker.internal:8080",
            "laptop.local",
            "mock.example.com:8080",
        ] {
            assert!(guard.is_own(host_of(own)), "{own}");
        }
        for foreign in [
            "evil.example.com",
            "evil.example.com:8080",
            "127.0.0.1.evil.example.com",
            "localhost.evil.example.com",
            "mock.example.com.evil.org",
            "notlocalhost.com",
            "1.2.3.4.5",
        ] {
            assert!(!guard.is_own(host_of(foreign)), "{foreign}");
        }
    }

    #[test]
    fn what_is_no_host_origin_or_token_is_refused() {
        let bad = |host: &str, origin: &str| {
            Guard::new(&[host.to_owned()], &[origin.to_owned()], None).map(drop)
        };
        for host in ["http://x", "x:80", "x/y", "*", "a b"] {
            assert!(bad(host, "").unwrap_err().starts_with("control-host must"), "{host}");
        }
        for origin in ["*", "localhost", "http://", "http://a/b", "http://*.a", "http://a b"] {
            assert!(bad("", origin).unwrap_err().starts_with("cors-origin must"), "{origin}");
        }
        assert!(bad("", "").is_ok(), "an empty variable sets nothing");
        let empty = Guard::new(&[], &[], Some(&" ".into())).unwrap_err();
        assert_eq!(empty, "control-token must not be empty");
    }
}
