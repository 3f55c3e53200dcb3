use super::super::journal::Verdict;
use super::*;
use crate::cloud::Outcome;
use axum::http::{Method, Request};

static CALL: Contract = Contract { id: "Call", ..Contract::BLANK };
static OTHER: Contract = Contract { id: "Other", ..Contract::BLANK };

fn at(seconds: u64) -> Moment {
    Moment::from_milliseconds(0).after(Duration::from_secs(seconds))
}

/// Lets a request be answered at a moment, with a status and perhaps a `Retry-After`.
fn answer(lint: &mut Lint, contract: &'static Contract, seconds: u64, told: (u16, &str)) {
    let (parts, ()) = Request::new(()).into_parts();
    let response = Response::builder().status(told.0).header("Retry-After", told.1);
    let response = response.body(Vec::new()).unwrap();
    let draft = RequestRecord::default();
    lint.answered(&Answered {
        ordinal: seconds,
        contract: Some(contract),
        received: Stamp::at(at(seconds)),
        now: at(seconds),
        parts: &parts,
        body: b"",
        answer: Some(&response),
        is_cut: false,
        draft: &draft,
        polled: None,
    });
}

fn rules(lint: &Lint) -> Vec<(&'static str, u64)> {
    lint.findings(at(0)).iter().map(|finding| (finding.rule, finding.count)).collect()
}

#[test]
fn asking_again_before_the_time_that_was_given_is_found() {
    let mut lint = Lint::default();
    answer(&mut lint, &CALL, 0, (429, "5"));
    answer(&mut lint, &OTHER, 1, (200, "5"));
    assert_eq!(rules(&lint), []);
    answer(&mut lint, &CALL, 4, (200, ""));
    assert_eq!(rules(&lint), [("ignored-retry-after", 1)]);
    let [finding] = &lint.findings(at(0))[..] else { panic!("one finding") };
    assert_eq!((finding.operation, finding.examples[0].earlier), (Some("Call"), Some(0)));
    assert_eq!(finding.examples[0].ordinal, 4);
    answer(&mut lint, &CALL, 5, (200, ""));
    answer(&mut lint, &CALL, 5, (200, ""));
    assert_eq!(rules(&lint), [("ignored-retry-after", 1)]);
}

#[test]
fn the_latest_answer_says_how_long_to_wait() {
    let mut lint = Lint::default();
    answer(&mut lint, &CALL, 0, (503, "5"));
    answer(&mut lint, &CALL, 5, (429, "60"));
    answer(&mut lint, &CALL, 64, (429, "soon"));
    answer(&mut lint, &CALL, 65, (200, ""));
    assert_eq!(rules(&lint), [("ignored-retry-after", 1)]);
}

#[test]
fn a_write_is_looked_for_among_the_last_ones_only() {
    let mut lint = Lint::default();
    let mut send = |number: u32, body: &str| {
        let request = Request::builder().method(Method::POST).body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let activity = Activity {
            contract: &CALL,
            job: None,
            resource: None,
            run: Execution::new(number, at(0), 2_000, Outcome::Succeeds),
        };
        lint.began(std::slice::from_ref(&activity), number.into());
        let (verdict, activities) = (Verdict::Performed, vec![activity]);
        lint.answered(&Answered {
            ordinal: number.into(),
            contract: Some(&CALL),
            received: Stamp::at(at(0)),
            now: at(0),
            parts: &parts,
            body: body.as_bytes(),
            answer: None,
            is_cut: false,
            draft: &RequestRecord { verdict, activities, ..RequestRecord::default() },
            polled: None,
        });
    };
    (1..=258).for_each(|number| send(number, &number.to_string()));
    send(259, "1");
    send(260, "258");
    let [finding] = &lint.findings(at(0))[..] else { panic!("one finding") };
    assert_eq!((finding.rule, finding.count), ("retried-committed-write", 1));
    assert_eq!((finding.examples[0].ordinal, finding.examples[0].earlier), (260, Some(258)));
}
