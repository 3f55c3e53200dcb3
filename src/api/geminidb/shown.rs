//! What instance lists show of an instance that the documented calls adopted, and of its
//! active-active relationship.

use super::service::{Product, actions, node_count};
use crate::cloud::assumed::geminidb;
use crate::cloud::{Instance, RequestContext, Stage};
use crate::contract::Mode;
use serde_json::{Value, json};

/// The one group of an adopted instance.
pub fn groups(instance: &Instance, context: &RequestContext<'_>) -> Value {
    let Some(product) = Product::of(instance) else { return Value::Null };
    let zone = format!("{}a", context.region_of(instance));
    let node = |ordinal: usize| {
        let role = match (instance.mode, ordinal) {
            (Mode::Replication, 1) => "master",
            (Mode::Replication, _) => "slave",
            _ => "",
        };
        json!({
            "id": instance.part_id("no", ordinal),
            "name": format!("{}_node_{ordinal}", instance.name),
            "status": instance.status,
            "role": role,
            "subnet_id": geminidb::SUBNET,
            "private_ip": instance.node_address(ordinal),
            "public_ip": "",
            "spec_code": product.spec_code(),
            "availability_zone": zone,
            "support_reduce": false,
        })
    };
    json!([{
        "id": instance.part_id("gr", 1),
        "status": instance.status,
        "volume": { "size": geminidb::VOLUME_SIZE, "used": geminidb::VOLUME_USED },
        "nodes": (1..=node_count(instance)).map(node).collect::<Value>(),
    }])
}

/// The relationship of an instance, from the end of the job that built it until it is released.
pub fn dual_active(id: &str, context: &RequestContext<'_>) -> Value {
    let related = context.state.relationships.of(id, context.now);
    let Some((relationship, _)) = related.filter(|(_, stage)| *stage != Stage::Building) else {
        return Value::Null;
    };
    let peer = context.state.instances.get(&relationship.peer_instance_id);
    let product = peer.and_then(Product::of);
    json!({
        "role": relationship.role,
        "status": "normal",
        "destination_instance_id": relationship.peer_instance_id,
        "destination_region": relationship.peer_region,
        "destination_instance_name": peer.map_or("", |peer| &peer.name),
        "destination_instance_node_num": peer.map_or(geminidb::CLUSTER_NODES, node_count),
        "destination_instance_spec_code": product.map(Product::spec_code).unwrap_or_default(),
    })
}

/// What is being done with the relationship of an instance.
pub fn biactive_actions(id: &str, context: &RequestContext<'_>) -> Vec<&'static str> {
    let instance = context.state.instances.get(id);
    instance.map(|instance| actions(instance, context)).unwrap_or_default()
}
