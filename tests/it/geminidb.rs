//! Memory mappings with their rules, and active-active relationships, to their end. Time is
//! advanced.

use crate::support::{Answer, PROJECT, config, query, send, send_text, start, text};
use papercloud::{Config, PaperCloud};
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

fn job_status(cloud: &PaperCloud, id: &str) -> String {
    text(&get(cloud, &format!("/jobs?id={id}")), "/jobs/0/status")
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

fn mapping_status(cloud: &PaperCloud, id: &str) -> Option<String> {
    let listed = get(cloud, &format!("/dbcache/mappings?id={id}"));
    let status = listed.pointer("/dbcache_mappings/0/status")?;
    Some(status.as_str().expect("text").to_owned())
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

#[test]
fn a_mapping_is_deleting_at_once_and_gone_when_its_job_is_completed() {
    let cloud = start(&config());
    let id = normal_mapping(&cloud);
    let accepted = unmap(&cloud, &id);
    let job = accepted.text("/job_id");
    accepted.expect(202);
    assert_eq!(mapping_status(&cloud, &id).as_deref(), Some("deleting"));
    assert_eq!(text(&get(&cloud, &format!("/jobs?id={job}")), "/jobs/0/instance/id"), TARGET);
    advance(&cloud, 2);
    assert_eq!(job_status(&cloud, &job), "Completed");
    assert_eq!(mapping_status(&cloud, &id), None);
    assert_eq!(get(&cloud, "/dbcache/mappings")["total_count"], 0);
    refused(unmap(&cloud, &id), 400, "DBS.03050010");
}

#[test]
fn a_mapping_is_deleted_only_when_nothing_else_is_done_with_it() {
    let cloud = start(&config());
    let id = mapping(&cloud);
    let early = refused(unmap(&cloud, &id), 403, "DBS.200011");
    assert!(early.contains("is creating; the operation is allowed only in"), "{early}");
    advance(&cloud, 2);
    unmap(&cloud, &id).expect(202);
    let twice = refused(unmap(&cloud, &id), 403, "DBS.200011");
    assert!(twice.contains("is deleting"), "{twice}");
}

#[test]
fn a_mapping_whose_creation_failed_can_be_deleted() {
    let cloud = start(&config());
    map(&cloud, &format!("0000dead{}", &SOURCE[8..])).expect(202);
    advance(&cloud, 2);
    let id = text(&get(&cloud, "/dbcache/mappings"), "/dbcache_mappings/0/id");
    assert_eq!(mapping_status(&cloud, &id).as_deref(), Some("createfail"));
    unmap(&cloud, &id).expect(202);
    advance(&cloud, 2);
    assert_eq!(mapping_status(&cloud, &id), None);
}

#[test]
fn an_unknown_mapping_is_refused_whatever_its_id_looks_like() {
    let cloud = start(&config());
    for id in [NOWHERE, "mapping-1"] {
        refused(unmap(&cloud, id), 400, "DBS.03050010");
        refused(add_rule(&cloud, id, "students", "s"), 400, "DBS.03050010");
        let none = rules(&cloud, id, "");
        assert_eq!(none, json!({ "total_count": 0, "dbcache_mapping_id": id, "rules": [] }));
    }
}

#[test]
fn a_pair_can_be_mapped_anew_once_its_mapping_is_gone_and_not_before() {
    let cloud = start(&config());
    let first = normal_mapping(&cloud);
    unmap(&cloud, &first).expect(202);
    refused(map(&cloud, SOURCE), 403, "DBS.200019");
    advance(&cloud, 2);
    let second = mapping(&cloud);
    assert_ne!(first, second);
    assert_eq!(get(&cloud, "/dbcache/mappings")["total_count"], 1);
}

#[test]
fn a_mapping_takes_rules_while_it_is_normal() {
    let cloud = start(&config());
    let id = mapping(&cloud);
    let early = refused(add_rule(&cloud, &id, "students", "s"), 403, "DBS.200011");
    assert!(early.contains("is creating; the operation is allowed only in normal"), "{early}");
    advance(&cloud, 2);
    let rule_id = add_rule(&cloud, &id, "students", "s").text("/id");
    let change = json!({ "dbcache_rule_id": rule_id, "value_columns": ["age"] });
    call(&cloud, "PUT", "/dbcache/rule", Some(&change)).expect(200);
    unmap(&cloud, &id).expect(202);
    refused(add_rule(&cloud, &id, "teachers", "t"), 403, "DBS.200011");
    refused(call(&cloud, "PUT", "/dbcache/rule", Some(&change)), 403, "DBS.200011");
}

#[test]
fn a_rule_has_a_name_and_keys_of_its_own_within_its_mapping() {
    let cloud = start(&config());
    let id = normal_mapping(&cloud);
    add_rule(&cloud, &id, "students", "school:student").expect(200);
    let twice = refused(add_rule(&cloud, &id, "students", "other"), 400, "DBS.200022");
    assert_eq!(twice, "the name students is taken");
    for prefix in ["school:student", "school", "school:student:of"] {
        let clash = refused(add_rule(&cloud, &id, "more", prefix), 400, "DBS.200001");
        assert!(clash.ends_with("beside \"school:student:\""), "{clash}");
    }
    add_rule(&cloud, &id, "more", "school:students").expect(200);
    let listed = get(&cloud, "/dbcache/mappings");
    assert_eq!(listed["dbcache_mappings"][0]["rule_count"], 2);
}

#[test]
fn a_rule_is_listed_as_it_was_made_and_changed() {
    let cloud = start(&config());
    let id = normal_mapping(&cloud);
    let students = add_rule(&cloud, &id, "students", "student").text("/id");
    add_rule(&cloud, &id, "teachers", "teacher").expect(200);
    let first = &rules(&cloud, &id, "")["rules"][0];
    assert_eq!((first["ttl"].as_str(), first.get("value_separator")), (Some("2592000000"), None));

    let change = |more: Value| {
        let mut body = json!({ "dbcache_rule_id": students, "value_columns": ["sname", "age"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(call(&cloud, "PUT", "/dbcache/rule", Some(&body)).expect(200), Value::Null);
        rules(&cloud, &id, &format!("&rule_id={students}"))["rules"][0].clone()
    };
    let changed = change(json!({ "ttl": 3000, "value_separator": "_" }));
    assert_eq!(changed["value_columns"], json!(["sname", "age"]));
    assert_eq!((&changed["ttl"], &changed["value_separator"]), (&json!("3000"), &json!("_")));
    let left = change(json!({ "value_separator": "" }));
    assert_eq!((&left["ttl"], &left["value_separator"]), (&json!("3000"), &json!("_")));
    assert_eq!(change(json!({ "ttl": "-1" }))["ttl"], "-1");

    for (filter, count) in [
        ("&rule_name=students", 1),
        ("&rule_name=tudent", 0),
        ("&rule_name=*tudent", 1),
        ("&source_db_schema=*sch&source_db_table=student", 2),
        ("&limit=1", 2),
        ("&rule_id=unknown", 0),
    ] {
        assert_eq!(rules(&cloud, &id, filter)["total_count"], count, "{filter}");
    }
    assert_eq!(text(&rules(&cloud, &id, "&offset=1&limit=1"), "/rules/0/name"), "teachers");
}

#[test]
fn an_unknown_rule_is_deleted_with_success_but_not_changed() {
    let cloud = start(&config());
    let id = normal_mapping(&cloud);
    let rule_id = add_rule(&cloud, &id, "students", "student").text("/id");
    let delete = |id: &str| call(&cloud, "DELETE", "/dbcache/rule", Some(&json!({ "id": id })));
    for known_or_not in [&rule_id, &rule_id, NOWHERE, "rule-1"] {
        assert_eq!(delete(known_or_not).expect(200), Value::Null);
    }
    let change = |id: &str| {
        let body = json!({ "dbcache_rule_id": id, "value_columns": [] });
        call(&cloud, "PUT", "/dbcache/rule", Some(&body))
    };
    for unknown in [&rule_id, "rule-1"] {
        refused(change(unknown), 400, "DBS.280016");
    }
    let freed = add_rule(&cloud, &id, "students", "student").text("/id");
    unmap(&cloud, &id).expect(202);
    assert_eq!(rules(&cloud, &id, "")["total_count"], 1, "the mapping is still there");
    advance(&cloud, 2);
    assert_eq!(rules(&cloud, &id, "")["total_count"], 0, "rules vanish with their mapping");
    refused(change(&freed), 400, "DBS.280016");
}

#[test]
fn a_rule_is_held_to_its_table() {
    let cloud = start(&config());
    let id = normal_mapping(&cloud);
    for (member, value, said) in [
        ("target_database", json!("1000"), "from 0 to 999"),
        ("target_database", json!("07"), "from 0 to 999"),
        ("target_database", json!(0), "must be a string"),
        ("ttl", json!(-2), "from -1 to"),
        ("ttl", json!("forever"), "from -1 to"),
        ("key_separator", json!("::"), "at most 1 character"),
        ("storage_type", json!("string"), "must be hash"),
        ("key_columns", json!("sno"), "must be an array"),
    ] {
        let mut body = rule(&id, "students", "student");
        body[member] = value;
        let answer = call(&cloud, "POST", "/dbcache/rule", Some(&body));
        let message = refused(answer, 400, "DBS.200001");
        assert!(message.starts_with(member) && message.contains(said), "{message}");
    }
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

fn candidates(cloud: &PaperCloud, filter: &str) -> Vec<String> {
    let path = format!("/instances/{NEAR}/disaster-recovery/biactive-instance-candidates{filter}");
    let listed = get(cloud, &path);
    let ids = listed["instances"].as_array().expect("instances").iter();
    ids.map(|one| text(one, "/id")).collect()
}

#[test]
fn a_relationship_is_seen_on_both_sides_from_the_end_of_one_job_to_the_end_of_another() {
    let cloud = start(&config());
    pair(&cloud, NEAR, FAR).expect(202);
    for id in [NEAR, FAR] {
        let building = instance(&cloud, id);
        assert_eq!(building["actions"], json!(["BUILD_BIACTIVE"]));
        assert_eq!(building.get("dual_active_info"), None);
    }
    refused(part(&cloud, NEAR), 403, "DBS.200019");
    advance(&cloud, 2);
    for (id, role, peer, region) in
        [(NEAR, "master", FAR, "eu-de"), (FAR, "slave", NEAR, "eu-mock-1")]
    {
        let built = instance(&cloud, id);
        assert_eq!(built["actions"], json!([]));
        let info = &built["dual_active_info"];
        assert_eq!((text(info, "/role"), text(info, "/status")), (role.into(), "normal".into()));
        assert_eq!(text(info, "/destination_instance_id"), peer);
        assert_eq!(text(info, "/destination_region"), region);
        assert_eq!(info["destination_instance_node_num"], 3);
        let shown = get(&cloud, &format!("/instances/{id}/instance-role"));
        assert_eq!(shown, json!({ "role": role }));
    }
    // Either side can end it.
    let job = part(&cloud, FAR).text("/job_id");
    for id in [NEAR, FAR] {
        let releasing = instance(&cloud, id);
        assert_eq!(releasing["actions"], json!(["RELEASE_BIACTIVE"]));
        assert!(releasing["dual_active_info"].is_object());
        refused(part(&cloud, id), 403, "DBS.200019");
    }
    advance(&cloud, 2);
    let done = get(&cloud, &format!("/jobs?id={job}"));
    assert_eq!(text(&done, "/jobs/0/name"), "ReleaseBiActiveInstance");
    assert_eq!(text(&done, "/jobs/0/status"), "Completed");
    for id in [NEAR, FAR] {
        let released = instance(&cloud, id);
        assert_eq!((&released["actions"], released.get("dual_active_info")), (&json!([]), None));
        refused(part(&cloud, id), 400, "DBS.03000001");
    }
    pair(&cloud, FAR, NEAR).expect(202);
}

#[test]
fn without_a_relationship_there_is_nothing_to_delete() {
    let cloud = start(&config());
    refused(part(&cloud, NEAR), 404, "DBS.200002");
    map(&cloud, SOURCE).expect(202);
    refused(part(&cloud, TARGET), 400, "DBS.03000001");
    let doomed = format!("0000dead{}", &NEAR[8..]);
    pair(&cloud, &doomed, FAR).expect(202);
    advance(&cloud, 2);
    assert_eq!(instance(&cloud, FAR).get("dual_active_info"), None);
    refused(part(&cloud, FAR), 400, "DBS.03000001");
    refused(part(&cloud, &format!("00000403{}", &NEAR[8..])), 403, "DBS.280032");
    refused(part(&cloud, &format!("00000409{}", &NEAR[8..])), 403, "DBS.200019");
}

#[test]
fn a_released_pair_can_be_made_anew_where_resources_are_enforced() {
    let strict = Config { strict: true, ..config() };
    let cloud = start(&strict);
    refused(pair(&cloud, NEAR, FAR), 404, "DBS.200002");

    let cloud = start(&config());
    pair(&cloud, NEAR, FAR).expect(202);
    let again = pair(&cloud, NEAR, FAR);
    let warning = again.headers["x-paper-warning"].to_str().unwrap().to_owned();
    assert!(warning.contains("in an active-active relationship already"), "{warning}");
    advance(&cloud, 2);
    part(&cloud, NEAR).expect(202);
    advance(&cloud, 2);
    let anew = pair(&cloud, NEAR, FAR);
    assert_eq!(anew.headers.get("x-paper-warning"), None, "nothing is odd about it");
}

#[test]
fn a_newer_relationship_leaves_the_older_peer_alone() {
    let cloud = start(&config());
    let third = format!("c6{}", &NEAR[2..]);
    pair(&cloud, NEAR, FAR).expect(202);
    pair(&cloud, NEAR, &third).expect(202);
    advance(&cloud, 2);
    assert_eq!(instance(&cloud, FAR).get("dual_active_info"), None);
    refused(part(&cloud, FAR), 400, "DBS.03000001");
    part(&cloud, &third).expect(202);
}

#[test]
fn candidates_are_other_free_cassandra_instances_of_the_region() {
    let cloud = start(&config());
    let unknown = format!("/instances/{NEAR}/disaster-recovery");
    let wanted = "biactive-instance-candidates?target_region_code=eu-de";
    refused(call(&cloud, "GET", &format!("{unknown}/{wanted}"), None), 404, "DBS.200002");
    refused(call(&cloud, "GET", &format!("{unknown}/regions"), None), 404, "DBS.200002");

    map(&cloud, SOURCE).expect(202);
    pair(&cloud, NEAR, FAR).expect(202);
    advance(&cloud, 2);
    assert!(candidates(&cloud, "?target_region_code=eu-de").is_empty(), "it is taken");
    part(&cloud, NEAR).expect(202);
    advance(&cloud, 2);
    assert_eq!(candidates(&cloud, "?target_region_code=eu-de&data_sync_mode=TABLE"), [FAR]);
    assert!(candidates(&cloud, "?target_region_code=eu-mock-1").is_empty());
    assert!(candidates(&cloud, "?target_region_code=eu-de&target_instance_name=x").is_empty());

    let regions = get(&cloud, &format!("/instances/{NEAR}/disaster-recovery/regions"));
    let regions = regions["region_codes"].as_array().unwrap();
    assert!(regions.contains(&json!("eu-de")) && !regions.contains(&json!("eu-mock-1")));
}

#[test]
fn instances_are_found_by_what_they_are() {
    let cloud = start(&config());
    assert_eq!(get(&cloud, "/instances"), json!({ "instances": [], "total_count": 0 }));
    map(&cloud, SOURCE).expect(202);
    pair(&cloud, NEAR, FAR).expect(202);
    for (filter, count) in [
        // The source of the mapping is no GeminiDB instance.
        ("", 3),
        ("?datastore_type=redis", 1),
        ("?datastore_type=cassandra", 2),
        ("?datastore_type=hbase", 0),
        ("?datastore_type=redis&mode=Replication", 1),
        ("?datastore_type=redis&mode=Cluster", 0),
        ("?mode=ReplicaSet", 3),
        ("?id=*8ea2584e0", 2),
        ("?id=8ea2584e0", 0),
        ("?name=*geminidb-cass", 2),
        ("?vpc_id=unknown", 0),
        ("?subnet_id=unknown", 0),
        ("?limit=1", 3),
    ] {
        assert_eq!(get(&cloud, &format!("/instances{filter}"))["total_count"], count, "{filter}");
    }
    let newest = &get(&cloud, "/instances?limit=1")["instances"][0];
    assert_eq!(text(newest, "/id"), FAR);
    let (vpc, subnet) = (text(newest, "/vpc_id"), text(newest, "/subnet_id"));
    let same = get(&cloud, &format!("/instances?vpc_id={vpc}&subnet_id={subnet}"));
    assert_eq!(same["total_count"], 3);
    let redis = instance(&cloud, TARGET);
    assert_eq!(
        (text(&redis, "/port"), text(&redis, "/mode")),
        ("6379".into(), "Replication".into())
    );
    let nodes = redis.pointer("/groups/0/nodes").and_then(Value::as_array).unwrap();
    let roles: Vec<_> = nodes.iter().map(|node| text(node, "/role")).collect();
    assert_eq!(roles, ["master", "slave"]);
    assert!(nodes.iter().all(|node| text(node, "/id").ends_with("no12")));
    assert!(text(&redis, "/groups/0/id").ends_with("gr12"));
}

#[test]
fn versions_are_shown_without_credentials_and_other_paths_stay_unknown() {
    let cloud = start(&config());
    let ask = |path: &str| {
        let headers = [("Host", "gaussdb-nosql.eu-mock-1.myhuaweicloud.com")];
        send_text(&cloud, "GET", path, &headers, "")
    };
    assert_eq!(text(&ask("/").expect(200), "/versions/0/id"), "v3");
    assert_eq!(text(&ask("/v3").expect(200), "/version/status"), "CURRENT");
    for unknown in ["/v9", "/favicon.ico"] {
        let message = refused(ask(unknown), 404, "APIGW.0101");
        assert!(message.ends_with(unknown), "{message}");
    }
    // Not GET /{version}: a foreign host is refused before anything is said about the path.
    refused(ask("/_paper"), 403, "PAPER.0403");
}
