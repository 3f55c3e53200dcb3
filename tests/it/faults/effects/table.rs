//! What there is to see of each effect in each phase.

use Answer::{Other, Own, Reset};
use serde_json::{Value, json};

/// An effect in a phase, and what comes of it.
pub struct Row {
    pub effect: Value,
    pub phase: &'static str,
    pub outcome: Outcome,
}

pub enum Outcome {
    /// There is no such rule, and this is why.
    Impossible(&'static str),
    /// It is seen on the socket.
    Seen(Seen),
}

/// What a client sees, and what is so afterwards.
pub struct Seen {
    pub answer: Answer,
    /// How long it takes at least.
    pub milliseconds: u64,
    /// How the job of the mapping ends, if one was created.
    pub job: Option<&'static str>,
}

#[derive(Clone, Copy)]
pub enum Answer {
    /// Another one: its status, headers of its own, and its body.
    Other(&'static str, &'static str, &'static str),
    /// The operation's own, with as many bytes of its body as these, announced as so many.
    Own { announced: usize, sent: usize },
    /// The connection is reset and nothing is sent.
    Reset,
}

const JSON: &str = "content-type: application/json\r\n";

/// How many bytes the body of the operation's own answer has.
pub const BYTES: usize = r#"{"job_id":"00000000-0000-0000-0000-000000000000"}"#.len();

/// The operation's own answer as it is.
const WHOLE: Answer = Own { announced: BYTES, sent: BYTES };

const INJECTED: &str =
    r#"{"error_code":"DBS.200998","error_msg":"injected by the fault rule {rule}"}"#;

/// An answer in the place of the operation's. Before it nothing is done; after it the change stays.
fn instead(effect: &Value, answer: Answer) -> [Row; 2] {
    [("before", None), ("after", Some("Completed"))].map(|(phase, job)| {
        let outcome = Outcome::Seen(Seen { answer, milliseconds: 0, job });
        Row { effect: effect.clone(), phase, outcome }
    })
}

/// What is done to the operation's own answer, which is not there before it.
fn spoilt(effect: &Value, answer: Answer, milliseconds: u64) -> [Row; 2] {
    let seen = Outcome::Seen(Seen { answer, milliseconds, job: Some("Completed") });
    let none = Outcome::Impossible("needs the operation's answer, so its phase is after");
    [("before", none), ("after", seen)].map(|(phase, outcome)| Row {
        effect: effect.clone(),
        phase,
        outcome,
    })
}

/// What lets the operation's own answer pass.
fn passed(effect: &Value, milliseconds: u64, job: &'static str) -> [Row; 2] {
    ["before", "after"].map(|phase| {
        let seen = Seen { answer: WHOLE, milliseconds, job: Some(job) };
        Row { effect: effect.clone(), phase, outcome: Outcome::Seen(seen) }
    })
}

/// The same after a while.
fn late(rows: [Row; 2], milliseconds: u64) -> [Row; 2] {
    rows.map(|mut row| {
        if let Outcome::Seen(seen) = &mut row.outcome {
            seen.milliseconds = milliseconds;
        }
        row
    })
}

/// All of them.
pub fn table() -> Vec<Row> {
    let throttled = r#"{"error_code":"APIGW.0308","error_msg":"injected by the fault rule {rule}","request_id":"{id}"}"#;
    let after_seven = "content-type: application/json\r\nretry-after: 7\r\n";
    let wrong_state = Other(
        "403 Forbidden",
        JSON,
        r#"{"error_code":"DBS.200011","error_msg":"injected by the fault rule {rule}"}"#,
    );
    let in_own_words =
        Other("403 Forbidden", JSON, r#"{"error_code":"DBS.200011","error_msg":"not now"}"#);
    [
        // A status that the operation documents, with the code of its error.
        instead(&json!({ "status": 500 }), Other("500 Internal Server Error", JSON, INJECTED)),
        // One that it does not: the gateway's error.
        instead(
            &json!({ "status": 503, "message": "down" }),
            Other(
                "503 Service Unavailable",
                JSON,
                r#"{"error_code":"APIGW.0601","error_msg":"down","request_id":"{id}"}"#,
            ),
        ),
        instead(
            &json!({ "status": 502, "body": "<html>502</html>" }),
            Other("502 Bad Gateway", "content-type: text/html\r\n", "<html>502</html>"),
        ),
        instead(
            &json!({ "status": 500, "body": "out of order" }),
            Other("500 Internal Server Error", "content-type: text/plain\r\n", "out of order"),
        ),
        instead(
            &json!({ "status": 200, "body": { "job_id": null } }),
            Other("200 OK", JSON, r#"{"job_id":null}"#),
        ),
        instead(&json!({ "status": 200 }), Other("200 OK", JSON, "{}")),
        instead(&json!({ "status": 204 }), Other("204 No Content", "", "")),
        instead(&json!({ "error_code": "DBS.200011" }), wrong_state),
        instead(&json!({ "error_code": "DBS.200011", "message": "not now" }), in_own_words),
        instead(&json!({ "error": "WrongState" }), wrong_state),
        instead(&json!({ "error": "WrongState", "message": "not now" }), in_own_words),
        instead(&json!({ "throttle": 7 }), Other("429 Too Many Requests", after_seven, throttled)),
        instead(
            &json!({ "throttle": { "retry_after": 7 }, "message": "slowly" }),
            Other(
                "429 Too Many Requests",
                after_seven,
                r#"{"error_code":"APIGW.0308","error_msg":"slowly","request_id":"{id}"}"#,
            ),
        ),
        instead(&json!({ "reset": true }), Reset),
        spoilt(&json!({ "truncate": true }), Own { announced: BYTES, sent: BYTES / 2 }, 0),
        spoilt(
            &json!({ "malformed": true }),
            Own { announced: BYTES.div_ceil(2), sent: BYTES.div_ceil(2) },
            0,
        ),
        spoilt(&json!({ "slow_body": 20 }), WHOLE, 20),
        passed(&json!({ "latency_ms": 20 }), 20, "Completed"),
        passed(&json!({ "latency_ms": { "from": 20, "to": 25 } }), 20, "Completed"),
        passed(&json!({ "latency_ms": { "median": 20, "p99": 20 } }), 20, "Completed"),
        late(
            instead(
                &json!({ "latency_ms": 20, "status": 500 }),
                Other("500 Internal Server Error", JSON, INJECTED),
            ),
            20,
        ),
        late(instead(&json!({ "latency_ms": 20, "reset": true }), Reset), 20),
        passed(&json!({ "job": "fail" }), 0, "Failed"),
        passed(&json!({ "job": "fail", "percent": 40, "reason": "disk full" }), 0, "Failed"),
        passed(&json!({ "job": "hold", "stage": "Running" }), 0, "Running"),
        passed(&json!({ "job": "succeed", "seconds": 7 }), 0, "Completed"),
        passed(&json!({ "job": "succeed", "seconds": 7_200 }), 0, "Running"),
        passed(&json!({ "job": "fail", "latency_ms": 20 }), 20, "Failed"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
