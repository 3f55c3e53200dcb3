//! Changing a rule: what is listed then.

use super::{add_rule, call, normal_mapping, rules};
use crate::support::{config, start, text};
use serde_json::{Value, json};

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
