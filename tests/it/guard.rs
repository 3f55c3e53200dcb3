//! Who may control: requests as a browser, a stranger and a test would send them.

use crate::support::{PROJECT, config, json, send, send_text, start};
use papercloud::{Config, PaperCloud};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const CLOCK: &str = "/_paper/worlds/p/clock";

/// Sends a request with these headers and no others; status and the whole answer.
fn raw(address: SocketAddr, line: &str, headers: &[&str]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    let mut head = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("no status: {answer}")), answer)
}

fn body_of(answer: &str) -> Value {
    json(answer.split_once("\r\n\r\n").expect("a header and a body").1)
}

/// A control call with these headers is refused with a status, and says what to do.
#[track_caller]
fn refused(cloud: &PaperCloud, headers: &[&str], status: u16, said: &str) {
    let (got, answer) = raw(cloud.address(), &format!("GET {CLOCK}"), headers);
    assert_eq!(got, status, "{headers:?}: {answer}");
    let body = body_of(&answer);
    assert!(answer.contains("\r\nx-request-id: "), "{answer}");
    assert_eq!(body["error_code"], format!("PAPER.0{status}"));
    assert!(body["error_msg"].as_str().expect("text").contains(said), "{body:#}");
}

#[track_caller]
fn admitted(cloud: &PaperCloud, headers: &[&str]) {
    let (status, answer) = raw(cloud.address(), &format!("GET {CLOCK}"), headers);
    assert_eq!(status, 200, "{headers:?}: {answer}");
}

#[test]
fn a_foreign_host_is_refused_and_told_how_it_is_let_in() {
    let cloud = start(&config());
    for host in ["evil.example.com", "evil.example.com:8080", "127.0.0.1.evil.example.com"] {
        let name = host.split(':').next().expect("a name");
        refused(&cloud, &[&format!("Host: {host}")], 403, &format!("--allowed-host {name} "));
    }
    for host in ["[::1].evil.com", "[::1", "a b", "localhost:x"] {
        let (status, answer) =
            raw(cloud.address(), "GET /_paper/health", &[&format!("Host: {host}")]);
        assert_eq!(status, 400, "{host}: {answer}");
        assert!(answer.contains("RFC 9112"), "{host}: {answer}");
    }
    refused(&cloud, &["Host: evil,com"], 403, "is none");
    for host in ["127.0.0.1", "[::1]:8080", "localhost:1", "a.localhost", "papercloud:8080"] {
        admitted(&cloud, &[&format!("Host: {host}")]);
    }
    let known = start(&Config { allowed_hosts: vec!["mock.example.com".to_owned()], ..config() });
    admitted(&known, &["Host: Mock.Example.com:8080"]);
    refused(&known, &["Host: evil.example.com"], 403, "PAPERCLOUD_ALLOWED_HOSTS");
}

#[test]
fn a_host_in_the_request_line_counts_too() {
    let cloud = start(&config());
    let line = format!("GET http://evil.example.com{CLOCK}");
    assert_eq!(raw(cloud.address(), &line, &["Host: localhost"]).0, 403);
}

#[test]
fn a_page_of_another_origin_is_refused() {
    let cloud = start(&config());
    let host = format!("Host: {}", cloud.address());
    for origin in ["null", "https://evil.example.com", "http://localhost:3000", "http://[::1]:1"] {
        let origin = format!("Origin: {origin}");
        refused(&cloud, &[&host, &origin], 403, "PAPERCLOUD_CORS_ORIGINS");
    }
    admitted(&cloud, &[&host, &format!("Origin: http://{}", cloud.address())]);
    admitted(&cloud, &["Host: [::1]:8080", "Origin: http://[::1]:8080"]);
    admitted(&cloud, &["Host: localhost", "Origin: http://localhost:80"]);
}

#[test]
fn nothing_is_done_for_a_page_that_is_refused() {
    let cloud = start(&config());
    cloud.world(PROJECT).label("looked at");
    let before = cloud.world(PROJECT).now();
    let host = format!("Host: {}", cloud.address());
    let length = "Content-Length: 0";
    let line = format!("POST /_paper/worlds/{PROJECT}/clock/advance");
    assert_eq!(raw(cloud.address(), &line, &[&host, length, "Origin: null"]).0, 403);
    let line = format!("GET /v3/{PROJECT}/jobs");
    let instruction = "X-Paper-Clock: advance=60";
    let headers = [host.as_str(), "X-Auth-Token: t", instruction, "Origin: null"];
    let (status, answer) = raw(cloud.address(), &line, &headers);
    assert_eq!((status, &body_of(&answer)["error_code"]), (403, &"APIGW.0306".into()));
    let headers = ["Host: evil.example.com", "X-Auth-Token: t", instruction];
    assert_eq!(raw(cloud.address(), &line, &headers).0, 403);
    let kept = cloud.world(PROJECT).requests().status(403).list();
    let [kept, foreign] = &kept[..] else { panic!("{kept:#?}") };
    let id = kept["request_id"].as_str().expect("an id");
    assert!(answer.contains(&format!("x-request-id: {id}\r\n")), "{answer}");
    assert!(answer.contains(&format!("x-paper-explain: /_paper/requests/{id}\r\n")), "{answer}");
    assert_eq!((&kept["decision"], &kept["committed"]), (&"refused".into(), &false.into()));
    let explained = cloud.explain(id).expect("an explanation");
    assert!(explained["summary"].as_str().expect("text").contains("of the Origin null"));
    assert_eq!(foreign["answer"]["status"], 403);
    assert_eq!(cloud.world(PROJECT).now(), before);
    assert_eq!(raw(cloud.address(), &line, &[&host, "X-Auth-Token: t"]).0, 200);
}

/// A line of the API with what it answers to a page, and the code of that.
const API: [(&str, &str); 5] = [
    ("POST /v3/p1/dbcache/mapping", "APIGW.0306"),
    ("GET /v2/p1/jobs/1", "APIGW.0306"),
    ("POST /v3/auth/tokens", "403"),
    ("GET /", "403"),
    ("GET /v9/no/such/path", "APIGW.0306"),
];

#[test]
fn a_page_of_another_site_is_refused_on_every_path_in_the_words_of_who_is_asked() {
    let cloud = start(&config());
    let own = format!("Host: {}", cloud.address());
    let evil = "Host: rebound.example.com";
    for (line, code) in API {
        for (headers, said) in [
            ([evil, "X-Auth-Token: t"], "--allowed-host rebound.example.com ("),
            (
                [&own, "Origin: https://evil.example.com"],
                "--cors-origin https://evil.example.com (",
            ),
            ([&own, "Origin: null"], "serve it from an address"),
            ([&own, "Sec-Fetch-Site: cross-site"], "PAPERCLOUD_CORS_ORIGINS"),
            ([&own, "Sec-Fetch-Site: same-site"], "PAPERCLOUD_CORS_ORIGINS"),
        ] {
            let (status, answer) = raw(cloud.address(), line, &headers);
            assert_eq!(status, 403, "{line} {headers:?}: {answer}");
            let body = body_of(&answer);
            let (got, message) = match &body["error"] {
                Value::Null => (body["error_code"].to_string(), &body["error_msg"]),
                error => (error["code"].to_string(), &error["message"]),
            };
            assert_eq!(got.trim_matches('"'), code, "{line}: {body:#}");
            assert!(message.as_str().expect("text").contains(said), "{line}: {body:#}");
        }
        for site in ["same-origin", "none"] {
            let site = format!("Sec-Fetch-Site: {site}");
            let (status, answer) = raw(cloud.address(), line, &[&own, &site]);
            assert_ne!(status, 403, "{line} {site}: {answer}");
        }
    }
    let worlds = send(&cloud, "GET", "/_paper/worlds", None);
    assert!(!worlds.body.to_string().contains("\"p1\""), "what is refused makes no world");
    let listed = vec!["https://known.example.com".to_owned()];
    let cloud = start(&Config { cors_origins: listed, ..config() });
    let headers = [&own, "Origin: https://known.example.com", "Sec-Fetch-Site: cross-site"];
    for (line, _) in API {
        assert_ne!(raw(cloud.address(), line, &headers).0, 403, "{line}");
    }
}

#[test]
fn the_names_of_the_clouds_are_its_own() {
    let cloud = start(&config());
    let line = format!("GET /v3/{PROJECT}/jobs");
    for host in [
        "gaussdb-nosql.eu-west-101.myhuaweicloud.eu",
        "dcs.cn-north-4.myhuaweicloud.com",
        "dcs.eu-de.otc.t-systems.com",
        "papercloud.tests.svc.cluster.local",
        "papercloud.tests.svc",
    ] {
        let host = format!("Host: {host}");
        let (status, answer) = raw(cloud.address(), &line, &[&host, "X-Auth-Token: t"]);
        assert_eq!(status, 200, "{host}: {answer}");
    }
}

#[test]
fn other_pages_may_have_links_to_the_page_for_people() {
    let cloud = start(&config());
    let own = format!("Host: {}", cloud.address());
    let get = |path: &str, host: &str| {
        raw(cloud.address(), &format!("GET {path}"), &[host, "Sec-Fetch-Site: cross-site"]).0
    };
    assert_eq!(get("/_paper", &own), 308);
    assert_eq!(get("/_paper/", &own), 200);
    assert_eq!(get("/_paper/health", &own), 403);
    assert_eq!(get("/_paper/", "Host: evil.example.com"), 403);
}

#[test]
fn instructions_by_credential_need_the_token_too() {
    let cloud = start(&Config { control_token: Some("planted".into()), ..config() });
    cloud.define_scenario("fast", r#"{"job_seconds": 1}"#).expect("a scenario");
    let line = format!("GET /v3/{PROJECT}/jobs");
    let signed = format!(
        "Authorization: SDK-HMAC-SHA256 Access=ANYKEY+fast, SignedHeaders=host;x-sdk-date, \
         Signature={}",
        "0".repeat(64)
    );
    let (status, answer) = raw(cloud.address(), &line, &["Host: h", &signed]);
    assert_eq!((status, &body_of(&answer)["error_code"]), (401, &"PAPER.0401".into()));
    let token = "X-Paper-Token: planted";
    assert_eq!(raw(cloud.address(), &line, &["Host: h", &signed, token]).0, 200);
    let plain = signed.replace("+fast", "");
    assert_eq!(raw(cloud.address(), &line, &["Host: h", &plain]).0, 200);
    let open = start(&config());
    open.define_scenario("fast", r#"{"job_seconds": 1}"#).expect("a scenario");
    assert_eq!(raw(open.address(), &line, &["Host: h", &signed]).0, 200);
}

#[test]
fn whoever_reaches_it_may_ask_whether_it_is_there() {
    let cloud = start(&Config { control_token: Some("planted".into()), ..config() });
    for path in ["/_paper/health", "/_paper/ready"] {
        assert_eq!(raw(cloud.address(), &format!("GET {path}"), &["Host: h"]).0, 200, "{path}");
    }
    for path in ["/_paper/rules", "/_paper/openapi.json", "/_paper/nowhere", CLOCK] {
        let (status, answer) = raw(cloud.address(), &format!("GET {path}"), &["Host: h"]);
        assert_eq!(status, 401, "{path}: {answer}");
    }
}

#[test]
fn a_token_is_demanded_and_never_shown() {
    let cloud = start(&Config { control_token: Some("planted".into()), ..config() });
    let without = ["Host: h"];
    refused(&cloud, &without, 401, "no token was sent");
    refused(&cloud, &["Host: h", "X-Paper-Token: plantee"], 401, "another token was sent");
    refused(&cloud, &["Host: h", "Authorization: Bearer plante"], 401, "another token");
    refused(&cloud, &["Host: h", "Authorization: Basic planted"], 401, "no token was sent");
    admitted(&cloud, &["Host: h", "X-Paper-Token: planted"]);
    admitted(&cloud, &["Host: h", "Authorization: Bearer planted"]);
    admitted(&cloud, &["Host: h", "Authorization: bearer planted"]);
    let of_a_file = start(&Config { control_token: Some("planted\n".into()), ..config() });
    admitted(&of_a_file, &["Host: h", "X-Paper-Token: planted"]);
    let line = format!("GET /v3/{PROJECT}/jobs");
    let ask = |headers: &[&str]| raw(cloud.address(), &line, headers);
    let clock = "X-Paper-Clock: advance=60";
    assert_eq!(ask(&["Host: h", "X-Auth-Token: t"]).0, 200);
    assert_eq!(ask(&["Host: h", "X-Auth-Token: t", clock]).0, 401);
    let bearer = "Authorization: Bearer planted";
    assert_eq!(ask(&["Host: h", bearer, "X-Auth-Token: t", clock]).0, 401);
    let before = cloud.world(PROJECT).now();
    let (status, answer) = ask(&["Host: h", "X-Auth-Token: t", clock, "X-Paper-Token: planted"]);
    assert_eq!(status, 200, "{answer}");
    assert_ne!(cloud.world(PROJECT).now(), before);
    let (_, answer) = ask(&["Host: h", "X-Paper-Token: planted"]);
    let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).expect("an id");
    let explained = cloud.explain(id).expect("an entry");
    assert_eq!(explained["status"], 401, "{explained:#}");
    assert!(!explained.to_string().contains("planted"), "{explained:#}");
    assert!(
        !format!("{:?}", Config { control_token: Some("planted".into()), ..config() })
            .contains("planted")
    );
}

#[test]
fn the_control_api_can_have_a_port_of_its_own() {
    let cloud = start(&Config { control_port: Some(0), ..config() });
    let control = cloud.control_address().expect("an address");
    assert_eq!(cloud.control_url(), format!("http://{control}"));
    assert_ne!(control, cloud.address());
    for path in [CLOCK, "/_paper", "/_paper/rules", "/_paper/nowhere"] {
        let answer = send(&cloud, "GET", path, None);
        assert!(answer.text("/error_msg").contains(&format!("at port {}", control.port())));
        answer.expect(404);
    }
    let at_control = |path: &str| raw(control, &format!("GET {path}"), &["Host: h"]);
    for path in ["/_paper/health", "/_paper/ready"] {
        send(&cloud, "GET", path, None).expect(200);
        assert_eq!(at_control(path).0, 200, "{path}");
    }
    assert_eq!(at_control(CLOCK).0, 200);
    assert_eq!(at_control(&format!("/v3/{PROJECT}/jobs")).0, 404);
    assert!(at_control("/_paper/helth").1.contains("nearest path is /_paper/health"));
    let foreign = raw(control, &format!("GET {CLOCK}"), &["Host: evil.example.com"]);
    assert_eq!(foreign.0, 403, "{}", foreign.1);
    for line in ["POST /_paper/worlds", "GET /_paper/nowhere"] {
        assert_eq!(raw(control, line, &["Host: evil.example.com"]).0, 403, "{line}");
    }
    assert_eq!(raw(control, "POST /_paper/worlds", &["Host: h"]).0, 405);
    let together = start(&config());
    assert_eq!((together.control_address(), together.control_url()), (None, together.url()));
}

const PREFLIGHT: [&str; 3] =
    ["Host: h", "Origin: http://localhost:3000", "Access-Control-Request-Method: POST"];

#[test]
fn no_page_may_read_answers_unless_its_origin_is_listed() {
    let cloud = start(&config());
    let mapping = format!("/v3/{PROJECT}/dbcache/mapping");
    let (status, answer) = raw(cloud.address(), &format!("OPTIONS {mapping}"), &PREFLIGHT);
    assert_eq!(status, 403, "{answer}");
    assert!(!answer.contains("access-control"), "{answer}");
    let origin = [("Origin", "http://localhost:3000"), ("X-Auth-Token", "t")];
    let answer = send_text(&cloud, "GET", &format!("{mapping}s"), &origin, "");
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
    answer.expect(403);
}

#[test]
fn a_listed_origin_may_read_and_control() {
    let origins = vec!["http://localhost:3000".to_owned(), "http://a:80".to_owned()];
    let cloud = start(&Config { cors_origins: origins, ..config() });
    for path in [&format!("/v3/{PROJECT}/dbcache/mapping"), CLOCK] {
        let (status, answer) = raw(cloud.address(), &format!("OPTIONS {path}"), &PREFLIGHT);
        assert_eq!(status, 200, "{answer}");
        assert!(answer.contains("access-control-allow-origin: http://localhost:3000"), "{answer}");
        assert!(answer.contains("access-control-allow-methods: POST"), "{answer}");
    }
    let (status, answer) = raw(cloud.address(), &format!("GET {CLOCK}"), &PREFLIGHT[..2]);
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("access-control-allow-origin: http://localhost:3000"), "{answer}");
    let (status, answer) =
        raw(cloud.address(), &format!("GET {CLOCK}"), &["Host: h", "Origin: http://a"]);
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("access-control-allow-origin: http://a\r"), "{answer}");
    let other = ["Host: h", "Origin: http://localhost:3001"];
    let (status, answer) = raw(cloud.address(), &format!("GET {CLOCK}"), &other);
    assert_eq!(status, 403, "{answer}");
    assert!(!answer.contains("access-control-allow-origin"), "{answer}");
}

#[test]
fn a_guard_that_cannot_be_meant_is_a_bad_configuration() {
    let bad = |config: Config| PaperCloud::start_with(&config).unwrap_err().to_string();
    let text = |text: &str| vec![text.to_owned()];
    assert!(bad(Config { allowed_hosts: text("http://x"), ..config() }).contains("allowed-host"));
    assert!(bad(Config { cors_origins: text("*"), ..config() }).contains("cors-origin must"));
    let empty = bad(Config { control_token: Some("".into()), ..config() });
    assert!(empty.contains("control-token must not be empty"), "{empty}");
    let odd = bad(Config { control_token: Some(" planted".into()), ..config() });
    assert!(odd.contains("visible ASCII") && !odd.contains("planted"), "{odd}");
}
