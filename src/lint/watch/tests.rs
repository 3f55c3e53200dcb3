use super::*;
use crate::clock::Moment;
use crate::cloud::{Lifecycle, Outcome};
use crate::contract::Contract;
use serde_json::{Value, json};

static JOB: Lifecycle =
    Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" };
const PATH: &str = "/v3/{project_id}/things";
static CALL: Contract = Contract { path: PATH, ..Contract::BLANK };
static DELETION: Contract = Contract { path: PATH, method: Method::DELETE, ..Contract::BLANK };
static ELSEWHERE: Contract = Contract { path: "/v3/{project_id}/others", ..Contract::BLANK };

fn at(milliseconds: i64) -> Moment {
    Moment::from_milliseconds(milliseconds)
}

fn job(number: u32) -> String {
    Uuid::from_u128(number.into()).to_string()
}

fn activity(number: u32) -> Activity {
    Activity {
        contract: &CALL,
        job: Some((Uuid::from_u128(number.into()), &JOB)),
        resource: Some((format!("resource-{number}").into(), &JOB)),
        run: Execution::new(number, at(0), 2_000, Outcome::Succeeds),
    }
}

/// Looks after everything that was begun.
const LATE: u64 = u64::MAX;

/// Looks by an id, or at a list whose answer is this.
fn look_at(watch: &mut Watch, seen: &Seen<'_>, moment: i64, step: u64) -> bool {
    watch.note_poll(seen, Poll { at: Stamp::at(at(moment)), ordinal: 0, step })
}

fn look(watch: &mut Watch, id: &str, moment: i64) -> bool {
    look_at(watch, &Seen::made(&CALL, Some(id), true, &Value::Null), moment, LATE)
}

fn list(watch: &mut Watch, ids: &[&str], moment: i64) -> bool {
    look_at(watch, &Seen::made(&CALL, None, true, &json!(ids)), moment, LATE)
}

fn full(count: u32) -> Watch {
    let mut watch = Watch::default();
    (1..=count).for_each(|number| watch.begin(&activity(number), number.into()));
    watch
}

fn watched(watch: &Watch) -> Vec<u32> {
    let mut watched: Vec<_> = watch.all().map(|one| one.activity.run.activity).collect();
    watched.sort_unstable();
    watched
}

fn unseen(watch: &Watch) -> usize {
    watch.all().filter(|one| one.last_poll().is_none()).count()
}

#[test]
fn what_was_seen_at_rest_is_forgotten_and_makes_room() {
    let mut watch = full(4);
    look(&mut watch, "resource-2", 1_999);
    assert_eq!((watch.by_activity.len(), watch.by_id.len()), (4, 8));
    look(&mut watch, "00000000-0000-0000-0000-000000000002", 2_000);
    assert_eq!((watched(&watch), watch.by_id.len()), (vec![1, 3, 4], 6));
    list(&mut watch, &["resource-1", &job(4), "another"], 2_000);
    assert_eq!((watched(&watch), watch.by_id.len()), (vec![3], 2));
    assert_eq!(unseen(&watch), 1);
}

#[test]
fn an_answer_that_does_not_show_something_is_no_look_at_it() {
    let mut watch = full(2);
    list(&mut watch, &[], 2_000);
    list(&mut watch, &["resource-9", "resource"], 2_000);
    assert_eq!((watched(&watch), unseen(&watch)), (vec![1, 2], 2));
}

#[test]
fn the_end_of_a_deletion_is_seen_by_what_a_whole_list_no_longer_has() {
    let mut watch = Watch::default();
    let deletion = |number| Activity { contract: &DELETION, ..activity(number) };
    watch.begin(&deletion(1), 1);
    watch.begin(&Activity { resource: None, ..deletion(2) }, 2);
    let mut look = |contract, is_whole, moment, step| {
        let body = json!({ "things": [{ "id": "resource-3" }] });
        look_at(&mut watch, &Seen::made(contract, None, is_whole, &body), moment, step);
        watched(&watch)
    };
    for (contract, is_whole, step) in [(&ELSEWHERE, true, 9), (&CALL, false, 9), (&CALL, true, 1)] {
        assert_eq!(look(contract, is_whole, 2_000, step), [1, 2], "{is_whole} {step}");
    }
    assert_eq!(look(&CALL, true, 1_000, 9), [1, 2]);
    assert_eq!(look(&CALL, true, 2_000, 2), [2]);
    assert!(look(&CALL, true, 2_000, 3).is_empty());
}

#[test]
fn the_pace_is_an_average_over_at_least_five_looks_and_told_once() {
    let told = |look: fn(&mut Watch, i64) -> bool, count: u32, moments: &[i64]| {
        let mut watch = full(count);
        watch.by_activity.values_mut().for_each(|one| one.activity.run.hold(at(0)));
        let looks = moments.iter().map(|moment| look(&mut watch, *moment));
        looks.collect::<Vec<_>>()
    };
    let by_id = |watch: &mut Watch, moment| look(watch, "resource-1", moment);
    let by_list = |watch: &mut Watch, moment| list(watch, &["resource-1"], moment);
    for way in [by_id, by_list] {
        assert_eq!(told(way, 1, &[0, 1, 2, 3]), [false; 4]);
        let fast = [false, false, false, false, true, false];
        assert_eq!(told(way, 1, &[0, 1, 2, 3, 3_999, 4_000]), fast);
        assert_eq!(told(way, 1, &[0, 1, 2, 3, 4_000, 5_000]), [false; 6]);
    }
    // Two may wait, each for one of two.
    let both = |watch: &mut Watch, moment| list(watch, &["resource-1", "resource-2"], moment);
    assert_eq!(told(both, 2, &[0, 1, 2, 3, 2_000, 2_500]), [false; 6]);
    assert_eq!(told(both, 2, &[0, 1, 2, 3, 1_999]), [false, false, false, false, true]);
}

#[test]
fn what_is_made_to_end_has_to_be_looked_at_once_more() {
    let mut watch = full(1);
    list(&mut watch, &["resource-1"], 500);
    let mut run = watch.by_activity[&1].activity.run;
    run.finish(at(500));
    watch.steer(run, LATE);
    assert!(watch.by_activity[&1].last_poll().is_some());
    list(&mut watch, &["resource-1"], 500);
    assert_eq!(watched(&watch), [1], "it was asked before");
    watch.steer(run, 1);
    list(&mut watch, &["resource-1"], 500);
    assert!(watch.by_activity.is_empty());
}

#[test]
fn what_is_cut_short_is_forgotten_unless_it_was_over_and_unseen() {
    let mut watch = full(3);
    watch.cut_short(1, true);
    watch.cut_short(2, false);
    look(&mut watch, "resource-3", 0);
    watch.cut_short(3, false);
    assert_eq!(watched(&watch), [2]);
}
