//! Control requests that say what no call reads.

use crate::support::{Answer, PROJECT, config, send, send_text, start};
use papercloud::PaperCloud;
use serde_json::{Value, json};

#[track_caller]
fn refused(cloud: &PaperCloud, method: &str, path: &str, body: &str, said: &str) {
    let answer = send_text(cloud, method, path, &[], body);
    let message = answer.text("/error_msg");
    assert!(message.contains(said), "{method} {path}: {message}");
    assert_eq!(answer.text("/error_code"), "PAPER.0400");
    answer.expect(400);
}

fn get(cloud: &PaperCloud, path: &str) -> Answer {
    send(cloud, "GET", path, None)
}

#[test]
fn a_parameter_that_no_call_reads_is_refused_with_those_that_it_does() {
    let cloud = start(&config());
    let world = format!("/_paper/worlds/{PROJECT}");
    for path in [
        "/_paper/report?nope=1",
        "/_paper/health?x",
        "/_paper/ready?x=1",
        "/_paper/openapi.json?x=1",
        "/_paper/metrics?x=1",
        "/_paper/scenarios?x=1",
        &format!("{world}?x=1"),
        &format!("{world}/jobs?status=x"),
        &format!("{world}/faults?x=1"),
        &format!("{world}/clock?x=1"),
        &format!("{world}/report?x=1"),
    ] {
        refused(&cloud, "GET", path, "", "takes none");
    }
    let path = format!("{world}/requests?opration=x");
    refused(&cloud, "GET", &path, "", "did you mean operation?; the query of GET");
    refused(&cloud, "GET", "/_paper/worlds?limt=x", "", "takes marker, limit");
    refused(&cloud, "GET", "/_paper/rules?operatoin=x", "", "did you mean operation?");
    refused(&cloud, "GET", "/_paper/catalogue?x=%FF", "", "not UTF-8");
    get(&cloud, &format!("{world}/requests?field.body.a.b=1&limit=1")).expect(200);
    get(&cloud, "/_paper/worlds?limit=1").expect(200);
}

#[test]
fn nothing_is_done_by_a_request_that_says_too_much() {
    let cloud = start(&config());
    let world = format!("/_paper/worlds/{PROJECT}");
    send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None).expect(200);
    let before = cloud.world(PROJECT).now();
    let advance = format!("{world}/clock/advance?seconds=60");
    refused(&cloud, "POST", &advance, "", "stands in its body");
    refused(&cloud, "DELETE", &format!("{world}/requests?operation=ListJobs"), "", "takes none");
    refused(&cloud, "DELETE", &format!("{world}/requests"), "{}", "takes no body");
    refused(&cloud, "DELETE", &world, r#"{"x":1}"#, "takes no body");
    refused(&cloud, "GET", "/_paper/rules", "x", "takes no body");
    refused(&cloud, "POST", "/_paper/save", r#"{"x":1}"#, "takes no body");
    assert_eq!(cloud.world(PROJECT).now(), before);
    assert_eq!(cloud.world(PROJECT).requests().list().len(), 1, "nothing was cleared");
    send_text(&cloud, "POST", "/_paper/save", &[], "{}").expect(409);
    send_text(&cloud, "DELETE", &world, &[], "").expect(204);
}

#[test]
fn rules_and_catalogue_are_cut_down_to_an_operation_or_a_service() {
    let cloud = start(&config());
    let rules = get(&cloud, "/_paper/rules?operation=CreateDbCacheMapping").expect(200);
    let rules = rules["rules"].as_array().unwrap();
    assert!(!rules.is_empty());
    assert!(rules.iter().all(|rule| rule["operation"] == "CreateDbCacheMapping"), "{rules:#?}");
    let all = get(&cloud, "/_paper/catalogue").expect(200);
    let of_dcs = get(&cloud, "/_paper/catalogue?service=dcs").expect(200);
    let is_dcs = |answer: &&Value| answer["service"] == "DCS";
    let expected: Vec<_> = all["answers"].as_array().unwrap().iter().filter(is_dcs).collect();
    assert_eq!(of_dcs, json!({ "count": expected.len(), "answers": expected }));
    refused(&cloud, "GET", "/_paper/rules?operation=CreateDbCacheMaping", "", "did you mean");
    refused(&cloud, "GET", "/_paper/catalogue?service=S3", "", "there is no service S3");
}
