//! The clock of a world: read, turned, and seen by what depends on it.

use crate::support::{Answer, PROJECT, config, send, send_text, start, text};
use papercloud::{AuthMode, Config, PaperCloud};
use serde_json::{Value, json};

const OTHER: &str = "23a50154cf494ec9ad6883979a12db0a";
const CLICKHOUSE: &str = "54e42160670e48e789af7075e1efea1fin16";

/// Sends a control request about the clock of a world.
fn clock(cloud: &PaperCloud, project: &str, verb: &str, body: &str) -> Answer {
    let method = if verb.is_empty() { "GET" } else { "POST" };
    let path = format!("/_paper/worlds/{project}/clock{verb}");
    send_text(cloud, method, &path, &[], body)
}

fn turn(cloud: &PaperCloud, verb: &str, body: &str) -> Value {
    clock(cloud, PROJECT, verb, body).expect(200)
}

fn now(cloud: &PaperCloud, project: &str) -> String {
    clock(cloud, project, "", "").text("/now")
}

/// Starts the mapping of two instances: its job, and the mapping itself.
fn map(cloud: &PaperCloud, source: &str) -> (String, String) {
    let body = json!({ "source_instance_id": source, "target_instance_id": "target" });
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let job = send(cloud, "POST", &path, Some(&body)).text("/job_id");
    let list = format!("/v3/{PROJECT}/dbcache/mappings?source_instance_id={source}");
    (job, send(cloud, "GET", &list, None).text("/dbcache_mappings/0/id"))
}

fn replicate(cloud: &PaperCloud) -> String {
    let path = format!("/v3/{PROJECT}/instances/{CLICKHOUSE}/clickhouse/replication");
    let body = json!({ "source_instance_id": "taurus", "source_database": "orders" });
    send(cloud, "POST", &path, Some(&body)).text("/job_id")
}

fn job_status(cloud: &PaperCloud, id: &str) -> String {
    send(cloud, "GET", &format!("/v3/{PROJECT}/jobs?id={id}"), None).text("/jobs/0/status")
}

#[test]
fn a_frozen_clock_is_shown_whole() {
    let cloud = start(&config());
    let mut expected = json!({
        "mode": "frozen", "now": "2026-01-01T00:00:00.000Z", "scale": 0.0, "auto_advance": false,
    });
    assert_eq!(turn(&cloud, "", ""), expected);
    map(&cloud, "source");
    expected["next_event"] = json!("2026-01-01T00:00:02.000Z");
    assert_eq!(turn(&cloud, "", ""), expected);
}

#[test]
fn a_clock_runs_with_real_time_or_scaled_and_is_stopped_now_or_later() {
    let cloud = start(&Config { frozen_at: None, ..config() });
    let shown = turn(&cloud, "", "");
    assert_eq!((&shown["mode"], &shown["scale"]), (&json!("real"), &json!(1.0)));
    let scaled = turn(&cloud, "/resume", r#"{"scale":60}"#);
    assert_eq!((&scaled["mode"], &scaled["scale"]), (&json!("scaled"), &json!(60.0)));
    assert_eq!(turn(&cloud, "/resume", "")["mode"], "real");
    let stopped = turn(&cloud, "/freeze", "{}");
    assert_eq!((&stopped["mode"], &stopped["due"]), (&json!("frozen"), &json!([])));
    assert_eq!(stopped["now"], now(&cloud, PROJECT));
    let later = turn(&cloud, "/freeze", r#"{"at":"2099-01-01T00:00:00Z"}"#);
    assert_eq!(later["now"], "2099-01-01T00:00:00.000Z");
}

#[test]
fn a_turn_says_what_became_due_by_it() {
    let cloud = start(&config());
    let (job, mapping) = map(&cloud, "source");
    let none = turn(&cloud, "/advance", r#"{"seconds":1.5}"#);
    let expected = json!({
        "mode": "frozen", "now": "2026-01-01T00:00:01.500Z", "scale": 0.0, "auto_advance": false,
        "next_event": "2026-01-01T00:00:02.000Z", "due": [],
    });
    assert_eq!(none, expected);
    let replication = replicate(&cloud);
    let moved = turn(&cloud, "/advance", r#"{"to":"2026-01-01T08:00:02+08:00"}"#);
    let mapped = json!({
        "at": "2026-01-01T00:00:02.000Z", "operation": "CreateDbCacheMapping",
        "job_id": job, "job_status": "Completed",
        "resource_id": mapping, "resource_status": "normal",
    });
    // A quarter of a synchronisation is waiting.
    let copying = json!({
        "at": "2026-01-01T00:00:02.000Z", "operation": "CreateClickHouseDataBaseReplication",
        "job_id": replication, "job_status": "Running",
        "resource_id": "orders", "resource_status": "Full",
    });
    let expected = json!({
        "mode": "frozen", "now": "2026-01-01T00:00:02.000Z", "scale": 0.0, "auto_advance": false,
        "next_event": "2026-01-01T00:00:03.500Z", "due": [mapped, copying],
    });
    assert_eq!(moved, expected);
    let frozen = turn(&cloud, "/freeze", r#"{"at":"2026-01-02T00:00:00Z"}"#);
    let following = json!({
        "at": "2026-01-01T00:00:03.500Z", "operation": "CreateClickHouseDataBaseReplication",
        "job_id": replication, "job_status": "Completed",
        "resource_id": "orders", "resource_status": "Incremental",
    });
    let expected = json!({
        "mode": "frozen", "now": "2026-01-02T00:00:00.000Z", "scale": 0.0, "auto_advance": false,
        "due": [following],
    });
    assert_eq!(frozen, expected);
}

#[test]
fn a_clock_that_runs_is_stopped_exactly_where_it_is_to_stop() {
    let cloud = start(&Config { job_seconds: 86_400.0, ..config() });
    // To tell of all these takes longer than this clock stays at one time.
    for source in 0..200 {
        let body = json!({ "source_instance_id": source.to_string(), "target_instance_id": "b" });
        send(&cloud, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(&body)).expect(202);
    }
    turn(&cloud, "/resume", r#"{"scale":1000000}"#);
    let stopped = turn(&cloud, "/freeze", r#"{"at":"7000-01-01T00:00:00Z"}"#);
    let now = &stopped["now"];
    assert_eq!((&stopped["mode"], now), (&json!("frozen"), &json!("7000-01-01T00:00:00.000Z")));
    assert_eq!(turn(&cloud, "", "")["next_event"], Value::Null);
}

#[test]
fn the_clock_ends_with_the_year_9998_and_so_does_whatever_is_under_way_then() {
    const LAST: &str = "9998-12-31T23:59:59.999Z";
    let cloud = start(&config());
    let said = format!(
        "the clock stands at 2026-01-01T00:00:00.000Z and can be turned to {LAST} at most, \
         251603539199 s forward"
    );
    for (verb, body) in [
        ("/advance", r#"{"seconds":1e12}"#),
        ("/advance", r#"{"seconds":251603539200}"#),
        ("/advance", r#"{"to":"9999-01-01T00:00:00Z"}"#),
        ("/freeze", r#"{"at":"9999-12-30T00:00:00Z"}"#),
    ] {
        let refused = clock(&cloud, PROJECT, verb, body).expect(400);
        assert_eq!(refused, json!({ "error_code": "PAPER.0400", "error_msg": said }), "{body}");
    }
    let path = format!("/v3/{PROJECT}/jobs");
    let headers = [("X-Auth-Token", "test-token"), ("X-Paper-Clock", "advance=1e12")];
    let refused = send_text(&cloud, "GET", &path, &headers, "");
    assert_eq!(refused.text("/error_msg"), format!("X-Paper-Clock: {said}"));
    refused.expect(400);
    let beyond = cloud.world(PROJECT).export().replace(
        r#""stood_at": "2026-01-01T00:00:00.000Z""#,
        r#""stood_at": "9999-01-01T00:00:00.000Z""#,
    );
    let refused = cloud.world(PROJECT).import(&beyond).unwrap_err().to_string();
    assert!(refused.contains(&format!("stood_at must be {LAST} at most")), "{refused}");

    // What would end later ends with the clock, and what begins then is over at once.
    turn(&cloud, "/freeze", r#"{"at":"9998-12-31T23:59:59Z"}"#);
    let (job, _) = map(&cloud, "source");
    let next = turn(&cloud, "/advance", r#"{"to":"next-event"}"#);
    assert_eq!((&next["now"], &next["due"][0]["at"]), (&json!(LAST), &json!(LAST)));
    assert_eq!(
        (&next["due"][0]["job_status"], &next["due"][1]),
        (&json!("Completed"), &json!(null))
    );
    let (later, _) = map(&cloud, "other");
    assert_eq!([job_status(&cloud, &job), job_status(&cloud, &later)], ["Completed"; 2]);
    let scaled = turn(&cloud, "/resume", r#"{"scale":1000000}"#);
    assert_eq!((&scaled["now"], &scaled["next_event"]), (&json!(LAST), &json!(null)));
}

#[test]
fn a_clock_cannot_begin_behind_its_end() {
    let frozen_at = Some("9999-06-01T00:00:00Z".to_owned());
    let problem = PaperCloud::start_with(&Config { frozen_at, ..config() });
    let problem = problem.map(drop).expect_err("it is refused").to_string();
    assert!(problem.contains("a clock shows 9998-12-31T23:59:59.999Z at most"), "{problem}");
}

#[test]
fn the_next_event_is_the_next_stage_and_nothing_moves_without_one() {
    let cloud = start(&config());
    let next = || turn(&cloud, "/advance", r#"{"to":"next-event"}"#);
    let idle = next();
    assert_eq!((&idle["now"], &idle["due"]), (&json!("2026-01-01T00:00:00.000Z"), &json!([])));
    replicate(&cloud);
    let stage = || {
        let path = format!("/v3/{PROJECT}/instances/{CLICKHOUSE}/clickhouse/replication");
        send(&cloud, "GET", &path, None).text("/replications/0/stage")
    };
    let mut seen = vec![(now(&cloud, PROJECT), stage())];
    while next()["due"] != json!([]) {
        seen.push((now(&cloud, PROJECT), stage()));
    }
    let expected = [
        ("2026-01-01T00:00:00.000Z", "Wait"),
        ("2026-01-01T00:00:00.500Z", "Full"),
        ("2026-01-01T00:00:02.000Z", "Incremental"),
    ];
    assert_eq!(seen, expected.map(|(at, stage)| (at.to_owned(), stage.to_owned())));
}

#[test]
fn a_polling_client_sees_each_status_once_where_the_clock_advances_by_itself() {
    let cloud = start(&config());
    assert_eq!(turn(&cloud, "/auto-advance", r#"{"enabled":true}"#)["auto_advance"], true);
    let (job, _) = map(&cloud, "source");
    // The list that the mapping's id was read from was the first look.
    assert_eq!(now(&cloud, PROJECT), "2026-01-01T00:00:02.000Z");
    assert_eq!(job_status(&cloud, &job), "Completed");

    let job = replicate(&cloud);
    assert_eq!([(); 3].map(|()| job_status(&cloud, &job)), ["Running", "Running", "Completed"]);
    let path = format!("/v3/{PROJECT}/instances/{CLICKHOUSE}/clickhouse/replication");
    assert_eq!(send(&cloud, "GET", &path, None).text("/replications/0/stage"), "Incremental");
    assert_eq!(now(&cloud, PROJECT), "2026-01-01T00:00:04.000Z", "nothing is waited for");

    let body = json!({
        "task_name": "import", "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration",
        "backup_files": { "file_source": "backup_record", "backup_id": "record" },
        "target_instance": { "id": "d2c8399f-bdba-43c1-8069-3ff17a1a79d5" },
    });
    let task = send(&cloud, "POST", &format!("/v2/{PROJECT}/migration-task"), Some(&body));
    let path = format!("/v2/{PROJECT}/migration-task/{}", task.text("/id"));
    let look = || send(&cloud, "GET", &path, None).text("/status");
    assert_eq!([look(), look()], ["MIGRATING", "SUCCESS"]);

    turn(&cloud, "/auto-advance", r#"{"enabled":false}"#);
    let (job, _) = map(&cloud, "another");
    assert_eq!([job_status(&cloud, &job), job_status(&cloud, &job)], ["Running", "Running"]);
}

#[test]
fn what_is_held_or_another_projects_does_not_make_the_clock_advance() {
    let cloud = start(&config());
    cloud.world(PROJECT).auto_advance(true);
    let (job, _) = map(&cloud, "source");
    let there = now(&cloud, PROJECT);
    send(&cloud, "GET", &format!("/v3/{OTHER}/jobs?id={job}"), None).expect(200);
    assert_eq!(now(&cloud, PROJECT), there);
    let (endless, _) = map(&cloud, "00005100b77413f9d2526605227be08in01");
    // It has come to where it stands still; the list that was read was a look at it.
    let there = now(&cloud, PROJECT);
    assert_eq!([(); 3].map(|()| job_status(&cloud, &endless)), ["Running"; 3]);
    assert_eq!(now(&cloud, PROJECT), there);
}

#[test]
fn a_request_turns_the_clock_by_its_own_header() {
    let cloud = start(&config());
    let (job, _) = map(&cloud, "source");
    let look = |value: &str| {
        let headers = [("X-Auth-Token", "t"), ("X-Paper-Clock", value)];
        send_text(&cloud, "GET", &format!("/v3/{PROJECT}/jobs?id={job}"), &headers, "")
    };
    assert_eq!(look("advance=1.5").text("/jobs/0/progress"), "75%");
    assert_eq!(look("to=next-event").text("/jobs/0/status"), "Completed");
    look("to=2026-01-01T00:01:00Z").expect(200);
    assert_eq!(now(&cloud, PROJECT), "2026-01-01T00:01:00.000Z");
    cloud.world(PROJECT).resume(1.0).unwrap();
    look(" freeze ").expect(200);
    assert_eq!(turn(&cloud, "", "")["mode"], "frozen");

    let there = now(&cloud, PROJECT);
    for (value, said) in [
        ("", "must be advance=SECONDS, to=TIME, to=next-event or freeze, got \\\"\\\""),
        ("advance=-1", "seconds must be a number from 0 up, got -1"),
        (
            "advance=soon",
            "advance takes seconds from 0 up, such as advance=60 or advance=1.5, got \"soon\"",
        ),
        ("to=noon", "must be next-event or a time such as 2026-01-01T00:00:00Z"),
        ("to=2020-01-01T00:00:00Z", "never goes back to 2020-01-01T00:00:00.000Z"),
        ("thaw", "must be advance=SECONDS"),
        ("advnce=60", "; did you mean advance?"),
        ("next-event", "; did you mean to=next-event?"),
        ("advance=1e308", "can be turned to 9998-12-31T23:59:59.999Z at most"),
    ] {
        let refused = look(value);
        assert_eq!(refused.text("/error_code"), "PAPER.0400", "{value}");
        let message = refused.text("/error_msg");
        assert!(message.starts_with("X-Paper-Clock: "), "{value}: {message}");
        assert!(message.contains(&said.replace('\\', "")), "{value}: {message}");
        refused.expect(400);
    }
    assert_eq!(now(&cloud, PROJECT), there);
}

#[test]
fn every_world_has_its_own_clock_and_so_has_the_account() {
    let cloud = start(&config());
    turn(&cloud, "/advance", r#"{"seconds":60}"#);
    assert_eq!(now(&cloud, OTHER), "2026-01-01T00:00:00.000Z");
    clock(&cloud, "@account", "/advance", r#"{"seconds":3600}"#).expect(200);
    assert_eq!(now(&cloud, "@account"), "2026-01-01T01:00:00.000Z");
    assert_eq!(now(&cloud, PROJECT), "2026-01-01T00:01:00.000Z");
    assert_eq!(cloud.world("@account").now(), "2026-01-01T01:00:00.000Z");
    let refused = clock(&cloud, "no%20id", "", "");
    assert!(refused.text("/error_msg").contains("a project ID has 1 to 64 letters"));
    refused.expect(400);
}

#[test]
fn tokens_and_signatures_go_by_the_clock() {
    let cloud = start(&Config { auth: AuthMode::Verify, ..config() });
    let login = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": Config::USER, "password": Config::USER,
            "domain": { "name": "papercloud" },
        } } },
        "scope": { "project": { "id": PROJECT } },
    } });
    let token = send_text(&cloud, "POST", "/v3/auth/tokens", &[], &login.to_string());
    let token = token.headers["x-subject-token"].to_str().unwrap().to_owned();
    let path = format!("/v3/{PROJECT}/jobs");
    let with_token = || send_text(&cloud, "GET", &path, &[("X-Auth-Token", &token)], "");
    let signed = || {
        let signature = "SDK-HMAC-SHA256 Access=MOCKACCESSKEY0000001, \
                         SignedHeaders=x-sdk-date, Signature=00";
        let headers = [("Authorization", signature), ("X-Sdk-Date", "20260101T000000Z")];
        send_text(&cloud, "GET", &path, &headers, "").text("/error_msg")
    };
    with_token().expect(200);
    assert!(signed().contains("makes another signature"), "{}", signed());
    turn(&cloud, "/advance", r#"{"seconds":901}"#);
    assert!(signed().contains("is 901 seconds behind the project's clock"), "{}", signed());
    with_token().expect(200);
    turn(&cloud, "/advance", r#"{"to":"2026-01-02T00:00:00Z"}"#);
    let expired = with_token();
    assert!(expired.text("/error_msg").contains("expired at 2026-01-02T00:00:00.000Z"));
    expired.expect(401);
    // A new token does not make the old one one that was never issued.
    send_text(&cloud, "POST", "/v3/auth/tokens", &[], &login.to_string()).expect(201);
    assert!(with_token().text("/error_msg").contains("expired at 2026-01-02T00:00:00.000Z"));
}

#[test]
fn the_clock_is_turned_over_http_and_nonsense_is_refused() {
    let cloud = start(&config());
    for (verb, body, said) in [
        ("/advance", "{}", "either seconds or to"),
        ("/advance", r#"{"seconds":1,"to":"next-event"}"#, "either seconds or to"),
        ("/advance", r#"{"seconds":-1}"#, "from 0 up"),
        ("/advance", r#"{"seconds":1e400}"#, "number out of range"),
        ("/advance", r#"{"second":1}"#, "did you mean seconds?"),
        ("/advance", r#"{"to":"2020-01-01T00:00:00Z"}"#, "never goes back"),
        ("/advance", r#"{"seconds":-1e308}"#, "seconds must be a number from 0 up, got -1e308"),
        ("/advance", r#"{"seconds":1e308}"#, "can be turned to 9998-12-31T23:59:59.999Z at most"),
        ("/advance", r#"{"to":"next"}"#, "must be next-event or a time such as"),
        ("/advance", r#"{"to":"next-evnt"}"#, "got \"next-evnt\"; did you mean next-event?"),
        ("/advance", r#"{"to":"next_event"}"#, "got \"next_event\"; did you mean next-event?"),
        ("/freeze", r#"{"at":"noon"}"#, "must be a time such as"),
        ("/resume", r#"{"scale":0}"#, "above 0"),
        ("/resume", r#"{"scale":1e9}"#, "at most 1000000"),
        ("/resume", r#"{"scale":1e308}"#, "at most 1000000, got 1e308"),
        ("/resume", "{", "EOF"),
        ("/auto-advance", "", "missing field `enabled`"),
        ("/auto-advance", r#"{"enabled":1}"#, "expected a boolean"),
    ] {
        let refused = clock(&cloud, PROJECT, verb, body);
        assert_eq!(refused.text("/error_code"), "PAPER.0400");
        assert!(refused.text("/error_msg").contains(said), "{verb} {body}: {}", refused.body);
        refused.expect(400);
    }
    let untouched = turn(&cloud, "", "");
    assert_eq!(text(&untouched, "/now"), "2026-01-01T00:00:00.000Z");
    assert_eq!((&untouched["mode"], &untouched["auto_advance"]), (&json!("frozen"), &json!(false)));
}

#[test]
fn a_clock_is_set_to_any_time_as_long_as_nothing_has_happened() {
    let cloud = start(&Config { frozen_at: None, ..config() });
    let freeze = |at: &str| clock(&cloud, PROJECT, "/freeze", &json!({ "at": at }).to_string());
    for at in ["2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "1970-01-01T00:00:00Z"] {
        let expected = json!({
            "mode": "frozen", "now": at.replace('Z', ".000Z"), "scale": 0.0,
            "auto_advance": false, "due": [],
        });
        assert_eq!(freeze(at).expect(200), expected);
    }
    let early = freeze("1969-12-31T23:59:59Z");
    let said = "a clock shows 1970-01-01T00:00:00.000Z at least, got 1969-12-31T23:59:59.000Z";
    assert_eq!(early.text("/error_msg"), said);
    early.expect(400);
    let late = freeze("9999-01-01T00:00:00Z");
    assert!(late.text("/error_msg").contains("can be turned to 9998-12-31T23:59:59.999Z at most"));
    late.expect(400);
    assert_eq!(now(&cloud, PROJECT), "1970-01-01T00:00:00.000Z");

    freeze("2026-01-01T00:00:00Z").expect(200);
    let (job, _) = map(&cloud, "source");
    let back = freeze("2025-01-01T00:00:00Z");
    let said = "the clock stands at 2026-01-01T00:00:00.000Z and never goes back to \
                2025-01-01T00:00:00.000Z: only clock/freeze sets it back, in a world where nothing \
                has happened yet; in this one there were 2 requests, and a reset begins it anew";
    assert_eq!(back.text("/error_msg"), said);
    back.expect(400);
    assert_eq!(job_status(&cloud, &job), "Running");
    cloud.world(PROJECT).reset();
    freeze("2025-01-01T00:00:00Z").expect(200);
}

#[test]
fn what_sets_a_clock_back_is_freezing_and_nothing_else() {
    let cloud = start(&config());
    let said = "the clock stands at 2026-01-01T00:00:00.000Z and never goes back to \
                2025-01-01T00:00:00.000Z: only clock/freeze sets it back, in a world where nothing \
                has happened yet";
    let advance = clock(&cloud, PROJECT, "/advance", r#"{"to":"2025-01-01T00:00:00Z"}"#);
    assert_eq!(advance.text("/error_msg"), said);
    advance.expect(400);
    let headers = [("X-Auth-Token", "t"), ("X-Paper-Clock", "to=2025-01-01T00:00:00Z")];
    let first = send_text(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), &headers, "");
    assert_eq!(first.text("/error_msg"), format!("X-Paper-Clock: {said}"));
    first.expect(400);
    // That request has happened, though it was refused.
    let refused = cloud.world(PROJECT).freeze_at("2025-01-01T00:00:00Z").unwrap_err().to_string();
    assert_eq!(
        refused,
        said.to_owned() + "; in this one there was 1 request, and a reset begins it anew"
    );
}

#[test]
fn a_clock_is_not_set_back_where_something_is_recorded() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    replicate(&cloud);
    let exported = world.export();
    // As one has it that was written by hand.
    world.import(&exported.replace("\"requests\": 1,", "\"requests\": 0,")).unwrap();
    let refused = world.freeze_at("2025-01-01T00:00:00Z").unwrap_err().to_string();
    assert!(
        refused.ends_with("; in this one things are recorded, and a reset begins it anew"),
        "{refused}"
    );

    let world = cloud.world(OTHER);
    world.freeze_at("2020-01-01T00:00:00Z").unwrap();
    assert_eq!(world.now(), "2020-01-01T00:00:00.000Z");
}
