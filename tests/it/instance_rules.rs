//! What `GeminiDB` and TaurusDB refuse of their instances, and what a job changes and when.

use crate::support::{Answer, PROJECT, config, send, start, text};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::time::Duration;

const NETWORK: [(&str, &str); 3] = [
    ("vpc_id", "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"),
    ("subnet_id", "1b2c3d4e-5f6a-4b7c-8d8e-0f1a2b3c4d5e"),
    ("security_group_id", "2c3d4e5f-6a7b-4c8d-8e9f-1a2b3c4d5e6f"),
];

fn call(cloud: &PaperCloud, method: &str, path: &str, body: &Value) -> Answer {
    let body = Some(body).filter(|body| !body.is_null());
    send(cloud, method, &format!("/v3/{PROJECT}{path}"), body)
}

fn get(cloud: &PaperCloud, path: &str) -> Value {
    call(cloud, "GET", path, &Value::Null).expect(200)
}

#[track_caller]
fn refused(answer: Answer, status: u16, code: &str) {
    assert_eq!(answer.text("/error_code"), code, "{:#}", answer.body);
    answer.expect(status);
}

fn advance(cloud: &PaperCloud) {
    cloud.world(PROJECT).advance(Duration::from_mins(10));
}

fn taurusdb(change: &Value) -> Value {
    let mut body = json!({
        "name": "paper-taurus", "region": "eu-mock-1", "mode": "Cluster",
        "datastore": { "type": "gaussdb-mysql", "version": "8.0" },
        "flavor_ref": "gaussdb.mysql.xlarge.x86.4", "password": "Paper_Cloud_1", "slave_count": 1,
        "availability_zone_mode": "single"
    });
    put(&mut body, change)
}

fn geminidb(change: &Value) -> Value {
    let mut body = json!({
        "name": "paper-redis", "region": "eu-mock-1", "availability_zone": "eu-mock-1a",
        "mode": "Cluster", "password": "Paper_Gemini-1",
        "datastore": { "type": "redis", "version": "5.0", "storage_engine": "rocksDB" },
        "flavor": [{ "num": 3, "size": 100, "storage": "ULTRAHIGH", "spec_code": "geminidb.redis.large.4" }],
    });
    put(&mut body, change)
}

/// The body in the default network, with some members changed.
fn put(body: &mut Value, change: &Value) -> Value {
    for (name, value) in NETWORK {
        body[name] = value.into();
    }
    for (name, value) in change.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body.take()
}

/// Creates an instance and waits for it.
fn ready(cloud: &PaperCloud, body: &Value) -> String {
    let made = call(cloud, "POST", "/instances", body).body;
    advance(cloud);
    let id = made.pointer("/instance/id").or(made.pointer("/id")).and_then(Value::as_str);
    id.unwrap_or_else(|| panic!("{made:#}")).to_owned()
}

#[test]
fn what_no_instance_can_have_is_refused() {
    let cloud = start(&config());
    for change in [
        json!({ "slave_count": 10 }),
        json!({ "slave_count": -1 }),
        json!({ "volume": { "size": 15 } }),
        json!({ "volume": { "size": 128_010 } }),
        json!({ "datastore": { "type": "gaussdb-mysql", "version": "8.0garbage" } }),
    ] {
        let answer = call(&cloud, "POST", "/instances", &taurusdb(&change));
        assert_eq!(answer.status, 400, "{change}: {:#}", answer.body);
    }
    for change in [
        json!({ "name": "1abc" }),
        json!({ "ssl_option": "7" }),
        json!({ "port": "2180" }),
        json!({ "mode": "ReplicaSet" }),
    ] {
        let answer = call(&cloud, "POST", "/instances", &geminidb(&change));
        assert_eq!(answer.status, 400, "{change}: {:#}", answer.body);
    }
    let unknown = geminidb(&json!({ "configuration_id": "nope" }));
    refused(call(&cloud, "POST", "/instances", &unknown), 404, "DBS.200058");
    ready(&cloud, &taurusdb(&json!({})));
    ready(&cloud, &geminidb(&json!({})));
}

#[test]
fn an_instance_that_is_being_deleted_is_busy() {
    let cloud = start(&config());
    for (body, status, code) in
        [(taurusdb(&json!({})), 409, "DBS.200019"), (geminidb(&json!({})), 403, "DBS.200019")]
    {
        let id = ready(&cloud, &body);
        let path = format!("/instances/{id}");
        let gone = call(&cloud, "DELETE", &path, &Value::Null);
        assert!(gone.status < 300, "{:#}", gone.body);
        refused(call(&cloud, "DELETE", &path, &Value::Null), status, code);
        advance(&cloud);
        let again = call(&cloud, "DELETE", &path, &Value::Null);
        assert_eq!(again.status, 404, "{:#}", again.body);
    }
}

#[test]
fn a_rename_whose_job_fails_leaves_the_name() {
    let cloud = start(&config());
    let id = ready(&cloud, &taurusdb(&json!({})));
    let rename = || {
        let body = json!({ "name": "renamed" });
        call(&cloud, "PUT", &format!("/instances/{id}/name"), &body).expect(200);
        advance(&cloud);
        text(&get(&cloud, &format!("/instances/{id}")), "/instance/name")
    };
    let rule = json!({
        "operation": "UpdateGaussMySqlInstanceName", "first": 1, "effect": { "job": "fail" }
    });
    let faults = format!("/_paper/worlds/{PROJECT}/faults");
    let armed = send(&cloud, "POST", &faults, Some(&rule));
    assert!(armed.status < 300, "{:#}", armed.body);
    assert_eq!(rename(), "paper-taurus");
    assert_eq!(rename(), "renamed");
}

#[test]
fn a_proxy_is_found_only_below_its_instance() {
    let cloud = start(&config());
    let [one, two] =
        ["paper-one", "paper-two"].map(|name| ready(&cloud, &taurusdb(&json!({ "name": name }))));
    let body = json!({ "flavor_ref": "gaussdb.proxy.large.x86.2", "node_num": 2 });
    call(&cloud, "POST", &format!("/instances/{two}/proxy"), &body).expect(201);
    advance(&cloud);
    let list = format!("/instances/{two}/proxies");
    let shown = get(&cloud, &list);
    let proxy = text(&shown, "/proxy_list/0/proxy/pool_id");
    let port = json!({ "port": 4000 });
    let path = |instance: &str| format!("/instances/{instance}/proxy/{proxy}/port");
    refused(call(&cloud, "PUT", &path(&one), &port), 400, "DBS.201028");
    let ids = json!({ "proxy_ids": [proxy.as_str()] });
    let other = call(&cloud, "DELETE", &format!("/instances/{one}/proxy"), &ids);
    refused(other, 400, "DBS.201028");
    assert_eq!(get(&cloud, &list), shown);
    call(&cloud, "PUT", &path(&two), &port).expect(200);
}

#[test]
fn a_template_is_applied_to_every_instance_that_is_named() {
    let cloud = start(&config());
    let both =
        ["paper-one", "paper-two"].map(|name| ready(&cloud, &taurusdb(&json!({ "name": name }))));
    let body =
        json!({ "name": "mine", "datastore": { "type": "gaussdb-mysql", "version": "8.0" } });
    let made = call(&cloud, "POST", "/configurations", &body).expect(200);
    let id = text(&made, "/configurations/id");
    let apply = format!("/configurations/{id}/apply");
    refused(call(&cloud, "PUT", &apply, &json!({ "instance_ids": [] })), 400, "DBS.280001");
    call(&cloud, "PUT", &apply, &json!({ "instance_ids": both })).expect(200);
    advance(&cloud);
    for instance in &both {
        let shown = get(&cloud, &format!("/instances/{instance}"));
        assert_eq!(text(&shown, "/instance/configuration_id"), id);
    }
}

#[test]
fn an_account_is_that_of_a_name_at_a_host() {
    let cloud = start(&config());
    let id = ready(&cloud, &taurusdb(&json!({})));
    let path = format!("/instances/{id}/db-users");
    let user = |host: &str| json!({ "name": "bob", "password": "Paper_Cloud_1", "hosts": [host] });
    let twice = json!({ "users": [user("10.0.0.1"), user("10.0.0.1")] });
    refused(call(&cloud, "POST", &path, &twice), 400, "DBS.280001");
    call(&cloud, "POST", &path, &json!({ "users": [user("10.0.0.1")] })).expect(201);
    advance(&cloud);
    let at = |host: &str| json!({ "users": [{ "name": "bob", "host": host }] });
    refused(call(&cloud, "DELETE", &path, &at("10.0.0.2")), 400, "DBS.200824");
    call(&cloud, "DELETE", &path, &at("10.0.0.1")).expect(202);
    advance(&cloud);
    assert_eq!(get(&cloud, &path)["users"], json!([]));
}
