//! Checks of a request's head that the HTTP library does not make.

use axum::http::{Request, StatusCode, Version, header};

/// Why a head is refused, if it is.
pub fn refusal<B>(request: &Request<B>) -> Option<(StatusCode, &'static str)> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() >= Version::HTTP_11 => {
            let reason = "a request in HTTP/1.1 needs a Host header (RFC 9112, section 3.2)";
            return Some((StatusCode::BAD_REQUEST, reason));
        }
        (Some(_), Some(_)) => {
            let reason = "a request has one Host header, and no second (RFC 9112, section 3.2)";
            return Some((StatusCode::BAD_REQUEST, reason));
        }
        (Some(host), None) if !is_host(host.as_bytes()) => {
            let reason = "the Host header must be a name or an address, with or without a port \
                          (RFC 9112, section 3.2)";
            return Some((StatusCode::BAD_REQUEST, reason));
        }
        _ => {}
    }
    let mut codings = request.headers().get_all(header::TRANSFER_ENCODING).iter();
    let is_read = match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    };
    let reason = "the only Transfer-Encoding that is read is chunked";
    (!is_read).then_some((StatusCode::UNSUPPORTED_MEDIA_TYPE, reason))
}

/// Whether this is `uri-host [ ":" port ]` of RFC 9110, section 7.2. An empty one is allowed.
fn is_host(host: &[u8]) -> bool {
    let (name, port) = match host {
        [b'[', ..] => match host.iter().position(|byte| *byte == b']') {
            Some(end) => (&host[1..end], &host[end + 1..]),
            None => return false,
        },
        _ => host.split_at(host.iter().position(|byte| *byte == b':').unwrap_or(host.len())),
    };
    let is_port = match port {
        [] => true,
        [b':', digits @ ..] => digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    let is_name = match host {
        [b'[', ..] => {
            let text = std::str::from_utf8(name).unwrap_or_default();
            text.parse::<std::net::Ipv6Addr>().is_ok()
        }
        _ => name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(byte)),
    };
    is_port && is_name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        for good in
            ["", "h", "localhost:8080", "127.0.0.1:80", "[::1]", "[::1]:8080", "a_b.c", "h:", "%41"]
        {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in [
            "a b", "a/b", "a@b", "http://a", "a:b", "a:1:2", "::1", "[::1", "[::1]x", "[a]",
            "a:123456", "a?b", "a#b", "\u{e9}", "a\\b", "<a>", "a\"b",
        ] {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn a_head_has_one_host_and_no_coding_but_chunked() {
        let refused = |version: Version, headers: &[(&str, &str)]| {
            let request = Request::builder().version(version);
            let request = headers
                .iter()
                .fold(request, |request, (name, value)| request.header(*name, *value));
            refusal(&request.body(()).unwrap()).map(|(status, _)| status.as_u16())
        };
        let host = ("host", "h");
        let coding = |value: &'static str| ("transfer-encoding", value);
        for (headers, status) in [
            (&[host][..], None),
            (&[], Some(400)),
            (&[host, host], Some(400)),
            (&[("host", "a b")], Some(400)),
            (&[host, coding("chunked")], None),
            (&[host, coding("Chunked")], None),
            (&[host, coding("gzip, chunked")], Some(415)),
            (&[host, coding("gzip"), coding("chunked")], Some(415)),
        ] {
            assert_eq!(refused(Version::HTTP_11, headers), status, "{headers:?}");
        }
        assert_eq!(refused(Version::HTTP_10, &[]), None);
    }
}
