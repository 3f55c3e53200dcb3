//! Creating a rule: in a mapping that is normal, with a name and keys of its own.

use super::{add_rule, advance, call, get, mapping, normal_mapping, refused, rule, unmap};
use crate::support::{config, start};
use serde_json::json;

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
