//! What is said of requests from before a world was made: it was forgotten, imported or loaded.

use crate::binary::Running;
use crate::support::{MAPPING, PROJECT, config, json, send, start, text};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

const CREATE: &str = "CreateDbCacheMapping";

fn create(cloud: &PaperCloud) {
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    send(cloud, "POST", &path, Some(&json(MAPPING))).expect(202);
}

fn look(cloud: &PaperCloud, project: &str) {
    send(cloud, "GET", &format!("/v3/{project}/jobs?offset=0&limit=10"), None).expect(200);
}

/// Claims that hold only where nothing was asked before.
fn verify(cloud: &PaperCloud, project: &str) -> Value {
    let never = json!({ "operation": CREATE, "never": true });
    let checks = json!({ "checks": [never, { "at_most_once_committed": true }] });
    let path = format!("/_paper/worlds/{project}/requests/verify");
    send(cloud, "POST", &path, Some(&checks)).expect(200)
}

fn report(cloud: &PaperCloud, project: &str) -> Value {
    let report = send(cloud, "GET", &format!("/_paper/worlds/{project}/report"), None).expect(200);
    json!([report["clean"], report["exact"]])
}

#[track_caller]
fn assert_lost(cloud: &PaperCloud, dropped: u64) {
    let verified = verify(cloud, PROJECT);
    let found = json!([verified["passed"], verified["exact"], verified["dropped"]]);
    assert_eq!(found, json!([false, false, dropped]), "{verified:#}");
    let reason = text(&verified, "/checks/0/reason");
    let said = format!(
        "it cannot be known: no such request was found, but {dropped} requests were dropped from \
         the journal, sent before the world was forgotten for another, or loaded"
    );
    assert!(reason.starts_with(&said), "{reason}");
    assert_eq!(report(cloud, PROJECT), json!([false, false]));
}

#[track_caller]
fn assert_exact(cloud: &PaperCloud, project: &str) {
    let verified = verify(cloud, project);
    let found = json!([verified["passed"], verified["exact"], verified["dropped"]]);
    assert_eq!(found, json!([true, true, 0]), "{verified:#}");
    assert_eq!(report(cloud, project), json!([true, true]));
}

/// A cloud that has forgotten the world of the project, after two requests.
fn forgetful() -> PaperCloud {
    // Nothing is under way in it, and no test has its hand on it: it may go.
    let cloud = start(&Config { max_worlds: 2, job_seconds: 0.0, ..config() });
    assert_exact(&cloud, PROJECT);
    create(&cloud);
    create(&cloud);
    for project in ["b", "c", "d"] {
        look(&cloud, project);
    }
    cloud
}

#[test]
fn a_world_that_was_forgotten_for_another_knows_nothing_of_its_requests() {
    let cloud = forgetful();
    assert_lost(&cloud, 2);
    let all = send(&cloud, "GET", "/_paper/report", None).expect(200);
    let found = json!([all["clean"], all["exact"], all["limits"]["worlds_forgotten"]]);
    assert_eq!(found, json!([false, false, 2]));
    // The next request makes it anew, and goes on with the numbers.
    let before = cloud.world(PROJECT).requests().list().len();
    look(&cloud, PROJECT);
    assert_lost(&cloud, 2);
    assert_eq!((before, cloud.world(PROJECT).requests().list().len()), (0, 1));
    // Forgotten once more, with what was asked since.
    look(&cloud, "e");
    look(&cloud, "f");
    assert_lost(&cloud, 3);
    let document = cloud.world(PROJECT).export();
    cloud.world(PROJECT).import(&document).unwrap();
    assert_exact(&cloud, PROJECT);
}

#[test]
fn whoever_asks_for_a_beginning_has_one() {
    let cloud = forgetful();
    cloud.world(PROJECT).reset();
    assert_exact(&cloud, PROJECT);
    let cloud = forgetful();
    send(&cloud, "DELETE", &format!("/_paper/worlds/{PROJECT}/requests"), None).expect(204);
    assert_exact(&cloud, PROJECT);
    // What was never forgotten is exact, whatever became of others.
    look(&cloud, "new");
    assert_eq!(report(&cloud, "new"), json!([true, true]));
}

/// Whoever imports a world asks for what follows, as with a reset.
#[test]
fn a_world_that_was_imported_is_exact_from_then_on() {
    let cloud = start(&config());
    for _ in 0..3 {
        create(&cloud);
    }
    cloud.world(PROJECT).advance(Duration::from_mins(1));
    let document = cloud.world(PROJECT).export();
    cloud.world(PROJECT).import(&document).unwrap();
    assert_exact(&cloud, PROJECT);
    assert_eq!(cloud.world(PROJECT).export(), document);
    create(&cloud);
    let never = cloud.world(PROJECT).requests().operation(CREATE).never().unwrap_err();
    assert!(never.to_string().contains("1 such request was found"), "{never}");
}

#[test]
fn a_report_on_a_forgotten_world_says_how_to_begin_anew() {
    let cloud = forgetful();
    let said = catch_unwind(AssertUnwindSafe(|| cloud.world(PROJECT).assert_clean()));
    let said = said.unwrap_err();
    let said = said.downcast_ref::<String>().expect("a message");
    assert!(said.contains("DELETE its requests to begin anew"), "{said}");
    cloud.world(PROJECT).forget_requests();
    assert_exact(&cloud, PROJECT);
}

#[test]
fn what_was_forgotten_and_what_was_dropped_are_told_apart() {
    let cloud =
        start(&Config { journal_bytes: 8_192, max_worlds: 2, job_seconds: 0.0, ..config() });
    for _ in 0..40 {
        create(&cloud);
    }
    let dropped = verify(&cloud, PROJECT)["dropped"].as_u64().expect("a number");
    assert!(dropped > 0);
    for project in ["b", "c", "d"] {
        look(&cloud, project);
    }
    assert_eq!(verify(&cloud, PROJECT)["dropped"], 40);
    for _ in 0..40 {
        create(&cloud);
    }
    let verified = verify(&cloud, PROJECT);
    let all = verified["dropped"].as_u64().expect("a number");
    assert!(all > 40 && all < 80 && verified["exact"] == false, "{verified:#}");
    let reason = text(&verified, "/checks/1/reason");
    let never = json!({ "status": 500, "never": true });
    let path = format!("/_paper/worlds/{PROJECT}/requests/verify");
    let never = send(&cloud, "POST", &path, Some(&never)).expect(200);
    let unknown = text(&never, "/checks/0/reason");
    let said = format!(
        "{all} requests were dropped from the journal, 40 of them sent before the world was \
         forgotten for another, or loaded, the others for want of bytes"
    );
    assert!(unknown.contains(&said), "{unknown}");
    assert!(reason.starts_with("committed more than once"), "{reason}");
}

#[test]
fn a_world_that_was_loaded_knows_nothing_of_its_requests() {
    let file = std::env::temp_dir().join(format!("papercloud-past-{}.json", std::process::id()));
    let arguments = ["--state", file.to_str().expect("UTF-8")];
    let verify = |running: &Running| -> Value {
        let url = running.url(&format!("/_paper/worlds/{PROJECT}/requests/verify"));
        let claims = json!({ "operation": CREATE, "never": true }).to_string();
        let answer = ureq::post(url).send(claims).expect("an answer").body_mut().read_to_string();
        let verified = json(&answer.expect("text"));
        json!([verified["passed"], verified["exact"], verified["dropped"]])
    };
    let running = Running::start(&arguments);
    assert_eq!(verify(&running), json!([true, true, 0]));
    for _ in 0..2 {
        let url = running.url(&format!("/v3/{PROJECT}/dbcache/mapping"));
        let created = ureq::post(url).header("X-Auth-Token", "t").send(MAPPING);
        assert_eq!(created.expect("an answer").status(), 202);
    }
    assert_eq!(verify(&running), json!([false, true, 0]));
    assert_eq!(running.signal("TERM").0, Some(0));
    let running = Running::start(&arguments);
    assert_eq!(verify(&running), json!([false, false, 2]));
    assert_eq!(running.signal("TERM").0, Some(0));
    std::fs::remove_file(&file).expect("it is there");
    let _ = std::fs::remove_file(file.with_extension("json.lock"));
}

#[test]
fn looking_at_a_project_makes_no_world_and_lets_none_go() {
    let cloud = start(&Config { max_worlds: 1, ..config() });
    create(&cloud);
    cloud.world(PROJECT).advance(Duration::from_mins(1));
    let worlds = |cloud: &PaperCloud| send(cloud, "GET", "/_paper/worlds", None).expect(200);
    let before = worlds(&cloud);
    assert_eq!(before["count"], 1);
    for call in ["", "/clock", "/jobs", "/faults", "/requests", "/report", "/scenario"] {
        send(&cloud, "GET", &format!("/_paper/worlds/other{call}"), None).expect(200);
    }
    for call in ["verify", "near-misses"] {
        let path = format!("/_paper/worlds/other/requests/{call}");
        send(&cloud, "POST", &path, Some(&json!({ "method": "POST" }))).expect(200);
    }
    send(&cloud, "GET", "/_paper/worlds/other/jobs/x", None).expect(404);
    send(&cloud, "GET", "/_paper/worlds/other/faults/x", None).expect(404);
    assert_eq!(worlds(&cloud), before);
    let mappings = format!("/v3/{PROJECT}/dbcache/mappings?offset=0&limit=10");
    assert_eq!(send(&cloud, "GET", &mappings, None).expect(200)["total_count"], 1);
    // What nobody has used is as empty as it would be.
    assert_exact(&cloud, "other");
    let shown = send(&cloud, "GET", "/_paper/worlds/other/clock", None).expect(200);
    assert_eq!(shown["now"], "2026-01-01T00:00:00.000Z");
}
