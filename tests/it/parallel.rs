//! A thousand tests at once against one process do not disturb each other, and a project's journal
//! depends on nothing but its seed and what was asked of it.

use crate::support::{config, json, start, text};
use papercloud::{Config, Fault, PaperCloud};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use ureq::Agent;
use ureq::http::Request;

/// One test's client; it keeps its connection.
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

    fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (status, text) = self.send(method, path, &[("X-Auth-Token", "test-token")], body);
        (status, json(&text))
    }
}

const CREATE: &str = "CreateDbCacheMapping";

/// One of a thousand tests: a job that is refused at first, looked at, and ended by the test.
fn whole_test(client: &Client<'_>, number: usize) {
    let project = format!("{number:032x}");
    let world = client.cloud.world(&project);
    world.freeze();
    let fault = Fault::on(CREATE).matching("source_instance_id", "a").first(1).status(500);
    let rule = world.fault(fault).expect("a rule");
    let name = format!("target-{number}");
    let body = json!({ "source_instance_id": "a", "target_instance_id": name }).to_string();
    let create = format!("/v3/{project}/dbcache/mapping");
    assert_eq!(client.call("POST", &create, &body).0, 500);
    let (status, created) = client.call("POST", &create, &body);
    assert_eq!(status, 202, "{created}");
    let id = text(&created, "/job_id");
    let job = || {
        let (status, body) = client.call("GET", &format!("/v3/{project}/jobs?id={id}"), "");
        assert_eq!(status, 200, "{body}");
        body["jobs"][0]["status"].clone()
    };
    assert_eq!(job(), "Running");
    assert!(world.advance(Duration::from_millis(1_999)).is_empty());
    assert_eq!(job(), "Running");
    let (last, mapping) = match number % 3 {
        0 => {
            world.finish(&id).expect("it is under way");
            ("Completed", json!(["normal"]))
        }
        1 => {
            world.fail(&id, "out of memory").expect("it is under way");
            ("Failed", json!(["createfail"]))
        }
        _ => {
            let due = world.advance(Duration::from_millis(1));
            assert_eq!(due.len(), 1, "{due:?}");
            ("Completed", json!(["normal"]))
        }
    };
    assert_eq!(job(), last);
    let (_, listed) = client.call("GET", &format!("/v3/{project}/dbcache/mappings"), "");
    let mappings = listed["dbcache_mappings"].as_array().expect("a list");
    let shown: Value = mappings.iter().map(|mapping| mapping["status"].clone()).collect();
    assert_eq!(shown, mapping, "{listed:#}");
    assert_eq!(listed["dbcache_mappings"][0]["target_instance_id"], name, "{listed:#}");
    assert_eq!(world.hits(&rule), Ok(1));
    let created = world.requests().operation(CREATE).matching("target_instance_id", name);
    created.clone().exactly(2).expect("refused, and then created");
    created.clone().fault(&rule).committed(false).status(500).exactly(1).expect("refused once");
    created.committed(true).status(202).exactly(1).expect("created once");
    assert_eq!(world.requests().count(), 6);
    world.at_most_once_committed().expect("created once");
    let check = json!({ "sequence": [
        { "operation": CREATE, "status": 500 },
        { "operation": CREATE, "status": 202, "match": { "answer.body.job_id": id } },
        { "operation": "ListJobs", "match": { "id": id, "answer.body.jobs.status": "Running" } },
        { "operation": "ListJobs", "match": { "id": id, "answer.body.jobs.status": last } },
    ] });
    let path = format!("/_paper/worlds/{project}/requests/verify");
    let (_, verified) = client.call("POST", &path, &check.to_string());
    assert_eq!(verified["passed"], true, "{verified:#}");
}

#[test]
fn a_thousand_tests_share_one_process() {
    const TESTS: usize = 1_000;
    const THREADS: usize = 16;
    let cloud = start(&Config { workers: 2, ..config() });
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let client = Client::new(&cloud);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= TESTS {
                        break;
                    }
                    whole_test(&client, number);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(done.into_inner(), TESTS);
}

/// A request of a script. `{0.job_id}` stands for what the first request was answered as its
/// `job_id`.
struct Step {
    method: &'static str,
    path: &'static str,
    header: (&'static str, &'static str),
    body: &'static str,
}

const fn step(method: &'static str, path: &'static str, body: &'static str) -> Step {
    Step { method, path, header: ("X-Language", "en-us"), body }
}

const MAP: &str = r#"{"source_instance_id":"a","target_instance_id":"b"}"#;
const IMPORT: &str = r#"{"task_name":"t","source_instance":{"addrs":"192.168.1.1:6379",
    "password":"Opensesame-1"},"target_instance":{"id":"redis"},"migration_type":"backupfile_import",
    "migration_method":"full_amount_migration","network_type":"vpc","backup_files":{
    "file_source":"self_build_obs","bucket_name":"x","files":[{"file_name":"one.rdb"}]}}"#;
const FAULT: &str = r#"{"operation":"CreateDbCacheMapping","probability":0.5,
    "effect":{"status":500}}"#;

/// What each project is asked, in this order.
fn script(project: usize) -> Vec<Step> {
    let later = |path| Step { header: ("X-Paper-Clock", "advance=1"), ..step("GET", path, "") };
    let job = "/v3/{project}/jobs?id={1.job_id}";
    let mut steps = vec![
        step("POST", "/_paper/worlds/{project}/clock/freeze", ""),
        step("POST", "/v3/{project}/dbcache/mapping", MAP),
        step("GET", job, ""),
        later(job),
        later(job),
        step("GET", "/v3/{project}/dbcache/mappings?limit=5&password=Opensesame-2", ""),
        step("POST", "/v3/{project}/dbcache/mapping", MAP),
        step("POST", "/v3/{project}/dbcache/mapping", r#"{"source_instance_id":7}"#),
    ];
    match project % 3 {
        0 => {
            steps.push(step("POST", "/_paper/worlds/{project}/faults", FAULT));
            for _ in 0..6 {
                steps.push(step("POST", "/v3/{project}/dbcache/mapping", MAP));
            }
        }
        1 => {
            steps.push(step("POST", "/v2/{project}/migration-task", IMPORT));
            steps.push(step("GET", "/v2/{project}/migration-task/{8.id}", ""));
            steps.push(later("/v2/{project}/migration-task/{8.id}"));
            steps.push(step("POST", "/v2/{project}/migration-task", "{ password"));
        }
        _ => {
            steps.push(step("GET", "/v3/{project}/no/such/path", ""));
            steps.push(step("GET", "/v3/{project}/instances", ""));
            steps.push(step("DELETE", "/v3/{project}/dbcache/mapping?id=none", ""));
        }
    }
    steps
}

const PROJECTS: usize = 6;

/// A project on its way through its script.
struct Actor<'c> {
    client: Client<'c>,
    project: String,
    steps: std::vec::IntoIter<Step>,
    answers: Vec<Value>,
}

impl<'c> Actor<'c> {
    fn new(cloud: &'c PaperCloud, number: usize) -> Self {
        let (project, steps) = (format!("{number:032x}"), script(number).into_iter());
        Self { client: Client::new(cloud), project, steps, answers: Vec::new() }
    }

    /// Sends the next request; false where there is none.
    fn act(&mut self) -> bool {
        let Some(Step { method, path, header, body }) = self.steps.next() else { return false };
        let mut path = path.replace("{project}", &self.project);
        while let Some((start, rest)) = path.split_once('{') {
            let (reference, end) = rest.split_once('}').expect("an end");
            let (at, member) = reference.split_once('.').expect("a number and a member");
            let at: usize = at.parse().expect("a number");
            path = format!("{start}{}{end}", text(&self.answers[at], &format!("/{member}")));
        }
        let headers = [("X-Auth-Token", "Opensesame-3"), header];
        self.answers.push(json(&self.client.send(method, &path, &headers, body).1));
        true
    }

    /// The journal, byte for byte.
    fn journal(&self) -> String {
        let path = format!("/_paper/worlds/{}/requests", self.project);
        let (status, body) = self.client.send("GET", &path, &[], "");
        assert_eq!(status, 200, "{body}");
        body
    }
}

fn seeded(seed: u64) -> PaperCloud {
    start(&Config { seed, workers: 2, ..config() })
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
    std::thread::scope(|scope| {
        for actor in &mut actors {
            scope.spawn(|| while actor.act() {});
        }
    });
    journals(&actors)
}

#[test]
fn a_journal_does_not_depend_on_how_projects_interleave() {
    let expected = alone(7);
    for journal in &expected {
        let read = json(journal);
        assert_eq!(read["exact"], true);
        assert!(read["count"].as_u64().is_some_and(|count| count >= 10), "{read:#}");
        assert!(!journal.contains("Opensesame"), "{read:#}");
    }
    for run in 0..8 {
        assert!(interleaved(7, run) == expected, "interleaving {run} is seen in a journal");
    }
    for run in 0..4 {
        assert!(at_once(7) == expected, "parallel run {run} is seen in a journal");
    }
    for (other, journal) in interleaved(8, 0).iter().zip(&expected) {
        assert_ne!(other, journal, "another seed has the same journal");
    }
}
