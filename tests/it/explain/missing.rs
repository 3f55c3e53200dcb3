//! Why there is nothing to explain: ids of nothing, and requests whose entry is gone.

use super::mapping;
use crate::support::{Answer, PROJECT, config, send, start};
use papercloud::Config;
use serde_json::json;

#[test]
fn an_id_that_leads_nowhere_is_told_apart() {
    let cloud = start(&Config { journal_bytes: 4_096, ..config() });
    let explain = |id: &str| send(&cloud, "GET", &format!("/_paper/requests/{id}"), None);
    let said = |answer: &Answer| answer.text("/error_msg");
    let bad = explain("42");
    assert!(said(&bad).contains("32 hexadecimal digits"), "{:#}", bad.body);
    bad.expect(400);
    let never = explain(&"0".repeat(32));
    assert!(said(&never).contains("no request has the ID"), "{:#}", never.body);
    never.expect(404);
    let jobs = || {
        let answer = send(&cloud, "GET", &format!("/v3/{PROJECT}/jobs"), None);
        answer.headers["x-request-id"].to_str().unwrap().to_owned()
    };
    let first = jobs();
    explain(&first).expect(200);
    explain(&first.to_uppercase()).expect(200);
    for _ in 0..20 {
        jobs();
    }
    let dropped = explain(&first);
    assert!(said(&dropped).contains("more --journal-bytes"), "{:#}", dropped.body);
    dropped.expect(404);
    let last = jobs();
    cloud.world(PROJECT).reset();
    let reset = explain(&last);
    assert!(said(&reset).contains("was reset"), "{:#}", reset.body);
    reset.expect(404);
}

#[test]
fn an_entry_that_was_cleared_away_or_is_of_the_world_before_says_so() {
    let cloud = start(&config());
    let create = || {
        let body = json!({ "source_instance_id": "a", "target_instance_id": "b" });
        let answer = send(&cloud, "POST", &mapping(PROJECT), Some(&body));
        answer.headers["x-request-id"].to_str().unwrap().to_owned()
    };
    let missing = |id: &str, said: &str| {
        let answer = send(&cloud, "GET", &format!("/_paper/requests/{id}"), None);
        let message = answer.text("/error_msg");
        assert_eq!(message, format!("request {id} went to {PROJECT}, {said}"));
        answer.expect(404);
    };
    let clear = || {
        let path = format!("/_paper/worlds/{PROJECT}/requests");
        send(&cloud, "DELETE", &path, None).expect(204);
    };
    let (first, second) = (create(), create());
    clear();
    for id in [&first, &second] {
        missing(
            id,
            "but its journal was cleared since, when there had been 2 requests \
             (DELETE /_paper/worlds/{project_id}/requests)",
        );
    }
    let third = create();
    cloud.explain(&third).expect("an entry");
    let document = cloud.world(PROJECT).export();
    cloud.world(PROJECT).import(&document).unwrap();
    let imported = "but its world was imported, loaded or forgotten for another one since, after 3 \
                    requests, and the journal is not kept with a world";
    for id in [&first, &second, &third] {
        missing(id, imported);
    }
    let fourth = create();
    clear();
    for id in [&first, &fourth] {
        missing(
            id,
            "but its journal was cleared since, when there had been 4 requests \
             (DELETE /_paper/worlds/{project_id}/requests)",
        );
    }
}
