//! What the tests never saw: the calls of the control API, and the command.

use crate::binary::{fails, run};
use crate::support::{MAPPING, PROJECT, config, send, send_text, start};
use papercloud::PaperCloud;
use serde_json::{Value, json};
use std::process::Output;
use std::time::Duration;

const CREATE: &str = "CreateDbCacheMapping";

/// Creates a mapping in a project; whatever is answered, even nothing.
fn create(cloud: &PaperCloud, project: &str, body: &str) {
    let url = format!("{}/v3/{project}/dbcache/mapping", cloud.url());
    let _ = ureq::post(url).header("X-Auth-Token", "t").send(body);
}

/// What was seen of the creation of mappings.
fn creation(cloud: &PaperCloud, root: &str) -> Value {
    let coverage = send(cloud, "GET", &format!("{root}/coverage"), None).expect(200);
    let operations = coverage["operations"].as_array().expect("operations");
    let found = operations.iter().find(|it| it["operation"] == CREATE).expect("it is listed");
    found.clone()
}

fn points(operation: &Value) -> &[Value] {
    operation["answers"].as_array().expect("answers")
}

#[test]
fn what_was_seen_is_counted_where_it_was_called() {
    let cloud = start(&config());
    let nothing = send(&cloud, "GET", "/_paper/coverage", None).expect(200);
    assert_eq!((&nothing["count"], &nothing["percent"]), (&json!(0), &json!(0.0)));
    create(&cloud, "p1", MAPPING);
    create(&cloud, "p2", "{}");
    let seen = creation(&cloud, "/_paper");
    assert_eq!((&seen["calls"], &seen["counted"]), (&json!(2), &json!(true)));
    let names: Vec<_> = points(&seen).iter().filter(|point| point["seen"] == true).collect();
    let names: Vec<_> = names.iter().map(|point| point["name"].as_str().expect("text")).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(names[0], "success 202");
    let whole = send(&cloud, "GET", "/_paper/coverage", None).expect(200);
    assert_eq!((&whole["seen"], &whole["count"]), (&json!(2), &json!(points(&seen).len())));
    assert_eq!(whole["exact"], true);
    let only = creation(&cloud, "/_paper/worlds/p1");
    assert_eq!(points(&only).iter().filter(|point| point["seen"] == true).count(), 1);
    // What is asked for by name counts, whether it was called or not.
    // What the gateway answers for every call is no answer of this one's.
    assert!(
        !points(&seen)
            .iter()
            .any(|point| point["name"].as_str().is_some_and(|name| { name.contains("APIGW.") }))
    );
    let service = send(&cloud, "GET", "/_paper/coverage?service=DCS", None).expect(200);
    assert!(service["count"].as_u64() > Some(100), "{}", service["count"]);
    assert_eq!(service["seen"], 0);
    send(&cloud, "GET", "/_paper/coverage?service=DSC", None).expect(400);
}

#[test]
fn each_gap_is_closed_by_the_rule_that_it_names() {
    let cloud = start(&config());
    let gaps = creation(&cloud, "/_paper");
    for (number, gap) in points(&gaps).iter().enumerate() {
        let Some(rule) = gap.get("rule") else { continue };
        let project = format!("p{number}");
        let root = format!("/_paper/worlds/{project}");
        send(&cloud, "POST", &format!("{root}/faults"), Some(rule)).expect(201);
        create(&cloud, &project, MAPPING);
        cloud.world(&project).advance(Duration::from_mins(1));
        let name = &gap["name"];
        let seen = creation(&cloud, &root);
        let seen = points(&seen).iter().find(|point| point["name"] == *name).expect("the same");
        assert_eq!(seen["seen"], true, "{name}: {rule}");
        let line = gap["pytest"].as_str().expect("a line");
        let start = format!("world.fault(\"{CREATE}\", service=\"GeminiDB\", first=1, ");
        assert!(line.starts_with(&start), "{line}");
    }
}

#[test]
fn an_injected_error_is_seen_in_any_envelope() {
    let cloud = start(&config());
    let root = format!("/_paper/worlds/{PROJECT}");
    let path = format!("{root}/coverage?service=VPC&operation=ListVpcs");
    let listed = |cloud: &PaperCloud| {
        let mut coverage = send(cloud, "GET", &path, None).expect(200);
        coverage["operations"][0]["answers"].take()
    };
    let gaps = listed(&cloud);
    let gap = gaps.as_array().expect("answers").iter().find(|gap| gap["rule"].is_object());
    let gap = gap.expect("an error that a rule provokes");
    send(&cloud, "POST", &format!("{root}/faults"), Some(&gap["rule"])).expect(201);
    let answer = send(&cloud, "GET", &format!("/v1/{PROJECT}/vpcs"), None);
    assert!(answer.body["code"].is_string(), "{:#}", answer.body);
    let after = listed(&cloud);
    let seen = after.as_array().expect("answers").iter().find(|it| it["name"] == gap["name"]);
    assert_eq!(seen.expect("the same")["seen"], true, "{gap:#}");
}

#[test]
fn refusals_of_all_worlds_are_listed() {
    let cloud = start(&config());
    create(&cloud, "p1", "{}");
    create(&cloud, "p2", MAPPING);
    let path = "/v3/p2/dbcache/mapping";
    send_text(
        &cloud,
        "POST",
        path,
        &[("X-Auth-Token", "t"), ("X-Paper-Fault", "status=503")],
        MAPPING,
    );
    send(&cloud, "PUT", "/_paper/worlds/p1/label", Some(&json!({ "label": "a test" }))).expect(200);
    let listed = send(&cloud, "GET", "/_paper/failures", None).expect(200);
    assert_eq!((&listed["requests"], &listed["count"]), (&json!(3), &json!(1)));
    let failure = &listed["failures"][0];
    assert_eq!((&failure["project_id"], &failure["label"]), (&json!("p1"), &json!("a test")));
    assert_eq!((&failure["status"], &failure["operation"]), (&json!(400), &json!(CREATE)));
    assert!(failure["reason"].as_str().expect("text").contains("source_instance_id"), "{failure}");
    let none = send(&cloud, "GET", "/_paper/failures?limit=0", None).expect(200);
    assert_eq!((&none["count"], &none["failures"]), (&json!(1), &json!([])));
}

#[test]
fn the_command_prints_gaps_and_fails_below_what_is_wanted() {
    let cloud = start(&config());
    create(&cloud, "p1", MAPPING);
    let port = cloud.address().port().to_string();
    let folder = std::env::temp_dir();
    let file = |kind: &str| folder.join(format!("papercloud-{}.{kind}", std::process::id()));
    let (junit, html) = (file("junit"), file("html"));
    let Output { status, stdout, .. } = run(&[
        "coverage",
        "--port",
        &port,
        "--fail-under=1",
        "--junit",
        junit.to_str().expect("UTF-8"),
        "--html",
        html.to_str().expect("UTF-8"),
    ]);
    let lines = String::from_utf8(stdout).expect("UTF-8");
    assert!(status.success(), "{lines}");
    assert!(lines.starts_with("1 of "), "{lines}");
    for line in [
        "\nCreateDbCacheMapping: 1 of ",
        "\n  never what it starts fails\n    {\"service\":\"GeminiDB\",",
        "\n    world.fault(\"CreateDbCacheMapping\", service=\"GeminiDB\", first=1, job=\"fail\", percent=40)\n",
        "\nnever called: ",
        "\ntotal: 1 of ",
    ] {
        assert!(lines.contains(line), "{line}: {lines}");
    }
    let written = std::fs::read_to_string(&junit).expect("a file");
    assert!(written.contains("name=\"success 202\"/>"), "{written}");
    assert!(written.contains("<failure message=\"never seen\">{&quot;service&quot;"), "{written}");
    let page = std::fs::read_to_string(&html).expect("a file");
    assert!(page.contains("<li>what it starts fails: never<code>{&quot;service&quot;"), "{page}");
    for file in [junit, html] {
        std::fs::remove_file(file).expect("it is there");
    }
    let least = ["coverage", "--port", &port, "--fail-under", "90"];
    fails(&least, 1, "% was seen, which is less than 90 %");
    let unknown = ["coverage", "--port", &port, "--operation", "X"];
    fails(&unknown, 3, "there is no operation X");
    fails(&["coverage", "--port", "1"], 3, "nothing answers on 127.0.0.1:1");
}
