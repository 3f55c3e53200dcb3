//! Secrets are planted wherever one can be given or sent, and looked for in all that comes out:
//! answers, journals, exports, explanations, reports, the page and the log.

use crate::binary::Running;
use crate::support::PROJECT;
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{HeaderMap, Method, Request};

/// Part of every secret.
const PLANT: &str = "planted";
const CONTROL_TOKEN: &str = "planted-control-token";

struct Client {
    running: Running,
    /// All that was answered.
    heard: Vec<(String, String)>,
}

impl Client {
    fn send(&mut self, method: &Method, path: &str, headers: &[(&str, &str)], body: &str) -> Heard {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let request = Request::builder().method(method).uri(self.running.url(path));
        let request = headers.iter().fold(request, |it, (name, value)| it.header(*name, *value));
        let request = request.header("Content-Type", "application/json");
        let mut answer =
            agent.run(request.body(body.to_owned()).expect("a request")).expect("an answer");
        let text = answer.body_mut().read_to_string().expect("text");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        // What a token is asked for is the one secret that is meant to come out.
        let mut shown = headers.clone();
        shown.remove("x-subject-token");
        self.heard.push((format!("{method} {path}"), format!("{shown:?} {text}")));
        Heard { status, headers, text }
    }

    fn ask(&mut self, path: &str) -> Heard {
        let heard = self.send(&Method::GET, path, &[("X-Paper-Token", CONTROL_TOKEN)], "");
        assert_eq!(heard.status, 200, "{path}: {}", heard.text);
        heard
    }
}

struct Heard {
    status: u16,
    headers: HeaderMap,
    text: String,
}

fn login(password: &str) -> String {
    let user =
        json!({ "name": "somebody", "password": password, "domain": { "name": "somebody" } });
    let password = json!({ "user": user });
    let identity = json!({ "methods": ["password"], "password": password });
    json!({ "auth": { "identity": identity, "scope": { "project": { "id": PROJECT } } } })
        .to_string()
}

#[test]
fn a_planted_secret_comes_out_nowhere() {
    let running = Running::start(&[
        "--access-key=AK1:planted-secret-key:planted-security-token",
        "--user=somebody:planted-password:somebody",
        "--control-token",
        CONTROL_TOKEN,
        "--seed=7",
        "--log=json",
        "--log-level=debug",
    ]);
    let mut client = Client { running, heard: Vec::new() };
    let logged_in = client.send(&Method::POST, "/v3/auth/tokens", &[], &login("planted-password"));
    assert_eq!(logged_in.status, 201, "{}", logged_in.text);
    let token = logged_in.headers["x-subject-token"].to_str().expect("text").to_owned();
    let wrong = client.send(&Method::POST, "/v3/auth/tokens", &[], &login("planted-wrong"));
    assert_eq!(wrong.status, 401, "{}", wrong.text);

    let signature = "SDK-HMAC-SHA256 Access=AK1, SignedHeaders=host, Signature=planted-signature";
    let credentials: [&[(&str, &str)]; 4] = [
        &[("X-Auth-Token", &token)],
        &[("X-Auth-Token", "planted-token")],
        &[("Authorization", signature), ("X-Security-Token", "planted-security-token")],
        &[("Authorization", "Bearer planted-bearer"), ("Cookie", "planted=planted")],
    ];
    let side = json!({ "addrs": "10.0.0.1:6379", "password": "planted-redis" });
    let good = json!({
        "migration_method": "full_amount_migration", "resume_mode": "auto",
        "source_instance": side, "target_instance": side,
    });
    let mut bad = good.clone();
    bad["migration_method"] = json!(3);
    bad["source_instance"]["password"] = json!(["planted-in-a-list"]);
    bad["my_secret"] = json!({ "deep": "planted-unknown" });
    let task =
        "/v2/{p}/migration/90754308-a156-406f-a837-8f852f38a646/task".replace("{p}", PROJECT);
    let other = format!("/v3/{PROJECT}/dbcache/mapping?token=planted-query&X-Signature=planted");
    for headers in credentials {
        for (path, body) in [
            (&task, good.to_string()),
            (&task, bad.to_string()),
            (&task, r#"{"target_instance": {"password": "planted-torn"#.to_owned()),
            (&task, r#"{"password": "planted-one", "password": "planted-two"}"#.to_owned()),
            (&other, r#"{"source_instance_id": "a", "target_instance_id": "b"}"#.to_owned()),
        ] {
            client.send(&Method::POST, path, headers, &body);
        }
        client.send(&Method::GET, &format!("/v9/{PROJECT}/nowhere"), headers, "");
    }
    client.send(&Method::GET, "/v3/auth/tokens", &[("X-Subject-Token", "planted-subject")], "");
    let denied =
        client.send(&Method::GET, "/_paper/rules", &[("X-Paper-Token", "planted-guess")], "");
    assert_eq!(denied.status, 401);

    let fixed = ["", "/", "/main.js", "/rules", "/catalogue", "/openapi.json", "/scenarios"];
    for path in fixed.into_iter().chain(["/health", "/ready", "/report", "/metrics", "/worlds"]) {
        client.ask(&format!("/_paper{path}"));
    }
    for project in [PROJECT, "@account"] {
        let world = format!("/_paper/worlds/{project}");
        for path in ["", "/clock", "/jobs", "/faults", "/report", "/requests/near-misses"] {
            let method = if path.ends_with("misses") { Method::POST } else { Method::GET };
            let body = if method == Method::POST { r#"{"match": {"body.x": 1}}"# } else { "" };
            let path = format!("{world}{path}");
            let heard = client.send(&method, &path, &[("X-Paper-Token", CONTROL_TOKEN)], body);
            assert_eq!(heard.status, 200, "{path}: {}", heard.text);
        }
        let journal = client.ask(&format!("{world}/requests")).text;
        let journal: Value = serde_json::from_str(&journal).expect("JSON");
        assert_eq!(journal["exact"], true);
        let requests = journal["requests"].as_array().expect("a list");
        assert!(requests.len() > 2, "{journal:#}");
        for request in requests {
            let id = request["request_id"].as_str().expect("an id");
            client.ask(&format!("/_paper/requests/{id}"));
        }
    }

    let Client { running, mut heard } = client;
    let (status, log) = running.signal("TERM");
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("DEBUG"), "the log says too little to prove anything: {log}");
    heard.push(("the log".to_owned(), log));
    for (place, text) in heard {
        for secret in [PLANT, &token] {
            let around = text.find(secret).map(|at| &text[at.saturating_sub(80)..]);
            let around = around.map(|text| text.chars().take(200).collect::<String>());
            assert_eq!(around, None, "{place} shows a secret");
        }
    }
}

/// Where a secret is sent in the place of something else, with characters that messages write in another
/// way, or so short that it could stand in any text.
#[test]
fn a_misplaced_secret_comes_out_nowhere() {
    let running = Running::start(&["--control-token", CONTROL_TOKEN, "--log-level=debug"]);
    let mut client = Client { running, heard: Vec::new() };
    let key = [("X-Auth-Token", "t"), ("X-Api-Key", "planted-key")];
    let mut texts = Vec::new();
    for secret in ["planted-secret", "qZ7x", "p\"w'0123qZ7x", "p\\qZ7x'\u{e9}"] {
        let password = json!({ "methods": ["password"], "password": secret });
        let token = json!({ "methods": ["token"], "token": secret, "user": { "name": 5 } });
        for identity in [password, token, json!({ "password": { "user": secret } })] {
            let body = json!({ "auth": { "identity": identity } }).to_string();
            texts.push(client.send(&Method::POST, "/v3/auth/tokens", &key, &body).text);
        }
        let body = json!({ "pass": secret, "api_key": secret, "sk": { "deep": [secret] } });
        let path = format!("/v3/{PROJECT}/dbcache/mapping");
        texts.push(client.send(&Method::POST, &path, &key, &body.to_string()).text);
        let side = json!({ "addrs": "10.0.0.1:6379", "password": [secret] });
        let body = json!({ "source_instance": side, "target_instance": side });
        let task = format!("/v2/{PROJECT}/migration/90754308-a156-406f-a837-8f852f38a646/task");
        texts.push(client.send(&Method::POST, &task, &key, &body.to_string()).text);
    }
    for query in ["password=planted%FF", "api_key=qZ7x%", "sk=planted%ZZ", "token=qZ7x%C3"] {
        let path = format!("/v3/{PROJECT}/jobs?{query}");
        let heard = client.send(&Method::GET, &path, &key, "");
        assert_eq!(heard.status, 400, "{path}: {}", heard.text);
    }
    assert!(texts[0].contains("got a string of 14 characters"), "{}", texts[0]);
    for project in [PROJECT, "@account"] {
        let journal = client.ask(&format!("/_paper/worlds/{project}/requests")).text;
        let journal: Value = serde_json::from_str(&journal).expect("JSON");
        for request in journal["requests"].as_array().expect("a list") {
            let id = request["request_id"].as_str().expect("an id");
            client.ask(&format!("/_paper/requests/{id}"));
        }
    }
    let Client { running, mut heard } = client;
    let (status, log) = running.signal("TERM");
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("got a string of 14 characters"), "{log}");
    heard.push(("the log".to_owned(), log));
    for (place, text) in heard {
        for secret in [PLANT, "qZ7x", "p\"w'"] {
            assert!(!text.contains(secret), "{place} shows {secret}: {text}");
        }
    }
}
