//! What declared operations refuse by conditions of their own: which values there are, and a request that
//! has one of them.

use super::{explain, send_corrected};
use crate::support::{Answer, PROJECT, config, send, send_text, start, text};
use papercloud::{Config, Level, PaperCloud};
use serde_json::{Value, json};

const NETWORK: [&str; 2] =
    ["0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "1b2c3d4e-5f6a-4b7c-8d8e-0f1a2b3c4d5e"];

fn create(cloud: &PaperCloud, version: &str, body: &Value) -> Answer {
    send(cloud, "POST", &format!("/{version}/{PROJECT}/instances"), Some(body))
}

/// A request with another value of a member.
fn with(body: &Value, pointer: &str, value: Value) -> Value {
    let mut body = body.clone();
    *body.pointer_mut(pointer).expect("the member") = value;
    body
}

fn dcs() -> Value {
    json!({
        "name": "cache", "engine": "Redis", "engine_version": "6.0", "capacity": 2,
        "spec_code": "redis.ha.xu1.large.r2.2", "az_codes": ["eu-mock-1a"],
        "vpc_id": NETWORK[0], "subnet_id": NETWORK[1], "password": "Paper_Cache_1",
    })
}

fn gemini() -> Value {
    json!({
        "name": "gemini", "region": "eu-mock-1", "availability_zone": "eu-mock-1a", "mode": "Cluster",
        "datastore": { "type": "cassandra", "version": "3.11", "storage_engine": "rocksDB" },
        "vpc_id": NETWORK[0], "subnet_id": NETWORK[1], "password": "Paper_Gemini-1",
        "flavor": [{
            "num": 3, "size": 100, "storage": "ULTRAHIGH",
            "spec_code": "geminidb.cassandra.large.4",
        }],
    })
}

fn taurus() -> Value {
    json!({
        "name": "taurus", "region": "eu-mock-1", "mode": "Cluster", "slave_count": 1,
        "datastore": { "type": "gaussdb-mysql", "version": "8.0" },
        "availability_zone_mode": "multi", "master_availability_zone": "eu-mock-1a",
        "flavor_ref": "gaussdb.mysql.large.x86.4",
        "vpc_id": NETWORK[0], "subnet_id": NETWORK[1], "password": "Paper_Taurus-1",
    })
}

#[test]
fn a_wrong_value_is_told_with_those_that_there_are_and_put_right() {
    for (version, body, pointer, wrong, names) in [
        ("v2", dcs(), "/spec_code", json!("large"), &["redis.ha.xu1.large.r2.2", "/flavors"][..]),
        ("v2", dcs(), "/capacity", json!(3), &["redis.ha.xu1.large.r2.2", "which has 2"]),
        ("v2", dcs(), "/engine_version", json!("3.0"), &["4.0;5.0;6.0;7.0"]),
        ("v2", dcs(), "/az_codes", json!(["mars"]), &["mars", "eu-mock-1b", "/v2/available-zones"]),
        ("v2", dcs(), "/az_codes", json!([]), &["az_codes is empty"]),
        (
            "v3",
            gemini(),
            "/flavor/0/spec_code",
            json!("large"),
            &["geminidb.cassandra.xlarge.4", "and 2 more", "engine_name=cassandra"],
        ),
        ("v3", gemini(), "/availability_zone", json!("mars"), &["eu-mock-1a, eu-mock-1b"]),
        ("v3", gemini(), "/datastore/version", json!("9"), &["it has 3.11", "/datastores/"]),
        ("v3", taurus(), "/flavor_ref", json!("large"), &["gaussdb.mysql.medium.x86.4"]),
        ("v3", taurus(), "/datastore/version", json!("5.7"), &["there is 8.0"]),
        ("v3", taurus(), "/master_availability_zone", json!("mars"), &["mars", "eu-mock-1c"]),
    ] {
        let cloud = start(&config());
        let answer = create(&cloud, version, &with(&body, pointer, wrong.clone()));
        let said = answer.text("/error_msg");
        assert_eq!(answer.status, 400, "{said}");
        for name in names {
            assert!(said.contains(name), "{name}: {said}");
        }
        let explained = explain(&cloud, &answer);
        let [rule] = &explained["rules"].as_array().expect("rules")[..] else {
            panic!("one rule: {explained:#}")
        };
        let parameter = pointer[1..].replace("/0/", "[0].").replace('/', ".");
        assert_eq!((&rule["parameter"], &rule["place"]), (&json!(parameter), &json!("body")));
        assert_eq!((&rule["effect"], &rule["rule"]), (&json!("refused"), &json!(said)));
        assert!(text(rule, "/allowed").starts_with("for example "), "{rule:#}");
        let again = send_corrected(&cloud, &explained);
        assert!(again.status < 300, "{said}: {explained:#}\n{:#}", again.body);
    }
}

#[test]
fn what_is_missing_is_put_in_with_what_there_is() {
    for (version, body, removed) in [
        ("v2", dcs(), &["spec_code", "capacity", "az_codes", "vpc_id", "subnet_id"][..]),
        ("v3", gemini(), &["region", "availability_zone", "vpc_id", "subnet_id"]),
        ("v3", taurus(), &["region", "flavor_ref", "slave_count", "vpc_id"]),
    ] {
        let cloud = start(&Config { region: "eu-west-9".to_owned(), ..config() });
        let mut body: Value =
            serde_json::from_str(&body.to_string().replace("eu-mock-1", "eu-west-9"))
                .expect("JSON");
        for name in removed {
            body.as_object_mut().expect("an object").remove(*name);
        }
        let answer = create(&cloud, version, &body);
        assert_eq!(answer.status, 400, "{:#}", answer.body);
        let explained = explain(&cloud, &answer);
        let again = send_corrected(&cloud, &explained);
        assert!(again.status < 300, "{explained:#}\n{:#}", again.body);
    }
}

/// The lists of flavors here are selections, so one of the right form is let pass.
#[test]
fn a_flavor_in_no_list_is_warned_about_unless_resources_are_enforced() {
    let strict = Config { resources: Some(Level::Enforce), ..config() };
    for (version, body, pointer, unlisted) in [
        ("v2", dcs(), "/spec_code", "redis.ha.xu1.large.r5.2"),
        ("v3", gemini(), "/flavor/0/spec_code", "geminidb.cassandra.16xlarge.4"),
        ("v3", taurus(), "/flavor_ref", "gaussdb.mysql.8xlarge.x86.8"),
    ] {
        let body = with(&body, pointer, json!(unlisted));
        let answer = create(&start(&config()), version, &body);
        let warnings = answer.headers.get_all("x-paper-warning").iter();
        let warnings: Vec<_> = warnings.map(|one| one.to_str().expect("ASCII")).collect();
        assert!(answer.status < 300, "{:#}", answer.body);
        let [warning] = warnings[..] else { panic!("one warning: {warnings:?}") };
        assert!(warning.contains(&format!("{unlisted} is in no list of flavors")), "{warning}");
        let refused = create(&start(&strict), version, &body);
        assert_eq!(refused.status, 400, "{:#}", refused.body);
    }
}

#[test]
fn a_creation_that_names_no_engine_says_whose_it_was_taken_for() {
    let cloud = start(&config());
    let path = format!("/v3/{PROJECT}/instances");
    let taken = "the request was taken for CreateGaussMySqlInstance of TaurusDB";
    for body in ["", "{", "{}", r#"{"name": "mine", "datastore": {"version": "8.0"}}"#] {
        let answer = send_text(&cloud, "POST", &path, &[super::TOKEN], body);
        let said = answer.text("/error_msg");
        assert!(said.contains(taken), "{body}: {said}");
        assert!(said.contains("CreateInstance of GeminiDB is meant by datastore.type cassandra"));
        assert!(said.contains("or by a Host that begins with "), "{said}");
        answer.expect(400);
    }
    let meant = r#"{"datastore": {"type": "gaussdb-mysql"}}"#;
    let said = send_text(&cloud, "POST", &path, &[super::TOKEN], meant).text("/error_msg");
    assert!(!said.contains("taken for"), "{said}");
    let host = ("Host", "gaussdb-nosql.eu-mock-1.myhuaweicloud.com");
    let answer = send_text(&cloud, "POST", &path, &[super::TOKEN, host], "{}");
    assert!(!answer.text("/error_msg").contains("taken for"), "{:#}", answer.body);
    let explained = explain(&cloud, &answer);
    assert_eq!(explained["operation"], "CreateInstance", "{explained:#}");
}

#[test]
fn a_network_says_what_was_wrong_with_its_range() {
    let cloud = start(&config());
    let create = |cidr: &str| {
        let body = json!({ "vpc": { "name": "net", "cidr": cidr } });
        send(&cloud, "POST", &format!("/v1/{PROJECT}/vpcs"), Some(&body))
    };
    let refused = create("10.0.0.0/99");
    assert!(refused.text("/message").contains("vpc.cidr 10.0.0.0/99 is no network"));
    let explained = explain(&cloud, &refused);
    assert_eq!(explained["corrected"]["body"]["vpc"]["cidr"], "192.168.0.0/16");
    send_corrected(&cloud, &explained).expect(200);
    let made = create("10.0.0.0/16").expect(200);
    let id = text(&made, "/vpc/id");
    // Both versions say that it is not there yet, and answer with the id of the request.
    assert_eq!(text(&made, "/vpc/status"), "CREATING");
    let newer = || send(&cloud, "GET", &format!("/v3/{PROJECT}/vpc/vpcs/{id}"), None);
    let shown = newer();
    assert_eq!(shown.text("/vpc/status"), "PENDING");
    assert_eq!(shown.text("/request_id"), shown.headers["x-request-id"].to_str().expect("ASCII"));
    cloud.world(PROJECT).advance(std::time::Duration::from_mins(1));
    assert_eq!(newer().text("/vpc/status"), "ACTIVE");
}
