//! Refuses requests that a web page of another site may have sent, and control calls without the
//! token, where one is set.
//!
//! A browser lets every page send requests to this machine, and a page can give its own host name
//! the address of this machine. Both show: in `Origin` and `Sec-Fetch-Site`, and in the `Host`.

mod authority;

use crate::credentials::Secret;
use crate::error::control::ControlError;
use crate::text::shown;
use crate::worlds::instructions;
use authority::{authorities, host_of, is_of_host, without_default_port};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tower_http::cors::{AllowHeaders, AllowMethods, Any, CorsLayer};

/// The header with the token, on control calls and on requests with instructions.
const TOKEN: HeaderName = HeaderName::from_static("x-paper-token");

/// The header in which a browser says how the page that sends the request is related to this service.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Ends of names that only a resolver nearby knows.
const NEARBY: &[&str] = &[".localhost", ".internal", ".local", ".svc"];

/// Ends of names that belong to one of the clouds, so no page can have given them the address of this
/// machine.
const OF_CLOUDS: &[&str] = &[
    ".myhuaweicloud.com",
    ".myhuaweicloud.cn",
    ".myhuaweicloud.eu",
    ".otc.t-systems.com",
    ".prod-cloud-ocb.orange-business.com",
    ".g42cloud.com",
    ".hc.cloud.ru",
];

/// Which requests are let in, and which of them may control.
#[derive(Debug, Default)]
pub struct Guard {
    hosts: Vec<String>,
    origins: Vec<HeaderValue>,
    token: Option<Secret>,
    /// The port that control calls are served at, where it is one of their own.
    pub port: Option<u16>,
    /// Where requests of the API are served, once they are.
    pub address: Option<SocketAddr>,
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
        let token = token.map(readable).transpose()?;
        let hosts = given(hosts).map(|host| {
            let is_name = !host.contains(['/', ':', '@', ' ', '*']);
            is_name.then_some(host.trim_end_matches('.').to_owned()).ok_or_else(|| {
                format!("allowed-host must be a name such as mock.example.com, got {host:?}")
            })
        });
        let origins = given(origins).map(|origin| {
            let bad =
                || format!("cors-origin must be one such as http://localhost:3000, got {origin:?}");
            let (scheme, authority) = origin.split_once("://").ok_or_else(bad)?;
            let is_plain = !authority.is_empty() && !authority.contains(['/', '*', '@', ' ', '?']);
            // As browsers write it.
            let authority = without_default_port(scheme, authority);
            let value = HeaderValue::from_str(&format!("{scheme}://{authority}")).ok();
            value.filter(|_| is_plain).ok_or_else(bad)
        });
        Ok(Self {
            hosts: hosts.collect::<Result<_, _>>()?,
            origins: origins.collect::<Result<_, _>>()?,
            token,
            port: None,
            address: None,
        })
    }

    /// Lets a request pass, on whatever path, that no page of another site can have sent; or says why
    /// it does not.
    pub fn admit_sender(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), String> {
        self.require_host(headers, uri)?;
        self.require_origin(headers, uri)
    }

    /// Lets a control call pass.
    pub fn admit(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), ControlError> {
        self.admit_sender(headers, uri).map_err(ControlError::forbidden)?;
        self.require_token(headers, true)
    }

    /// Lets a request of the API pass, if it has no headers with instructions or may have them.
    pub fn admit_instructions(&self, headers: &HeaderMap) -> Result<(), ControlError> {
        let instructs =
            |name: &HeaderName| name.as_str().starts_with(instructions::PREFIX) && name != TOKEN;
        if headers.keys().any(instructs) { self.admit_instructor(headers) } else { Ok(()) }
    }

    /// Lets a request of the API pass that has instructions, by headers or by its credentials.
    pub fn admit_instructor(&self, headers: &HeaderMap) -> Result<(), ControlError> {
        // `Authorization` is the service's own there.
        self.require_token(headers, false)
    }

    /// Host and port that a request which was sent to a host is sent to again: the same, if that
    /// can be no other server's, and where the API is served otherwise.
    pub fn reached_by<'h>(&self, host: Option<&'h str>) -> Cow<'h, str> {
        let nearby = |host: &&str| host_of(host).is_some_and(|host| self.is_nearby(host));
        if let Some(host) = host.filter(nearby) {
            return Cow::Borrowed(host);
        }
        let Some(mut address) = self.address else { return Cow::Borrowed("localhost") };
        if address.ip().is_unspecified() {
            address.set_ip(match address {
                SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        Cow::Owned(address.to_string())
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

    /// Lets a request pass whose host no page can have.
    pub fn require_host(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), String> {
        let is_own = |authority: &str| {
            authority.is_empty() || host_of(authority).is_some_and(|host| self.is_own(host))
        };
        let foreign = authorities(headers, uri).find(|authority| !authority.is_some_and(is_own));
        let Some(authority) = foreign else { return Ok(()) };
        let Some(host) = authority.and_then(host_of) else {
            let host = authority.map_or_else(|| "one that is not ASCII".to_owned(), shown);
            return Err(format!("the Host {host} is none"));
        };
        let host = shown(host);
        Err(format!(
            "the Host {host} may be a web page's, which must not use Papercloud; if it is meant, \
             start with --allowed-host {host} (PAPERCLOUD_ALLOWED_HOSTS)"
        ))
    }

    /// Hosts that no page on the internet can have: those that lead to no other server, and those of
    /// the clouds.
    fn is_own(&self, host: &str) -> bool {
        self.is_nearby(host) || ends_with(host, OF_CLOUDS)
    }

    /// Hosts that lead to no other server: addresses, names without a dot, names that only a resolver
    /// nearby knows, and those that are configured.
    fn is_nearby(&self, host: &str) -> bool {
        host.parse::<IpAddr>().is_ok()
            || !host.contains('.')
            || ends_with(host, NEARBY)
            || self.hosts.contains(&host.to_ascii_lowercase())
    }

    fn require_origin(&self, headers: &HeaderMap, uri: &Uri) -> Result<(), String> {
        let is_own = |origin: &HeaderValue| {
            let is_listed = || {
                let same =
                    |known: &HeaderValue| known.as_bytes().eq_ignore_ascii_case(origin.as_bytes());
                self.origins.iter().any(same)
            };
            is_of_host(origin, headers, uri) || is_listed()
        };
        let mut origins = headers.get_all(header::ORIGIN).iter().peekable();
        if origins.peek().is_none() {
            return require_no_site(headers);
        }
        let Some(origin) = origins.find(|one| !is_own(one)) else { return Ok(()) };
        let origin = shown(&String::from_utf8_lossy(origin.as_bytes()));
        let remedy = match origin.as_str() {
            "null" => {
                "if it is meant, serve it from an address, such as http://localhost:3000, and \
                       start with --cors-origin and that (PAPERCLOUD_CORS_ORIGINS)"
                    .to_owned()
            }
            origin => format!(
                "if it is meant, start with --cors-origin {origin} (PAPERCLOUD_CORS_ORIGINS)"
            ),
        };
        Err(format!("a web page of the Origin {origin} must not use Papercloud; {remedy}"))
    }

    fn require_token(&self, headers: &HeaderMap, may_bear: bool) -> Result<(), ControlError> {
        let Some(token) = &self.token else { return Ok(()) };
        let sent = headers.get(TOKEN).and_then(|sent| sent.to_str().ok());
        let borne = headers.get(header::AUTHORIZATION).filter(|_| may_bear);
        let borne = borne.and_then(|value| {
            let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token)
        });
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

fn ends_with(host: &str, ends: &[&str]) -> bool {
    let host = host.to_ascii_lowercase();
    ends.iter().any(|end| host.ends_with(end))
}

/// Refuses what a browser fetches for a page of another origin without naming that: images, links.
fn require_no_site(headers: &HeaderMap) -> Result<(), String> {
    let is_own = |site: &&HeaderValue| ["same-origin", "none"].iter().any(|own| *site == own);
    let Some(site) = headers.get_all(FETCH_SITE).iter().find(|site| !is_own(site)) else {
        return Ok(());
    };
    let site = shown(&String::from_utf8_lossy(site.as_bytes()));
    Err(format!(
        "a web page of another origin (Sec-Fetch-Site: {site}) must not use Papercloud; if it is \
         meant, let it call fetch(), and start with --cors-origin and its origin \
         (PAPERCLOUD_CORS_ORIGINS)"
    ))
}

/// A token that a header can carry as it is. What ends the line of a file is no part of it.
fn readable(token: &Secret) -> Result<Secret, String> {
    let text = token.reveal();
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    if text.trim().is_empty() {
        return Err("control-token must not be empty".to_owned());
    }
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !is_plain || text != text.trim() {
        return Err(
            "control-token must be visible ASCII characters, with no spaces around them: a \
                    header cannot carry another one"
                .to_owned(),
        );
    }
    Ok(text.into())
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
            "papercloud.default.svc:80",
            "papercloud.default.svc.cluster.local",
            "iam.eu-west-101.myhuaweicloud.eu",
            "dcs.CN-North-4.myhuaweicloud.com.",
            "dcs.eu-de.otc.t-systems.com",
        ] {
            assert!(host_of(own).is_some_and(|host| guard.is_own(host)), "{own}");
        }
        for foreign in [
            "evil.example.com",
            "evil.example.com:8080",
            "127.0.0.1.evil.example.com",
            "localhost.evil.example.com",
            "mock.example.com.evil.org",
            "notlocalhost.com",
            "myhuaweicloud.com.evil.org",
            "evilmyhuaweicloud.com",
            "t-systems.com",
            "svc.evil.org",
            "1.2.3.4.5",
            "[::1].evil.com",
            "[::1",
            "[evil]",
            "[::1]:8o",
            "a b",
            "evil,com",
            "localhost:80:90",
            "localhost:x",
            "@localhost",
            ":80",
        ] {
            assert!(!host_of(foreign).is_some_and(|host| guard.is_own(host)), "{foreign}");
        }
    }

    #[test]
    fn what_is_no_host_origin_or_token_is_refused() {
        let bad = |host: &str, origin: &str| {
            Guard::new(&[host.to_owned()], &[origin.to_owned()], None).map(drop)
        };
        for host in ["http://x", "x:80", "x/y", "*", "a b"] {
            assert!(bad(host, "").unwrap_err().starts_with("allowed-host must"), "{host}");
        }
        for origin in ["*", "localhost", "http://", "http://a/b", "http://*.a", "http://a b"] {
            assert!(bad("", origin).unwrap_err().starts_with("cors-origin must"), "{origin}");
        }
        assert!(bad("", "").is_ok(), "an empty variable sets nothing");
        let with = |token: &str| Guard::new(&[], &[], Some(&token.into()));
        for empty in ["", " ", "\n", "\r\n"] {
            assert_eq!(with(empty).unwrap_err(), "control-token must not be empty");
        }
        for token in [" tok", "tok ", "tok\n\n", "t\tk", "\u{e9}"] {
            let problem = with(token).unwrap_err();
            assert!(problem.starts_with("control-token must be visible ASCII"), "{problem}");
        }
        for token in ["tok", "tok\n", "tok\r\n"] {
            assert!(with(token).unwrap().token.is_some_and(|kept| kept.is("tok")), "{token:?}");
        }
    }

    #[test]
    fn origins_are_kept_as_browsers_write_them() {
        let origins = ["http://A:80", "https://b:443", "http://c:443", "http://[::1]:80"];
        let guard = Guard::new(&[], &origins.map(str::to_owned), None).unwrap();
        let kept: Vec<_> = guard.origins.iter().map(|it| it.to_str().unwrap()).collect();
        assert_eq!(kept, ["http://a", "https://b", "http://c:443", "http://[::1]"]);
    }
}
