//! The services beside the databases: networks, EIPs, orders and logs.

use crate::support::{Answer, PROJECT, config, send, send_text, start, text};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::time::Duration;

const VPC: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
const SUBNET: &str = "1b2c3d4e-5f6a-4b7c-8d8e-0f1a2b3c4d5e";
const GROUP: &str = "2c3d4e5f-6a7b-4c8d-8e9f-1a2b3c4d5e6f";
const OTHER: &str = "23a50154cf494ec9ad6883979a12db0a";

/// `{pid}` in a path is the project.
fn call(cloud: &PaperCloud, method: &str, path: &str, body: &Value) -> Answer {
    let body = Some(body).filter(|body| !body.is_null());
    send(cloud, method, &path.replace("{pid}", PROJECT), body)
}

fn get(cloud: &PaperCloud, path: &str) -> Value {
    call(cloud, "GET", path, &Value::Null).expect(200)
}

#[track_caller]
fn refused(answer: Answer, status: u16, code: &str) {
    let body = answer.expect(status);
    let found = body.get("code").or(body.get("error_code"));
    assert_eq!(found, Some(&code.into()), "{body:#}");
}

fn create_vpc(cloud: &PaperCloud, vpc: &Value) -> Answer {
    call(cloud, "POST", "/v1/{pid}/vpcs", &json!({ "vpc": vpc }))
}

/// A subnet in the default VPC, where nothing else is said.
fn create_subnet(cloud: &PaperCloud, change: &Value) -> Answer {
    let mut subnet = json!({
        "name": "paper", "cidr": "192.168.7.0/24", "gateway_ip": "192.168.7.1", "vpc_id": VPC
    });
    for (name, value) in change.as_object().expect("members") {
        subnet[name] = value.clone();
    }
    call(cloud, "POST", "/v1/{pid}/subnets", &json!({ "subnet": subnet }))
}

fn create_eip(cloud: &PaperCloud) -> Value {
    let body = json!({
        "publicip": { "type": "5_bgp" }, "bandwidth": { "name": "paper", "share_type": "PER", "size": 5 }
    });
    let made = call(cloud, "POST", "/v1/{pid}/publicips", &body).expect(200)["publicip"].take();
    cloud.world(PROJECT).advance(Duration::from_mins(1));
    made
}

fn create_taurus_instance(cloud: &PaperCloud) -> String {
    let body = json!({
        "name": "paper-taurus", "region": "eu-mock-1", "mode": "Cluster",
        "datastore": { "type": "gaussdb-mysql", "version": "8.0" },
        "flavor_ref": "gaussdb.mysql.xlarge.x86.4", "vpc_id": VPC, "subnet_id": SUBNET,
        "security_group_id": GROUP, "password": "Paper_Cloud_1", "slave_count": 1,
        "availability_zone_mode": "single"
    });
    let made = call(cloud, "POST", "/v3/{pid}/instances", &body);
    let id = made.text("/instance/id");
    cloud.world(PROJECT).advance(Duration::from_mins(10));
    id
}

/// An order for a DCS instance: the ids of the instance and of the order.
fn order(cloud: &PaperCloud, project: &str, charging_mode: &str) -> (String, String) {
    let body = json!({
        "name": "paper-cache", "engine": "Redis", "engine_version": "6.0", "capacity": 1,
        "spec_code": "redis.ha.xu1.large.r2.1", "az_codes": ["eu-mock-1a", "eu-mock-1b"],
        "vpc_id": VPC, "subnet_id": SUBNET, "password": "Paper_Cache_1",
        "bss_param": { "charging_mode": charging_mode },
    });
    let made = send(cloud, "POST", &format!("/v2/{project}/instances"), Some(&body)).expect(200);
    let order_id = made["order_id"].as_str().unwrap_or_default().to_owned();
    (text(&made, "/instances/0/instance_id"), order_id)
}

#[test]
fn default_rules_are_listed_with_their_group_and_go_with_it() {
    let cloud = start(&config());
    let body = json!({ "security_group": { "name": "paper" } });
    let made = call(&cloud, "POST", "/v3/{pid}/vpc/security-groups", &body).expect(201);
    let group = text(&made, "/security_group/id");

    let listed = get(&cloud, "/v1/{pid}/security-groups");
    let groups = listed["security_groups"].as_array().expect("groups");
    let own = groups.iter().find(|one| one["id"] == *group).expect("the new group");
    assert_eq!(own["security_group_rules"].as_array().map(Vec::len), Some(4));

    let path = format!("/v1/{{pid}}/security-groups/{group}");
    call(&cloud, "DELETE", &path, &Value::Null).expect(204);
    let rules = get(&cloud, &format!("/v1/{{pid}}/security-group-rules?security_group_id={group}"));
    assert_eq!(rules["security_group_rules"], json!([]));
}

#[test]
fn a_subnet_in_a_secondary_range_holds_that_range_and_no_other() {
    let cloud = start(&config());
    let extend = |action: &str, range: &str| {
        let body = json!({ "vpc": { "extend_cidrs": [range] } });
        call(&cloud, "PUT", &format!("/v3/{{pid}}/vpc/vpcs/{VPC}/{action}-extend-cidr"), &body)
    };
    extend("add", "10.7.0.0/16").expect(200);
    let in_it = json!({ "cidr": "10.7.1.0/24", "gateway_ip": "10.7.1.1" });
    create_subnet(&cloud, &in_it).expect(200);

    let update = |vpc: Value| {
        let body = json!({ "vpc": vpc });
        call(&cloud, "PUT", &format!("/v1/{{pid}}/vpcs/{VPC}"), &body)
    };
    update(json!({ "name": "renamed", "cidr": "192.168.0.0/16" })).expect(200);
    refused(update(json!({ "cidr": "192.168.64.0/18" })), 400, "VPC.0117");
    refused(extend("remove", "10.7.0.0/16"), 400, "VPC.0117");
    refused(extend("remove", "10.8.0.0/16"), 400, "VPC.0101");
    refused(extend("add", "192.168.128.0/17"), 400, "VPC.0101");
}

#[test]
fn an_order_belongs_to_the_project_that_its_request_names() {
    let cloud = start(&config());
    let (first, first_order) = order(&cloud, PROJECT, "prePaid");
    let (_, second_order) = order(&cloud, PROJECT, "prePaid");
    let (_, other_order) = order(&cloud, OTHER, "prePaid");
    assert_ne!(first_order, second_order);
    assert_ne!(first_order, other_order);

    let as_other = [("X-Auth-Token", "test-token"), ("X-Project-Id", OTHER)];
    let details = |order: &str| {
        let path = format!("/v2/orders/customer-orders/details/{order}");
        send_text(&cloud, "GET", &path, &as_other, "")
    };
    details(&other_order).expect(200);
    refused(details(&first_order), 400, "CBC.0101");

    let unsubscribe = "/v2/orders/subscriptions/resources/unsubscribe";
    let body = json!({ "resource_ids": [first], "unsubscribe_type": 1 });
    let answer = send_text(&cloud, "POST", unsubscribe, &as_other, &body.to_string());
    refused(answer, 400, "CBC.0101");
    get(&cloud, &format!("/v2/{{pid}}/instances/{first}"));
}

#[test]
fn only_what_was_ordered_can_be_unsubscribed() {
    let cloud = start(&config());
    let (ordered, _) = order(&cloud, PROJECT, "prePaid");
    let (by_use, _) = order(&cloud, PROJECT, "postPaid");
    let unsubscribe = |ids: &[&str], kind: u8| {
        let body = json!({ "resource_ids": ids, "unsubscribe_type": kind });
        call(&cloud, "POST", "/v2/orders/subscriptions/resources/unsubscribe", &body)
    };
    refused(unsubscribe(&[&ordered, "unknown"], 1), 400, "CBC.0101");
    refused(unsubscribe(&[&by_use], 1), 400, "CBC.0101");
    refused(unsubscribe(&[&ordered], 99), 400, "CBC.0101");
    refused(unsubscribe(&[], 1), 400, "CBC.0101");
    unsubscribe(&[&ordered], 2).expect(200);
    get(&cloud, &format!("/v2/{{pid}}/instances/{ordered}"));
    unsubscribe(&[&ordered], 1).expect(200);
    let path = format!("/v2/{{pid}}/instances/{ordered}");
    call(&cloud, "GET", &path, &Value::Null).expect(404);
}

#[test]
fn a_security_group_rule_makes_sense() {
    let cloud = start(&config());
    let create = |version: &str, change: &Value| {
        let mut rule = json!({ "security_group_id": GROUP, "direction": "ingress" });
        for (name, value) in change.as_object().expect("members") {
            rule[name] = value.clone();
        }
        let path = match version {
            "v1" => "/v1/{pid}/security-group-rules",
            _ => "/v3/{pid}/vpc/security-group-rules",
        };
        call(&cloud, "POST", path, &json!({ "security_group_rule": rule }))
    };
    let in_both = [
        json!({ "direction": "sideways" }),
        json!({ "ethertype": "IPv5" }),
        json!({ "protocol": "tcpp" }),
        json!({ "protocol": "256" }),
        json!({ "protocol": "icmpv6", "ethertype": "IPv4" }),
        json!({ "remote_ip_prefix": "10.0.0.0/016" }),
        json!({ "remote_ip_prefix": "everywhere" }),
        json!({ "remote_ip_prefix": "2001:db8::/32" }),
        json!({ "remote_group_id": VPC }),
        json!({ "remote_group_id": GROUP, "remote_ip_prefix": "10.0.0.0/8" }),
    ];
    for wrong in &in_both {
        refused(create("v1", wrong), 400, "VPC.0601");
        refused(create("v3", wrong), 400, "VPC.0601");
    }
    for (min, max) in [(90, 80), (1, 65_536), (0, 80)] {
        let ports = json!({ "protocol": "tcp", "port_range_min": min, "port_range_max": max });
        refused(create("v1", &ports), 400, "VPC.0601");
    }
    for ports in ["90-80", "70000", "22,", "ssh", "0"] {
        let ports = json!({ "protocol": "tcp", "multiport": ports });
        refused(create("v3", &ports), 400, "VPC.0601");
    }
    refused(create("v3", &json!({ "action": "drop" })), 400, "VPC.0601");

    let icmp = json!({ "protocol": "icmp", "port_range_min": 8, "port_range_max": 0 });
    create("v1", &icmp).expect(200);
    let six = json!({ "ethertype": "IPv6", "protocol": "58", "remote_ip_prefix": "2001:db8::/32" });
    create("v3", &six).expect(201);
    let tcp = json!({ "protocol": "tcp", "multiport": "22,80-90", "remote_ip_prefix": "10.0.0.5" });
    create("v3", &tcp).expect(201);
}

#[test]
fn a_dry_run_checks_and_changes_nothing() {
    let cloud = start(&config());
    let group = format!("/v3/{{pid}}/vpc/security-groups/{GROUP}");
    let vpc = format!("/v3/{{pid}}/vpc/vpcs/{VPC}");
    let state = || {
        let paths = ["/v3/{pid}/vpc/security-groups", "/v3/{pid}/vpc/security-group-rules"];
        let lists = paths.map(|path| get(&cloud, path)["page_info"]["current_count"].take());
        (lists, get(&cloud, &group)["security_group"].take(), get(&cloud, &vpc)["vpc"].take())
    };
    let before = state();
    let dry = |method: &str, path: &str, mut body: Value| {
        body["dry_run"] = true.into();
        call(&cloud, method, path, &body)
    };
    let new_group = json!({ "security_group": { "name": "dry" } });
    let rule = json!({ "security_group_id": GROUP, "direction": "egress", "protocol": "udp" });
    let range = json!({ "vpc": { "extend_cidrs": ["10.9.0.0/16"] } });
    let extend = format!("/v3/{{pid}}/vpc/vpcs/{VPC}/add-extend-cidr");
    let tried = [
        dry("POST", "/v3/{pid}/vpc/security-groups", new_group.clone()),
        dry("PUT", &group, new_group),
        dry("POST", "/v3/{pid}/vpc/security-group-rules", json!({ "security_group_rule": rule })),
        dry("PUT", &extend, range),
    ];
    for answer in tried {
        assert_eq!(answer.expect(202), Value::Null);
    }
    assert_eq!(state(), before);
    refused(dry("PUT", &extend, json!({ "vpc": { "extend_cidrs": ["ten"] } })), 400, "VPC.0101");
}

#[test]
fn an_eip_is_bound_once_and_freed_with_what_it_was_bound_to() {
    let cloud = start(&config());
    let addresses: Vec<_> =
        (0..60).map(|_| create_eip(&cloud)["public_ip_address"].take()).collect();
    let twice = (1..addresses.len()).find(|at| addresses[..*at].contains(&addresses[*at]));
    assert_eq!(twice, None, "{addresses:?}");

    let (one, two) = (create_eip(&cloud), create_eip(&cloud));
    let path = |eip: &Value| format!("/v1/{{pid}}/publicips/{}", text(eip, "/id"));
    let update = |eip: &Value, change: Value| {
        call(&cloud, "PUT", &path(eip), &json!({ "publicip": change }))
    };
    let bound = |eip: &Value| {
        let shown = get(&cloud, &path(eip))["publicip"].take();
        (text(&shown, "/status"), shown.get("port_id").cloned())
    };
    let port = json!({ "port_id": "port-1" });
    let active = ("ACTIVE".to_owned(), Some("port-1".into()));
    let down = ("DOWN".to_owned(), None);
    for unbound in [json!({ "port_id": "" }), json!({ "port_id": null }), json!({})] {
        update(&one, port.clone()).expect(200);
        update(&one, json!({ "alias": "named" })).expect(200);
        assert_eq!(bound(&one), active);
        update(&one, unbound).expect(200);
        assert_eq!(bound(&one), down);
    }
    update(&one, port.clone()).expect(200);
    refused(update(&one, json!({ "port_id": "port-2" })), 409, "VPC.0510");
    refused(update(&two, port), 409, "VPC.0511");

    let instance = create_taurus_instance(&cloud);
    let bind = |eip: &Value, address: &Value| {
        let body = json!({ "public_ip": address, "public_ip_id": eip["id"] });
        call(&cloud, "PUT", &format!("/v3/{{pid}}/instances/{instance}/public-ips/bind"), &body)
    };
    bind(&two, &json!("198.51.100.255")).expect(400);
    bind(&one, &one["public_ip_address"]).expect(400);
    bind(&two, &two["public_ip_address"]).expect(200);
    cloud.world(PROJECT).advance(Duration::from_mins(10));
    assert_eq!(bound(&two).0, "ACTIVE");
    bind(&two, &two["public_ip_address"]).expect(400);

    let gone = send(&cloud, "DELETE", &format!("/v3/{PROJECT}/instances/{instance}"), None);
    assert!(gone.status < 300, "{:#}", gone.body);
    cloud.world(PROJECT).advance(Duration::from_mins(10));
    assert_eq!(bound(&two), down);
    call(&cloud, "DELETE", &path(&two), &Value::Null).expect(204);
}

#[test]
fn ranges_and_addresses_of_networks_are_checked() {
    let cloud = start(&config());
    for range in ["10.0.0.1/16", "10.0.0.0/016", "0.0.0.0/0", "10.0.0.0/31", "ten"] {
        refused(create_vpc(&cloud, &json!({ "cidr": range })), 400, "VPC.0101");
    }
    let wrong = [
        (json!({ "cidr": "192.168.7.1/24" }), "VPC.0212"),
        (json!({ "cidr": "192.168.7.0/29" }), "VPC.0212"),
        (json!({ "gateway_ip": "192.168.7.0" }), "VPC.0201"),
        (json!({ "gateway_ip": "192.168.7.255" }), "VPC.0201"),
        (json!({ "gateway_ip": "192.168.7.0/25" }), "VPC.0201"),
        (json!({ "primary_dns": "one.one" }), "VPC.0201"),
        (json!({ "dnsList": ["10.0.0.2", "10.0.0.300"] }), "VPC.0201"),
        (json!({ "availability_zone": "nowhere-1a" }), "VPC.0201"),
    ];
    for (change, code) in &wrong {
        refused(create_subnet(&cloud, change), 400, code);
    }
    let tagged = create_vpc(&cloud, &json!({ "cidr": "10.0.0.0/28", "tags": ["owner*tests"] }));
    let id = text(&tagged.expect(200), "/vpc/id");
    let tags = json!([{ "key": "owner", "value": "tests" }]);
    assert_eq!(get(&cloud, &format!("/v2.0/{{pid}}/vpcs/{id}/tags"))["tags"], tags);

    let change = json!({ "dnsList": ["10.0.0.2", "10.0.0.3"], "tags": ["owner*tests"] });
    let id = text(&create_subnet(&cloud, &change).expect(200), "/subnet/id");
    assert_eq!(get(&cloud, &format!("/v2.0/{{pid}}/subnets/{id}/tags"))["tags"], tags);
    let body = json!({ "subnet": { "name": "paper", "primary_dns": "10.0.0.9" } });
    call(&cloud, "PUT", &format!("/v1/{{pid}}/vpcs/{VPC}/subnets/{id}"), &body).expect(200);
    let shown = get(&cloud, &format!("/v1/{{pid}}/subnets/{id}"))["subnet"].take();
    assert_eq!(shown["primary_dns"], "10.0.0.9");
    assert_eq!(shown["dnsList"], json!(["10.0.0.9"]));
}

#[test]
fn a_log_stream_is_updated_and_logs_go_only_to_one_that_is_there() {
    let cloud = start(&config());
    let group = json!({ "log_group_name": "paper", "ttl_in_days": 7 });
    let group = call(&cloud, "POST", "/v2/{pid}/groups", &group).expect(201);
    let group = text(&group, "/log_group_id");
    let streams = format!("/v2/{{pid}}/groups/{group}/streams");
    let stream = call(&cloud, "POST", &streams, &json!({ "log_stream_name": "paper" }));
    let stream = text(&stream.expect(201), "/log_stream_id");
    let change = json!({
        "ttl_in_days": 9, "whether_log_storage": false, "tags": [{ "key": "owner", "value": "tests" }]
    });
    call(&cloud, "PUT", &format!("/v2/{{pid}}/groups/{group}/streams-ttl/{stream}"), &change)
        .expect(200);
    let shown = get(&cloud, &streams)["log_streams"][0].take();
    assert_eq!(shown["whether_log_storage"], false);
    assert_eq!(shown["tag"]["owner"], "tests");

    let instance = create_taurus_instance(&cloud);
    let configure = |group: &str| {
        let config = json!({
            "instance_id": instance, "log_type": "error_log", "lts_group_id": group,
            "lts_stream_id": stream
        });
        call(&cloud, "POST", "/v3/{pid}/logs/lts-configs", &json!({ "log_configs": [config] }))
    };
    refused(configure("unknown"), 400, "DBS.280001");
    configure(&group).expect(200);
}
