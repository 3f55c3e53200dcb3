//! A reset or an import is an epoch: what began before it writes nothing after it.

use crate::support::{MAPPING as BODY, PROJECT, begun, config, ended, json, send, start, text};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

#[track_caller]
fn is_lost(head: &str) {
    assert!(head.starts_with("HTTP/1.1 202"), "{head}");
    let warning = "the world was reset or replaced while the request was under way";
    assert!(head.contains(warning), "{head}");
    // The new world gives the same id to another request.
    assert!(!head.contains("x-paper-explain"), "{head}");
}

fn create(cloud: &PaperCloud) -> Value {
    send(cloud, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(&json(BODY))).expect(202)
}

#[test]
fn what_began_before_a_reset_is_answered_and_writes_nothing_after_it() {
    let cloud = start(&config());
    create(&cloud);
    let old = begun(&cloud, PROJECT);
    send(&cloud, "DELETE", &format!("/_paper/worlds/{PROJECT}"), None).expect(204);
    let (head, body) = ended(old);
    is_lost(&head);
    assert!(body["job_id"].is_string(), "{body}");
    let fresh = start(&config()).world(PROJECT).export();
    assert_eq!(cloud.world(PROJECT).export(), fresh, "the new world has nothing of it");
}

#[test]
fn what_began_before_an_import_is_answered_and_writes_nothing_after_it() {
    let cloud = start(&config());
    create(&cloud);
    let document = cloud.world(PROJECT).export();
    create(&cloud);
    let old = begun(&cloud, PROJECT);
    cloud.world(PROJECT).import(&document).unwrap();
    is_lost(&ended(old).0);
    assert_eq!(cloud.world(PROJECT).export(), document);
}

#[test]
fn what_ends_before_the_reset_is_not_warned_of() {
    let cloud = start(&config());
    let (head, _) = ended(begun(&cloud, PROJECT));
    assert!(head.starts_with("HTTP/1.1 202") && !head.contains("under way"), "{head}");
}

/// A short life: whole answers with the ids of their requests.
fn life(cloud: &PaperCloud) -> Vec<(u16, String, Value)> {
    let mut seen = Vec::new();
    let mut ask = |method: &str, path: &str, body: Option<&Value>| {
        let answer = send(cloud, method, path, body);
        let id = answer.headers["x-request-id"].to_str().expect("an id").to_owned();
        seen.push((answer.status, id, answer.body.clone()));
        answer.body
    };
    let mapping = format!("/v3/{PROJECT}/dbcache/mapping");
    let job = text(&ask("POST", &mapping, Some(&json(BODY))), "/job_id");
    ask("GET", &format!("/v3/{PROJECT}/jobs?id={job}"), None);
    ask("GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None);
    let task = json!({
        "name": "task", "vpc_id": "v", "subnet_id": "s", "security_group_id": "g",
    });
    ask("POST", &format!("/v2/{PROJECT}/migration/instance"), Some(&task));
    ask("GET", &format!("/v2/{PROJECT}/migration-tasks"), None);
    ask("POST", &mapping, Some(&json!({})));
    seen
}

#[test]
fn a_world_that_is_reset_gives_the_same_answers_again() {
    let cloud = start(&config());
    let first = life(&cloud);
    assert_eq!(first[0].0, 202);
    let export = cloud.world(PROJECT).export();
    cloud.world(PROJECT).advance(Duration::from_mins(1));
    cloud.world(PROJECT).reset();
    assert_eq!(life(&cloud), first);
    assert_eq!(cloud.world(PROJECT).export(), export);
    assert_eq!(life(&start(&config())), first, "and so does another Papercloud");
}

#[test]
fn resets_while_eight_threads_write_leave_a_consistent_world() {
    const WRITERS: usize = 8;
    const RESETS: usize = 50;
    const AFTERWARDS: usize = 5;
    let cloud = start(&Config { workers: 4, ..config() });
    let is_over = AtomicBool::new(false);
    let (writes, written) = mpsc::channel();
    let written = std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            let writes = writes.clone();
            let (cloud, is_over) = (&cloud, &is_over);
            scope.spawn(move || {
                // Whether anybody still counts them is not the writer's concern.
                let write = || drop(writes.send(create(cloud)));
                while !is_over.load(Ordering::SeqCst) {
                    write();
                }
                (0..AFTERWARDS).for_each(|_| write());
            });
        }
        drop(writes);
        let cloud = &cloud;
        let resets = scope.spawn(move || {
            for _ in 0..RESETS {
                // Each reset falls between two writes, and into one that is under way.
                written.recv().expect("they are writing");
                cloud.world(PROJECT).label("known");
                let held = begun(cloud, PROJECT);
                written.try_iter().for_each(drop);
                cloud.world(PROJECT).reset();
                is_lost(&ended(held).0);
            }
            written
        });
        let resets = resets.join();
        is_over.store(true, Ordering::SeqCst);
        resets.expect("the resets")
    });
    // All requests are the same, so a world is what their number says. It has all that began after
    // the last reset, and nothing that was answered before it.
    let survived = cloud.world(PROJECT).export();
    let requests = usize::try_from(json(&survived)["requests"].as_u64().unwrap()).unwrap();
    let answered_after = written.try_iter().count();
    assert!((WRITERS * AFTERWARDS..=answered_after).contains(&requests), "{requests}");
    let fresh = start(&config());
    (0..requests).for_each(|_| drop(create(&fresh)));
    assert_eq!(fresh.world(PROJECT).export(), survived);
}
