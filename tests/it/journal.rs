//! The journal of a project: what was asked, what was decided, what was answered.

use crate::support::{PROJECT, begun, config, ended, send, send_text, start, text};
use papercloud::{Config, PaperCloud};
use serde_json::{Value, json};

const OTHER: &str = "154e292c9880d4992f02c0196d3ea468";

fn requests(cloud: &PaperCloud, query: &str) -> Value {
    let path = format!("/_paper/worlds/{PROJECT}/requests{query}");
    send(cloud, "GET", &path, None).expect(200)
}

fn map(cloud: &PaperCloud, project: &str, body: &Value) -> String {
    let path = format!("/v3/{project}/dbcache/mapping");
    let answer = send(cloud, "POST", &path, Some(body));
    answer.headers["x-request-id"].to_str().expect("ASCII").to_owned()
}

fn pair(source: &str, target: &str) -> Value {
    json!({ "source_instance_id": source, "target_instance_id": target })
}

#[test]
fn a_request_is_shown_with_all_that_came_of_it() {
    let cloud = start(&config());
    let path = format!("/v3/{PROJECT}/dbcache/mapping?x=1&x=a%20b&token=secret-token");
    let body = json!({ "source_instance_id": "a", "target_instance_id": "b", "Password": "pw" });
    let headers =
        [("Host", "api.internal"), ("User-Agent", "test"), ("X-Auth-Token", "secret-token")];
    let answer = send_text(&cloud, "POST", &path, &headers, &body.to_string());
    let job = answer.text("/job_id");
    let listed = requests(&cloud, "");
    let shown = &listed["requests"][0];
    let digest = text(shown, "/query/token");
    assert!(digest.starts_with("<text of 12 characters, digest "), "{digest}");
    let password = text(shown, "/body/Password");
    assert!(password.starts_with("<text of 2 characters, digest "), "{password}");
    let undeclared = shown["query"]["x"].clone();
    assert_ne!(undeclared[0], undeclared[1]);
    let id = answer.headers["x-request-id"].to_str().expect("ASCII");
    let mappings = send(&cloud, "GET", &format!("/v3/{PROJECT}/dbcache/mappings"), None);
    let mapping = mappings.text("/dbcache_mappings/0/id");
    let warnings = &shown["answer"]["headers"]["x-paper-warning"];
    let expected = json!({
        "exact": true,
        "dropped": 0,
        "in_flight": 0,
        "count": 1,
        "requests": [{
            "request_id": id,
            "operation": "CreateDbCacheMapping",
            "service": "GeminiDB",
            "method": "POST",
            "path": format!("/v3/{PROJECT}/dbcache/mapping"),
            "query": { "x": undeclared, "token": digest },
            "headers": {
                "host": "api.internal",
                "user-agent": "test",
                "x-auth-token": digest,
                "content-type": "application/json",
                "content-length": body.to_string().len().to_string(),
                "accept": "*/*",
            },
            "body": {
                "source_instance_id": "a", "target_instance_id": "b", "Password": password,
            },
            "received": "2026-01-01T00:00:00.000Z",
            "answered": "2026-01-01T00:00:00.000Z",
            "decision": "performed",
            "committed": true,
            "violations": [
                unknown("x"), unknown("x"), unknown("token"), unknown("Password"),
            ],
            "warnings": [
                { "class": "resources", "message": warning(warnings, 4) },
                { "class": "resources", "message": warning(warnings, 5) },
            ],
            "change": {
                "started": [{
                    "operation": "CreateDbCacheMapping", "job_id": job, "resource_id": mapping,
                }],
                "adopted": ["a", "b"],
            },
            "answer": {
                "status": 202,
                "headers": {
                    "content-type": "application/json",
                    "x-request-id": id,
                    "x-paper-basis": "documented",
                    "x-paper-warning": warnings,
                },
                "body": { "job_id": job },
            },
        }],
    });
    assert_eq!(without_later_headers(listed.clone()), expected, "{listed:#}");
}

fn unknown(parameter: &str) -> Value {
    let rule = "is not a parameter of this call";
    json!({ "parameter": parameter, "rule": rule, "class": "hygiene", "enforced": false })
}

fn warning(warnings: &Value, at: usize) -> String {
    let warning = warnings[at].as_str().expect("a warning");
    warning.strip_prefix("resources: ").expect("a class").to_owned()
}

/// Headers that the client or the way adds, and that say nothing about the request.
fn without_later_headers(mut listed: Value) -> Value {
    let request = &mut listed["requests"][0];
    for (headers, name) in [("/headers", "accept-encoding"), ("/answer/headers", "x-paper-explain")]
    {
        request.pointer_mut(headers).and_then(Value::as_object_mut).expect("headers").remove(name);
    }
    listed
}

#[test]
fn what_was_refused_says_why_and_has_changed_nothing() {
    let cloud = start(&config());
    map(&cloud, PROJECT, &json!({ "source_instance_id": "a", "target_instance_id": 7 }));
    send(&cloud, "GET", &format!("/v3/{PROJECT}/no/such/path"), None).expect(404);
    let broken = format!("/v3/{PROJECT}/dbcache/mapping");
    send_text(&cloud, "POST", &broken, &[("X-Auth-Token", "t")], "{ not json").expect(400);
    let listed = requests(&cloud, "");
    let decision = |at: usize| {
        let request = &listed["requests"][at];
        json!([request["decision"], request["situation"], request["committed"]])
    };
    assert_eq!(decision(0), json!(["refused", "InvalidParameter", false]));
    assert_eq!(decision(1), json!(["unknown", null, false]));
    assert_eq!(decision(2), json!(["refused", "MalformedBody", false]));
    let violations = &listed["requests"][0]["violations"];
    let expected = json!([{
        "parameter": "target_instance_id", "rule": "must be a string", "class": "documented",
        "got": "7", "enforced": true,
    }]);
    assert_eq!(*violations, expected);
    assert_eq!(listed["requests"][0]["change"], json!({ "started": [], "adopted": [] }));
    assert_eq!(listed["requests"][1]["operation"], Value::Null);
    let unread = text(&listed["requests"][2], "/body");
    assert!(unread.starts_with("<text of 10 characters, digest "), "{unread}");
}

#[test]
fn requests_are_found_by_what_they_are() {
    let cloud = start(&config());
    map(&cloud, PROJECT, &pair("a", "b"));
    map(&cloud, PROJECT, &json!({}));
    map(&cloud, OTHER, &pair("a", "b"));
    let rules = format!("/v3/{PROJECT}/dbcache/mappings?offset=0&limit=10");
    send(&cloud, "GET", &rules, None).expect(200);
    let body = json!({
        "task_name": "t", "source_instance": { "addrs": "192.168.1.1:6379", "password": "pw 1" },
        "target_instance": { "id": "redis" }, "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration", "network_type": "vpc",
        "backup_files": {
            "file_source": "self_build_obs", "bucket_name": "x",
            "files": [{ "file_name": "one.rdb" }, { "file_name": "two.rdb" }],
        },
    });
    send(&cloud, "POST", &format!("/v2/{PROJECT}/migration-task"), Some(&body)).expect(200);
    for (query, count) in [
        ("", 4),
        ("?operation=CreateDbCacheMapping", 2),
        ("?operation=CreateDbCacheMapping&status=202", 1),
        ("?service=GeminiDB", 3),
        ("?service=geminidb&method=POST", 2),
        ("?status=400", 1),
        ("?committed=true", 2),
        ("?committed=False", 2),
        ("?fault=request", 0),
        ("?field.source_instance_id=a", 1),
        ("?field.body.source_instance_id=a", 1),
        ("?field.limit=10", 1),
        ("?field.query.limit=10&field.offset=0", 1),
        ("?field.task_name=t", 1),
        ("?field.backup_files.files%5B1%5D.file_name=two.rdb", 1),
        ("?field.backup_files.files.file_name=two.rdb", 1),
        ("?field.backup_files.files%5B0%5D.file_name=two.rdb", 0),
        ("?field.source_instance.password=pw+1", 1),
        ("?field.source_instance.password=pw+2", 0),
        ("?field.headers.X-Auth-Token=test-token", 4),
        ("?field.headers.X-Auth-Token=other-token", 0),
        ("?field.answer.body.name=t", 1),
        ("?field.answer.headers.content-type=application/json", 4),
    ] {
        let listed = requests(&cloud, query);
        assert_eq!(listed["count"], count, "{query}: {listed:#}");
        assert_eq!(listed["requests"].as_array().expect("a list").len(), count, "{query}");
    }
}

#[test]
fn the_last_ones_are_listed_and_those_since_one_of_them() {
    let cloud = start(&config());
    let ids: Vec<_> =
        (0..105).map(|at| map(&cloud, PROJECT, &pair("a", &at.to_string()))).collect();
    let listed = |query: &str| {
        let listed = requests(&cloud, query);
        let requests = listed["requests"].as_array().expect("a list").iter();
        let ids: Vec<_> = requests.map(|request| text(request, "/request_id")).collect();
        (listed["count"].as_u64().expect("a number"), ids)
    };
    assert_eq!(listed(""), (105, ids[5..].to_vec()));
    assert_eq!(listed("?limit=2"), (105, ids[103..].to_vec()));
    assert_eq!(listed("?limit=0"), (105, vec![]));
    assert_eq!(listed(&format!("?since={}", ids[102])), (2, ids[103..].to_vec()));
    assert_eq!(listed(&format!("?since={}", ids[104])), (0, vec![]));
    let path = format!("/_paper/worlds/{PROJECT}/requests");
    send(&cloud, "DELETE", &path, None).expect(204);
    assert_eq!(listed(""), (0, vec![]));
    map(&cloud, PROJECT, &pair("a", "b"));
    assert_eq!(listed("").0, 1);
}

#[test]
fn a_query_that_means_nothing_is_refused_with_what_was_probably_meant() {
    let cloud = start(&config());
    for (query, said) in [
        ("?opration=x", "did you mean operation?"),
        ("?operation=CreateDbCacheMaping", "did you mean CreateDbCacheMapping?"),
        ("?service=DCS&operation=CreateDbCacheMapping", "there is no operation of DCS"),
        ("?service=GeminiBD", "did you mean GeminiDB?"),
        ("?method=PSOT", "did you mean POST?"),
        ("?status=ok", "status must be a number"),
        ("?status=99", "status must be from 100 to 599"),
        ("?committed=yes", "committed must be true or false"),
        ("?limit=-1", "limit must be a whole number from 0 up, got \"-1\""),
        ("?limit=1&limit=2", "limit is there more than once"),
        ("?since=0123", "since must be the id of a request"),
        ("?fault=", "fault must be the id of a rule"),
        ("?fault=fault-1", "there is no fault rule fault-1"),
        ("?field.sourc_instance_id=x", "did you mean source_instance_id?"),
        ("?field.=1", "names with dots between them"),
        ("?field.a..b=1", "names with dots between them"),
        ("?field.a%5Bx%5D=1", "a number between [ and ]"),
        ("?operation=%ff", "not UTF-8"),
    ] {
        let path = format!("/_paper/worlds/{PROJECT}/requests{query}");
        let refused = send(&cloud, "GET", &path, None).expect(400);
        assert_eq!(refused["error_code"], "PAPER.0400");
        assert!(text(&refused, "/error_msg").contains(said), "{query}: {refused}");
    }
}

#[test]
fn a_full_journal_drops_its_oldest_requests_and_says_so() {
    let cloud = start(&Config { journal_bytes: 8_192, ..config() });
    for at in 0..40 {
        map(&cloud, PROJECT, &pair("a", &at.to_string()));
    }
    let listed = requests(&cloud, "?limit=1000");
    let (count, dropped) = (listed["count"].as_u64().unwrap(), listed["dropped"].as_u64().unwrap());
    assert_eq!(listed["exact"], false);
    assert_eq!(count + dropped, 40);
    assert!((2..20).contains(&count), "{count}");
    let last = listed["requests"].as_array().expect("a list").last().expect("a request");
    assert_eq!(last["body"]["target_instance_id"], "39");
    cloud.world(PROJECT).forget_requests();
    let listed = requests(&cloud, "");
    assert_eq!(
        listed,
        json!({ "exact": true, "dropped": 0, "in_flight": 0, "count": 0, "requests": [] })
    );
}

#[test]
fn calls_without_a_project_are_in_the_journal_of_the_account() {
    let cloud = start(&config());
    send(&cloud, "GET", "/v3/regions", None).expect(200);
    let listed = send(&cloud, "GET", "/_paper/worlds/@account/requests", None).expect(200);
    assert_eq!(listed["requests"][0]["operation"], "KeystoneListRegions");
    assert_eq!(requests(&cloud, "")["count"], 0);
}

#[test]
fn a_request_whose_target_cannot_be_read_is_in_the_journal_of_its_project() {
    let cloud = start(&config());
    cloud.world(PROJECT).label("known");
    let broken = format!("/v3/{PROJECT}/dbcache/mappings?a=%FF");
    let refused = send(&cloud, "GET", &broken, None);
    assert_eq!(refused.status, 400);
    let listed = requests(&cloud, "");
    assert_eq!(listed["count"], 1, "{listed:#}");
    assert_eq!(listed["requests"][0]["operation"], "ListDbCacheMappings");
    let segment = format!("/v2/{PROJECT}/instances/%FF/backups");
    send(&cloud, "GET", &segment, None).expect(400);
    assert_eq!(requests(&cloud, "")["count"], 2);
    let of_account = send(&cloud, "GET", "/_paper/worlds/@account/requests", None).expect(200);
    assert_eq!(of_account["count"], 0, "{of_account:#}");
    // What names no project by its path belongs to none.
    send(&cloud, "GET", "/v3/%FF/dbcache/mappings", None).expect(400);
    let of_account = send(&cloud, "GET", "/_paper/worlds/@account/requests", None).expect(200);
    assert_eq!(of_account["count"], 1, "{of_account:#}");
}

#[test]
fn requests_are_in_the_order_in_which_they_were_received() {
    let cloud = start(&config());
    cloud.world(PROJECT).label("known");
    let first = begun(&cloud, PROJECT);
    let rules = format!("/v3/{PROJECT}/dbcache/mappings");
    send(&cloud, "GET", &rules, None).expect(200);
    ended(first);
    let listed = requests(&cloud, "");
    let operations = [&listed["requests"][0]["operation"], &listed["requests"][1]["operation"]];
    assert_eq!(operations, ["CreateDbCacheMapping", "ListDbCacheMappings"], "{listed:#}");
    let id = text(&listed, "/requests/0/request_id");
    assert_eq!(requests(&cloud, &format!("?since={id}"))["count"], 1);
    let created = cloud.world(PROJECT).requests().operation("CreateDbCacheMapping");
    let looked = cloud.world(PROJECT).requests().operation("ListDbCacheMappings");
    cloud.world(PROJECT).in_order(&[created.clone(), looked.clone()]).expect("they came so");
    cloud.world(PROJECT).in_order(&[looked, created]).expect_err("they did not come so");
}

#[test]
fn requests_in_flight_are_counted_until_they_are_answered_or_given_up() {
    let cloud = start(&config());
    cloud.world(PROJECT).label("known");
    let in_flight = |query: &str| {
        let listed = requests(&cloud, query);
        json!([listed["in_flight"], listed["exact"], listed["count"]])
    };
    assert_eq!(in_flight(""), json!([0, true, 0]));
    let (first, second) = (begun(&cloud, PROJECT), begun(&cloud, PROJECT));
    assert_eq!(in_flight(""), json!([2, false, 0]));
    // What cannot be meant does no harm.
    assert_eq!(in_flight("?operation=ListDbCacheMappings"), json!([2, true, 0]));
    assert_eq!(in_flight("?method=GET"), json!([2, true, 0]));
    assert_eq!(in_flight("?service=DCS"), json!([2, true, 0]));
    assert_eq!(in_flight("?operation=CreateDbCacheMapping"), json!([2, false, 0]));
    let pattern = json!({ "operation": "CreateDbCacheMapping" });
    let path = format!("/_paper/worlds/{PROJECT}/requests/near-misses");
    let near = send(&cloud, "POST", &path, Some(&pattern)).expect(200);
    let expected = json!({
        "exact": false, "dropped": 0, "in_flight": 2, "count": 0, "near_misses": [],
    });
    assert_eq!(near, expected);
    let created = cloud.world(PROJECT).requests().operation("CreateDbCacheMapping");
    let counted = std::panic::catch_unwind(|| created.count());
    assert!(counted.is_err(), "{counted:?} is a guess");
    ended(first);
    assert_eq!(in_flight(""), json!([1, false, 1]));
    // Forgetting the others does not answer it.
    cloud.world(PROJECT).forget_requests();
    assert_eq!(in_flight(""), json!([1, false, 0]));
    // Its body never comes. The service notices it in its own time.
    drop(second);
    while in_flight("")[0] == 1 {
        std::thread::yield_now();
    }
    assert_eq!(in_flight("")[1], true);
}

#[test]
fn all_journals_share_one_budget_and_the_biggest_lose_first() {
    const BYTES: u32 = 1 << 20;
    let cloud = start(&Config { journal_bytes: BYTES, ..config() });
    map(&cloud, OTHER, &pair("a", "b"));
    // Refused, since the other one is missing.
    let body = json!({ "source_instance_id": "x".repeat(9_000) });
    let projects: Vec<_> = (0..60).map(|number| format!("{number:032x}")).collect();
    for project in &projects {
        for _ in 0..4 {
            map(&cloud, project, &body);
        }
    }
    let listed = |project: &str| {
        let path = format!("/_paper/worlds/{project}/requests?limit=1000");
        send(&cloud, "GET", &path, None).expect(200)
    };
    let (mut kept, mut dropped) = (0, 0);
    for project in &projects {
        let listed = listed(project);
        let (count, gone) = (&listed["count"], &listed["dropped"]);
        assert_eq!(listed["exact"], *gone == 0, "{project}");
        kept += count.as_u64().unwrap();
        dropped += gone.as_u64().unwrap();
    }
    assert_eq!(kept + dropped, 240);
    let most = u64::from(BYTES) / 9_000;
    assert!((20..most).contains(&kept), "{kept}");
    // Who has written little keeps it, however long ago that was.
    assert_eq!((&listed(OTHER)["count"], &listed(OTHER)["exact"]), (&json!(1), &json!(true)));
}

#[test]
fn what_the_documents_disagree_about_is_listed() {
    let cloud = start(&config());
    let listed = send(&cloud, "GET", "/_paper/disagreements", None).expect(200);
    let all = listed["disagreements"].as_array().expect("a list");
    assert_eq!(listed["count"], all.len());
    let document = include_str!("../../docs/disagreements.md");
    let documents = ["CreateMigrationTask", "SetOnlineMigrationTask"];
    assert!(all.iter().any(|one| documents.contains(&one["operation"].as_str().unwrap())
        && one["matter"].as_str().unwrap().contains("401")));
    for one in all {
        assert!(one["decision"].is_string(), "{one:#}");
        assert!(document.contains(&format!("`{}`", one["operation"].as_str().unwrap())), "{one:#}");
    }
}
