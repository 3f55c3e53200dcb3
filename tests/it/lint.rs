//! The report on a world: what was left behind, and what clients should not do.

use crate::support::{Answer, PROJECT, config, send, send_text, start, text};
use papercloud::{AuthMode, Config, PaperCloud};
use serde_json::{Value, json};
use std::time::Duration;

const OTHER: &str = "23a50154cf494ec9ad6883979a12db0a";

fn report(cloud: &PaperCloud) -> Value {
    send(cloud, "GET", &format!("/_paper/worlds/{PROJECT}/report"), None).expect(200)
}

/// The findings of a report, each by its rule and its count.
fn found(cloud: &PaperCloud) -> Vec<(String, u64)> {
    let report = report(cloud);
    let findings = report["findings"].as_array().expect("an array").iter();
    let found =
        |finding: &Value| (text(finding, "/rule"), finding["count"].as_u64().expect("a number"));
    findings.map(found).collect()
}

fn map(cloud: &PaperCloud, source: &str) -> Answer {
    let body = json!({ "source_instance_id": source, "target_instance_id": "target" });
    send(cloud, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(&body))
}

fn request_id(answer: &Answer) -> Value {
    json!(answer.headers["x-request-id"].to_str().expect("ASCII"))
}

fn look(cloud: &PaperCloud, job: &str) -> Answer {
    send(cloud, "GET", &format!("/v3/{PROJECT}/jobs?id={job}"), None)
}

fn advance(cloud: &PaperCloud, seconds: u64) {
    cloud.world(PROJECT).advance(Duration::from_secs(seconds));
}

#[test]
fn a_world_in_which_everything_was_waited_for_is_clean() {
    let cloud = start(&config());
    let clean = json!({
        "project_id": PROJECT, "label": null, "clean": true, "exact": true,
        "leaks": { "never_polled": [], "unfinished": [], "faults_never_hit": [] },
        "findings": [],
    });
    assert_eq!(report(&cloud), clean);
    let job = map(&cloud, "source").text("/job_id");
    look(&cloud, &job).expect(200);
    advance(&cloud, 2);
    look(&cloud, &job).expect(200);
    assert_eq!(report(&cloud), clean);
    cloud.world(PROJECT).assert_clean();
    let all = send(&cloud, "GET", "/_paper/report", None).expect(200);
    assert_eq!(all, json!({ "clean": true, "exact": true, "worlds": [] }));
}

#[test]
fn what_nobody_looked_at_and_what_is_under_way_is_a_leak() {
    let cloud = start(&config());
    cloud.world(PROJECT).label("forgets its jobs");
    let (first, second) = (map(&cloud, "first"), map(&cloud, "second"));
    let mapping = |answer: &Answer, at: usize, statuses: [&str; 2]| {
        let due = serde_json::to_value(cloud.world(PROJECT).advance(Duration::ZERO)).unwrap();
        assert_eq!(due, json!([]));
        json!({
            "request_id": request_id(answer), "operation": "CreateDbCacheMapping",
            "job_id": answer.body["job_id"], "job_status": statuses[0],
            "resource_id": mapping_id(&cloud, at), "resource_status": statuses[1],
            "started": "2026-01-01T00:00:00.000Z",
        })
    };
    cloud.world(PROJECT).hold(&second.text("/job_id")).unwrap();
    advance(&cloud, 2);
    let before = report(&cloud);
    let expected = json!({
        "project_id": PROJECT, "label": "forgets its jobs", "clean": false, "exact": true,
        "leaks": {
            "never_polled": [
                mapping(&first, 0, ["Completed", "normal"]),
                mapping(&second, 1, ["Running", "creating"]),
            ],
            "unfinished": [mapping(&second, 1, ["Running", "creating"])],
            "faults_never_hit": [],
        },
        "findings": [],
    });
    assert_eq!(before, expected);
    let all = send(&cloud, "GET", "/_paper/report", None).expect(200);
    // Finding out the ids of the mappings was a look at all of them.
    assert_eq!(all["worlds"][0]["leaks"]["never_polled"], json!([]));
    assert_eq!(all["worlds"][0]["findings"][0]["rule"], "gave-up");
    assert_eq!((&all["clean"], all["worlds"].as_array().unwrap().len()), (&json!(false), 1));
}

fn mapping_id(cloud: &PaperCloud, at: usize) -> Value {
    let list = send(cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None).expect(200);
    list["dbcache_mappings"][at]["id"].clone()
}

#[test]
fn a_list_is_a_look_at_what_it_shows() {
    let cloud = start(&config());
    map(&cloud, "first").expect(202);
    advance(&cloud, 2);
    send(&cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None).expect(200);
    cloud.world(PROJECT).assert_clean();
    map(&cloud, "second").expect(202);
    advance(&cloud, 2);
    // The list of another service says nothing about it.
    send(&cloud, "GET", &format!("/v2/{PROJECT}/migration-tasks"), None).expect(200);
    assert_eq!(report(&cloud)["leaks"]["never_polled"].as_array().unwrap().len(), 1);
}

#[test]
fn an_answer_that_shows_nothing_of_it_is_no_look() {
    let cloud = start(&config());
    let mappings = format!("/v3/{PROJECT}/dbcache/mappings");
    map(&cloud, "first").expect(202);
    map(&cloud, "second").expect(202);
    advance(&cloud, 2);
    let unseen = || report(&cloud)["leaks"]["never_polled"].as_array().unwrap().len();
    let ask = |path: &str| send(&cloud, "GET", path, None).expect(200);
    ask(&format!("{mappings}?limit=1&offset=5"));
    ask(&format!("/v3/{PROJECT}/instances"));
    ask(&format!("/v3/{PROJECT}/jobs"));
    assert_eq!(unseen(), 0, "the jobs show it");
    map(&cloud, "third").expect(202);
    map(&cloud, "fourth").expect(202);
    advance(&cloud, 2);
    ask(&format!("{mappings}?limit=1&offset=5"));
    ask(&format!("/v3/{PROJECT}/instances"));
    assert_eq!(send(&cloud, "HEAD", &mappings, None).status, 200);
    let lost = [("X-Auth-Token", "t"), ("X-Paper-Fault", "status=503; phase=after")];
    send_text(&cloud, "GET", &mappings, &lost, "").expect(503);
    assert_eq!(unseen(), 2);
    ask(&format!("{mappings}?limit=1&offset=2"));
    assert_eq!(unseen(), 1);
    ask(&mappings);
    cloud.world(PROJECT).assert_clean();
}

#[test]
fn a_deletion_is_seen_to_its_end_by_a_list_without_it() {
    let cloud = start(&config());
    let mappings = format!("/v3/{PROJECT}/dbcache/mappings");
    map(&cloud, "first").expect(202);
    advance(&cloud, 2);
    let id = mapping_id(&cloud, 0);
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    send(&cloud, "DELETE", &path, Some(&json!({ "id": id }))).expect(202);
    send(&cloud, "GET", &mappings, None).expect(200);
    assert_eq!(found(&cloud), [("gave-up".to_owned(), 1)]);
    advance(&cloud, 2);
    assert_eq!(send(&cloud, "GET", &mappings, None).body["dbcache_mappings"], json!([]));
    cloud.world(PROJECT).assert_clean();
}

#[test]
fn lists_that_follow_each_other_at_once_are_too_fast() {
    let cloud = start(&config());
    let job = map(&cloud, "source").text("/job_id");
    cloud.world(PROJECT).hold(&job).unwrap();
    for path in ["dbcache/mappings", "jobs"] {
        for _ in 0..5 {
            send(&cloud, "GET", &format!("/v3/{PROJECT}/{path}"), None).expect(200);
        }
        let found = found(&cloud);
        assert!(found.contains(&("polled-too-fast".to_owned(), 1)), "{path}: {found:?}");
    }
    cloud.world(PROJECT).finish(&job).unwrap();
    let finding = &report(&cloud)["findings"][0];
    assert_eq!(finding["operation"], "ListDbCacheMappings", "{finding:#}");
}

#[test]
fn looks_that_follow_each_other_at_once_are_too_fast() {
    let cloud = start(&config());
    let job = map(&cloud, "source").text("/job_id");
    cloud.world(PROJECT).hold(&job).unwrap();
    for _ in 0..4 {
        look(&cloud, &job).expect(200);
    }
    assert_eq!(found(&cloud), [("gave-up".to_owned(), 1)]);
    let fifth = look(&cloud, &job);
    look(&cloud, &job).expect(200);
    let report = report(&cloud);
    let expected = json!({
        "rule": "polled-too-fast", "operation": "ListJobs", "count": 1,
        "sentence": "ListJobs looked at one unfinished job or task more often than once a second \
                     on average, over at least 5 looks",
        "document": "no document states a pace; the Terraform provider looks first after 2 to 10 \
                     seconds and then every 10 seconds",
        "examples": [{
            "request_id": request_id(&fifth), "at": "2026-01-01T00:00:00.000Z", "id": job,
        }],
    });
    assert_eq!(report["findings"][0], expected);
}

#[test]
fn looks_that_are_a_second_apart_are_not_too_fast() {
    let cloud = start(&config());
    let job = map(&cloud, "source").text("/job_id");
    cloud.world(PROJECT).hold(&job).unwrap();
    for _ in 0..20 {
        look(&cloud, &job).expect(200);
        advance(&cloud, 1);
    }
    cloud.world(PROJECT).finish(&job).unwrap();
    // What has come to rest may be looked at at any pace.
    for _ in 0..20 {
        look(&cloud, &job).expect(200);
    }
    cloud.world(PROJECT).assert_clean();
}

#[test]
fn a_write_that_is_sent_again_before_its_answer_was_used_is_a_retry() {
    let cloud = start(&config());
    let first = map(&cloud, "source");
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let other_order = r#" {"target_instance_id":"target","source_instance_id":"source"}"#;
    let again = send_text(&cloud, "POST", &path, &[("X-Auth-Token", "t")], other_order);
    assert_eq!(again.status, 202, "{:#}", again.body);
    let report = report(&cloud);
    let expected = json!({
        "rule": "retried-committed-write", "operation": "CreateDbCacheMapping", "count": 1,
        "sentence": "CreateDbCacheMapping was sent again with the same content after it had been \
                     carried out and before anyone looked at what it had started: that was started \
                     twice",
        "document": "document geminidb-create-memory-mapping: nothing in it makes two equal calls one",
        "examples": [{
            "request_id": request_id(&again), "at": "2026-01-01T00:00:00.000Z",
            "earlier_request_id": request_id(&first),
        }],
    });
    assert_eq!(report["findings"], json!([expected]));
}

#[test]
fn what_is_sent_again_since_its_answer_was_lost_is_a_retry() {
    let cloud = start(&config());
    let rules = format!("/v3/{PROJECT}/dbcache/rule");
    map(&cloud, "source").expect(202);
    advance(&cloud, 2);
    let mapping = mapping_id(&cloud, 0);
    let sides = json!({ "source_instance_id": "lost", "target_instance_id": "target" });
    let rule = json!({
        "name": "rule", "dbcache_mapping_id": mapping, "source_db_schema": "schema",
        "source_db_table": "table", "storage_type": "hash", "target_database": "0",
        "key_columns": ["id"], "key_separator": ":", "value_columns": ["name"],
        "value_separator": ",", "key_prefix": "first",
    });
    let lost = [("X-Auth-Token", "t"), ("X-Paper-Fault", "status=503; phase=after")];
    let post = |path: &str, body: &Value, headers: &[(&str, &str)]| {
        send_text(&cloud, "POST", path, headers, &body.to_string())
    };
    // Sent again after an answer that came: whoever does that has read it.
    let first = post(&rules, &rule, &lost[..1]);
    assert!(first.status < 300, "{:#}", first.body);
    assert!(post(&rules, &rule, &lost[..1]).status >= 400);
    assert!(!found(&cloud).iter().any(|(rule, _)| rule == "retried-committed-write"));
    let mut other = rule.clone();
    other["name"] = json!("other");
    other["key_prefix"] = json!("second");
    post(&rules, &other, &lost).expect(503);
    let refused = post(&rules, &other, &lost[..1]);
    assert!(refused.status >= 400, "{:#}", refused.body);
    post(&format!("/v3/{PROJECT}/dbcache/mapping"), &sides, &lost).expect(503);
    post(&format!("/v3/{PROJECT}/dbcache/mapping"), &sides, &lost[..1]).expect(202);
    let report = report(&cloud);
    let findings = report["findings"].as_array().unwrap().iter();
    let retried = findings.filter(|it| it["rule"] == "retried-committed-write");
    let said: Vec<_> = retried.map(|finding| text(finding, "/sentence")).collect();
    let [started, repeated] = &said[..] else { panic!("{report:#}") };
    assert!(started.ends_with("what it starts was started twice"), "{started}");
    assert!(repeated.ends_with("the repetition was refused"), "{repeated}");
}

#[test]
fn what_is_meant_twice_is_no_retry() {
    let cloud = start(&config());
    let job = map(&cloud, "source").text("/job_id");
    map(&cloud, "another").expect(202);
    look(&cloud, &job).expect(200);
    advance(&cloud, 2);
    look(&cloud, &job).expect(200);
    map(&cloud, "source").expect(202);
    send(&cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None).expect(200);
    // Deleted in between, though nobody looked at what the first one had started.
    let create = |source: &str| map(&cloud, source).expect(202);
    create("third");
    advance(&cloud, 2);
    let list = format!("/v3/{PROJECT}/dbcache/mappings?source_instance_id=third");
    let id = send(&cloud, "GET", &list, None).text("/dbcache_mappings/0/id");
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    send(&cloud, "DELETE", &path, Some(&json!({ "id": id }))).expect(202);
    advance(&cloud, 2);
    create("third");
    assert_eq!(report(&cloud)["findings"], json!([]));
}

#[test]
fn fields_that_nobody_reads_are_found_by_parameter() {
    let cloud = start(&config());
    let path = format!("/v2/{PROJECT}/migration-task");
    let body = json!({
        "task_name": "import", "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration",
        "backup_files": {
            "file_source": "self_build_obs", "bucket_name": "bucket",
            "files": [{ "file_name": "a", "sise": "1" }, { "file_name": "b", "sise": "1" }],
        },
        "target_instance": { "id": "d2c8399f-bdba-43c1-8069-3ff17a1a79d5" },
        "descripton": "a typing error",
    });
    let created = send(&cloud, "POST", &path, Some(&body));
    let task = created.text("/id");
    cloud.world(PROJECT).finish(&task).unwrap();
    send(&cloud, "GET", &format!("/v2/{PROJECT}/migration-task/{task}"), None).expect(200);
    let findings = report(&cloud)["findings"].clone();
    let said = |at: usize| (findings[at]["sentence"].clone(), findings[at]["count"].clone());
    let sentence = "CreateMigrationTask: backup_files.files[].sise is not a parameter of this \
                    call; did you mean size?";
    assert_eq!(said(0), (json!(sentence), json!(2)));
    let sentence = "CreateMigrationTask: descripton is not a parameter of this call; did you mean \
                    description?";
    assert_eq!(said(1), (json!(sentence), json!(1)));
    assert_eq!(findings[1]["rule"], "unread-field");
    assert!(findings[1]["document"].as_str().unwrap().starts_with("document "), "{findings:#}");
    assert_eq!(findings[1]["examples"][0]["request_id"], request_id(&created));
}

#[test]
fn a_deprecated_field_is_found_with_what_is_to_be_sent_instead() {
    let cloud = start(&config());
    let body = json!({
        "task_name": "import", "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration", "network_type": "vpc",
        "backup_files": {
            "file_source": "self_build_obs", "bucket_name": "bucket",
            "files": [{ "file_name": "a" }],
        },
        "source_instance": { "addrs": "a:1" },
        "target_instance": { "id": "d2c8399f-bdba-43c1-8069-3ff17a1a79d5" },
    });
    let created = send(&cloud, "POST", &format!("/v2/{PROJECT}/migration-task"), Some(&body));
    let task = created.text("/id");
    cloud.world(PROJECT).finish(&task).unwrap();
    send(&cloud, "GET", &format!("/v2/{PROJECT}/migration-task/{task}"), None).expect(200);
    let finding = |parameter: &str| {
        json!({
            "rule": "deprecated-field", "operation": "CreateMigrationTask", "count": 1,
            "sentence": format!(
                "CreateMigrationTask: {parameter} is deprecated: online migrations are created by \
                 CreateOnlineMigrationTask"
            ),
            "document": "document dcs-create-backup-import",
            "examples": [{
                "request_id": request_id(&created), "at": "2026-01-01T00:00:00.000Z",
            }],
        })
    };
    let expected = json!([finding("network_type"), finding("source_instance")]);
    assert_eq!(report(&cloud)["findings"], expected);
}

#[test]
fn whoever_looks_away_too_soon_gave_up() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let jobs = ["first", "second"].map(|source| map(&cloud, source).text("/job_id"));
    world.hold(&jobs[1]).unwrap();
    let looks = [look(&cloud, &jobs[0]), look(&cloud, &jobs[1])];
    advance(&cloud, 2);
    let finding = |sentence: &str, of: usize| {
        json!({
            "rule": "gave-up", "operation": "CreateDbCacheMapping", "count": 1,
            "sentence": sentence,
            "document": "document geminidb-create-memory-mapping: it answers before its work is done",
            "examples": [{
                "request_id": request_id(&looks[of]), "at": "2026-01-01T00:00:00.000Z",
                "id": jobs[of],
            }],
        })
    };
    let report = report(&cloud);
    let ended = "what CreateDbCacheMapping started was under way at the last look, and has ended \
                 since, and nobody looked how";
    let still = "what CreateDbCacheMapping started was under way at the last look, and still is";
    assert_eq!(report["findings"], json!([finding(ended, 0), finding(still, 1)]));

    // Being made to end at the very moment of the last look is not being seen to.
    world.finish(&jobs[1]).unwrap();
    look(&cloud, &jobs[0]).expect(200);
    assert_eq!(found(&cloud), [("gave-up".to_owned(), 1)]);
    look(&cloud, &jobs[1]).expect(200);
    world.assert_clean();
}

#[test]
fn a_task_that_its_client_stops_or_deletes_is_not_given_up() {
    const STOPPED: &str = "90754308-a156-406f-a837-8f852f38a646";
    const DELETED: &str = "b0c1d2e3-a156-406f-a837-8f852f38a647";
    let cloud = start(&config());
    let body = json!({
        "migration_method": "full_amount_migration", "resume_mode": "auto",
        "source_instance": { "addrs": "a:1" }, "target_instance": { "addrs": "b:1" },
    });
    let call = |method: &str, path: &str, body: &Value| {
        send(&cloud, method, &format!("/v2/{PROJECT}{path}"), Some(body)).expect(200)
    };
    let status = |task: &str| {
        send(&cloud, "GET", &format!("/v2/{PROJECT}/migration-task/{task}"), None).text("/status")
    };
    for task in [STOPPED, DELETED] {
        call("POST", &format!("/migration/{task}/task"), &body);
        assert_eq!(status(task), "FULLMIGRATING");
    }
    call("POST", &format!("/migration-task/{STOPPED}/stop"), &json!({}));
    advance(&cloud, 3600);
    assert_eq!(status(STOPPED), "TERMINATED");
    // Nobody knows that the other one has ended, until it is deleted.
    let found = report(&cloud)["findings"].clone();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found:#}");
    assert_eq!((&found[0]["rule"], &found[0]["count"]), (&json!("gave-up"), &json!(1)));
    assert_eq!(found[0]["examples"][0]["id"], DELETED, "{found:#}");
    call("DELETE", "/migration-tasks/delete", &json!({ "task_id_list": [DELETED] }));
    cloud.world(PROJECT).assert_clean();
}

#[test]
fn a_token_that_has_expired_is_found_where_it_was_sent() {
    let cloud = start(&Config { auth: AuthMode::Verify, ..config() });
    let login = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": Config::USER, "password": Config::USER, "domain": { "name": "papercloud" },
        } } },
        "scope": { "project": { "id": PROJECT } },
    } });
    let token = send_text(&cloud, "POST", "/v3/auth/tokens", &[], &login.to_string());
    let token = token.headers["x-subject-token"].to_str().unwrap().to_owned();
    let path = format!("/v3/{PROJECT}/dbcache/mappings");
    let ask = |token: &str| send_text(&cloud, "GET", &path, &[("X-Auth-Token", token)], "");
    ask(&token).expect(200);
    ask("never-issued").expect(401);
    cloud.world(PROJECT).assert_clean();
    advance(&cloud, 86_400);
    let refused = ask(&token);
    let findings = report(&cloud)["findings"].clone();
    assert_eq!(found(&cloud), [("expired-token".to_owned(), 1)]);
    assert_eq!(findings[0]["operation"], "ListDbCacheMappings");
    assert_eq!(findings[0]["examples"][0]["request_id"], request_id(&refused));
    assert!(!findings.to_string().contains(&token));
    refused.expect(401);
}

#[test]
fn a_token_that_has_expired_is_found_though_it_is_let_in() {
    let cloud = start(&config());
    let login = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": Config::USER, "password": Config::USER, "domain": { "name": "papercloud" },
        } } },
        "scope": { "project": { "id": PROJECT } },
    } });
    let token = send_text(&cloud, "POST", "/v3/auth/tokens", &[], &login.to_string());
    let token = token.headers["x-subject-token"].to_str().unwrap().to_owned();
    let path = format!("/v3/{PROJECT}/dbcache/mappings");
    let ask = |token: &str| send_text(&cloud, "GET", &path, &[("X-Auth-Token", token)], "");
    assert!(!ask(&token).headers.contains_key("x-paper-warning"));
    advance(&cloud, 25 * 3_600);
    ask(&"0".repeat(64)).expect(200);
    cloud.world(PROJECT).assert_clean();
    let warned = ask(&token);
    let warning = warned.headers["x-paper-warning"].to_str().unwrap();
    assert!(warning.contains("the token expired at 2026-01-02T00:00:00"), "{warning}");
    warned.expect(200);
    assert_eq!(found(&cloud), [("expired-token".to_owned(), 1)]);
}

#[test]
fn only_worlds_with_something_to_say_are_in_the_report_on_all() {
    let cloud = start(&config());
    send(&cloud, "GET", &format!("/v3/{OTHER}/jobs"), None).expect(200);
    map(&cloud, "source").expect(202);
    let all = send(&cloud, "GET", "/_paper/report", None).expect(200);
    assert_eq!(all, json!({ "clean": false, "exact": true, "worlds": [report(&cloud)] }));
    cloud.world(PROJECT).reset();
    let all = send(&cloud, "GET", "/_paper/report", None).expect(200);
    assert_eq!(all, json!({ "clean": true, "exact": true, "worlds": [] }));
    let refused = send(&cloud, "GET", "/_paper/worlds/no%20id/report", None);
    assert_eq!(refused.text("/error_code"), "PAPER.0400");
    assert_eq!(cloud.world("@account").report()["project_id"], "@account");
}

#[test]
fn a_world_that_is_not_clean_panics_with_everything_there_is_to_say() {
    let cloud = start(&config());
    cloud.world(PROJECT).label("the test");
    let created = map(&cloud, "source");
    let job = created.text("/job_id");
    let id = cloud.world(PROJECT).report()["leaks"]["unfinished"][0]["resource_id"].clone();
    let id = id.as_str().unwrap();
    let request = request_id(&created);
    let request = request.as_str().unwrap();
    let check = std::panic::AssertUnwindSafe(|| cloud.world(PROJECT).assert_clean());
    let panic = std::panic::catch_unwind(check).unwrap_err();
    let left = format!(
        "CreateDbCacheMapping, job {job} is Running, {id} is creating, by request {request}"
    );
    let expected = format!(
        "Papercloud: world {PROJECT} (the test) is not clean\n\
         - started and never looked at: {left}\n\
         - unfinished: {left}"
    );
    assert_eq!(panic.downcast_ref::<String>(), Some(&expected));
}

#[test]
fn what_a_fault_provokes_is_found_and_one_that_never_hit_is_a_leak() {
    let cloud = start(&config());
    let arm = |rule: Value| {
        let path = format!("/_paper/worlds/{PROJECT}/faults");
        send(&cloud, "POST", &path, Some(&rule)).text("/id")
    };
    let call = |first: u64, effect: &Value, phase: &str| {
        arm(json!({
            "operation": "CreateDbCacheMapping", "first": first, "effect": effect, "phase": phase,
        }))
    };
    call(1, &json!({ "throttle": 5 }), "before");
    map(&cloud, "source").expect(429);
    map(&cloud, "source").expect(202);
    assert_eq!(found(&cloud), [("ignored-retry-after".to_owned(), 1)]);
    cloud.world(PROJECT).reset();

    // The answer is lost, and what was done is done again.
    call(1, &json!({ "status": 500 }), "after");
    let lost = map(&cloud, "source");
    let again = map(&cloud, "source");
    let finding = report(&cloud)["findings"][0].clone();
    assert_eq!(finding["rule"], "retried-committed-write");
    assert_eq!(finding["examples"][0]["request_id"], request_id(&again));
    assert_eq!(finding["examples"][0]["earlier_request_id"], request_id(&lost));
    lost.expect(500);
    cloud.world(PROJECT).reset();

    let id = arm(json!({ "operation": "ListJobs", "first": 1, "effect": { "status": 500 } }));
    let never_hit = || report(&cloud)["leaks"]["faults_never_hit"].clone();
    assert_eq!(never_hit()[0]["id"], id.as_str());
    look(&cloud, "any").expect(500);
    assert_eq!(never_hit(), json!([]));
    cloud.world(PROJECT).assert_clean();

    // Nobody has armed the rules of a scenario one by one.
    let scenario = r#"{"faults":[{"operation":"ListJobs","effect":{"status":500}}]}"#;
    cloud.define_scenario("unlucky", scenario).unwrap();
    cloud.world(PROJECT).choose_scenario("unlucky").unwrap();
    cloud.world(PROJECT).assert_clean();
}
