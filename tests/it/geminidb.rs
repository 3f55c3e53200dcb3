//! GeminiDB: what follows its calls, a file for each, to the end of mappings, rules and
//! relationships. Time is advanced.

mod cold_volume;
mod create_db_cache_mapping;
mod create_db_cache_rule;
mod create_gemini_db_dual_active;
mod delete_db_cache_mapping;
mod delete_db_cache_rule;
mod delete_gemini_db_dual_active;
mod list_biactive_instance_candidates;
mod list_instances;
mod show_api_version;
mod update_db_cache_rule;

use crate::support::{Answer, PROJECT, query, send, text};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::time::Duration;

const SOURCE: &str = "356cf333ab77413f9d2526605227be08in01";
const TARGET: &str = "2bb234c7175c400aab91de7c62174c0ein12";
const NEAR: &str = "a4d8ea2584e047439a667703c0684119in06";
const FAR: &str = "b5d8ea2584e047439a667703c0684119in06";
const NOWHERE: &str = "18ef8ee3-b880-4851-8978-bb6acbd4e695";

fn advance(cloud: &PaperCloud, seconds: u64) {
    cloud.world(PROJECT).advance(Duration::from_secs(seconds));
}

fn call(cloud: &PaperCloud, method: &str, path: &str, body: Option<&Value>) -> Answer {
    send(cloud, method, &format!("/v3/{PROJECT}{path}"), body)
}

fn get(cloud: &PaperCloud, path: &str) -> Value {
    call(cloud, "GET", path, None).expect(200)
}

#[track_caller]
fn refused(answer: Answer, status: u16, code: &str) -> String {
    assert_eq!(answer.text("/error_code"), code, "{:#}", answer.body);
    text(&answer.expect(status), "/error_msg")
}

fn map(cloud: &PaperCloud, source: &str) -> Answer {
    let body = json!({ "source_instance_id": source, "target_instance_id": TARGET });
    call(cloud, "POST", "/dbcache/mapping", Some(&body))
}

/// A mapping whose creating job has just begun.
fn mapping(cloud: &PaperCloud) -> String {
    map(cloud, SOURCE).expect(202);
    let pair = query(&[("source_instance_id", SOURCE), ("target_instance_id", TARGET)]);
    text(&get(cloud, &format!("/dbcache/mappings{pair}")), "/dbcache_mappings/0/id")
}

fn normal_mapping(cloud: &PaperCloud) -> String {
    let id = mapping(cloud);
    advance(cloud, 2);
    id
}

fn unmap(cloud: &PaperCloud, id: &str) -> Answer {
    call(cloud, "DELETE", "/dbcache/mapping", Some(&json!({ "id": id })))
}

fn rule(mapping: &str, name: &str, key_prefix: &str) -> Value {
    json!({
        "dbcache_mapping_id": mapping,
        "name": name,
        "source_db_schema": "school",
        "source_db_table": "student",
        "storage_type": "hash",
        "target_database": "999",
        "key_columns": ["sno"],
        "value_columns": ["sname"],
        "key_separator": ":",
        "key_prefix": key_prefix,
    })
}

fn add_rule(cloud: &PaperCloud, mapping: &str, name: &str, key_prefix: &str) -> Answer {
    call(cloud, "POST", "/dbcache/rule", Some(&rule(mapping, name, key_prefix)))
}

fn rules(cloud: &PaperCloud, mapping: &str, filter: &str) -> Value {
    get(cloud, &format!("/dbcache/rules?dbcache_mapping_id={mapping}{filter}"))
}

fn pair(cloud: &PaperCloud, near: &str, far: &str) -> Answer {
    let path = format!("/instances/{near}/dual-active-relationship");
    let body = json!({ "destination_region": "eu-de", "destination_instance_id": far });
    call(cloud, "POST", &path, Some(&body))
}

fn part(cloud: &PaperCloud, instance: &str) -> Answer {
    call(cloud, "DELETE", &format!("/instances/{instance}/dual-active-relationship"), None)
}

fn instance(cloud: &PaperCloud, id: &str) -> Value {
    get(cloud, &format!("/instances?id={id}"))["instances"][0].clone()
}
