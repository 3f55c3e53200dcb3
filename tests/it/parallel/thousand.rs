//! A thousand tests share one process, and all of them are under way at once: none goes on before
//! all others have come as far.

use crate::support::{agent, config, send_by, start, text};
use papercloud::{Config, Fault, PaperCloud};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use ureq::Agent;

const TESTS: usize = 1_000;

/// How many requests are under way at once.
const CONNECTIONS: usize = 64;

const CREATE: &str = "CreateDbCacheMapping";

/// One of a thousand tests: a job that is refused at first, looked at, and ended by the test.
struct Test {
    cloud: Arc<PaperCloud>,
    client: Agent,
    number: usize,
    project: String,
    all: Arc<Barrier>,
}

impl Test {
    async fn call(&mut self, method: &'static str, path: &str, body: &str) -> (u16, Value) {
        let (client, cloud) = (self.client.clone(), Arc::clone(&self.cloud));
        let (path, body) = (path.to_owned(), body.to_owned());
        let token = [("X-Auth-Token", "t")];
        let send = move || send_by(&client, &cloud, method, &path, &token, &body);
        let answer = tokio::task::spawn_blocking(send).await.expect("an answer");
        (answer.status, answer.body)
    }

    async fn job(&mut self, id: &str) -> Value {
        let path = format!("/v3/{}/jobs?id={id}", self.project);
        let (status, body) = self.call("GET", &path, "").await;
        assert_eq!(status, 200, "{body}");
        body["jobs"][0]["status"].clone()
    }

    /// Waits until all tests have come here. One of them then looks at all, before any goes on.
    async fn gather(&mut self) {
        if self.all.wait().await.is_leader() {
            let (_, worlds) = self.call("GET", "/_paper/worlds", "").await;
            let worlds = worlds["worlds"].as_array().expect("a list");
            assert_eq!(worlds.len(), TESTS);
            for world in worlds {
                assert_eq!(world["requests"], worlds[0]["requests"], "{world}");
            }
        }
        self.all.wait().await;
    }

    async fn run(mut self) {
        let (number, project) = (self.number, self.project.clone());
        let cloud = Arc::clone(&self.cloud);
        let world = cloud.world(&project);
        world.freeze();
        let fault = Fault::on(CREATE).matching("source_instance_id", "a").first(1).status(500);
        let rule = world.fault(fault).expect("a rule");
        let name = format!("target-{number}");
        let body = json!({ "source_instance_id": "a", "target_instance_id": name }).to_string();
        let create = format!("/v3/{project}/dbcache/mapping");
        self.gather().await;
        assert_eq!(self.call("POST", &create, &body).await.0, 500);
        self.gather().await;
        let (status, created) = self.call("POST", &create, &body).await;
        assert_eq!(status, 202, "{created}");
        let id = text(&created, "/job_id");
        assert_eq!(self.job(&id).await, "Running");
        self.gather().await;
        assert!(world.advance(Duration::from_millis(1_999)).is_empty());
        assert_eq!(self.job(&id).await, "Running");
        self.gather().await;
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
        self.gather().await;
        assert_eq!(self.job(&id).await, last);
        let (_, listed) = self.call("GET", &format!("/v3/{project}/dbcache/mappings"), "").await;
        let mappings = listed["dbcache_mappings"].as_array().expect("a list");
        let shown: Value = mappings.iter().map(|mapping| mapping["status"].clone()).collect();
        assert_eq!(shown, mapping, "{listed:#}");
        assert_eq!(listed["dbcache_mappings"][0]["target_instance_id"], name, "{listed:#}");
        self.gather().await;
        assert_eq!(world.hits(&rule), Ok(1));
        let created = world.requests().operation(CREATE).matching("target_instance_id", name);
        created.clone().exactly(2).expect("refused, and then created");
        created.clone().fault(&rule).committed(false).status(500).exactly(1).expect("refused once");
        created.committed(true).status(202).exactly(1).expect("created once");
        assert_eq!(world.requests().count(), 6);
        world.at_most_once_committed().expect("created once");
        let answered = |status: &str| json!({ "id": id, "answer.body.jobs.status": status });
        let check = json!({ "sequence": [
            { "operation": CREATE, "status": 500 },
            { "operation": CREATE, "status": 202, "match": { "answer.body.job_id": id } },
            { "operation": "ListJobs", "match": answered("Running") },
            { "operation": "ListJobs", "match": answered(last) },
        ] });
        let path = format!("/_paper/worlds/{project}/requests/verify");
        let (_, verified) = self.call("POST", &path, &check.to_string()).await;
        assert_eq!(verified["passed"], true, "{verified:#}");
    }
}

#[test]
fn a_thousand_tests_share_one_process() {
    let cloud = Arc::new(start(&Config { workers: 2, ..config() }));
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime
        .worker_threads(4)
        .max_blocking_threads(CONNECTIONS)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let client = agent();
        let all = Arc::new(Barrier::new(TESTS));
        let mut tests = JoinSet::new();
        for number in 0..TESTS {
            let test = Test {
                cloud: Arc::clone(&cloud),
                client: client.clone(),
                number,
                project: format!("{number:032x}"),
                all: Arc::clone(&all),
            };
            tests.spawn(test.run());
        }
        // The first that fails ends all: the others would wait for it.
        let mut passed = 0;
        while let Some(ended) = tests.join_next().await {
            ended.expect("a test that passes");
            passed += 1;
        }
        assert_eq!(passed, TESTS);
    });
}
