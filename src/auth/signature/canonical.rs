//! The canonical form of a request: what every signing client hashes.

use super::algorithm::Algorithm;
use super::{Arrival, Signature};
use axum::http::{HeaderMap, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

/// Everything but letters, digits and `-_.~` is encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Instead of a body's hash, where the client did not compute one.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Headers whose values are no credentials, and are shown.
const OPEN_HEADERS: &[&str] =
    &["content-length", "content-type", "host", "x-sdk-content-sha256", "x-sdk-date"];

/// A request in its canonical form.
#[derive(Debug)]
pub struct Canonical<'r> {
    /// The ways that clients write the path, the most usual first; for most paths they are one.
    pub uris: Vec<String>,
    method: &'r Method,
    query: String,
    signed_headers: &'r str,
    headers: Vec<(&'r str, Option<String>)>,
    body_hash: Cow<'r, str>,
}

impl<'r> Canonical<'r> {
    /// Reads a request as the signature says that it was signed.
    pub fn read(
        signature: &'r Signature<'_>,
        algorithm: Algorithm,
        arrival: &Arrival<'r>,
    ) -> Result<Self, String> {
        let Arrival { parts, body, .. } = arrival;
        // Clients of the scoped form sign the headers with runs of white space made one space,
        // and the parameters of a POST without a body as if they were its body.
        let scoped = algorithm == Algorithm::Sha256 && signature.scope.is_some();
        let mut query = query(parts.uri.query().unwrap_or_default(), scoped);
        let body_hash = if scoped && parts.method == Method::POST && body.is_empty() {
            Cow::Owned(algorithm.hash(std::mem::take(&mut query).as_bytes()))
        } else {
            body_hash(algorithm, &parts.headers, body)?
        };
        let headers = signature.signed_headers.split(';');
        let headers = headers.map(|name| (name, value(&parts.headers, name, scoped))).collect();
        Ok(Self {
            uris: uris(parts.uri.path()),
            method: &parts.method,
            query,
            signed_headers: signature.signed_headers,
            headers,
            body_hash,
        })
    }

    /// The text that is hashed.
    pub fn text(&self, uri: &str) -> String {
        self.write(uri, &self.query, |_, value| value)
    }

    /// The same to be shown: without the values of parameters and headers, except those that are known to
    /// be no credentials.
    pub fn shown(&self, uri: &str) -> String {
        let pairs = self.query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() => format!("{name}=***"),
            _ => pair.to_owned(),
        });
        let query = pairs.collect::<Vec<_>>().join("&");
        self.write(
            uri,
            &query,
            |name, value| if OPEN_HEADERS.contains(&name) { value } else { "***" },
        )
    }

    fn write<'s>(
        &'s self,
        uri: &str,
        query: &str,
        show: impl Fn(&str, &'s str) -> &'s str,
    ) -> String {
        let Self { method, signed_headers, body_hash, .. } = self;
        let mut text = format!("{method}\n{uri}\n{query}\n");
        for (name, value) in &self.headers {
            text.extend([name, ":", show(name, value.as_deref().unwrap_or_default()), "\n"]);
        }
        text.extend(["\n", signed_headers, "\n", body_hash]);
        text
    }

    /// The likeliest cause of a signature that differs.
    pub fn likely_cause(&self) -> String {
        let absent = self.headers.iter().filter(|(_, value)| value.is_none());
        let absent: Vec<&str> = absent.map(|(name, _)| *name).collect();
        if absent.is_empty() {
            return "check the secret key, and that nothing changes the request on its way".into();
        }
        format!("SignedHeaders names {}, which did not arrive", absent.join(", "))
    }
}

/// The path decoded as a whole and encoded again by segments; as it arrived; and encoded by
/// segments as if what arrived were not encoded already. They differ only where a segment has encoded
/// characters.
fn uris(path: &str) -> Vec<String> {
    let encoded = |path: &str| path.split('/').map(encode).collect::<Vec<_>>().join("/");
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut uris = vec![encoded(&decoded), path.to_owned(), encoded(path)];
    for uri in &mut uris {
        if !uri.ends_with('/') {
            uri.push('/');
        }
    }
    uris.dedup();
    uris
}

/// The parameters, decoded, encoded in one way, and sorted.
fn query(query: &str, first_of_each: bool) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut pairs: Vec<_> =
        pairs.map(|(name, value)| (encode(&decode(name)), encode(&decode(value)))).collect();
    if first_of_each {
        pairs.sort_by(|(left, _), (right, _)| left.cmp(right));
        pairs.dedup_by(|(later, _), (earlier, _)| later == earlier);
    }
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// In a query, `+` is a space: every client writes a plus as `%2B`.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// The value of a header, if it arrived. Several of the same name are one list.
fn value(headers: &HeaderMap, name: &str, collapse: bool) -> Option<String> {
    let values = headers.get_all(name).into_iter();
    let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let text = values.iter().map(|value| value.trim()).collect::<Vec<_>>().join(",");
    let collapsed = || text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!values.is_empty()).then(|| if collapse { collapsed() } else { text.clone() })
}

/// The hash that stands for the body: its own, or that of the header which says that there is none.
fn body_hash<'r>(
    algorithm: Algorithm,
    headers: &'r HeaderMap,
    body: &[u8],
) -> Result<Cow<'r, str>, String> {
    let own = algorithm.hash(body);
    let name = algorithm.content_header();
    match super::text_of(headers, name) {
        Some(UNSIGNED) if !body.is_empty() => Ok(Cow::Borrowed(UNSIGNED)),
        Some(sent) if !body.is_empty() && !sent.eq_ignore_ascii_case(&own) => {
            Err(format!("verify aksk signature fail: {name} is not the hash of the body"))
        }
        Some(sent) if !body.is_empty() => Ok(Cow::Borrowed(sent)),
        _ => Ok(Cow::Owned(own)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_in_each_way_that_clients_know() {
        assert_eq!(uris("/v3/p/jobs"), ["/v3/p/jobs/"]);
        assert_eq!(uris("/"), ["/"]);
        let ways = uris("/v3/db%20one%2Ftwo");
        assert_eq!(ways, ["/v3/db%20one/two/", "/v3/db%20one%2Ftwo/", "/v3/db%2520one%252Ftwo/"]);
    }

    #[test]
    fn a_query_is_sorted_and_encoded_in_one_way() {
        assert_eq!(query("b=2&a=x+y&a=%2f&c&=1", false), "=1&a=%2F&a=x%20y&b=2&c=");
        assert_eq!(query("b=2&a=z&a=y", true), "a=z&b=2");
        assert_eq!(query("", false), "");
    }
}
