//! Documents that are refused: each for what it is, and with nothing half-applied.

use super::rich::{document, rich};
use crate::control::worlds;
use crate::credentials::PROJECT_ID;
use crate::selftest::example_app;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// What is wrong after a change of the rich world's document.
#[track_caller]
fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut changed = RICH.clone();
    change(&mut changed);
    let fresh = example_app();
    let before = worlds::export(&fresh, PROJECT_ID).unwrap();
    let problem = worlds::import(&fresh, PROJECT_ID, changed.to_string().as_bytes());
    assert_eq!(worlds::export(&fresh, PROJECT_ID).unwrap(), before, "nothing half-applied");
    problem.unwrap_err().to_string()
}

/// The rich world's document.
static RICH: LazyLock<Value> = LazyLock::new(|| document(&rich().0));

#[track_caller]
fn is_refused(pointer: &str, value: Value, said: &str) {
    let problem = refused(|document| {
        let found = document.pointer_mut(pointer);
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
    let problem = refused(|document| drop(document.as_object_mut().unwrap().remove("version")));
    assert!(problem.contains("missing field `version`"), "{problem}");
    is_refused("/requests", json!((1_u64 << 53) + 1), "requests: must be from 0 to");
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
    ] {
        is_refused(pointer, json!(word), said);
    }
    let id = RICH["relationships"].as_object().unwrap().keys().next().unwrap().clone();
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
        ("/ids/record", json!(u64::MAX), "ids.record: must be from 0 to"),
        ("/agenda/begun", json!(u32::MAX), "agenda.begun: must be from 0 to 4294967294, got "),
        ("/faults/armed/named", json!(u64::MAX), "faults.armed.named: must be from 0 to"),
        ("/faults/armed/by_header", json!(u64::MAX), "faults.armed.by_header: must be from 0 to"),
        ("/jobs/0/run/fate", json!({ "fails": 101 }), "must be from 0 to 100, got 101"),
        ("/jobs/0/run/milliseconds", json!(-1), "jobs[0].run.milliseconds: invalid value"),
        ("/faults", json!({ "x": 1 }), "faults.x: unknown field"),
    ] {
        is_refused(pointer, value, said);
    }
    let text = RICH.to_string();
    let twice = text.replacen("\"agenda\":", "\"agenda\":null,\"agenda\":", 1);
    assert!(worlds::import(&example_app(), PROJECT_ID, twice.as_bytes()).is_err());
}

/// What was written before ClickHouse instances were records is read where there were none.
#[test]
fn a_clickhouse_instance_is_a_record_with_its_instance() {
    let fresh = example_app();
    let old = |clickhouses: Value| {
        let mut old = RICH.clone();
        old["clickhouses"] = clickhouses;
        worlds::import(&fresh, PROJECT_ID, old.to_string().as_bytes())
    };
    old(json!([])).unwrap();
    let problem = old(json!([{ "id": "x" }])).unwrap_err().to_string();
    assert!(problem.contains("clickhouses: such instances are records now"), "{problem}");
    let problem = refused(|document| {
        let records = document["records"]["records"].as_array_mut().unwrap();
        let known = records.iter_mut().find(|one| one["kind"] == "taurus.clickhouse");
        known.unwrap()["id"] = json!("x");
    });
    assert!(problem.contains("records: \"x\" is in no instance"), "{problem}");
}

#[test]
fn the_counters_of_a_rule_are_bounded() {
    for counter in ["asked", "hits"] {
        let problem = refused(|document| {
            let mut rule =
                json!({ "rule": { "effect": { "reset": true } }, "asked": 1, "hits": 1 });
            rule[counter] = json!(u64::MAX);
            document["faults"]["armed"]["rules"] = json!([rule]);
        });
        let said = format!("faults.armed.rules[0].{counter}: must be from 0 to");
        assert!(problem.contains(&said), "{problem}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let missing = "ffffffff-ffff-4fff-bfff-ffffffffffff";
    for (pointer, value, said) in [
        ("/jobs/0/run/course", json!(9999), "agenda: there is no course 9999"),
        ("/jobs/0/run/hold", json!(7), "agenda: what is kept of course"),
        ("/agenda/begun", json!(0), "agenda.begun says that 0 have begun"),
        ("/agenda/reasons", json!({ "9999": "x" }), "agenda.reasons.9999: there is no course"),
        ("/agenda/courses/0/job_id", json!(missing), "agenda.courses[0].job_id: "),
        ("/removed_jobs", json!([missing]), "removed_jobs[0]: "),
        ("/memory_rules", json!({ missing: [] }), "is the id of no mapping"),
        ("/memory_mappings/0/source_instance_id", json!("x"), "\"x\" is in no instance"),
        ("/replications", json!({ "x": [] }), "replications.x: \"x\" is in no ClickHouse instance"),
    ] {
        is_refused(pointer, value, said);
    }
    for pointer in [
        "/instances",
        "/jobs",
        "/records/records",
        "/memory_mappings",
        "/migration_tasks",
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
    let backup = |instance: &str| json!([{ "id": "b", "instance_id": instance }]);
    let problem = refused(|document| document["backups"] = backup("x"));
    assert!(problem.contains("backups[0].instance_id: \"x\" is no DCS instance"), "{problem}");
    let problem = refused(|document| {
        let records = document["records"]["records"].as_array_mut().unwrap();
        let taken = records.iter_mut().find(|one| one["kind"] == "dcs.backup").unwrap();
        taken["id"] = json!("b");
        let instance = taken["record"]["parent"].as_str().unwrap().to_owned();
        document["backups"] = backup(&instance);
    });
    assert!(problem.contains("backups[0].id: \"b\" is there twice"), "{problem}");
    let problem = refused(|document| {
        let relationships = document["relationships"].as_object_mut().unwrap();
        relationships.remove("near").expect("one side of a pair");
    });
    assert!(problem.contains("is in no relationship with it"), "{problem}");
    let problem = refused(|document| {
        let rules = document["memory_rules"].as_object_mut().unwrap();
        let of_one = rules.values_mut().next().unwrap().as_array_mut().unwrap();
        let mut again = of_one[0].clone();
        again["id"] = json!(missing);
        of_one.push(again);
    });
    assert!(problem.contains("].name: ") && problem.contains("is there twice"), "{problem}");
}
