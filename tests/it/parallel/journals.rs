//! A project's journal depends on nothing but the seed and what was asked of the project.

mod script;

use crate::support::{config, json, start, text};
use papercloud::{Config, PaperCloud};
use script::{FIRST, FLAKY, Step, THEN};
use serde_json::Value;
use std::sync::Barrier;
use ureq::Agent;
use ureq::http::Request;

/// A client that keeps its connection.
struct Client<'c> {
    cloud: &'c PaperCloud,
    agent: Agent,
}

impl<'c> Client<'c> {
    fn new(cloud: &'c PaperCloud) -> Self {
        Self { cloud, agent: Agent::config_builder().http_status_as_error(false).build().into() }
    }

    /// Sends a request to a host that does not tell one run from another.
    fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, String) {
        let url = format!("{}{path}", self.cloud.url());
        let request = Request::builder().method(method).uri(url).header("Host", "localhost");
        let request = headers.iter().fold(request, |it, (name, value)| it.header(*name, *value));
        let request = request.body(body.to_owned()).expect("a request");
        let mut answer = self.agent.run(request).expect("an answer");
        let text = answer.body_mut().read_to_string().expect("text");
        (answer.status().as_u16(), text)
    }
}

/// Two of each kind.
const PROJECTS: usize = 2 * THEN.len();

/// A project on its way through its script.
struct Actor<'c> {
    client: Client<'c>,
    number: usize,
    steps: std::vec::IntoIter<Step>,
    answers: Vec<Value>,
}

impl<'c> Actor<'c> {
    fn new(cloud: &'c PaperCloud, number: usize) -> Self {
        let steps: Vec<_> = FIRST.iter().chain(THEN[number % THEN.len()].0).copied().collect();
        let steps = steps.into_iter();
        Self { client: Client::new(cloud), number, steps, answers: Vec::new() }
    }

    /// Sends the next request; false where there is none.
    fn act(&mut self) -> bool {
        let Some(Step { method, path, header, body, statuses }) = self.steps.next() else {
            return false;
        };
        let mut path = path.replace("{project}", &self.project());
        while let Some((start, rest)) = path.split_once('{') {
            let (reference, end) = rest.split_once('}').expect("an end");
            let (at, member) = reference.split_once('.').expect("a number and a member");
            let at: usize = at.parse().expect("a number");
            path = format!("{start}{}{end}", text(&self.answers[at], &format!("/{member}")));
        }
        let headers = [("X-Auth-Token", "Opensesame-3"), header];
        let (status, text) = self.client.send(method, &path, &headers, body);
        let at = self.answers.len();
        assert!(statuses.contains(&status), "step {at}, {method} {path}: {status} {text}");
        self.answers.push(json(&text));
        true
    }

    fn project(&self) -> String {
        format!("{:032x}", self.number)
    }

    /// The journal, byte for byte.
    fn journal(&self) -> String {
        let path = format!("/_paper/worlds/{}/requests", self.project());
        let (status, body) = self.client.send("GET", &path, &[], "");
        assert_eq!(status, 200, "{body}");
        body
    }
}

fn seeded(seed: u64) -> PaperCloud {
    let cloud = start(&Config { seed, workers: 2, ..config() });
    cloud.define_scenario("flaky", FLAKY).expect("a scenario");
    cloud
}

fn actors(cloud: &PaperCloud) -> Vec<Actor<'_>> {
    (0..PROJECTS).map(|number| Actor::new(cloud, number)).collect()
}

fn journals(actors: &[Actor<'_>]) -> Vec<String> {
    actors.iter().map(Actor::journal).collect()
}

/// Each project has a cloud of its own.
fn alone(seed: u64) -> Vec<String> {
    let of_one = |number| {
        let cloud = seeded(seed);
        let mut actor = Actor::new(&cloud, number);
        while actor.act() {}
        actor.journal()
    };
    (0..PROJECTS).map(of_one).collect()
}

/// One request at a time, of projects as they are drawn.
fn interleaved(seed: u64, mut drawn: u64) -> Vec<String> {
    let cloud = seeded(seed);
    let mut actors = actors(&cloud);
    let mut under_way: Vec<usize> = (0..PROJECTS).collect();
    while !under_way.is_empty() {
        drawn =
            drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(drawn >> 33).expect("31 bits") % under_way.len();
        if !actors[under_way[at]].act() {
            under_way.swap_remove(at);
        }
    }
    journals(&actors)
}

/// All projects at once.
fn at_once(seed: u64) -> Vec<String> {
    let cloud = seeded(seed);
    let mut actors = actors(&cloud);
    let all = Barrier::new(actors.len());
    std::thread::scope(|scope| {
        for actor in &mut actors {
            let all = &all;
            scope.spawn(move || {
                all.wait();
                while actor.act() {}
            });
        }
    });
    journals(&actors)
}

/// Where the first of the journals that are not as expected differs.
fn difference(expected: &[String], got: &[String]) -> Option<String> {
    let pairs = expected.iter().zip(got).enumerate();
    let (project, (expected, got)) =
        pairs.into_iter().find(|(_, (expected, got))| expected != got)?;
    let lines = |journal: &String| {
        let lines = format!("{:#}", json(journal));
        lines.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let (expected, got) = (lines(expected), lines(got));
    let most = expected.len().max(got.len());
    let Some(at) = (0..most).find(|at| expected.get(*at) != got.get(*at)) else {
        return Some(format!("the journal of project {project} differs in white space only"));
    };
    let line = |lines: &[String]| lines.get(at).map_or("no such line", String::as_str).to_owned();
    let (expected, got) = (line(&expected), line(&got));
    Some(format!("line {at} of the journal of project {project} is\n{got}\nand not\n{expected}"))
}

#[track_caller]
fn is_the_same(expected: &[String], got: &[String], seed: u64, run: &str) {
    assert_eq!(got.len(), expected.len());
    if let Some(difference) = difference(expected, got) {
        panic!("with the seed {seed}, {run}, {difference}");
    }
}

#[test]
fn a_journal_does_not_depend_on_how_projects_interleave() {
    let of_seed = |seed: u64| {
        let expected = alone(seed);
        for run in 0..4 {
            let got = interleaved(seed, run);
            is_the_same(&expected, &got, seed, &format!("interleaved as drawn from {run}"));
        }
        for run in 0..3 {
            is_the_same(&expected, &at_once(seed), seed, &format!("all at once, run {run}"));
        }
        expected
    };
    let journals = of_seed(7);
    for (number, journal) in journals.iter().enumerate() {
        let read = json(journal);
        let (_, wanted) = THEN[number % THEN.len()];
        for text in wanted {
            assert!(journal.contains(text), "no {text} in {read:#}");
        }
        assert_eq!(read["exact"], true);
        assert!(!journal.contains("Opensesame"), "{read:#}");
        // What is asked of the control API is not in it.
        let steps = FIRST.iter().chain(THEN[number % THEN.len()].0);
        let requests = steps.filter(|step| !step.path.starts_with("/_paper")).count();
        assert_eq!(read["count"], requests, "{read:#}");
    }
    for (other, journal) in of_seed(8).iter().zip(&journals) {
        assert_ne!(other, journal, "another seed has the same journal");
    }
}

#[test]
fn a_difference_between_journals_is_shown_by_its_line() {
    let journals = |status: &str| vec!["{}".to_owned(), format!("{{\"a\":1,\"status\":{status}}}")];
    assert_eq!(difference(&journals("200"), &journals("200")), None);
    let shown =
        "line 2 of the journal of project 1 is\n  \"status\": 500\nand not\n  \"status\": 200";
    assert_eq!(difference(&journals("200"), &journals("500")).as_deref(), Some(shown));
    let spaced = difference(&journals("200"), &journals(" 200"));
    assert!(spaced.is_some_and(|said| said.ends_with("differs in white space only")));
}
