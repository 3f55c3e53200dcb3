use super::check::each_run;
use crate::api::ROUTES;
use crate::cloud::{Course, Run, Turn};
use crate::control::{clock, jobs, worlds};
use crate::credentials::PROJECT_ID;
use crate::http::{App, answer_in_process};
use crate::selftest::{self, Sent, example_app};
use axum::body::Bytes;
use axum::http::{Method, Request};
use regex::{Captures, Regex};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::LazyLock;
use std::time::Duration;

/// What is compared of an answer: its status, the id of the request, and its body.
type Seen = (u16, String, String);

fn call(app: &App, method: &str, path: &str, body: &Value) -> Seen {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (parts, ()) = Request::builder().method(method).uri(path).body(()).unwrap().into_parts();
    let answer = answer_in_process(app, &parts, Bytes::from(body));
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), id, String::from_utf8(answer.into_body()).unwrap())
}

#[track_caller]
fn post(app: &App, path: &str, body: &Value) -> Value {
    let (status, _, answer) = call(app, "POST", &format!("/v3/{PROJECT_ID}/{path}"), body);
    assert!(status < 300, "{path}: {answer}");
    serde_json::from_str(&answer).unwrap()
}

fn pair(source: &str, target: &str) -> Value {
    json!({ "source_instance_id": source, "target_instance_id": target })
}

fn advance(app: &App, seconds: u64) {
    clock::turn(app, PROJECT_ID, &Turn::By(Duration::from_secs(seconds))).unwrap();
}

/// Sends an operation's example, on instances that no other example names.
fn perform(app: &App, at: usize, round: usize) -> (Sent, u16) {
    static ID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}(in[0-9]{2})?").unwrap()
    });
    const PROJECTS: [&str; 2] = [PROJECT_ID, "23a50154cf494ec9ad6883979a12db0a"];
    let own = |id: &Captures<'_>| {
        if PROJECTS.contains(&&id[0]) {
            PROJECT_ID.to_owned()
        } else {
            format!("{:08x}{}", 10_000 * round + at, &id[0][8..])
        }
    };
    let contract = ROUTES[at].contract;
    let example = ID.replace_all(contract.example, own);
    // The first mapping of a list is another example's, unless only its own are listed.
    let source = format!("{:08x}ab77413f9d2526605227be08in01", 10_000 * round + at);
    let only_own = format!("/dbcache/mappings?source_instance_id={source}\"");
    let performed = selftest::perform(app, &example.replace("/dbcache/mappings\"", &only_own));
    performed.unwrap_or_else(|problem| panic!("{}: {problem}", contract.id))
}

/// A cloud in which every documented example was performed, and whatever else a world can have was
/// done; and the requests of the examples that read.
fn rich() -> (App, Vec<Sent>) {
    let app = example_app();
    let mut reads = Vec::new();
    for (at, route) in ROUTES.iter().enumerate() {
        if route.contract.id == "KeystoneValidateToken" {
            // Its example names the first token of a cloud; tokens are not part of a world anyway.
            continue;
        }
        let (sent, status) = perform(&app, at, 0);
        assert_eq!(status, route.contract.success.as_u16(), "{}", route.contract.id);
        if route.contract.method == Method::GET {
            reads.push(sent);
        }
    }
    post(&app, "dbcache/mapping", &pair("0000dead-source", "redis"));
    post(&app, "dbcache/mapping", &pair("00005100-source", "redis"));
    let held = post(&app, "dbcache/mapping", &pair("held", "redis"));
    let failed = post(&app, "dbcache/mapping", &pair("failed", "redis"));
    let id = |answer: &Value| answer["job_id"].as_str().unwrap().to_owned();
    advance(&app, 1);
    jobs::hold(&app, PROJECT_ID, &id(&held)).unwrap();
    let reason = Some("no \"quota\" ünïcödé\n".to_owned());
    let failure = jobs::Failure { reason, percent: Some(70), stage: None };
    jobs::fail(&app, PROJECT_ID, &id(&failed), &failure).unwrap();
    worlds::label(&app, PROJECT_ID, Some("rich".to_owned())).unwrap();
    (app, reads)
}

/// Another cloud with the same worlds.
fn imported(app: &App) -> App {
    let other = example_app();
    for id in app.cloud.project_ids() {
        let project = if id.is_empty() { "@account" } else { &id };
        let document = worlds::export(app, project).unwrap();
        worlds::import(&other, project, document.as_bytes()).unwrap();
        assert_eq!(worlds::export(&other, project).unwrap(), document);
    }
    other
}

fn document(app: &App) -> Value {
    serde_json::from_str(&worlds::export(app, PROJECT_ID).unwrap()).unwrap()
}

#[test]
fn a_rich_world_has_something_of_everything() {
    let (app, reads) = rich();
    assert!(reads.len() >= 30, "{}", reads.len());
    let document = document(&app);
    for (name, value) in document.as_object().unwrap() {
        let empty = value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(serde_json::Map::is_empty);
        assert!(!empty, "{name}");
    }
    let text = document.to_string();
    for word in [
        "\"deleted\":",
        "\"backup_import\":",
        "\"exchange\":{",
        "\"password_digest\":\"",
        "\"release\":{",
        "\"change\":{",
        "\"removal\":{",
        "\"deletion\":{",
        "{\"fails\":70}",
        "\"stop\":{",
        "\"last_action\":{",
    ] {
        assert!(text.contains(word), "{word} in {document:#}");
    }
}

#[test]
fn an_imported_world_answers_like_the_one_that_was_exported() {
    let (app, reads) = rich();
    let other = imported(&app);
    let mut seen = 0;
    loop {
        for read in &reads {
            let answers = [&app, &other].map(|app| call(app, "GET", &read.path, &Value::Null));
            assert_eq!(answers[0], answers[1], "{}", read.path);
            seen += usize::from(answers[0].0 == 200);
        }
        let due = [&app, &other]
            .map(|app| clock::turn(app, PROJECT_ID, &Turn::NextEvent).unwrap().into_due());
        assert_eq!(due[0], due[1]);
        if due[0].is_empty() {
            break;
        }
    }
    assert!(seen > 100, "{seen}");
    let writes = |app: &App| {
        let sources = ["another", "held", "0000dead-source"];
        sources.map(|source| {
            let path = format!("/v3/{PROJECT_ID}/dbcache/mapping");
            call(app, "POST", &path, &pair(source, "redis"))
        })
    };
    assert_eq!(writes(&app), writes(&other));
    for (at, route) in ROUTES.iter().enumerate() {
        let answers = [&app, &other].map(|app| perform(app, at, 1).1);
        assert_eq!(answers[0], answers[1], "{}", route.contract.id);
    }
    let exports = [&app, &other].map(|app| worlds::export(app, PROJECT_ID).unwrap());
    assert_eq!(exports[0], exports[1]);
}

#[test]
fn a_running_clock_is_the_same_line_after_an_import() {
    let (app, _) = rich();
    clock::Resume { scale: Some(2.5) }.apply(&app, PROJECT_ID).unwrap();
    let other = imported(&app);
    assert_eq!(document(&other)["clock"]["rate"], 2.5);
    clock::Resume { scale: Some(1.0) }.apply(&other, PROJECT_ID).unwrap();
    clock::auto_advance(&other, PROJECT_ID, true).unwrap();
    let third = imported(&other);
    let shown = worlds::export(&third, PROJECT_ID).unwrap();
    assert!(shown.contains("\"rate\": 1,\n"), "{shown}");
    assert!(shown.contains("  \"auto_advance\": true,\n"), "{shown}");
}

#[test]
fn equal_histories_are_equal_bytes_in_sorted_order() {
    let export = || worlds::export(&rich().0, PROJECT_ID).unwrap();
    let text = export();
    assert_eq!(text, export());
    assert!(text.starts_with("{\n  \"agenda\": {\n    \"begun\": ") && text.ends_with("\n}\n"));
    let mut sorted: Value = serde_json::from_str(&text).unwrap();
    sorted.sort_all_objects();
    assert_eq!(format!("{sorted:#}\n"), text);
}

/// What is wrong after a change of the rich world's document.
#[track_caller]
fn refused(change: impl FnOnce(&mut Value)) -> String {
    let (app, _) = rich();
    let mut changed = document(&app);
    change(&mut changed);
    let fresh = example_app();
    let before = worlds::export(&fresh, PROJECT_ID).unwrap();
    let problem = worlds::import(&fresh, PROJECT_ID, changed.to_string().as_bytes());
    assert_eq!(worlds::export(&fresh, PROJECT_ID).unwrap(), before, "nothing half-applied");
    problem.unwrap_err().to_string()
}

#[track_caller]
fn is_refused(pointer: &str, value: Value, said: &str) {
    let problem = refused(|document| {
        // The first ClickHouse instance that has done anything stands for all of them.
        let instances = document["clickhouses"].as_array().unwrap();
        let acts = |one: &Value| !one["clickhouse"]["last_action"].is_null();
        let at = instances.iter().position(acts).unwrap();
        let acting = format!("/clickhouses/{at}/clickhouse/last_action");
        let pointer = pointer.replace("/clickhouses/0/clickhouse/last_action", &acting);
        let found = document.pointer_mut(&pointer);
        *found.unwrap_or_else(|| panic!("nothing at {pointer}")) = value;
    });
    assert!(problem.contains(said), "{pointer}: {problem}");
}

#[test]
fn a_foreign_document_is_refused_for_what_it_is() {
    is_refused("/version", json!(2), "version: this program reads version 1, got 2");
    is_refused("/version", json!("1"), "version: invalid type");
    is_refused("/format", json!("tar"), "format: must be papercloud-world, got \"tar\"");
    is_refused("/project_id", json!("other"), "project_id: is \"other\", and the world is that of");
    is_refused("/seed", json!(7), "seed: is 7, and this Papercloud has the seed 0");
    is_refused("/label", json!("x".repeat(257)), "at most 256 characters");
    let problem = refused(|document| document["jbos"] = json!([]));
    assert!(problem.contains("jbos: unknown field") && problem.contains("did you mean jobs?"));
    let problem = refused(|document| document["jobs"][0]["run"]["fat"] = json!(1));
    assert!(problem.contains("jobs[0].run.fat: unknown field"), "{problem}");
    let problem = refused(|document| drop(document.as_object_mut().unwrap().remove("jobs")));
    assert!(problem.contains("missing field `jobs`"), "{problem}");
}

#[test]
fn an_unknown_word_is_refused_with_its_place_and_the_nearest_one() {
    for (pointer, word, said) in [
        ("/instances/0/engine", "taurusbd", "instances[0].engine: must be one of rds-for-mysql, "),
        ("/instances/0/engine", "taurusbd", "did you mean taurusdb?"),
        ("/instances/0/mode", "Clutser", "did you mean Cluster?"),
        ("/instances/0/status", "nromal", "instances[0].status: must be one of normal, abnormal"),
        ("/jobs/0/kind", "GeminiDB/CreateDbCachMapping", "did you mean GeminiDB/CreateDbCacheMap"),
        ("/jobs/0/kind", "DCS/CreateDbCacheMapping", "jobs[0].kind: must be one of GeminiDB/"),
        ("/jobs/0/run/fate", "suceeds", "jobs[0].run.fate: unknown variant `suceeds`"),
        ("/jobs/0/run/fate", "suceeds", "did you mean succeeds?"),
        ("/agenda/courses/0/operation", "GeminiDB/CreateDbCacheMaping", "did you mean GeminiDB/Cr"),
        (
            "/agenda/courses/0/resource/lifecycle",
            "maping_creation",
            "did you mean mapping_creation",
        ),
        ("/jobs/0/run/started", "noon", "jobs[0].run.started: \"noon\" must be a time such as"),
        ("/clickhouses/0/clickhouse/last_action/name", "REBOT", "did you mean REBOOT?"),
    ] {
        is_refused(pointer, json!(word), said);
    }
    let (app, _) = rich();
    let id = document(&app)["relationships"].as_object().unwrap().keys().next().unwrap().clone();
    let pointer = format!("/relationships/{id}/role");
    is_refused(&pointer, json!("masster"), "did you mean master?");
}

#[test]
fn an_impossible_value_is_refused() {
    for (pointer, value, said) in [
        ("/clock/rate", json!(-1), "clock: rate must be a number from 0 to 1000000"),
        ("/clock/rate", json!(1), "clock: a clock that runs needs an anchor"),
        ("/clock/rate", json!("NaN"), "clock.rate: invalid type"),
        ("/clock/rate", json!(1e300), "clock: rate must be"),
        ("/clock/anchor", json!("2026-01-01T00:00:00Z"), "stands still and has no anchor"),
        ("/clock/stood_at", json!("2026-02-30T00:00:00Z"), "clock.stood_at: "),
        ("/requests", json!(u64::MAX), "requests: must be from 0 to"),
        ("/requests", json!(-1), "requests: invalid value"),
        ("/ids/backup", json!(u64::MAX), "ids.backup: must be from 0 to"),
        ("/ids/job", json!(1), "ids.job: is 1, and there are "),
        ("/jobs/0/run/fate", json!({ "fails": 101 }), "must be from 0 to 100, got 101"),
        ("/jobs/0/run/milliseconds", json!(-1), "jobs[0].run.milliseconds: invalid value"),
        ("/faults", json!({ "x": 1 }), "faults: "),
    ] {
        is_refused(pointer, value, said);
    }
    let (app, _) = rich();
    let text = document(&app).to_string();
    let twice = text.replacen("\"agenda\":", "\"agenda\":null,\"agenda\":", 1);
    assert!(worlds::import(&example_app(), PROJECT_ID, twice.as_bytes()).is_err());
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let missing = "ffffffff-ffff-4fff-bfff-ffffffffffff";
    for (pointer, value, said) in [
        ("/jobs/0/run/course", json!(9999), "jobs[0].run.course: there is no course 9999"),
        ("/jobs/0/run/hold", json!(7), "which is of the same course"),
        ("/agenda/begun", json!(0), "agenda.begun says that 0 have begun"),
        ("/agenda/reasons", json!({ "9999": "x" }), "agenda.reasons.9999: there is no course"),
        ("/agenda/courses/0/job_id", json!(missing), "agenda.courses[0].job_id: "),
        ("/removed_jobs", json!([missing]), "removed_jobs[0]: "),
        ("/memory_rules", json!({ missing: [] }), "is the id of no mapping"),
        ("/memory_mappings/0/source_instance_id", json!("x"), "\"x\" is in no instance"),
        ("/backups/0/instance_id", json!("x"), "backups[0].instance_id: \"x\" is in no instance"),
        ("/replications", json!({ "x": [] }), "replications.x: \"x\" is in no ClickHouse instance"),
        ("/clickhouses/0/id", json!("x"), "clickhouses[0].id: \"x\" is in no instance"),
        ("/clickhouses/0/clickhouse/last_action/job_id", json!(missing), "last_action.job_id: "),
    ] {
        is_refused(pointer, value, said);
    }
    for pointer in [
        "/instances",
        "/jobs",
        "/backups",
        "/memory_mappings",
        "/migration_tasks",
        "/clickhouses",
        "/checked",
        "/removed_jobs",
        "/agenda/courses",
    ] {
        let problem = refused(|document| {
            let all = document.pointer_mut(pointer).unwrap().as_array_mut().unwrap();
            all.push(all[0].clone());
        });
        assert!(problem.contains("is there twice"), "{pointer}: {problem}");
    }
    let problem = refused(|document| {
        let rules = document["memory_rules"].as_object_mut().unwrap();
        let of_one = rules.values_mut().next().unwrap().as_array_mut().unwrap();
        let mut again = of_one[0].clone();
        again["id"] = json!(missing);
        of_one.push(again);
    });
    assert!(problem.contains("].name: ") && problem.contains("is there twice"), "{problem}");
}

/// The runs of a course in a world's document, with their places.
fn copies(app: &App, course: u32) -> Vec<(String, Value)> {
    let mut copies = Vec::new();
    let visited = each_run(&document(app), &mut String::new(), &mut |place, number, run| {
        if number == u64::from(course) {
            copies.push((place.to_owned(), run.clone()));
        }
        Ok::<_, Infallible>(())
    });
    visited.unwrap();
    copies
}

#[test]
fn whatever_is_set_going_is_steered_in_every_copy() {
    type Steer = fn(&mut Run, crate::cloud::Moment);
    let steers: [(&str, Steer); 4] = [
        ("finish", Run::finish),
        ("hold", Run::hold),
        ("fail", |run, now| run.fail(40, now)),
        ("fail late", |run, now| run.fail(100, now)),
    ];
    for (at, route) in ROUTES.iter().enumerate() {
        if route.courses().next().is_none() {
            continue;
        }
        let operation = route.contract.id;
        for (name, change) in steers {
            let app = example_app();
            perform(&app, at, 0);
            let cell = app.cloud.world(PROJECT_ID);
            let (before, steered): (Course, Course) = {
                let mut world = cell.lock();
                let now = world.clock.now();
                let of_it = |course: &&Course| std::ptr::eq(course.contract, route.contract);
                let found = world.agenda.under_way().find(of_it).cloned();
                let before = found.unwrap_or_else(|| panic!("{operation} set nothing going"));
                let job = before.job.map(|(id, _)| id.to_string());
                let resource = before.resource.as_ref().map(|(id, _)| id.to_string());
                let id = job.or(resource).expect("an id");
                let steered = world.steer(&id, now, |run| change(run, now));
                (before, steered.expect("it is under way"))
            };
            assert_eq!(before.run.course, steered.run.course);
            let expected = serde_json::to_value(steered.run).unwrap();
            let there = copies(&app, steered.run.course);
            let kept = there.iter().filter(|(place, _)| !place.starts_with("agenda"));
            assert!(kept.count() > 0, "{operation} is kept nowhere");
            for (place, run) in there {
                assert_eq!(run, expected, "{operation}, {name}: {place}");
            }
            imported(&app);
        }
    }
}

#[test]
fn every_lifecycle_of_an_operation_has_its_name() {
    use crate::cloud::words::LIFECYCLES;
    for route in ROUTES {
        let of_job = route.job.map(|job| job.lifecycle);
        for lifecycle in route.courses().skip(usize::from(of_job.is_some())) {
            let named = LIFECYCLES.iter().any(|(_, known)| std::ptr::eq(*known, lifecycle));
            assert!(named, "add {lifecycle:?} of {} to LIFECYCLES", route.contract.id);
        }
    }
    assert!(LIFECYCLES.is_sorted_by_key(|(name, _)| name));
}
