//! HTTP/2 on the same port: with prior knowledge here, and by agreement within TLS in `tls.rs`.

use crate::support::{PROJECT, config, curl_over_http_2, json, send, start};
use axum::body::Bytes;
use axum::http::{HeaderMap, Request, StatusCode};
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};
use std::io::Write;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

const BODY: &str = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;

/// A client on one connection, which its clones share.
#[derive(Clone)]
pub struct Client {
    requests: SendRequest<Bytes>,
    authority: String,
}

/// An answer: its body, or how that ended.
pub struct Answer {
    pub status: StatusCode,
    headers: HeaderMap,
    pub body: Vec<u8>,
    ended: Result<(), h2::Error>,
}

impl Client {
    pub async fn connect(cloud: &PaperCloud) -> Self {
        let stream = TcpStream::connect(cloud.address()).await.expect("a connection");
        let (requests, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
        tokio::spawn(connection);
        Self { requests, authority: cloud.address().to_string() }
    }

    fn request(&self, method: &str, path: &str, fault: Option<&str>) -> Request<()> {
        let url = format!("http://{}{path}", self.authority);
        let request = Request::builder().method(method).uri(url).header("X-Auth-Token", "t");
        let request = match fault {
            Some(fault) => request.header("X-Paper-Fault", fault),
            None => request,
        };
        request.body(()).expect("a request")
    }

    /// Sends a request, and reads its answer.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: &str,
        fault: Option<&str>,
    ) -> Result<Answer, h2::Error> {
        let request = self.request(method, path, fault);
        let mut requests = self.requests.clone().ready().await?;
        let (answer, mut stream) = requests.send_request(request, body.is_empty())?;
        if !body.is_empty() {
            stream.send_data(Bytes::copy_from_slice(body.as_bytes()), true)?;
        }
        let (head, body) = answer.await?.into_parts();
        let (body, ended) = read(body).await;
        Ok(Answer { status: head.status, headers: head.headers, body, ended })
    }

    async fn create(&mut self, fault: Option<&str>) -> Result<Answer, h2::Error> {
        self.send("POST", &format!("/v3/{PROJECT}/dbcache/mapping"), BODY, fault).await
    }
}

async fn read(mut body: RecvStream) -> (Vec<u8>, Result<(), h2::Error>) {
    let mut bytes = Vec::new();
    while let Some(piece) = body.data().await {
        match piece {
            Ok(piece) => {
                let _ = body.flow_control().release_capacity(piece.len());
                bytes.extend_from_slice(&piece);
            }
            Err(error) => return (bytes, Err(error)),
        }
    }
    (bytes, Ok(()))
}

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(test)
}

fn of(answer: &Answer) -> Value {
    json(std::str::from_utf8(&answer.body).expect("UTF-8"))
}

/// How many jobs there are: as many as mappings were created.
fn jobs(cloud: &PaperCloud) -> Value {
    let jobs = send(cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).expect(200);
    jobs["total_count"].clone()
}

#[test]
fn an_answer_is_the_same_as_in_http_1() {
    let (cloud, other) = (start(&config()), start(&config()));
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let expected = send(&other, "POST", &path, Some(&json(BODY)));
    let answer = run(async { Client::connect(&cloud).await.create(None).await }).expect("it");
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(of(&answer), expected.body);
    let told = |headers: &HeaderMap| {
        let told = headers.iter().filter(|(name, _)| *name != "date");
        let mut told: Vec<_> = told.map(|(name, value)| (name.clone(), value.clone())).collect();
        told.sort_by(|left, right| (left.0.as_str(), &left.1).cmp(&(right.0.as_str(), &right.1)));
        told
    };
    assert_eq!(told(&answer.headers), told(&expected.headers));
}

#[test]
fn requests_are_journaled_and_the_control_api_answers() {
    let cloud = start(&config());
    let listed = run(async {
        let mut client = Client::connect(&cloud).await;
        client.create(None).await.expect("an answer");
        let path = format!("/_paper/worlds/{PROJECT}/requests");
        client.send("GET", &path, "", None).await.expect("an answer")
    });
    assert_eq!(listed.status, StatusCode::OK);
    let listed = of(&listed);
    assert_eq!(listed["requests"].as_array().map(Vec::len), Some(1), "{listed:#}");
    let request = &listed["requests"][0];
    assert_eq!(request["operation"], "CreateDbCacheMapping");
    assert_eq!(request["headers"]["host"], cloud.address().to_string(), "{request:#}");
}

#[test]
fn a_reset_hits_its_own_stream_and_no_other_on_the_connection() {
    let cloud = start(&config());
    run(async {
        let mut client = Client::connect(&cloud).await;
        let error = client.create(Some("reset")).await.map(|answer| answer.status).unwrap_err();
        assert!(error.is_reset() && error.is_remote(), "{error:?}");
        assert_eq!(error.reason(), Some(Reason::INTERNAL_ERROR));
        let next = client.create(None).await.expect("the connection serves on");
        assert_eq!(next.status, StatusCode::ACCEPTED);
    });
    assert_eq!(jobs(&cloud), 1);
}

#[test]
fn a_truncated_answer_promises_more_than_it_has_and_ends_with_a_reset() {
    let cloud = start(&config());
    run(async {
        let mut client = Client::connect(&cloud).await;
        let answer = client.create(Some("truncate")).await.expect("a head");
        assert_eq!(answer.status, StatusCode::ACCEPTED);
        let promised: usize = answer.headers["content-length"].to_str().unwrap().parse().unwrap();
        assert_eq!(promised, r#"{"job_id":"00000000-0000-0000-0000-000000000000"}"#.len());
        assert_eq!(answer.body.len(), promised / 2);
        let error = answer.ended.unwrap_err();
        assert_eq!((error.is_reset(), error.reason()), (true, Some(Reason::INTERNAL_ERROR)));
        assert_eq!(client.create(None).await.expect("an answer").status, StatusCode::ACCEPTED);
    });
    assert_eq!(jobs(&cloud), 2);
}

#[test]
fn a_slow_body_is_whole_and_holds_up_no_other() {
    let cloud = start(&config());
    run(async {
        let mut client = Client::connect(&cloud).await;
        let mut other = client.clone();
        let slow = client.create(Some("slow_body=600"));
        let quick = other.create(None);
        tokio::pin!(slow, quick);
        let quick = tokio::select! {
            slow = &mut slow => panic!("{:?}", slow.map(|answer| answer.status)),
            quick = &mut quick => quick.expect("an answer"),
        };
        assert_eq!(quick.status, StatusCode::ACCEPTED);
        let slow = slow.await.expect("an answer");
        assert!(slow.ended.is_ok());
        assert_eq!(slow.headers["content-length"], slow.body.len().to_string().as_str());
        assert!(of(&slow)["job_id"].is_string());
    });
}

#[test]
fn a_body_over_the_limit_is_413_and_a_body_that_never_arrives_is_408() {
    let cloud = start(&Config { body_seconds: 1, ..config() });
    run(async {
        let mut client = Client::connect(&cloud).await;
        let path = format!("/v3/{PROJECT}/dbcache/mapping");
        let request = client.request("POST", &path, None);
        let (answer, _open) = client.requests.send_request(request, false).expect("a request");
        assert_eq!(answer.await.expect("an answer").status(), StatusCode::REQUEST_TIMEOUT);
        let huge = " ".repeat(12_000_001);
        let answer = client.send("POST", &path, &huge, None).await.expect("an answer");
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    });
}

/// What is kept of the first request of a project, as soon as there is one.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "a guard against waiting for ever")]
fn first_kept(cloud: &PaperCloud) -> Value {
    let begun = Instant::now();
    loop {
        if let [first, ..] = &cloud.world(PROJECT).requests().list()[..] {
            let told = ["operation", "decision", "committed", "fault", "body"];
            let mut told: Value = told.iter().map(|name| (*name, first[name].clone())).collect();
            told["status"] = first["answer"]["status"].clone();
            return told;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing is kept");
        std::thread::yield_now();
    }
}

/// What is kept of a request whose client goes away when so much of its body is sent, over HTTP/1
/// and over HTTP/2.
fn kept_of_abandoned(config: &Config, fault: Option<&str>, sent: &str) -> [Value; 2] {
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let (cloud, other) = (start(config), start(config));
    let fault_header = fault.map(|fault| format!("X-Paper-Fault: {fault}\r\n"));
    let mut stream = std::net::TcpStream::connect(cloud.address()).expect("a connection");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nX-Auth-Token: t\r\n{}Content-Length: {}\r\n\r\n",
        fault_header.unwrap_or_default(),
        BODY.len(),
    );
    stream.write_all([&head, sent].concat().as_bytes()).expect("a request");
    drop(stream);
    run(async {
        let mut client = Client::connect(&other).await;
        let request = client.request("POST", &path, fault);
        let (_answer, mut body) = client.requests.send_request(request, false).expect("a request");
        body.send_data(Bytes::copy_from_slice(sent.as_bytes()), sent == BODY).expect("a body");
        // Its answer on the same connection shows that the request before it has arrived.
        client.send("GET", "/_paper/health", "", None).await.expect("an answer");
        body.send_reset(Reason::CANCEL);
        client.send("GET", "/_paper/health", "", None).await.expect("an answer");
    });
    [first_kept(&cloud), first_kept(&other)]
}

#[test]
fn a_request_whose_client_gives_up_waiting_is_performed_as_in_http_1() {
    for fault in ["latency_ms=300", "latency_ms=300; phase=after", "slow_body=300"] {
        let [first, second] = kept_of_abandoned(&config(), Some(fault), BODY);
        assert_eq!((&first["status"], &first["committed"]), (&json!(202), &json!(true)), "{fault}");
        assert_eq!(first, second, "{fault}");
    }
}

#[test]
fn a_request_whose_client_gives_up_sending_is_kept_as_in_http_1() {
    let [first, second] = kept_of_abandoned(&config(), None, &BODY[..20]);
    assert_eq!((&first["status"], &first["committed"]), (&json!(400), &json!(false)), "{first:#}");
    assert_eq!(first, second);
}

#[test]
fn a_stop_lets_the_requests_in_hand_end() {
    let cloud = start(&config());
    let path = format!("/_paper/worlds/{PROJECT}/faults");
    let rule = json!({ "operation": "CreateDbCacheMapping", "effect": { "latency_ms": 300 } });
    send(&cloud, "POST", &path, Some(&rule)).expect(201);
    let status = run(async {
        let mut client = Client::connect(&cloud).await;
        let warm = client.send("GET", "/_paper/health", "", None).await.expect("an answer");
        assert_eq!(warm.status, StatusCode::OK);
        let request = client.request("POST", &format!("/v3/{PROJECT}/dbcache/mapping"), None);
        let (answer, mut body) = client.requests.send_request(request, false).expect("a request");
        body.send_data(BODY.into(), true).expect("a body");
        // Its answer on the same connection shows that the request before it has arrived.
        client.send("GET", "/_paper/health", "", None).await.expect("an answer");
        let stopping = tokio::task::spawn_blocking(move || cloud.stop());
        let status = answer.await.expect("an answer").status();
        stopping.await.expect("it ends").expect("it stops");
        status
    });
    assert_eq!(status, StatusCode::ACCEPTED);
}

#[test]
fn curl_speaks_it_with_prior_knowledge() {
    let cloud = start(&config());
    let url = format!("{}/_paper/ready", cloud.url());
    curl_over_http_2(&["--http2-prior-knowledge".as_ref(), url.as_ref()]);
}
