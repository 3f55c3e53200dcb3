//! Every effect in every phase, armed as a rule and asked for by a header, byte for byte on the
//! socket. What effects and phases there are is asked of the program, so that none can be missing
//! here.

mod table;

use super::{CLOSE, Got, arm, counters, jobs, raw};
use crate::support::{PROJECT, config, send, start};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::time::{Duration, Instant};
use table::Answer::{Other, Own, Reset};
use table::{BYTES, Outcome, Row, Seen, table};

/// What the program says to a rule that cannot be.
#[track_caller]
fn refusal(cloud: &PaperCloud, rule: &Value) -> String {
    let refused = send(cloud, "POST", &format!("/_paper/worlds/{PROJECT}/faults"), Some(rule));
    let said = refused.text("/error_msg");
    refused.expect(400);
    said
}

/// The words between two marks of a message, without the first `but` of them.
fn words(message: &str, mark: char, but: usize) -> BTreeSet<String> {
    message.split(mark).skip(1).step_by(2).skip(but).map(str::to_owned).collect()
}

#[test]
fn the_table_has_every_effect_in_every_phase_and_every_member() {
    let (cloud, table) = (start(&config()), table());
    let said = refusal(&cloud, &json!({ "effect": {} }));
    let (_, all) = said.split_once("an effect needs ").expect("all effects");
    let effects: BTreeSet<_> =
        all.split(" or one of ").flat_map(|some| some.split(", ")).map(str::to_owned).collect();
    assert!(effects.contains("latency_ms") && effects.contains("job"), "{said}");
    let said = refusal(&cloud, &json!({ "phase": "?", "effect": { "reset": true } }));
    let phases = words(&said, '`', 1);
    assert!(phases.contains("before"), "{said}");
    for effect in &effects {
        for phase in &phases {
            let is_it = |row: &Row| row.phase == phase && row.effect.get(effect).is_some();
            assert!(table.iter().any(is_it), "{effect} has no row for the phase {phase}");
        }
    }
    let texts: Vec<_> = table.iter().map(|row| row.effect.to_string()).collect();
    let said = [
        (refusal(&cloud, &json!({ "effect": { "?": 1 } })), '`', 1),
        (refusal(&cloud, &json!({ "effect": { "job": "?" } })), '`', 1),
        (refusal(&cloud, &json!({ "effect": { "latency_ms": -1 } })), '"', 0),
        (refusal(&cloud, &json!({ "effect": { "throttle": -1 } })), '"', 0),
    ];
    for (said, mark, but) in said {
        let words = words(&said, mark, but);
        assert!(!words.is_empty(), "{said}");
        for word in words {
            let quoted = format!("\"{word}\"");
            assert!(texts.iter().any(|text| text.contains(&quoted)), "no row has {word}: {said}");
        }
    }
}

/// How a request comes to its fault.
#[derive(Clone, Copy, Debug)]
enum Way {
    Rule,
    Header,
}

impl Way {
    /// What marks the answer.
    fn mark(self) -> &'static str {
        match self {
            Self::Rule => "fault-1",
            Self::Header => "request",
        }
    }
}

#[test]
fn every_effect_in_every_phase_is_seen_on_the_socket() {
    let cloud = start(&config());
    let plain = undated(&raw(&cloud, CLOSE));
    for Row { effect, phase, outcome } in table() {
        for way in [Way::Rule, Way::Header] {
            let case = format!("{effect} {phase}, by a {way:?}");
            // The first request of a world has the same id, and starts the same job, every time.
            cloud.world(PROJECT).reset();
            match &outcome {
                Outcome::Impossible(reason) => {
                    let said = refused(&cloud, &effect, phase, way, &case);
                    assert!(said.contains(reason), "{case}: {said}");
                    assert_eq!(jobs(&cloud), 0, "{case}");
                }
                Outcome::Seen(seen) => {
                    let (expected, ended) = expected(seen, way.mark(), &plain);
                    let got = see(&cloud, &effect, phase, way, seen, &case);
                    assert_eq!(undated(&got), expected, "{case}");
                    assert_eq!(got.ended, ended, "{case}");
                }
            }
        }
    }
}

/// The value of `X-Paper-Fault` that asks for an effect.
fn header(effect: &Value, phase: &str) -> String {
    let mut asked = effect.clone();
    asked["phase"] = phase.into();
    format!("X-Paper-Fault: {asked}\r\n{CLOSE}")
}

fn rule(effect: &Value, phase: &str) -> Value {
    json!({
        "operation": "CreateDbCacheMapping", "first": 1, "phase": phase, "effect": effect,
    })
}

/// What is said to a request for an effect that cannot be.
fn refused(cloud: &PaperCloud, effect: &Value, phase: &str, way: Way, case: &str) -> String {
    match way {
        Way::Rule => refusal(cloud, &rule(effect, phase)),
        Way::Header => {
            let got = raw(cloud, &header(effect, phase));
            assert!(got.text().starts_with("HTTP/1.1 400 Bad Request\r\n"), "{case}: {got:?}");
            got.text()
        }
    }
}

/// What a client sees of an effect. How long that takes, who was hit, and what has come of it, is
/// held here.
#[expect(clippy::disallowed_methods, reason = "what is measured is real time")]
fn see(cloud: &PaperCloud, effect: &Value, phase: &str, way: Way, seen: &Seen, case: &str) -> Got {
    let armed = match way {
        Way::Rule => rule(effect, phase),
        // A request that asks for its own fault is not seen by any rule.
        Way::Header => rule(&json!({ "reset": true }), "before"),
    };
    let armed = arm(cloud, &armed);
    let begun = Instant::now();
    let got = match way {
        Way::Rule => raw(cloud, CLOSE),
        Way::Header => raw(cloud, &header(effect, phase)),
    };
    let (taken, least) = (begun.elapsed(), Duration::from_millis(seen.milliseconds));
    assert!(taken >= least, "{case}: only {taken:?}");
    let is_hit = u64::from(matches!(way, Way::Rule));
    assert_eq!(counters(cloud, &armed), (is_hit, is_hit), "{case}");
    let world = cloud.world(PROJECT);
    let marked = world.requests().fault(way.mark()).exactly(1);
    marked.unwrap_or_else(|error| panic!("{case}: {error}"));
    assert_eq!(jobs(cloud), u64::from(seen.job.is_some()), "{case}");
    world.advance(Duration::from_hours(1));
    assert_eq!(statuses(cloud), json!(Vec::from_iter(seen.job)), "{case}");
    if matches!(way, Way::Rule) {
        let next = raw(cloud, CLOSE);
        assert!(next.head().starts_with("http/1.1 202 accepted"), "{case}: {next:?}");
        assert!(!next.head().contains("x-paper-fault"), "{case}: {next:?}");
        assert_eq!(counters(cloud, &armed), (2, 1), "{case}: it is for the first only");
    }
    got
}

/// The statuses of all jobs.
fn statuses(cloud: &PaperCloud) -> Value {
    let jobs = send(cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).expect(200);
    let jobs = jobs["jobs"].as_array().expect("a list").iter();
    jobs.map(|job| job["status"].clone()).collect()
}

/// All bytes that are expected, and how they end, by the answer to the same request when nothing
/// goes wrong.
fn expected(seen: &Seen, mark: &str, plain: &str) -> (String, Result<(), ErrorKind>) {
    let mark = format!("x-paper-fault: {mark}\r\n");
    let end = |length: usize| format!("content-length: {length}\r\nconnection: close\r\n\r\n");
    let all = match seen.answer {
        Reset => return (String::new(), Err(ErrorKind::ConnectionReset)),
        Own { announced, sent } => {
            let (head, body) = plain.split_once(&end(BYTES)).expect("an answer");
            [head, &mark, &end(announced), &body[..sent]].concat()
        }
        Other(status, headers, body) => {
            let lines = |name: &'static str| {
                plain.split_inclusive("\r\n").filter(move |line| line.starts_with(name))
            };
            let id = lines("x-request-id: ").next().expect("an id");
            // What an operation that was performed remarked is said whatever becomes of its answer.
            let remarks: String = match seen.job {
                Some(_) => lines("x-paper-warning: ").collect(),
                None => String::new(),
            };
            let value = id.trim_start_matches("x-request-id: ").trim_end();
            let explained = format!("x-paper-explain: /_paper/requests/{value}\r\n");
            let rule = mark.trim_start_matches("x-paper-fault: ").trim_end();
            let body = body.replace("{id}", value).replace("{rule}", rule);
            let end = match body.len() {
                0 => "connection: close\r\n\r\n".to_owned(),
                length => end(length),
            };
            format!("HTTP/1.1 {status}\r\n{id}{remarks}{headers}{mark}{explained}{end}{body}")
        }
    };
    (all, Ok(()))
}

/// The bytes without the header that tells the real time.
fn undated(got: &Got) -> String {
    let text = got.text();
    text.split_inclusive("\r\n").filter(|line| !line.starts_with("date: ")).collect()
}
