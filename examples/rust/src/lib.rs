//! Creates a memory mapping between two instances, and waits until its job has ended.

use serde_json::{Value, json};
use std::error::Error;
use std::time::Duration;

/// How long it waits between two looks at a job.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

/// A project of the cloud.
pub struct Project<'a> {
    pub endpoint: &'a str,
    pub id: &'a str,
    /// How it waits; `std::thread::sleep`, but for tests.
    pub sleep: &'a dyn Fn(Duration),
}

impl Project<'_> {
    /// Creates a mapping, and waits until its job has ended: the status that it ended with.
    pub fn create_mapping(&self, source: &str, target: &str) -> Result<String, Box<dyn Error>> {
        let pair = json!({ "source_instance_id": source, "target_instance_id": target });
        let created = ureq::post(self.path("dbcache/mapping"))
            .header("X-Auth-Token", "any")
            .header("Content-Type", "application/json")
            .send(pair.to_string());
        let started = json_of(created?)?;
        let job_id = started["job_id"].as_str().ok_or("no job")?;
        loop {
            let looked = ureq::get(self.path(&format!("jobs?id={job_id}")));
            let jobs = json_of(looked.header("X-Auth-Token", "any").call()?)?;
            match jobs["jobs"][0]["status"].as_str().ok_or("no status")? {
                "Running" => (self.sleep)(BETWEEN_LOOKS),
                end => return Ok(end.to_owned()),
            }
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("{}/v3/{}/{rest}", self.endpoint, self.id)
    }
}

fn json_of(mut answer: ureq::http::Response<ureq::Body>) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_str(&answer.body_mut().read_to_string()?)?)
}
