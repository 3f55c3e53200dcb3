//! What is deleted makes room, and leaves nothing behind that grows.

use crate::support::{Answer, PROJECT, config, json, send, start};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};
use std::time::Duration;

const TAURUSDB: &str = "2d39ea6ddc2a4bcd8e5f3f4b0a1c9d7ein07";
const CLICKHOUSE: &str = "54e42160670e48e789af7075e1efea1fin16";

/// Sends a request, and lets what it starts end.
fn call(cloud: &PaperCloud, method: &str, path: &str, body: &Value) -> Answer {
    let body = Some(body).filter(|body| !body.is_null());
    let answer = send(cloud, method, &format!("/v3/{PROJECT}{path}"), body);
    cloud.world(PROJECT).advance(Duration::from_secs(10));
    answer
}

fn map(cloud: &PaperCloud, source: &str) -> Answer {
    let body = json!({ "source_instance_id": source, "target_instance_id": "b" });
    call(cloud, "POST", "/dbcache/mapping", &body)
}

/// The id of the only mapping of an instance, and how many it has.
fn mapping(cloud: &PaperCloud, source: &str) -> (String, Value) {
    let path = format!("/dbcache/mappings?offset=0&limit=10&source_instance_id={source}");
    let listed = call(cloud, "GET", &path, &Value::Null).expect(200);
    let id = listed["dbcache_mappings"][0]["id"].as_str().unwrap_or_default().to_owned();
    (id, listed["total_count"].clone())
}

fn unmap(cloud: &PaperCloud, source: &str) {
    let (id, count) = mapping(cloud, source);
    assert_eq!(count, 1);
    call(cloud, "DELETE", "/dbcache/mapping", &json!({ "id": id })).expect(202);
}

fn synchronise(cloud: &PaperCloud, clickhouse: &str, database: &str) -> Answer {
    let path = format!("/instances/{clickhouse}/clickhouse/replication");
    let body = json!({ "source_instance_id": TAURUSDB, "source_database": database });
    call(cloud, "POST", &path, &body)
}

fn order(cloud: &PaperCloud) -> String {
    let body = json!({
        "name": "click-house-1", "engine": { "type": "click-house", "version": "2" },
        "ha": { "mode": "Single" }, "flavor_id": "gaussdb.clickhouse.xlarge.x86.4",
        "db_root_pwd": "Geheim-1234", "az_mode": "single",
        "volume": { "io_type": "SSD", "capacity_in_gb": 40 }, "az_code": "eu-mock-1a",
        "tags_info": {},
    });
    let created = call(cloud, "POST", &format!("/instances/{TAURUSDB}/clickhouse"), &body);
    created.text("/instance/id")
}

/// How many things of a kind the world has, whether they are shown or not.
fn kept(cloud: &PaperCloud, kind: &str) -> usize {
    let world = json(&cloud.world(PROJECT).export());
    let of_records = world["records"]["records"].as_array();
    if let ("clickhouses", Some(records)) = (kind, of_records) {
        let are = ["taurus.clickhouse", "gone"].map(Value::from);
        return records.iter().filter(|one| are.contains(&one["kind"])).count();
    }
    match &world[kind] {
        Value::Array(kept) => kept.len(),
        Value::Object(kept) => kept.len(),
        other => panic!("no {kind}: {other}"),
    }
}

fn assert_full(answer: Answer, most: usize) {
    let said = format!("at most {most} other things");
    assert!(answer.text("/error_msg").contains(&said), "{}", answer.body);
    answer.expect(429);
}

#[test]
fn a_mapping_makes_room_for_the_next_one_however_many_there_were() {
    let cloud = start(&Config { max_jobs: 2, ..config() });
    for cycle in 0..20 {
        map(&cloud, "a").expect(202);
        let (id, _) = mapping(&cloud, "a");
        let rule = json!({
            "dbcache_mapping_id": id, "name": "rule", "source_db_schema": "school",
            "source_db_table": "students", "storage_type": "hash", "target_database": "0", "key_columns": ["sno"],
            "value_columns": ["sname"], "key_prefix": "student", "key_separator": ":",
        });
        call(&cloud, "POST", "/dbcache/rule", &rule).expect(200);
        unmap(&cloud, "a");
        assert_eq!(mapping(&cloud, "a").1, 0);
        let left = ["memory_mappings", "memory_rules", "jobs"].map(|kind| kept(&cloud, kind));
        assert!(left.iter().all(|left| *left <= 2), "{cycle}: {left:?}");
    }
}

#[test]
fn whoever_is_full_deletes_and_goes_on() {
    let cloud = start(&Config { max_jobs: 1, ..config() });
    for source in ["one", "two", "three", "four"] {
        map(&cloud, source).expect(202);
    }
    assert_full(map(&cloud, "five"), 8);
    // Five instances stay. There have to be seven things at most for two more.
    unmap(&cloud, "one");
    assert_full(map(&cloud, "one"), 8);
    unmap(&cloud, "two");
    map(&cloud, "one").expect(202);
    assert_full(map(&cloud, "two"), 8);
}

#[test]
fn a_synchronisation_makes_room_for_the_next_one() {
    let cloud = start(&Config { max_jobs: 1, ..config() });
    // Two instances, and two things for each database.
    for database in ["one", "two", "three"] {
        synchronise(&cloud, CLICKHOUSE, database).expect(200);
    }
    assert_full(synchronise(&cloud, CLICKHOUSE, "four"), 8);
    let delete = |database: &str| {
        let path = format!("/instances/{CLICKHOUSE}/clickhouse/replication/{database}");
        call(&cloud, "DELETE", &path, &Value::Null).expect(200)
    };
    delete("one");
    delete("two");
    synchronise(&cloud, CLICKHOUSE, "one").expect(200);
    assert_eq!(
        json(&cloud.world(PROJECT).export())["replications"][CLICKHOUSE][1]["database"],
        "one"
    );
}

#[test]
fn a_relationship_makes_room_for_the_next_one() {
    let cloud = start(&Config { max_jobs: 1, ..config() });
    let path = |near: &str| format!("/instances/{near}/dual-active-relationship");
    let pair = |near: &str, far: &str| {
        let body = json!({ "destination_region": "eu-de", "destination_instance_id": far });
        call(&cloud, "POST", &path(near), &body)
    };
    pair("a", "b").expect(202);
    pair("c", "d").expect(202);
    assert_full(pair("e", "f"), 8);
    call(&cloud, "DELETE", &path("b"), &Value::Null).expect(202);
    pair("e", "f").expect(202);
    assert_eq!(kept(&cloud, "relationships"), 4);
}

#[test]
fn a_clickhouse_instance_makes_room_for_the_next_one_and_is_not_adopted_again() {
    let cloud = start(&Config { max_jobs: 4, ..config() });
    synchronise(&cloud, CLICKHOUSE, "orders").expect(200);
    for cycle in 0..20 {
        let id = order(&cloud);
        synchronise(&cloud, &id, "orders").expect(200);
        let path = format!("/instances/{TAURUSDB}/clickhouse/{id}");
        call(&cloud, "DELETE", &path, &Value::Null).expect(200);
        synchronise(&cloud, &id, "orders").expect(404);
        let listed = call(&cloud, "GET", &format!("/instances/{TAURUSDB}/htap"), &Value::Null);
        assert_eq!(listed.expect(200)["total"], 1);
        let kinds = ["clickhouses", "instances", "replications", "jobs"];
        let left = kinds.map(|kind| kept(&cloud, kind));
        assert!(left.iter().all(|left| *left <= 7), "{cycle}: {left:?}");
        let world = cloud.world(PROJECT);
        let document = world.export();
        world.import(&document).expect("what was exported");
        assert_eq!(world.export(), document);
    }
}
