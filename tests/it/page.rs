//! The page for people: what it is served as, and that the calls it makes are there.

use crate::support::{PROJECT, config, send, start};
use papercloud::PaperCloud;
use regex::Regex;
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::HeaderMap;

fn get(cloud: &PaperCloud, path: &str) -> (u16, HeaderMap, String) {
    let agent: Agent = Agent::config_builder().max_redirects(0).build().into();
    let mut answer = agent.get(format!("{}{path}", cloud.url())).call().expect("an answer");
    let text = answer.body_mut().read_to_string().expect("text");
    (answer.status().as_u16(), answer.headers().clone(), text)
}

/// What a pattern's first group finds.
fn found(pattern: &str, text: &str) -> Vec<String> {
    let pattern = Regex::new(pattern).expect("a pattern");
    let found: Vec<_> = pattern.captures_iter(text).map(|found| found[1].to_owned()).collect();
    assert!(!found.is_empty(), "{pattern} finds nothing");
    found
}

#[test]
fn the_page_is_served_and_loads_nothing_from_elsewhere() {
    let cloud = start(&config());
    let (status, headers, _) = get(&cloud, "/_paper");
    assert_eq!((status, &headers["location"]), (308, &"/_paper/".parse().expect("a value")));
    let types = [("", "text/html"), ("page.css", "text/css"), ("page.js", "text/javascript")];
    for (file, kind) in types {
        let (status, headers, text) = get(&cloud, &format!("/_paper/{file}"));
        assert_eq!(status, 200, "{file}");
        let header = |name: &str| headers[name].to_str().expect("text").to_owned();
        assert_eq!(header("content-type"), format!("{kind}; charset=utf-8"));
        assert!(header("content-security-policy").starts_with("default-src 'none';"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(!text.contains("://"), "{file} names another place");
        assert!(!text.contains("innerHTML"), "{file} writes markup");
    }
}

#[test]
fn every_element_that_the_script_fills_is_in_the_page() {
    let cloud = start(&config());
    let (page, script) = (get(&cloud, "/_paper/").2, get(&cloud, "/_paper/page.js").2);
    for id in found(r#"element\("([a-z-]+)"\)"#, &script) {
        assert!(page.contains(&format!("id=\"{id}\"")), "the page has no {id}");
    }
}

#[test]
fn every_call_that_the_page_makes_is_there() {
    let cloud = start(&config());
    let (page, script) = (get(&cloud, "/_paper/").2, get(&cloud, "/_paper/page.js").2);
    let create = json!({ "source_instance_id": "a", "target_instance_id": "b" });
    let path = format!("/v3/{PROJECT}/dbcache/mapping");
    let created = send(&cloud, "POST", &path, Some(&create));
    let request_id = created.headers["x-request-id"].to_str().expect("text").to_owned();
    let job_id = created.expect(202)["job_id"].as_str().expect("an id").to_owned();
    let world = format!("/_paper/worlds/{PROJECT}");

    let fixed = found(r#"call\("GET", "([^"]+)"\)"#, &script).into_iter();
    let below = found(r#"call\("GET", pathOf\(["`]([^"`]+)["`]\)\)"#, &script).into_iter();
    let below = below.map(|path| format!("{world}{}", path.replace("${SHOWN}", "50")));
    let explained = format!("/_paper/requests/{request_id}");
    for path in fixed.chain(below).chain([explained]) {
        send(&cloud, "GET", &path, None).expect(200);
    }

    for step in ["hold", "release", "finish"] {
        assert!(script.contains(&format!("\"{step}\"")), "the page does not {step}");
        let path = format!("{world}/jobs/{job_id}/{step}");
        send(&cloud, "POST", &path, Some(&json!({}))).expect(200);
    }
    let button = Regex::new(r#"data-clock="(\w+)"(?: data-body='([^']+)')?"#).expect("a pattern");
    let clock: Vec<(String, Value)> = button
        .captures_iter(&page)
        .map(|found| {
            let body = found.get(2).map_or("{}", |body| body.as_str());
            (found[1].to_owned(), serde_json::from_str(body).expect("JSON"))
        })
        .collect();
    assert_eq!(clock.len(), 4);
    for (path, body) in clock {
        send(&cloud, "POST", &format!("{world}/clock/{path}"), Some(&body)).expect(200);
    }
}
