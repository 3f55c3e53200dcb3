//! What is refused of an instance, what is legal in which state, and what is gone with one.

use super::Dcs;
use crate::support::{Answer, PROJECT, send, text};
use serde_json::{Value, json};

fn with(body: Value, member: &str, value: Value) -> Value {
    let mut body = body;
    body[member] = value;
    body
}

fn body() -> Value {
    json!({
        "name": "paper-cache", "engine": "Redis", "engine_version": "6.0", "capacity": 1,
        "spec_code": "redis.ha.xu1.large.r2.1", "az_codes": ["eu-mock-1a", "eu-mock-1b"],
        "vpc_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
        "subnet_id": "1b2c3d4e-5f6a-4b7c-8d8e-0f1a2b3c4d5e", "password": "Paper_Cache_1",
    })
}

/// A cloud with an instance that is being created, and its id.
fn creating() -> (Dcs, String) {
    let dcs = Dcs::start();
    let created = dcs.post("/instances", &body()).expect(200);
    let id = text(&created, "/instances/0/instance_id");
    (dcs, id)
}

/// A cloud with an instance that runs, and its id.
fn running() -> (Dcs, String) {
    let (dcs, id) = creating();
    dcs.advance(60);
    (dcs, id)
}

impl Dcs {
    fn put(&self, path: &str, body: &Value) -> Answer {
        self.call("PUT", path, Some(body))
    }

    fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        send(&self.0, method, &format!("/_paper/worlds/{PROJECT}{path}"), body)
    }

    fn instance(&self, id: &str) -> Value {
        self.get(&format!("/instances/{id}")).expect(200)
    }
}

#[test]
fn what_no_instance_can_have_is_refused() {
    let dcs = Dcs::start();
    for (member, value, code) in [
        ("password", Value::Null, "DCS.4800"),
        ("password", json!("Paper_1"), "DCS.4800"),
        ("password", json!("Paper_Cache_1".repeat(3)), "DCS.4800"),
        ("capacity", json!(-1), "DCS.4800"),
        ("engine", json!("Memcached"), "DCS.4006"),
        ("private_ip", json!("192.168.0.1"), "DCS.4018"),
        ("private_ip", json!("192.168.0.255"), "DCS.4018"),
        ("private_ip", json!("banana"), "DCS.4018"),
    ] {
        dcs.post("/instances", &with(body(), member, value)).refused(400, code);
    }
    let placed = with(body(), "private_ip", json!("192.168.0.9"));
    dcs.post("/instances", &placed).expect(200);
    dcs.post("/instances", &placed).refused(400, "DCS.4018");
}

#[test]
fn what_no_change_can_be_is_refused() {
    let (dcs, id) = running();
    dcs.put(&format!("/instances/{id}"), &json!({ "port": 0 })).refused(400, "DCS.4800");
    let resize = json!({
        "spec_code": "redis.ha.xu1.large.r2.2", "new_capacity": 2, "change_type": "sideways",
    });
    dcs.post(&format!("/instances/{id}/resize"), &resize).refused(400, "DCS.4800");
    let nowhere = json!({ "new_available_zones": [] });
    let zones = format!("/instances/{id}/available-zones");
    dcs.put(&zones, &nowhere).refused(400, "DCS.4800");
    let configs = format!("/instances/{id}/async-configs");
    let parameter = |id: &str, name: &str, value: &str| json!({ "redis_config": [{ "param_id": id, "param_name": name, "param_value": value }] });
    for wrong in [
        parameter("1", "timeout", "7201"),
        parameter("1", "timeout", "soon"),
        parameter("1", "maxmemory-policy", "600"),
        parameter("2", "maxmemory-policy", "forget"),
    ] {
        dcs.put(&configs, &wrong).refused(400, "DCS.4800");
    }
    dcs.put(&configs, &parameter("1", "timeout", "7200")).expect(200);
    let job = text(&dcs.control("GET", "/jobs", None).expect(200), "/jobs/0/job_id");
    dcs.control("POST", &format!("/jobs/{job}/fail"), Some(&json!({}))).expect(200);
    let shown = dcs.get(&format!("/instances/{id}/configs")).expect(200);
    assert_eq!(shown["config_status"], "FAILURE");
    assert_eq!(shown["redis_config"][0]["param_value"], "0");
}

#[test]
fn a_whitelist_and_tags_are_taken_while_an_instance_is_busy_and_not_before_it_runs() {
    let (dcs, id) = creating();
    let whitelist = format!("/instance/{id}/whitelist");
    let tags = format!("/dcs/{id}/tags/action");
    let groups = |ip: &str| {
        json!({
            "enable_whitelist": true, "whitelist": [{ "group_name": "office", "ip_list": [ip] }],
        })
    };
    let tag = json!({ "action": "create", "tags": [{ "key": "owner", "value": "tests" }] });
    dcs.put(&whitelist, &groups("10.0.0.0/8")).refused(400, "DCS.4118");
    dcs.post(&tags, &tag).refused(400, "DCS.4118");
    dcs.advance(60);
    dcs.put(&whitelist, &groups("banana")).refused(400, "DCS.4800");
    let resize = json!({ "spec_code": "redis.ha.xu1.large.r2.2", "new_capacity": 2 });
    dcs.post(&format!("/instances/{id}/resize"), &resize).expect(204);
    assert_eq!(text(&dcs.instance(&id), "/status"), "EXTENDING");
    dcs.put(&whitelist, &groups("10.0.0.0/8")).expect(204);
    dcs.post(&tags, &tag).expect(204);
    dcs.put(&format!("/instances/{id}"), &json!({ "port": 6380 })).refused(400, "DCS.4113");
}

#[test]
fn instances_are_deleted_together_as_each_alone() {
    let (dcs, id) = running();
    let resize = json!({ "spec_code": "redis.ha.xu1.large.r2.2", "new_capacity": 2 });
    dcs.post(&format!("/instances/{id}/resize"), &resize).expect(204);
    let both = json!({ "instances": [id, id] });
    let delete = || dcs.call("DELETE", "/instances", Some(&both)).expect(200);
    assert_eq!(delete()["results"], json!([{ "instance": id, "result": "failed" }]));
    dcs.advance(60);
    assert_eq!(delete()["results"], json!([{ "instance": id, "result": "success" }]));
    dcs.get(&format!("/instances/{id}")).refused(404, "DCS.3022");
}

#[test]
fn nothing_is_under_way_with_an_instance_that_is_gone() {
    let (dcs, id) = creating();
    dcs.control("POST", &format!("/jobs/{id}/hold"), Some(&json!({}))).expect(200);
    dcs.call("DELETE", &format!("/instances/{id}"), None).expect(204);
    assert_eq!(dcs.control("GET", "/jobs", None).expect(200)["count"], 0);
}

#[test]
fn a_report_is_deleted_only_with_its_own_instance() {
    let (dcs, id) = running();
    let other = dcs.post("/instances", &body()).expect(200);
    let other = text(&other, "/instances/0/instance_id");
    let span = json!({ "begin_time": 1_767_225_600_000_u64, "end_time": 1_767_229_200_000_u64 });
    let report = dcs.post(&format!("/instances/{id}/diagnosis"), &span).text("/report_id");
    let these = json!({ "report_id_list": [report] });
    let delete = |of: &str| {
        let path = format!("/instances/{of}/diagnosis");
        text(&dcs.call("DELETE", &path, Some(&these)).expect(200), "/results/0/result")
    };
    assert_eq!(delete(&other), "failed");
    dcs.get(&format!("/diagnosis/{report}")).expect(200);
    assert_eq!(delete(&id), "successful");
    dcs.get(&format!("/diagnosis/{report}")).refused(404, "DCS.4800");
}

#[test]
fn an_instance_that_a_test_puts_there_is_in_the_state_that_it_says() {
    let dcs = Dcs::start();
    for (state, status, code) in [
        ("frozen", "FROZEN", "DCS.4120"),
        ("abnormal", "ERROR", "DCS.4026"),
        ("createfail", "CREATEFAILED", "DCS.4026"),
    ] {
        let put = json!({ "id": state, "engine": "dcs-redis", "status": state });
        dcs.control("POST", "/instances", Some(&put)).expect(201);
        assert_eq!(text(&dcs.instance(state), "/status"), status);
        let named = json!({ "name": "other-name" });
        dcs.put(&format!("/instances/{state}"), &named).refused(400, code);
    }
    let put = json!({ "id": "taurus", "engine": "taurusdb", "status": "frozen" });
    dcs.control("POST", "/instances", Some(&put)).expect(201);
    let shown = send(&dcs.0, "GET", &format!("/v3/{PROJECT}/instances/taurus"), None).expect(200);
    assert_eq!(shown["instance"]["status"], "FROZEN");
}

#[test]
fn neither_journal_nor_export_tells_a_secret() {
    let (dcs, id) = running();
    let renamed = json!({ "rename_commands": { "keys": "hunter2" } });
    dcs.put(&format!("/instances/{id}"), &renamed).expect(204);
    dcs.advance(60);
    let client =
        dcs.post(&format!("/instances/{id}/webcli/auth"), &json!({ "password": "Paper_Cache_1" }));
    let client = client.text("/client_id");
    let command = json!({ "client_id": client, "command": "AUTH hunter2" });
    dcs.post(&format!("/instances/{id}/webcli/command"), &command).expect(200);
    let secret = json!({ "param_id": "1", "param_name": "requirepass", "param_value": "hunter2" });
    let parameters = json!({ "redis_config": [secret] });
    dcs.put(&format!("/instances/{id}/async-configs"), &parameters).refused(400, "DCS.4800");
    for path in ["/requests", ""] {
        let told = dcs.control("GET", path, None).expect(200).to_string();
        assert!(told.contains(&id) && !told.contains("hunter2"), "{path}: {told}");
    }
}

#[test]
fn records_that_no_world_can_have_are_refused_with_their_place() {
    let (dcs, id) = running();
    let whole = dcs.control("GET", "", None).expect(200);
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut document = whole.clone();
        change(&mut document["records"]["records"]);
        let answer = dcs.control("PUT", "", Some(&document));
        let said = answer.text("/error_msg");
        answer.expect(400);
        said
    };
    let at = whole["records"]["records"].as_array().unwrap();
    let at = at.iter().position(|one| one["id"] == *id).unwrap();
    let kind = refused(&|records| records[at]["kind"] = json!("dcs.banana"));
    assert!(kind.contains("dcs.banana") && kind.contains("is no kind of records"), "{kind}");
    let twice = refused(&|records| {
        let one = records[at].clone();
        records.as_array_mut().unwrap().push(one);
    });
    assert!(twice.contains("is there twice"), "{twice}");
    let members = format!("records[{at}].record.members");
    let name = refused(&|records| records[at]["record"]["members"]["name"] = json!(["a"]));
    assert!(name.contains(&format!("{members}.name: must be a text")), "{name}");
    let none = refused(&|records| records[at]["record"]["members"] = json!({}));
    assert!(none.contains(&format!("{members}.id: must be a text")), "{none}");
    dcs.control("PUT", "", Some(&whole)).expect(200);
}
