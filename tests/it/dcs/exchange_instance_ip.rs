//! Switching the addresses of two instances, and back.

use super::{Dcs, OTHER, SOURCE, TARGET, TASK};
use crate::support::text;
use serde_json::{Value, json};

#[test]
fn addresses_are_switched_and_switched_back() {
    let dcs = Dcs::following(TASK);
    let exchange = format!("/migration-task/{TASK}/exchange-ip");
    let task_status = || text(&dcs.detail(TASK), "/task_status");
    assert_eq!(dcs.detail(TASK).get("task_status"), None);
    dcs.tell(TASK, "rollback-ip").refused(400, "DCS.4990");
    // Terraform leaves out what is empty or false.
    assert_eq!(dcs.post(&exchange, &json!({})).expect(204), Value::Null);
    assert_eq!(
        (task_status().as_str(), dcs.status(TASK).as_str()),
        ("EXCHANGING", "INCRMIGEATING")
    );
    dcs.post(&exchange, &json!({})).refused(400, "DCS.4990");
    dcs.tell(TASK, "rollback-ip").refused(400, "DCS.4990");
    dcs.advance(2);
    assert_eq!(task_status(), "EXCHANGE_SUCCESS");
    assert_eq!(dcs.status(TASK), "TERMINATED");
    assert_eq!(dcs.stats(TASK)["is_migrating"], false);
    dcs.post(&exchange, &json!({})).refused(400, "DCS.4990");
    dcs.tell(TASK, "rollback-ip").expect(204);
    assert_ne!(task_status(), "EXCHANGE_SUCCESS");
    dcs.tell(TASK, "rollback-ip").refused(400, "DCS.4990");
    dcs.advance(2);
    assert_eq!(task_status(), "ROLLBACK_SUCCESS");
    dcs.tell(TASK, "rollback-ip").refused(400, "DCS.4990");
}

#[test]
fn addresses_are_switched_only_while_a_migration_follows_its_source() {
    let dcs = Dcs::start();
    let body = json!({ "exchanged_ip": [], "is_exchange_domain": true });
    let exchange = |task: &str| dcs.post(&format!("/migration-task/{task}/exchange-ip"), &body);
    exchange(OTHER).refused(400, "DCS.4133");
    dcs.tell(OTHER, "rollback-ip").refused(400, "DCS.4133");
    let import = dcs.import("record-1").text("/id");
    exchange(&import).refused(400, "DCS.4990");
    dcs.tell(&import, "rollback-ip").refused(400, "DCS.4990");
    dcs.configure(TASK, "full_amount_migration").expect(200);
    exchange(TASK).refused(400, "DCS.4990");
    dcs.advance(2);
    exchange(TASK).refused(400, "DCS.4990");
    let path = format!("/migration-task/{TASK}/exchange-ip");
    dcs.post(&path, &json!({ "is_exchange_domain": "no" })).refused(400, "111400063");
}

#[test]
fn addresses_are_switched_only_between_two_instances_with_equal_ports() {
    let dcs = Dcs::start();
    let foreign = [json!({ "addrs": "192.168.1.1:6379" }), json!({ "id": TARGET })];
    let other_port =
        [json!({ "id": SOURCE, "addrs": "192.168.1.1:6380" }), json!({ "id": TARGET })];
    dcs.configure_between(TASK, "incremental_migration", &foreign).expect(200);
    dcs.configure_between(OTHER, "incremental_migration", &other_port).expect(200);
    dcs.advance(2);
    let exchange = |task: &str| {
        dcs.post(&format!("/migration-task/{task}/exchange-ip"), &json!({}))
            .refused(400, "DCS.4990")
    };
    let message = exchange(TASK);
    assert!(message.contains("source_instance must be DCS Redis"), "{message}");
    let message = exchange(OTHER);
    assert!(message.contains("same port, got 6380 and 6379"), "{message}");
}
