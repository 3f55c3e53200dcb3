//! [`PaperCloud`] in a Rust test.

use crate::support::{PROJECT, config, send, start};
use papercloud::{AuthMode, Config, Fault, Level, PaperCloud, World};
use serde_json::json;
use std::cell::RefCell;
use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::panic::AssertUnwindSafe;
use std::sync::Once;
use std::time::Duration;

#[test]
fn it_is_ready_when_it_returns_and_gone_when_it_is_dropped() {
    let cloud = PaperCloud::start();
    send(&cloud, "GET", "/_paper/ready", None).expect(200);
    let mut idle = TcpStream::connect(cloud.address()).expect("a connection");
    drop(cloud);
    // Its port may be another's by now, but a connection that was open has ended.
    let got = idle.read(&mut [0]).map_err(|error| error.kind());
    assert!(matches!(got, Ok(0) | Err(ErrorKind::ConnectionReset)), "{got:?}");
}

#[test]
fn two_run_side_by_side() {
    let (first, second) = (PaperCloud::start(), PaperCloud::start());
    assert_ne!(first.url(), second.url());
    for cloud in [&first, &second] {
        send(cloud, "GET", "/_paper/health", None).expect(200);
    }
}

#[test]
fn a_frozen_world_moves_only_when_told() {
    let cloud = PaperCloud::start();
    let world = cloud.world(PROJECT);
    world.resume(1e6).unwrap();
    let running = world.now();
    let looks = (0..1_000_000).position(|_| world.now() > running).expect("it runs");
    world.freeze();
    let before = world.now();
    assert!((0..100 * (looks + 1)).all(|_| world.now() == before));
    world.advance(Duration::from_millis(1));
    assert!(world.now() > before);
}

#[test]
fn a_bad_configuration_is_an_error_and_not_a_panic() {
    let bad = |config: Config| PaperCloud::start_with(&config).unwrap_err().to_string();
    assert!(bad(Config { job_seconds: -1.0, ..config() }).contains("job_seconds"));
    assert!(bad(Config { frozen_at: Some("soon".to_owned()), ..config() }).contains("frozen_at"));
    let cloud = PaperCloud::start();
    let mut taken = config();
    taken.endpoint.port = cloud.address().port();
    assert!(bad(taken).contains("cannot listen on"));
}

#[test]
fn each_class_of_rules_is_enforced_told_or_let_pass() {
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let odd = json!({ "source_instance_id": "a", "target_instance_id": "b", "unknown": 1 });
    let answer = |hygiene, resources| {
        let cloud = start(&Config { hygiene, resources, ..config() });
        let answer = send(&cloud, "POST", &path, Some(&odd));
        (answer.status, answer.headers.get_all("x-paper-warning").iter().count())
    };
    let (off, warn, enforce) = (Some(Level::Off), Some(Level::Warn), Some(Level::Enforce));
    assert_eq!(answer(off, off), (202, 0));
    assert_eq!(answer(warn, off), (202, 1));
    assert_eq!(answer(warn, warn), (202, 3));
    assert_eq!(answer(enforce, off), (400, 0));
    assert_eq!(answer(off, enforce), (404, 0));
}

#[test]
fn a_documented_rule_that_is_let_pass_still_refuses_what_cannot_be_understood() {
    let cloud = start(&Config { documented: Some(Level::Warn), ..config() });
    let path = "/v2/p/migration/90754308-a156-406f-a837-8f852f38a646/task";
    let side = json!({ "addrs": "no-port" });
    let body = json!({
        "migration_method": "full_amount_migration", "resume_mode": "sometimes",
        "source_instance": side, "target_instance": side,
    });
    let passed = send(&cloud, "POST", path, Some(&body));
    let warnings = passed.headers.get_all("x-paper-warning").iter();
    let warnings: Vec<_> = warnings.map(|warning| warning.to_str().expect("ASCII")).collect();
    assert_eq!(warnings.len(), 5, "{warnings:#?}");
    passed.expect(200);
    let senseless = send(&cloud, "POST", path, Some(&json!({ "migration_method": "none" })));
    assert!(senseless.text("/error_msg").contains("resume_mode is mandatory"));
    senseless.expect(400);
}

#[test]
fn credentials_are_looked_at_as_configured() {
    let body = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let status = |cloud: &PaperCloud, headers: &[(&str, &str)]| {
        crate::support::send_text(cloud, "POST", &path, headers, body).status
    };
    let signed = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=00ff";
    let presence = start(&config());
    assert_eq!(status(&presence, &[]), 401);
    assert_eq!(status(&presence, &[("X-Auth-Token", " ")]), 401);
    assert_eq!(status(&presence, &[("X-Auth-Token", "anything")]), 202);
    assert_eq!(status(&presence, &[("Authorization", signed)]), 202);
    assert_eq!(status(&presence, &[("Authorization", "Basic YTpi")]), 401);
    let off = start(&Config { auth: AuthMode::Off, ..config() });
    assert_eq!(status(&off, &[]), 202);
}

#[test]
fn the_documents_spelling_of_the_last_status_is_a_switch() {
    let cloud = start(&Config { spell_incrmigrating: true, job_seconds: 0.0, ..config() });
    let body = json!({
        "migration_method": "incremental_migration", "resume_mode": "auto",
        "source_instance": { "addrs": "a:1" }, "target_instance": { "addrs": "b:1" },
    });
    let path = "/v2/p/migration/90754308-a156-406f-a837-8f852f38a646/task";
    let answer = send(&cloud, "POST", path, Some(&body)).expect(200);
    assert_eq!(answer["status"], "INCRMIGRATING");
}

#[test]
fn a_world_can_be_kept_beside_its_service_and_sent_to_another_thread() {
    struct Fixture {
        cloud: PaperCloud,
        world: World,
    }
    let cloud = PaperCloud::start();
    let fixture = Fixture { world: cloud.world_of("a test of orders"), cloud };
    let world = fixture.world.clone();
    let before = world.now();
    let moved = std::thread::spawn(move || {
        world.advance(Duration::from_mins(1));
        world.now()
    });
    assert!(moved.join().unwrap() > before);
    let listed = send(&fixture.cloud, "GET", "/_paper/worlds", None).expect(200);
    let id = fixture.world.project_id();
    assert_eq!(listed["worlds"][0]["project_id"], id);
    assert_eq!(listed["worlds"][0]["label"], "a test of orders");
    // The same name again: the same project, and nothing has happened there.
    fixture.world.label("another");
    let again = fixture.cloud.world_of("a test of orders");
    assert_eq!((again.project_id(), again.requests().count()), (id, 0));
}

#[test]
fn jobs_are_listed_and_steered() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let create = |source: &str| {
        let body = json!({ "source_instance_id": source, "target_instance_id": "target" });
        send(&cloud, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(&body)).text("/job_id")
    };
    let job = create("one");
    assert_eq!(world.jobs().len(), 1);
    assert_eq!(world.jobs()[0]["job_id"], *job);
    world.fail_at(&job, 40, "disk full").unwrap();
    let planned = &world.job(&job).unwrap()["planned"];
    assert_eq!((&planned["percent"], &planned["reason"]), (&json!(40), &json!("disk full")));
    world.fail_in(&job, "creating", "at the start").unwrap();
    assert_eq!(world.jobs(), [] as [serde_json::Value; 0]);
    let ended = world.job(&job).unwrap();
    assert_eq!(
        (&ended["job_status"], &ended["reason"]),
        (&json!("Failed"), &json!("at the start"))
    );
    let unknown = world.job("00000000-0000-4000-8000-000000000000").unwrap_err();
    assert_eq!(unknown.status(), 404);
    assert_eq!(format!("{unknown:?}"), unknown.to_string(), "what unwrap shows can be read");
    let rule = Fault::on("CreateDbCacheMapping").first(1).job_holds_in("creating");
    let rule = world.fault(rule).unwrap();
    let held = create("two");
    world.advance(Duration::from_hours(1));
    assert_eq!(world.job(&held).unwrap()["percent"], 0);
    let armed = world.faults();
    assert_eq!((&armed[0]["id"], &armed[0]["hits"]), (&json!(rule), &json!(1)));
    let failing = Fault::on("CreateDbCacheMapping").job_fails_in("creating", "as planned");
    world.fault(failing).unwrap();
    create("three");
    assert_eq!(world.jobs().len(), 1, "the other has failed at once");
}

#[test]
fn a_clock_is_frozen_at_a_time() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    world.freeze_at("2025-01-01T00:00:00Z").unwrap();
    assert_eq!(world.now(), "2025-01-01T00:00:00.000Z", "nothing has happened");
    send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).expect(200);
    world.freeze_at("2027-01-01T00:00:00Z").unwrap();
    assert_eq!(world.now(), "2027-01-01T00:00:00.000Z");
    assert_eq!(world.freeze_at("2026-01-01T00:00:00Z").unwrap_err().status(), 400);
}

#[test]
fn near_misses_say_what_is_different() {
    let cloud = start(&config());
    let body = json!({ "source_instance_id": "a", "target_instance_id": "b" });
    send(&cloud, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(&body)).expect(202);
    let world = cloud.world(PROJECT);
    let meant =
        world.requests().operation("CreateDbCacheMapping").matching("target_instance_id", "c");
    let nearest = meant.near_misses();
    assert_eq!(nearest.len(), 1, "{nearest:?}");
    assert!(nearest[0].to_string().contains("target_instance_id"), "{:#}", nearest[0]);
    let reports = cloud.report();
    assert_eq!(reports["worlds"][0]["project_id"], PROJECT, "{reports:#}");
}

#[test]
fn scenarios_are_chosen_left_and_forgotten() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    assert_eq!(world.choose_scenario("busy").unwrap_err().status(), 400);
    let busy = r#"{"faults": [{"operation": "ListJobs", "effect": {"status": 503}}]}"#;
    cloud.define_scenario("busy", busy).unwrap();
    world.choose_scenario("busy").unwrap();
    assert_eq!(world.scenario().as_deref(), Some("busy"));
    let jobs = format!("/v3/{PROJECT}/jobs");
    send(&cloud, "GET", &jobs, None).expect(503);
    world.leave_scenario();
    send(&cloud, "GET", &jobs, None).expect(200);
    cloud.forget_scenario("busy").unwrap();
    assert_eq!(cloud.forget_scenario("busy").unwrap_err().status(), 404);
}

type Call<'c> = Box<dyn Fn() + 'c>;

/// Misuse panics at the line of the test, and not within Papercloud.
#[test]
fn a_panic_names_the_line_that_called() {
    let cloud = PaperCloud::start();
    let (world, other) = (cloud.world(PROJECT), cloud.world("other"));
    let malformed = cloud.world("no / project");
    let calls: [(&str, Call<'_>); 8] = [
        ("freeze", Box::new(|| malformed.freeze())),
        ("reset", Box::new(|| malformed.reset())),
        ("report", Box::new(|| drop(malformed.report()))),
        ("count", Box::new(|| _ = malformed.requests().count())),
        ("operation", Box::new(|| drop(world.requests().operation("CreateDbCache").never()))),
        ("label", Box::new(|| world.label(&"x".repeat(257)))),
        ("no step", Box::new(|| drop(world.in_order(&[])))),
        ("another project", Box::new(|| drop(world.in_order(&[other.requests()])))),
    ];
    for (name, call) in calls {
        let panic = place_of_panic(call);
        assert!(panic.contains("tests/it/embedded.rs"), "{name}: {panic}");
    }
}

/// Where something panics that should.
fn place_of_panic(call: impl FnOnce()) -> String {
    thread_local! { static PLACE: RefCell<String> = const { RefCell::new(String::new()) }; }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            PLACE.set(place);
            usual(panic);
        }));
    });
    let panicked = std::panic::catch_unwind(AssertUnwindSafe(call));
    assert!(panicked.is_err(), "it was to panic");
    PLACE.take()
}
