//! What arrives over a socket, well-formed or not: every answer is in an envelope, none is late.

use crate::binary::Running;
use crate::support::{MAPPING, PROJECT, config, json, send, send_text, start};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const TOKEN: (&str, &str) = ("X-Auth-Token", "t");

/// Sends bytes as they are and reads until the service closes.
fn raw(cloud: &PaperCloud, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    // The service may close before it has read everything.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn body_of(answer: &str) -> Value {
    json(answer.split_once("\r\n\r\n").expect("a header and a body").1)
}

#[test]
fn an_unknown_path_names_the_nearest_one() {
    let cloud = start(&config());
    for (method, path, nearest) in [
        ("POST", "/v3/p/dbcache/mappin", "POST /v3/{project_id}/dbcache/mapping"),
        ("GET", "/v3/p/dbcache/mapping/", "/v3/{project_id}/dbcache/mapping"),
        ("PUT", "/v3/p/dbcache/mapping", "POST /v3/{project_id}/dbcache/mapping"),
        ("POST", "/v2/p/migration-tasks", "/v2/{project_id}/migration-task"),
    ] {
        let answer = send(&cloud, method, path, None);
        let message = answer.text("/error_msg");
        assert!(message.contains(nearest), "{method} {path}: {message}");
        assert_eq!(answer.text("/error_code"), "APIGW.0101");
        assert_eq!(answer.text("/request_id"), answer.headers["x-request-id"].to_str().unwrap());
        answer.expect(404);
    }
    let far = send(&cloud, "GET", "/somewhere/else/entirely/and/on/and/on", None);
    assert!(!far.text("/error_msg").contains("nearest"), "{}", far.body);
}

#[test]
fn an_unknown_control_path_names_the_nearest_one() {
    let cloud = start(&config());
    let answer = send(&cloud, "GET", "/_paper/helth", None);
    assert!(answer.text("/error_msg").contains("/_paper/health"), "{}", answer.body);
    answer.expect(404);
}

#[test]
fn a_body_over_the_limit_is_413_in_the_gateways_envelope() {
    let cloud = start(&config());
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\nConnection: close\r\n\
         Content-Length: 12000001\r\n\r\n"
    );
    let mut bytes = head.into_bytes();
    bytes.resize(bytes.len() + 12_000_001, b' ');
    let answer = raw(&cloud, &bytes);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert_eq!(body_of(&answer)["error_code"], "APIGW.0201");
}

#[test]
fn a_body_of_the_largest_size_is_read() {
    let cloud = start(&config());
    let mut body = r#"{"source_instance_id":"a","target_instance_id":"b"}"#.to_owned();
    body.push_str(&" ".repeat(12_000_000 - body.len()));
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    send_text(&cloud, "POST", &path, &[TOKEN], &body).expect(202);
}

#[test]
fn a_body_that_is_not_utf_8_is_refused_with_its_position() {
    let cloud = start(&config());
    let head = format!(
        "POST /v3/{PROJECT}/dbcache/mapping HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n\
         Connection: close\r\nContent-Length: 9\r\n\r\n"
    );
    let answer = raw(&cloud, &[head.as_bytes(), b"{\"a\":\"\xff\"}"].concat());
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(body_of(&answer)["error_msg"], "the request body is not UTF-8 from byte 6 on");
}

#[test]
fn a_body_that_never_arrives_is_408_after_the_time_out() {
    let cloud = start(&Config { body_seconds: 1, ..config() });
    let head = format!(
        "POST /v3/{PROJECT}/dbcache/mapping HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n\
         Content-Length: 100\r\n\r\n{{"
    );
    let answer = raw(&cloud, head.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert_eq!(body_of(&answer)["error_code"], "APIGW.0201");
}

#[test]
fn a_header_that_never_ends_closes_the_connection() {
    let cloud = start(&Config { header_seconds: 1, ..config() });
    let answer = raw(&cloud, b"GET /_paper/health HTTP/1.1\r\nHost: h\r\nX-Slow: ");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    send(&cloud, "GET", "/_paper/health", None).expect(200);
}

#[test]
fn what_is_not_http_does_not_disturb_others() {
    let cloud = start(&config());
    for bytes in [&b"\x16\x03\x01\x02\x00"[..], b"NONSENSE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"] {
        let answer = raw(&cloud, bytes);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    send(&cloud, "GET", "/_paper/health", None).expect(200);
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let cloud = start(&config());
    let one = "GET /_paper/health HTTP/1.1\r\nHost: h\r\n\r\n";
    let last = "GET /_paper/ready HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    let answer = raw(&cloud, format!("{one}{one}{last}").as_bytes());
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3, "{answer}");
    assert!(answer.ends_with('}') && answer.contains("\"ready\""), "{answer}");
}

#[test]
fn another_content_type_is_read_as_json_with_a_warning() {
    let cloud = start(&config());
    let body = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;
    let head = format!(
        "POST /v3/{PROJECT}/dbcache/mapping HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n\
         Content-Type: text/plain\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = raw(&cloud, head.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    assert!(answer.contains("hygiene: Content-Type should be application/json"), "{answer}");
}

#[test]
fn a_request_id_is_on_every_answer_and_never_twice() {
    let cloud = start(&config());
    let mut seen = std::collections::HashSet::new();
    let of_no_project = ["/nowhere", "/nowhere", "/v3", "/", "/v3/%zz/jobs", "/v3/x/nowhere"];
    let of_tests = ["/_paper/health", "/_paper/worlds", "/_paper/worlds/%zz", "/_paper/nowhere"];
    let of_projects = ["/v3/p/jobs", "/v3/p/jobs", "/v3/q/jobs"];
    for path in of_projects.into_iter().chain(of_no_project).chain(of_tests) {
        let answer = send(&cloud, "GET", path, None);
        assert!(seen.insert(answer.headers["x-request-id"].clone()), "{path}");
    }
}

/// Sends bytes of a control call; the status and the body of its answer, which is in its words.
#[track_caller]
fn control(cloud: &PaperCloud, bytes: &[u8]) -> (u16, Value) {
    let answer = raw(cloud, bytes);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let (status, body): (u16, _) = (status.expect("a status"), body_of(&answer));
    assert!(answer.contains("\r\ncontent-type: application/json\r\n"), "{answer}");
    assert_eq!(body["error_code"], format!("PAPER.0{status}"), "{answer}");
    (status, body["error_msg"].clone())
}

#[test]
fn a_control_call_that_cannot_be_read_is_refused_in_the_words_of_the_control_api() {
    let cloud = start(&Config { body_seconds: 1, ..config() });
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    for path in ["%ff/clock", "%ff/jobs/1", "p/jobs/%ff", "%ff/requests", "%ff"] {
        let (status, said) = control(&cloud, get(&format!("/_paper/worlds/{path}")).as_bytes());
        assert_eq!(status, 400, "{path}: {said}");
        assert!(said.as_str().is_some_and(|said| said.contains("UTF-8")), "{path}: {said}");
    }
    let tell = |line: &str, length: usize, body: &str| {
        let head = format!("{line} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n");
        control(&cloud, format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes())
    };
    for (line, most) in [
        ("POST /_paper/worlds/p/clock/advance", 2 << 20),
        ("POST /_paper/worlds/p/jobs/1/finish", 2 << 20),
        ("PUT /_paper/worlds/p", 64 << 20),
    ] {
        let expected = json!(format!("the body is larger than {most} bytes"));
        assert_eq!(tell(line, most + 1, &" ".repeat(most + 1)), (413, expected), "{line}");
        let (status, said) = tell(line, 2, "{");
        assert_eq!(status, 408, "{line}: {said}");
        assert!(said.as_str().is_some_and(|said| said.contains("within 1 second")), "{said}");
    }
}

#[test]
fn a_control_path_that_has_no_such_method_names_those_that_it_has() {
    let cloud = start(&config());
    for (method, path, allow, reason) in [
        ("POST", "/_paper/worlds/p/clock", "GET, HEAD", "takes GET and HEAD, not POST"),
        ("GET", "/_paper/worlds/p/clock/freeze", "POST", "takes POST, not GET"),
        (
            "PATCH",
            "/_paper/worlds/p",
            "GET, HEAD, PUT, DELETE",
            "takes GET, HEAD, PUT and DELETE, not PATCH",
        ),
        ("POST", "/_paper/health", "GET, HEAD", "takes GET and HEAD, not POST"),
        ("PUT", "/_paper", "GET, HEAD", "takes GET and HEAD, not PUT"),
        ("PUT", "/_paper/", "GET, HEAD", "takes GET and HEAD, not PUT"),
    ] {
        let answer = send(&cloud, method, path, None);
        let allowed: Vec<_> = answer.headers.get_all("allow").iter().collect();
        assert_eq!(allowed, [allow], "{method} {path}");
        let expected =
            json!({ "error_code": "PAPER.0405", "error_msg": format!("{path} {reason}") });
        assert_eq!(answer.expect(405), expected);
    }
    let unknown = send(&cloud, "POST", "/_paper/worlds/p/clok", None);
    assert!(unknown.headers.get("allow").is_none(), "{:?}", unknown.headers);
    assert_eq!(
        unknown.expect(404)["error_msg"],
        "there is no POST /_paper/worlds/p/clok; the nearest path is \
         /_paper/worlds/{project_id}/clock"
    );
}

/// Sends bytes as they are and reads until the service closes. Whoever cannot send all of them most
/// likely never reads the answer.
#[track_caller]
fn all_of(cloud: &PaperCloud, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    stream.write_all(bytes).expect("the service listens to the end");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn an_answer_that_waits_for_no_body_is_read_by_whoever_sends_one() {
    let cloud = start(&config());
    let body = " ".repeat(8 << 20);
    let own = format!("Host: {}", cloud.address());
    let foreign = "Host: evil.example.com\r\nX-Auth-Token: t\r\nX-Paper-Clock: advance=1";
    let create = format!("POST /v3/{PROJECT}/dbcache/mapping");
    for (line, headers, status) in [
        ("POST /a/b/c", own.as_str(), 404),
        ("POST /_paper/nowhere", &own, 404),
        ("PUT /_paper/page.css", &own, 405),
        ("GET /_paper/worlds/p/clock", &own, 400),
        ("DELETE /_paper/worlds/p", &own, 400),
        ("POST /_paper/worlds/p/clock/advance", &own, 413),
        ("POST /_paper/worlds/p/clock/advance", foreign, 403),
        (&create, foreign, 403),
    ] {
        let length = body.len();
        let headers = format!("{headers}\r\nConnection: close\r\nContent-Length: {length}");
        let head = format!("{line} HTTP/1.1\r\n{headers}\r\n\r\n");
        let answer = all_of(&cloud, format!("{head}{body}").as_bytes());
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {answer}");
    }
}

#[test]
fn the_host_of_a_whole_url_is_meant_whatever_the_header_says() {
    let cloud = start(&config());
    let ask = |target: &str, host: &str| {
        let head = format!("GET {target} HTTP/1.1\r\n{host}X-Auth-Token: t\r\n");
        body_of(&raw(&cloud, format!("{head}Connection: close\r\n\r\n").as_bytes()))
    };
    let of_iam = ask("http://iam.localhost:81/v3", "Host: gaussdb-nosql.localhost\r\n");
    assert_eq!(of_iam["version"]["links"][0]["href"], "http://iam.localhost:81/v3/");
    assert_eq!(ask("http://me@iam.localhost:81/v3", "Host: h\r\n"), of_iam);
    assert_eq!(ask("/v3", "Host: iam.localhost:81\r\n"), of_iam);
    let of_geminidb = ask("http://gaussdb-nosql.localhost/v3", "Host: iam.localhost\r\n");
    assert_eq!(of_geminidb["version"]["links"], json!([]), "{of_geminidb:#}");
    assert_eq!(ask("http://gaussdb-nosql.localhost/v3", "Host: h\r\n"), of_geminidb);
}

#[test]
fn an_instruction_that_there_is_not_is_refused() {
    let cloud = start(&config());
    let path = format!("/v3/{PROJECT}/jobs");
    let fault = ("X-Paper-Fault", "status=503");
    for (headers, reason) in [
        (
            [TOKEN, ("X-Paper-Falut", "status=503"), fault],
            "there is no header x-paper-falut; did you mean X-Paper-Fault?",
        ),
        (
            [TOKEN, ("X-Paper-Sleep", "1"), fault],
            "there is no header x-paper-sleep; there are X-Paper-Clock, X-Paper-Fault, \
             X-Paper-Scenario and X-Paper-Token",
        ),
        ([TOKEN, fault, fault], "X-Paper-Fault is there more than once"),
    ] {
        let refused = send_text(&cloud, "GET", &path, &headers, "").expect(400);
        assert_eq!(refused, json!({ "error_code": "PAPER.0400", "error_msg": reason }));
    }
    send_text(&cloud, "GET", &path, &[TOKEN, ("X-Paper-Token", "any")], "").expect(200);
}

#[test]
fn the_published_document_and_the_rules_are_served() {
    let cloud = start(&config());
    let document = send(&cloud, "GET", "/_paper/openapi.json", None).expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["paths"], papercloud::openapi()["paths"]);
    let rules = send(&cloud, "GET", "/_paper/rules", None).expect(200);
    let rules = rules["rules"].as_array().unwrap();
    let bandwidth = rules.iter().find(|rule| rule["parameter"] == "bandwidth_limit_mb").unwrap();
    assert_eq!(bandwidth["operation"], "SetOnlineMigrationTask");
    assert_eq!(bandwidth["certainty"], "documented");
    assert_eq!(bandwidth["notes"].as_array().unwrap().len(), 1);
}

#[test]
fn sixty_four_clients_at_once_get_their_own_answers() {
    let cloud = start(&Config { workers: 2, ..config() });
    let body = json!({ "source_instance_id": "a", "target_instance_id": "b" });
    std::thread::scope(|scope| {
        for client in 0..64 {
            let (cloud, body) = (&cloud, &body);
            scope.spawn(move || {
                let path = format!("/v3/project-{client}/dbcache/mapping");
                for _ in 0..10 {
                    send(cloud, "POST", &path, Some(body)).expect(202);
                }
                let jobs = send(cloud, "GET", &format!("/v3/project-{client}/jobs"), None);
                assert_eq!(jobs.expect(200)["total_count"], 10);
            });
        }
    });
}

/// A connection that is kept: a request is sent in packets of its own, and its answer is read, and
/// no more than that.
struct Kept(BufReader<TcpStream>);

impl Kept {
    fn connect(cloud: &PaperCloud) -> Self {
        let stream = TcpStream::connect(cloud.address()).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
        Self(BufReader::new(stream))
    }

    /// Head and body of the answer.
    fn ask(&mut self, line: &str, headers: &str, body: &[u8]) -> (String, String) {
        let length = body.len();
        let head = format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: t\r\n{headers}\
             Content-Length: {length}\r\n\r\n"
        );
        self.0.get_mut().write_all(head.as_bytes()).expect("the head is sent");
        self.0.get_mut().write_all(body).expect("the body is sent");
        self.answer()
    }

    fn answer(&mut self) -> (String, String) {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let start = head.len();
            assert!(self.0.read_line(&mut head).expect("a line") > 0, "it ended: {head}");
            let line = head[start..].to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a body");
        (head, String::from_utf8(body).expect("UTF-8"))
    }
}

#[test]
fn a_refused_request_does_not_take_the_next_one_with_it() {
    let cloud = start(&config());
    let foreign = "Origin: http://other.example.com\r\n";
    let advance = "POST /_paper/worlds/p/clock/advance";
    let cases = [
        ("POST /v9/none", "", 404),
        ("PUT /v3/p/dbcache/mapping", "", 404),
        ("POST /_paper/nowhere", "", 404),
        (advance, foreign, 403),
        ("POST /v3/p/dbcache/mapping", "Content-Encoding: br\r\n", 415),
        ("POST /v3/p/dbcache/mapping", "Content-Type: a; charset=gbk\r\n", 415),
        ("POST /v3/p/dbcache/mapping", "X-Paper-Fault: status=503\r\nOrigin: http://a.b\r\n", 403),
    ];
    let large = [(advance, "", 413)];
    for (size, cases) in
        [(126, &cases[..]), (16_000, &cases), (3_000_000, &cases), (3_000_000, &large)]
    {
        let body = vec![b' '; size];
        let mut kept = Kept::connect(&cloud);
        for (line, headers, status) in cases {
            for _ in 0..3 {
                let (head, _) = kept.ask(line, headers, &body);
                assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{line} {size}: {head}");
                assert!(!head.contains("connection: close"), "{line} {size}: {head}");
                let (head, _) = kept.ask("GET /v3/p/jobs", "", b"");
                assert!(head.starts_with("HTTP/1.1 200 "), "{line} {size}: {head}");
            }
        }
    }
}

#[test]
fn a_body_that_is_not_read_out_ends_the_connection_which_is_announced() {
    let cloud = start(&Config { body_seconds: 1, ..config() });
    for (line, headers, body, status) in [
        // Longer than what is read out.
        ("POST /v9/none", "Content-Length: 100000000", "", 404),
        ("POST /v9/none", "Transfer-Encoding: chunked", "zz\r\n", 404),
        // It does not come.
        ("POST /v9/none", "Content-Length: 100", "{", 404),
        ("POST /v3/p/dbcache/mapping", "Content-Length: 100", "{", 408),
        // Nobody has asked for it.
        ("POST /v9/none", "Expect: 100-continue\r\nContent-Length: 100", "", 404),
        ("PUT /v3/p/dbcache/mapping", "Expect: 100-continue\r\nContent-Length: 100", "", 404),
    ] {
        let head = format!("{line} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n{headers}\r\n\r\n");
        let answer = raw(&cloud, [head.as_bytes(), body.as_bytes()].concat().as_slice());
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line} {headers}: {answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{line} {headers}: {answer}");
    }
}

/// Creates a mapping by a body with these headers.
fn create_by(cloud: &PaperCloud, path: &str, headers: &str, body: &[u8]) -> (u16, String, Value) {
    let (head, body) = Kept::connect(cloud).ask(&format!("POST {path}"), headers, body);
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status"), head, json(&body))
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn a_compressed_body_is_read_and_an_unknown_encoding_is_415() {
    let cloud = start(&config());
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let create = |headers: &str, body: &[u8]| create_by(&cloud, &path, headers, body);
    let (status, ..) = create("Content-Encoding: gzip\r\n", &gzip(MAPPING.as_bytes()));
    assert_eq!(status, 202);
    let entry = &cloud.world(PROJECT).requests().list()[0];
    assert_eq!(entry["body"], json(MAPPING), "the journal shows what was meant: {entry:#}");
    let (status, _, body) = create("Content-Encoding: gzip\r\n", MAPPING.as_bytes());
    let reason = "Malformed request: the body is not gzip, which its Content-Encoding says it is";
    assert_eq!((status, &body["error_msg"]), (400, &json!(reason)));
    let (status, _, body) = create("Content-Encoding: gzip\r\n", &gzip(&vec![b' '; 12_000_001]));
    assert_eq!(
        (status, &body["error_msg"]),
        (413, &json!("The request body is larger than 12 MB"))
    );
    for (headers, reason) in [
        (
            "Content-Encoding: br\r\n",
            "the Content-Encoding of a request must be gzip or deflate, got br",
        ),
        (
            "Content-Type: application/json; charset=gbk\r\n",
            "the request body must be in UTF-8, and its Content-Type is application/json; \
             charset=gbk",
        ),
    ] {
        let (status, head, body) = create(headers, MAPPING.as_bytes());
        assert_eq!((status, &body["error_code"]), (415, &json!("APIGW.0201")), "{headers}");
        assert_eq!(body["error_msg"], reason);
        assert!(head.contains("\r\naccept-encoding: gzip, deflate\r\n"), "{head}");
    }
    let control = format!("/_paper/worlds/{PROJECT}/clock/advance");
    let advance = |headers: &str, body: &[u8]| create_by(&cloud, &control, headers, body);
    let seconds = br#"{"seconds":1}"#;
    assert_eq!(advance("Content-Encoding: gzip\r\n", &gzip(seconds)).0, 200);
    let (status, _, body) = advance("Content-Encoding: br\r\n", seconds);
    assert_eq!((status, &body["error_code"]), (415, &json!("PAPER.0415")));
}

#[test]
fn a_transfer_encoding_other_than_chunked_is_415() {
    let cloud = start(&config());
    let body = gzip(MAPPING.as_bytes());
    let chunked = [format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let head = format!(
        "POST /v3/{PROJECT}/dbcache/mapping HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n\
         Connection: close\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
    );
    let answer = raw(&cloud, &[head.as_bytes(), &chunked].concat());
    assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
    assert_eq!(body_of(&answer)["error_code"], "APIGW.0201");
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let cloud = start(&config());
    let body = format!("\u{feff}{MAPPING}");
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    assert_eq!(create_by(&cloud, &path, "", body.as_bytes()).0, 202);
}

#[test]
fn a_request_has_one_host_that_is_one() {
    let cloud = start(&config());
    let ask = |version: &str, hosts: &str| {
        raw(
            &cloud,
            format!("GET /v3 HTTP/{version}\r\n{hosts}Connection: close\r\n\r\n").as_bytes(),
        )
    };
    for hosts in ["", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host: a/b\r\n", "Host: u@a\r\n"] {
        let answer = ask("1.1", hosts);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{hosts:?}: {answer}");
        let body = body_of(&answer);
        assert_eq!(body["error_code"], "APIGW.0201", "{hosts:?}");
        let message = body["error_msg"].as_str().expect("a message");
        assert!(message.ends_with("(RFC 9112, section 3.2)"), "{message}");
    }
    for hosts in ["Host: h\r\n", "Host: \r\n", "Host: [::1]:80\r\n"] {
        assert!(ask("1.1", hosts).starts_with("HTTP/1.1 200 "), "{hosts:?}");
    }
    assert!(ask("1.0", "").starts_with("HTTP/1.0 200 "), "HTTP/1.0 knows no Host");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a guard against waiting for ever")]
fn a_client_that_leaves_during_a_latency_is_noticed_at_once() {
    let cloud = start(&config());
    for (phase, project) in [("before", "left-before"), ("after", "left-after")] {
        let world = cloud.world(project);
        let head = format!(
            "POST /v3/{project}/dbcache/mapping HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n\
             X-Paper-Fault: latency_ms=600000; phase={phase}\r\nContent-Length: {}\r\n\r\n{MAPPING}",
            MAPPING.len()
        );
        let mut stream = TcpStream::connect(cloud.address()).expect("a connection");
        stream.write_all(head.as_bytes()).expect("it is sent");
        drop(stream);
        let begun = Instant::now();
        let entry = loop {
            let listed = send(&cloud, "GET", &format!("/_paper/worlds/{project}/requests"), None);
            let listed = listed.expect(200);
            if listed["requests"][0]["client_left"] == true {
                assert_eq!(listed["in_flight"], 0, "{listed:#}");
                break listed["requests"][0].clone();
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{phase}: {listed:#}");
            std::thread::yield_now();
        };
        // The service does not know that nobody waits, so what was asked for is done.
        assert_eq!((&entry["committed"], &entry["answer"]["status"]), (&json!(true), &json!(202)));
        world.at_most_once_committed().expect("it was done once");
    }
}

#[test]
fn https_spoken_to_the_http_port_is_answered_in_plain() {
    let cloud = start(&config());
    let answer = raw(&cloud, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let reason = "this port speaks plain HTTP, and the request came in HTTPS";
    assert_eq!(body_of(&answer)["error_msg"], reason);
    let mut running = Running::start(&[]);
    let mut stream = TcpStream::connect(running.address()).expect("a connection");
    stream.write_all(b"\x16\x03\x01\x02\x00").expect("it is sent");
    running.log_until("a client speaks HTTPS, and this port speaks plain HTTP");
}
