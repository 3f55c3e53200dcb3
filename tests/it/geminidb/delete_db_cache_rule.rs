//! Deleting a rule: with success, whether there is one or not.

use super::{NOWHERE, add_rule, advance, call, normal_mapping, refused, rules, unmap};
use crate::support::{config, start};
use serde_json::{Value, json};

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
