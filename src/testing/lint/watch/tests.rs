use super::*;
use crate::cloud::{Fate, Lifecycle};
use crate::contract::{Awaits, Contract};

static JOB: Lifecycle =
    Lifecycle { stages: &[("Running", 1.0)], ends: "Completed", fails: "Failed" };
static LIST: Contract = Contract { awaits: Awaits::All, ..Contract::BLANK };

fn at(milliseconds: i64) -> Moment {
    Moment::from_milliseconds(milliseconds)
}

fn course(number: u32) -> Course {
    Course {
        contract: &Contract::BLANK,
        job: Some((Uuid::from_u128(number.into()), &JOB)),
        resource: Some((format!("resource-{number}").into(), &JOB)),
        run: Run::new(number, at(0), 2_000, Fate::Succeeds),
    }
}

fn look(watch: &mut Watch, id: Option<&str>, moment: i64, begun: u32) -> bool {
    let awaited = Awaited { contract: &LIST, id: id.map(str::to_owned) };
    watch.look(&awaited, Look { at: Stamp::at(at(moment)), ordinal: 0, begun })
}

fn full(count: u32) -> Watch {
    let mut watch = Watch::default();
    (1..=count).for_each(|number| watch.begin(&course(number), 0, at(0)));
    watch
}

fn unseen(watch: &Watch, moment: i64) -> usize {
    let none = |one: &&Watched| matches!(watch.attention(one, at(moment)), Attention::None);
    watch.all().filter(none).count()
}

#[test]
fn what_was_seen_at_rest_is_forgotten_and_makes_room() {
    let mut watch = full(3);
    look(&mut watch, Some("resource-2"), 1_999, 3);
    assert_eq!((watch.by_course.len(), watch.by_id.len()), (3, 6));
    look(&mut watch, Some("00000000-0000-0000-0000-000000000002"), 2_000, 3);
    assert_eq!((watch.by_course.len(), watch.by_id.len()), (2, 4));
    look(&mut watch, None, 2_000, 1);
    assert_eq!(unseen(&watch, 2_000), 1, "the third had not begun by then");
    watch.make_room(at(2_000));
    assert_eq!((watch.by_course.len(), watch.by_id.len()), (1, 2));
}

#[test]
fn what_finds_no_room_makes_the_report_inexact_and_takes_none() {
    let mut watch = full(10_000);
    assert!(watch.is_exact());
    for number in 10_001..=12_000 {
        watch.begin(&course(number), 0, at(0));
    }
    assert!(!watch.is_exact());
    assert_eq!((watch.by_course.len(), watch.by_id.len()), (MOST, 2 * MOST));
}

#[test]
fn a_client_that_lists_can_start_any_number() {
    let mut watch = Watch::default();
    for number in 1..=30_000 {
        watch.begin(&course(number), 0, at(2_000));
        look(&mut watch, None, 2_000, number);
    }
    assert!(watch.is_exact() && watch.by_course.len() <= MOST);
}

#[test]
fn the_pace_is_an_average_over_at_least_five_looks_and_told_once() {
    let told = |moments: &[i64]| {
        let mut watch = full(1);
        watch.by_course.values_mut().for_each(|one| one.course.run.hold(at(0)));
        let looks = moments.iter().map(|moment| look(&mut watch, Some("resource-1"), *moment, 1));
        looks.collect::<Vec<_>>()
    };
    assert_eq!(told(&[0, 1, 2, 3]), [false; 4]);
    assert_eq!(told(&[0, 1, 2, 3, 3_999, 4_000]), [false, false, false, false, true, false]);
    assert_eq!(told(&[0, 1, 2, 3, 4_000, 5_000]), [false; 6]);
}

#[test]
fn what_is_made_to_end_has_to_be_looked_at_once_more() {
    let mut watch = full(1);
    look(&mut watch, None, 500, 1);
    let mut run = watch.by_course[&1].course.run;
    run.finish(at(500));
    watch.steer(run);
    let attention = |watch: &Watch| watch.attention(&watch.by_course[&1], at(500));
    assert!(matches!(attention(&watch), Attention::Lost(_)));
    look(&mut watch, None, 500, 1);
    assert!(matches!(attention(&watch), Attention::Full));
}

#[test]
fn what_is_cut_short_is_forgotten_unless_it_was_over_and_unseen() {
    let mut watch = full(3);
    watch.cut_short(1, true);
    watch.cut_short(2, false);
    look(&mut watch, Some("resource-3"), 0, 3);
    watch.cut_short(3, false);
    assert_eq!(watch.by_course.keys().collect::<Vec<_>>(), [&2]);
}
