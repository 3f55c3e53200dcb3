//! The page for people: what it is served as, and what the calls tell that it is drawn from. How it
//! looks and feels in a browser is tested in `tests/clients/page`.

use crate::support::{PROJECT, config, send, start};
use papercloud::PaperCloud;
use regex::Regex;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::time::Duration;
use ureq::http::HeaderMap;
use ureq::{Agent, BodyReader};

fn get(cloud: &PaperCloud, path: &str) -> (u16, HeaderMap, String) {
    let agent: Agent = Agent::config_builder().max_redirects(0).build().into();
    let mut answer = agent.get(format!("{}{path}", cloud.url())).call().expect("an answer");
    let text = answer.body_mut().read_to_string().expect("text");
    (answer.status().as_u16(), answer.headers().clone(), text)
}

/// What a pattern's first group finds.
fn found(pattern: &str, text: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).expect("a pattern");
    let found: BTreeSet<_> = pattern.captures_iter(text).map(|it| it[1].to_owned()).collect();
    assert!(!found.is_empty(), "{pattern} finds nothing");
    found
}

/// The modules of the script, by their names, from the first one on.
fn modules(cloud: &PaperCloud) -> BTreeMap<String, String> {
    let page = get(cloud, "/_paper/").2;
    let mut modules = BTreeMap::new();
    let mut wanted: Vec<_> = found(r#"script src="([a-z]+\.js)""#, &page).into_iter().collect();
    while let Some(name) = wanted.pop() {
        let (status, _, text) = get(cloud, &format!("/_paper/{name}"));
        assert_eq!(status, 200, "{name}");
        if text.contains("\nimport ") {
            wanted.extend(found(r#"from "\./([a-z]+\.js)";"#, &text));
        }
        modules.insert(name, text);
        wanted.retain(|name| !modules.contains_key(name));
    }
    modules
}

#[test]
fn the_page_is_served_and_loads_nothing_from_elsewhere() {
    let cloud = start(&config());
    let (status, headers, _) = get(&cloud, "/_paper");
    assert_eq!((status, &headers["location"]), (308, &"/_paper/".parse().expect("a value")));
    let modules = modules(&cloud);
    let scripts = modules.keys().map(|name| (name.as_str(), "text/javascript"));
    for (file, kind) in [("", "text/html"), ("page.css", "text/css")].into_iter().chain(scripts) {
        let (status, headers, text) = get(&cloud, &format!("/_paper/{file}"));
        assert_eq!(status, 200, "{file}");
        let header = |name: &str| headers[name].to_str().expect("text").to_owned();
        assert_eq!(header("content-type"), format!("{kind}; charset=utf-8"));
        let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        assert_eq!(header("content-security-policy"), policy);
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(!text.contains("://"), "{file} names another place");
        for markup in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"] {
            assert!(!text.contains(markup), "{file} writes markup");
        }
    }
}

#[test]
fn every_element_that_the_script_fills_is_in_the_page() {
    let cloud = start(&config());
    let page = get(&cloud, "/_paper/").2;
    let script: String = modules(&cloud).into_values().collect();
    for id in found(r#"element\("([a-z-]+)"\)"#, &script) {
        assert!(page.contains(&format!("id=\"{id}\"")), "the page has no {id}");
    }
}

/// Events of a stream, as they come.
struct Events(BufReader<BodyReader<'static>>);

impl Events {
    fn open(cloud: &PaperCloud, query: &str) -> Self {
        let limit = Some(Duration::from_secs(20));
        let agent: Agent = Agent::config_builder().timeout_recv_body(limit).build().into();
        let answer = agent.get(format!("{}/_paper/events{query}", cloud.url())).call();
        let answer = answer.expect("an answer");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self(BufReader::new(answer.into_body().into_reader()))
    }

    /// The next event; nothing at the end.
    fn next(&mut self) -> Option<(String, Value)> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).expect("text") == 0 {
                return None;
            }
            let Some(name) = line.trim_end().strip_prefix("event: ") else { continue };
            let mut data = String::new();
            self.0.read_line(&mut data).expect("text");
            let data = data.strip_prefix("data: ").expect("data");
            return Some((name.to_owned(), serde_json::from_str(data).expect("JSON")));
        }
    }

    /// The latest of each kind, as soon as there are some of all these.
    fn all_of(&mut self, names: [&str; 2]) -> BTreeMap<String, Value> {
        let mut missing = BTreeSet::from(names);
        let events = self.until(|name, _| {
            missing.remove(name);
            missing.is_empty()
        });
        events.into_iter().collect()
    }

    /// The events up to one that fits.
    fn until(&mut self, mut fits: impl FnMut(&str, &Value) -> bool) -> Vec<(String, Value)> {
        let mut events = Vec::new();
        loop {
            let (name, data) = self.next().expect("an event");
            let is_last = fits(&name, &data);
            events.push((name, data));
            if is_last {
                return events;
            }
        }
    }
}

fn create(cloud: &PaperCloud, target: &str) -> Value {
    let body = json!({ "source_instance_id": "a", "target_instance_id": target });
    send(cloud, "POST", &format!("/v3/{PROJECT}/dbcache/mapping"), Some(&body)).expect(202)
}

#[test]
fn events_tell_everything_once_and_then_what_changes() {
    let cloud = start(&config());
    create(&cloud, "b");
    let mut events = Events::open(&cloud, &format!("?world={PROJECT}"));
    let first: BTreeMap<_, _> = events.until(|name, _| name == "report").into_iter().collect();
    let names: Vec<_> = first.keys().map(String::as_str).collect();
    let all = ["clock", "faults", "report", "requests", "resources", "service", "worlds"];
    assert_eq!(names, all);
    assert_eq!(first["service"]["api"], cloud.url());
    let [world] = first["worlds"]["changed"].as_array().expect("worlds").as_slice() else {
        panic!("{:#}", first["worlds"])
    };
    assert_eq!((&world["project_id"], &world["under_way"]), (&json!(PROJECT), &json!(1)));
    assert_eq!(first["requests"]["requests"][0]["operation"], "CreateDbCacheMapping");
    assert_eq!(
        first["resources"]["count"],
        json!({ "instance": 2, "job": 1, "memory_mapping": 1 })
    );

    let refused = json!({ "source_instance_id": "a" });
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    send(&cloud, "POST", &path, Some(&refused)).expect(400);
    let later = events.all_of(["worlds", "requests"]);
    assert_eq!(later["worlds"]["changed"][0]["refused"], 1);
    assert_eq!(later["requests"]["requests"].as_array().map(Vec::len), Some(1));
    let reason = later["requests"]["requests"][0]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("DBS.200001: target_instance_id"), "{reason}");
    let others =
        later.keys().filter(|name| ["service", "faults", "clock"].contains(&name.as_str()));
    assert_eq!(others.count(), 0, "{later:#?}");

    let world = format!("/_paper/worlds/{PROJECT}");
    send(&cloud, "POST", &format!("{world}/clock/advance"), Some(&json!({ "seconds": 2 })))
        .expect(200);
    let later = events.until(|name, _| name == "resources");
    let (_, resources) = later.last().expect("one");
    let statuses: BTreeMap<_, _> = resources["changed"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["kind"].as_str(), one["status"].as_str()))
        .collect();
    let wanted = [(Some("job"), Some("Completed")), (Some("memory_mapping"), Some("normal"))];
    assert_eq!(statuses, BTreeMap::from(wanted));

    send(&cloud, "DELETE", &world, None);
    events.until(|name, data| name == "worlds" && data["gone"] == json!([PROJECT]));
}

#[test]
fn events_of_what_cannot_be_meant_are_refused() {
    let cloud = start(&config());
    for query in ["?world=a%20b", "?wrold=a", "?world=a&world=b"] {
        let refused = send(&cloud, "GET", &format!("/_paper/events{query}"), None);
        assert_eq!(refused.status, 400, "{query}");
    }
}

#[test]
fn a_stream_of_events_holds_up_no_stop() {
    let cloud = start(&config());
    let mut events = Events::open(&cloud, "");
    events.until(|name, _| name == "worlds");
    let stopped = std::thread::spawn(move || cloud.stop().map_err(|error| error.to_string()));
    assert_eq!(events.next(), None, "it ends");
    assert_eq!(stopped.join().expect("no panic"), Ok(()));
}

#[test]
fn an_explanation_has_what_the_journal_has() {
    let cloud = start(&config());
    let body = json!({ "source_instance_id": "a", "target_instance_id": "b" });
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let created = send(&cloud, "POST", &path, Some(&body));
    let request_id = created.headers["x-request-id"].to_str().expect("text").to_owned();
    let explained =
        send(&cloud, "GET", &format!("/_paper/requests/{request_id}"), None).expect(200);
    let listed =
        send(&cloud, "GET", &format!("/_paper/worlds/{PROJECT}/requests"), None).expect(200);
    assert_eq!(explained["journal"], listed["requests"][0]);
    assert_eq!(explained["journal"]["body"], body);
}

#[test]
fn resources_have_the_time_lines_of_their_jobs() {
    let cloud = start(&config());
    let job_id = create(&cloud, "b")["job_id"].clone();
    let world = format!("/_paper/worlds/{PROJECT}");
    let fail = json!({ "percent": 40, "reason": "disk full" });
    let path = format!("{world}/jobs/{}/fail", job_id.as_str().expect("an id"));
    send(&cloud, "POST", &path, Some(&fail)).expect(200);
    let job = || {
        let shown = send(&cloud, "GET", &format!("{world}/resources"), None).expect(200);
        shown["resources"][0].clone()
    };
    let planned =
        json!({ "job": "fail", "percent": 40, "stage": "creating", "reason": "disk full" });
    let line = json!({
        "started": "2026-01-01T00:00:00.000Z",
        "percent": 0,
        "stages": [{ "status": "creating", "percent": 0 }],
        "last": "createfail",
        "ends": "2026-01-01T00:00:00.800Z",
        "failed": false,
        "held": false,
        "planned": planned,
    });
    let shown = job();
    assert_eq!((&shown["id"], &shown["status"]), (&job_id, &json!("Running")));
    assert_eq!(shown["timeline"], line);
    send(&cloud, "POST", &format!("{world}/clock/advance"), Some(&json!({ "seconds": 1 })))
        .expect(200);
    let shown = job();
    assert_eq!(shown["about"]["which is"], "createfail");
    let ended = json!({
        "started": "2026-01-01T00:00:00.000Z",
        "percent": 40,
        "stages": [{ "status": "creating", "percent": 0 }],
        "last": "createfail",
        "ended": "2026-01-01T00:00:00.800Z",
        "failed": true,
        "held": false,
        "reason": "disk full",
    });
    assert_eq!(shown["timeline"], ended);
}
