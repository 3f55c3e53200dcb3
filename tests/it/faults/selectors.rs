//! Which requests a rule hits.

use super::{BODY, counters, create, mapping};
use crate::support::{PROJECT, config, send, send_text, start};
use papercloud::{Config, Fault, PaperCloud};
use std::time::Duration;

/// The statuses of so many calls.
fn statuses(cloud: &PaperCloud, count: usize) -> Vec<u16> {
    (0..count).map(|_| create(cloud).status).collect()
}

#[test]
fn selectors_choose_among_the_requests_that_a_rule_sees() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = || Fault::on("CreateDbCacheMapping").status(500);
    for (fault, expected) in [
        (rule().first(2), [500, 500, 202, 202, 202, 202]),
        (rule().nth(3), [202, 202, 500, 202, 202, 202]),
        (rule().every(2), [202, 500, 202, 500, 202, 500]),
        (rule().with_probability(1.0), [500; 6]),
        (rule().with_probability(0.0), [202; 6]),
    ] {
        let id = world.fault(fault.clone()).unwrap();
        assert_eq!(statuses(&cloud, 6), expected, "{fault:?}");
        let hits = expected.iter().filter(|status| **status == 500).count() as u64;
        assert_eq!(world.hits(&id), Ok(hits));
        world.disarm(&id).unwrap();
    }
}

#[test]
fn a_rule_does_not_see_what_an_earlier_one_has_hit() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = || Fault::on("CreateDbCacheMapping");
    let first = world.fault(rule().first(2).status(500)).unwrap();
    let second = world.fault(rule().first(2).throttle(1)).unwrap();
    assert_eq!(statuses(&cloud, 5), [500, 500, 429, 429, 202]);
    assert_eq!(counters(&cloud, &first), (5, 2));
    assert_eq!(counters(&cloud, &second), (3, 2));
}

#[test]
fn chance_is_the_same_for_equal_seeds_whatever_other_projects_do() {
    let run = |seed: u64, disturbed: bool| {
        let cloud = start(&Config { seed, ..config() });
        let rule = || Fault::on("CreateDbCacheMapping").with_probability(0.5).status(500);
        cloud.world(PROJECT).fault(rule()).unwrap();
        cloud.world("other").fault(rule()).unwrap();
        let one = |_| {
            if disturbed {
                send_text(&cloud, "POST", &mapping("other"), &[("X-Auth-Token", "t")], BODY);
            }
            create(&cloud).status
        };
        (0..40).map(one).collect::<Vec<_>>()
    };
    let statuses = run(1, false);
    assert_eq!(statuses, run(1, true));
    assert_ne!(statuses, run(2, false));
    let hits = statuses.iter().filter(|status| **status == 500).count();
    assert!((10..=30).contains(&hits), "{hits}");
}

#[test]
fn a_rule_matches_parameters_of_body_path_and_query() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let hits = |fault: Fault, path: &str, body: &str| {
        let id = world.fault(fault.status(599)).unwrap();
        let method = if body.is_empty() { "GET" } else { "POST" };
        let answer = send_text(&cloud, method, path, &[("X-Auth-Token", "t")], body);
        world.disarm(&id).unwrap();
        answer.status == 599
    };
    let of_source = |id: &str| Fault::on("CreateDbCacheMapping").matching("source_instance_id", id);
    assert!(hits(of_source("356cf333ab77413f9d2526605227be08in01"), &mapping(PROJECT), BODY));
    assert!(!hits(of_source("other"), &mapping(PROJECT), BODY));
    let task =
        "/v2/054e292c9880d4992f02c0196d3ea468/migration/90754308-a156-406f-a837-8f852f38a646/task";
    let body = r#"{"source_instance":{"addrs":"a:1"}}"#;
    let of_side = |addresses: &str| Fault::anywhere().matching("source_instance.addrs", addresses);
    assert!(hits(of_side("a:1"), task, body));
    assert!(!hits(of_side("b:1"), task, body));
    let jobs = format!("/v3/{PROJECT}/jobs?limit=5");
    let limited = |limit: i64| Fault::on("ListJobs").matching("limit", limit);
    assert!(hits(limited(5), &jobs, ""));
    assert!(!hits(limited(6), &jobs, ""));
    let fractional = |limit: f64| Fault::on("ListJobs").matching("limit", limit);
    assert!(hits(fractional(5.0), &jobs, ""));
    assert!(!hits(fractional(5.5), &jobs, ""));
    let import = format!("/v2/{PROJECT}/migration-task");
    let body = r#"{"backup_files":{"files":[{"file_name":"a.rdb"},{"file_name":"b.rdb"}]}}"#;
    for path in ["backup_files.files.file_name", "backup_files.files[].file_name"] {
        let of_file = |name: &str| Fault::on("CreateMigrationTask").matching(path, name);
        assert!(hits(of_file("b.rdb"), &import, body), "{path}");
        assert!(!hits(of_file("c.rdb"), &import, body), "{path}");
    }
}

#[test]
fn a_rule_holds_while_something_is_in_a_stage() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = Fault::on("ListJobs").during("CreateDbCacheMapping", "Running").status(503);
    let id = world.fault(rule).unwrap();
    let list = || send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).status;
    assert_eq!(list(), 200);
    create(&cloud).expect(202);
    assert_eq!(list(), 503);
    world.advance(Duration::from_hours(1));
    assert_eq!(list(), 200);
    assert_eq!(counters(&cloud, &id), (1, 1), "the others it has not seen");
}

#[test]
fn what_is_refused_counts_for_no_rule_that_waits_for_success() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let refuse = || send_text(&cloud, "POST", &mapping(PROJECT), &[("X-Auth-Token", "t")], "{}");
    let rule = || Fault::on("CreateDbCacheMapping").after_commit().status(500);
    for (fault, expected) in [
        (rule().first(1), [500, 202, 202, 202]),
        (rule().nth(1), [500, 202, 202, 202]),
        (rule().nth(2), [202, 500, 202, 202]),
        (rule().every(2), [202, 500, 202, 500]),
        (rule(), [500; 4]),
    ] {
        let id = world.fault(fault.clone()).unwrap();
        for (at, status) in expected.into_iter().enumerate() {
            for _ in 0..=at {
                refuse().expect(400);
            }
            assert_eq!(create(&cloud).status, status, "{fault:?}: {at}");
        }
        let hits = expected.iter().filter(|status| **status == 500).count() as u64;
        assert_eq!(counters(&cloud, &id), (4, hits), "{fault:?}");
        world.disarm(&id).unwrap();
    }
}

#[test]
fn what_is_refused_changes_nothing_about_chance() {
    let run = |refused: bool| {
        let cloud = start(&config());
        let rule = Fault::on("CreateDbCacheMapping").with_probability(0.5).after_commit();
        cloud.world(PROJECT).fault(rule.status(500)).unwrap();
        let one = |_| {
            if refused {
                let path = mapping(PROJECT);
                send_text(&cloud, "POST", &path, &[("X-Auth-Token", "t")], "{}").expect(400);
            }
            create(&cloud).status
        };
        (0..20).map(one).collect::<Vec<_>>()
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn what_another_rule_answers_counts_for_none_that_waits_for_success() {
    let cloud = start(&config());
    let world = cloud.world(PROJECT);
    let rule = || Fault::on("CreateDbCacheMapping");
    let later = world.fault(rule().nth(2).after_commit().status(500)).unwrap();
    let at_once = world.fault(rule().first(1).status(503)).unwrap();
    assert_eq!(statuses(&cloud, 4), [503, 202, 500, 202]);
    assert_eq!(counters(&cloud, &later), (3, 1));
    assert_eq!(counters(&cloud, &at_once), (3, 1), "one was hit by the rule before it");
}
