use super::*;
use crate::cloud::{Activity, Execution, Outcome};
use crate::journal::{Budget, Entry, Performed, RequestRecord, Verdict};
use axum::http::{Request, Response};

static CALL: Contract = Contract { id: "Call", ..Contract::BLANK };
static OTHER: Contract = Contract { id: "Other", ..Contract::BLANK };

fn at(seconds: u64) -> Moment {
    Moment::from_milliseconds(0).after(Duration::from_secs(seconds))
}

fn journal() -> Journal {
    Journal::new(7, Budget::new(1 << 20))
}

/// A request that is answered at a moment, with a status and perhaps a `Retry-After`.
fn answer(
    journal: &mut Journal,
    contract: &'static Contract,
    seconds: u64,
    (status, pause): (u16, &str),
) {
    let (parts, ()) = Request::new(()).into_parts();
    let response = Response::builder().status(status).header("Retry-After", pause);
    let response = response.body(Vec::new()).unwrap();
    let record = RequestRecord { contract: Some(contract), ..RequestRecord::default() };
    let times = (Stamp::at(at(seconds)), at(seconds));
    journal.record(|digests| {
        Entry::new((digests, seconds), times, (&parts, b""), Some(&response), record)
    });
}

fn rules(journal: &Journal) -> Vec<(&'static str, u64)> {
    let findings = Lint::of(journal).findings(at(0));
    findings.iter().map(|finding| (finding.rule, finding.count)).collect()
}

#[test]
fn asking_again_before_the_time_that_was_given_is_found() {
    let mut journal = journal();
    answer(&mut journal, &CALL, 0, (429, "5"));
    answer(&mut journal, &OTHER, 1, (200, "5"));
    assert_eq!(rules(&journal), []);
    answer(&mut journal, &CALL, 4, (200, ""));
    assert_eq!(rules(&journal), [("ignored-retry-after", 1)]);
    let [finding] = &Lint::of(&journal).findings(at(0))[..] else { panic!("one finding") };
    assert_eq!((finding.operation, finding.examples[0].earlier), (Some("Call"), Some(0)));
    assert_eq!(finding.examples[0].ordinal, 4);
    answer(&mut journal, &CALL, 5, (200, ""));
    answer(&mut journal, &CALL, 5, (200, ""));
    assert_eq!(rules(&journal), [("ignored-retry-after", 1)]);
}

#[test]
fn the_latest_answer_says_how_long_to_wait() {
    let mut journal = journal();
    answer(&mut journal, &CALL, 0, (503, "5"));
    answer(&mut journal, &CALL, 5, (429, "60"));
    answer(&mut journal, &CALL, 64, (429, "soon"));
    answer(&mut journal, &CALL, 65, (200, ""));
    assert_eq!(rules(&journal), [("ignored-retry-after", 1)]);
}

#[test]
fn a_write_is_looked_for_among_the_last_ones_only() {
    let mut journal = journal();
    let mut send = |number: u32, path: &str| {
        let (parts, ()) = Request::post(path).body(()).unwrap().into_parts();
        let run = Execution::new(number, at(0), 2_000, Outcome::Succeeds);
        let activity = Activity { contract: &CALL, job: None, resource: None, run };
        let performed = Some(Performed { step: journal.next_step(), at: at(0) });
        let (contract, verdict) = (Some(&CALL), Verdict::Performed);
        let activities = vec![activity];
        let record =
            RequestRecord { contract, verdict, activities, performed, ..RequestRecord::default() };
        let times = (Stamp::at(at(0)), at(0));
        journal.record(|digests| {
            Entry::new((digests, number.into()), times, (&parts, b""), None, record)
        });
    };
    (1..=258).for_each(|number| send(number, &format!("/{number}")));
    send(259, "/1");
    send(260, "/258");
    let [finding] = &Lint::of(&journal).findings(at(0))[..] else { panic!("one finding") };
    assert_eq!((finding.rule, finding.count), ("retried-committed-write", 1));
    assert_eq!((finding.examples[0].ordinal, finding.examples[0].earlier), (260, Some(258)));
}

#[test]
fn a_journal_that_has_dropped_something_leaves_open_what_that_was() {
    let mut small = Journal::new(7, Budget::new(1));
    assert!(Lint::of(&small).is_exact());
    answer(&mut small, &CALL, 0, (200, ""));
    assert!(!Lint::of(&small).is_exact());
}
