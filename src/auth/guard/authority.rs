//! The hosts that a request names, and the page that it comes from, as its headers write them.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use std::net::Ipv6Addr;

/// Host and port that a request is for, as often as it says so; nothing where it cannot be read.
pub fn authorities<'r>(
    headers: &'r HeaderMap,
    uri: &'r Uri,
) -> impl Iterator<Item = Option<&'r str>> {
    let named = headers.get_all(header::HOST).iter().map(|host| host.to_str().ok());
    // User information may stand before it.
    let plain = |authority: &'r Authority| authority.as_str().rsplit('@').next();
    named.chain(uri.authority().map(plain))
}

/// The host without its port, if it is one: an address in brackets, or a name or an address of
/// letters, digits, hyphens, underscores and dots.
pub fn host_of(authority: &str) -> Option<&str> {
    let is_port = |rest: &str| {
        rest.strip_prefix(':').is_some_and(|port| port.bytes().all(|digit| digit.is_ascii_digit()))
    };
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let is_address = address.parse::<Ipv6Addr>().is_ok();
        return (is_address && (port.is_empty() || is_port(port))).then_some(address);
    }
    let end = authority.find(':').unwrap_or(authority.len());
    let (host, port) = authority.split_at(end);
    let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_host = !host.is_empty() && host.bytes().all(is_host_byte);
    let host = host.strip_suffix('.').unwrap_or(host);
    (is_host && (port.is_empty() || is_port(port))).then_some(host)
}

/// Without the port that goes without saying.
pub fn without_default_port<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let default = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return authority,
    };
    authority.strip_suffix(default).unwrap_or(authority)
}

/// Whether a page comes from the host and port that it sends the request to.
pub fn is_of_host(origin: &HeaderValue, headers: &HeaderMap, uri: &Uri) -> bool {
    let Some((scheme, of_page)) = origin.to_str().ok().and_then(|text| text.split_once("://"))
    else {
        return false;
    };
    if !["http", "https"].contains(&scheme) {
        return false;
    }
    let plain = |authority: &str| without_default_port(scheme, authority).to_ascii_lowercase();
    let mut asked = authorities(headers, uri).flatten();
    asked.next().is_some_and(|asked| plain(asked) == plain(of_page))
}
