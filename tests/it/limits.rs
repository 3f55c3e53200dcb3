//! How many worlds there may be, how much each may keep, and what is said when that is met.

mod deleted;

use crate::support::{Answer, PROJECT, config, json, send, send_text, start, text};
use papercloud::{AuthMode, Config, PaperCloud};
use serde_json::{Value, json};
use std::time::Duration;

fn look(cloud: &PaperCloud, project: &str) -> Answer {
    send(cloud, "GET", &format!("/v3/{project}/jobs?offset=0&limit=10"), None)
}

fn create(cloud: &PaperCloud, project: &str, source: &str) -> Answer {
    let body = json!({ "source_instance_id": source, "target_instance_id": "b" });
    send(cloud, "POST", &format!("/v3/{project}/dbcache/mapping"), Some(&body))
}

/// What is said beside an answer, other than about the project's id.
fn warnings(answer: &Answer) -> Vec<&str> {
    let warnings = answer.headers.get_all("x-paper-warning").iter();
    let warnings = warnings.map(|warning| warning.to_str().expect("text"));
    warnings.filter(|warning| !warning.starts_with("hygiene")).collect()
}

fn worlds(cloud: &PaperCloud) -> Vec<String> {
    let list = send(cloud, "GET", "/_paper/worlds", None).expect(200);
    let worlds = list["worlds"].as_array().expect("worlds").iter();
    let ids = worlds.map(|world| world["project_id"].as_str().expect("an id").to_owned());
    ids.filter(|id| id != "@account").collect()
}

fn report(cloud: &PaperCloud) -> Value {
    send(cloud, "GET", "/_paper/report", None).expect(200)["limits"].clone()
}

#[test]
fn the_world_that_was_used_longest_ago_goes_first() {
    let cloud = start(&Config { max_worlds: 2, ..config() });
    for project in ["one", "two", "one"] {
        assert_eq!(warnings(&look(&cloud, project)), <[&str; 0]>::default());
    }
    assert_eq!(report(&cloud), Value::Null);
    let third = look(&cloud, "three");
    let said = "resources: the world of two was forgotten: there are at most 2 (--max-worlds), and \
                it was used longest ago";
    assert_eq!(warnings(&third), [said]);
    third.expect(200);
    assert_eq!(worlds(&cloud), ["one", "three"]);
    let unknown = send(&cloud, "GET", "/v9/0123456789abcdef0123456789abcdef/none", None);
    assert_eq!(warnings(&unknown), <[&str; 0]>::default(), "what is refused makes no world");
    unknown.expect(404);
    assert_eq!(worlds(&cloud), ["one", "three"]);
    let expected = json!({
        "max_worlds": 2, "worlds_forgotten": 1, "worlds_refused": 0,
        "max_jobs": 1_000_000, "records_forgotten": 0, "records_refused": 0,
    });
    assert_eq!(report(&cloud), expected);
    cloud.world("three").reset();
    assert_eq!(warnings(&look(&cloud, "four")), <[&str; 0]>::default());
    assert_eq!(worlds(&cloud).len(), 2, "a reset makes room");
}

#[test]
fn a_world_in_which_something_is_under_way_stays() {
    let cloud = start(&Config { max_worlds: 2, ..config() });
    for project in ["one", "two"] {
        create(&cloud, project, "a").expect(202);
    }
    let refused = look(&cloud, "three");
    let id = refused.headers["x-request-id"].to_str().expect("text").to_owned();
    let message = "Papercloud keeps at most 2 worlds (--max-worlds), and none of them can be \
                   forgotten now: delete one that no test needs, DELETE /_paper/worlds/{project_id}";
    let expected = json!({ "error_code": "APIGW.0308", "error_msg": message, "request_id": id });
    assert_eq!(refused.expect(429), expected);
    let explained = send(&cloud, "GET", &format!("/_paper/requests/{id}"), None).expect(200);
    assert_eq!(explained["status"], 429, "{explained:#}");
    let freeze = "/_paper/worlds/three/clock/freeze";
    let control = send(&cloud, "POST", freeze, Some(&json!({}))).expect(429);
    assert_eq!(control, json!({ "error_code": "PAPER.0429", "error_msg": message }));
    send(&cloud, "GET", "/v3/projects", None).expect(200);
    create(&cloud, "two", "c").expect(202);
    cloud.world("one").advance(Duration::from_secs(10));
    look(&cloud, "three").expect(429);
    cloud.world("one").reset();
    let third = look(&cloud, "three");
    assert_eq!(warnings(&third), <[&str; 0]>::default(), "a test's hand was on it");
    third.expect(200);
    assert_eq!(worlds(&cloud), ["three", "two"]);
    assert_eq!(report(&cloud)["worlds_refused"], 3);
}

#[test]
fn the_oldest_finished_jobs_go_first() {
    let cloud = start(&Config { max_jobs: 4, ..config() });
    let create = || create(&cloud, PROJECT, "a");
    let ids: Vec<_> = (0..4).map(|_| create().expect(202)["job_id"].clone()).collect();
    let refused = create();
    assert_eq!(refused.text("/error_code"), "APIGW.0308");
    let said = "keeps at most 4 jobs (--max-jobs), and none of them can be forgotten now";
    assert!(refused.text("/error_msg").contains(said), "{}", refused.body);
    refused.expect(429);
    cloud.world(PROJECT).advance(Duration::from_secs(10));
    let fifth = create();
    let said = "resources: 1 finished jobs, tasks or backups were forgotten, the oldest: a world \
                keeps at most 4 of each (--max-jobs)";
    assert!(warnings(&fifth).contains(&said), "{:?}", warnings(&fifth));
    let fifth = fifth.expect(202)["job_id"].clone();
    let listed = look(&cloud, PROJECT).expect(200);
    let listed: Vec<_> =
        listed["jobs"].as_array().expect("jobs").iter().map(|job| job["id"].clone()).collect();
    assert_eq!(listed.len(), 4, "{listed:?}");
    assert!(
        !listed.contains(&ids[0]) && ids[1..].iter().chain([&fifth]).all(|id| listed.contains(id))
    );
    let limits = report(&cloud);
    assert_eq!((&limits["records_forgotten"], &limits["records_refused"]), (&json!(1), &json!(1)));
    // What is left still fits together.
    let document = cloud.world(PROJECT).export();
    cloud.world(PROJECT).import(&document).expect("a whole world");
    assert_eq!(cloud.world(PROJECT).export(), document);
}

#[test]
fn a_token_makes_room_for_the_next_one_of_its_project() {
    let cloud = start(&Config { max_jobs: 1, auth: AuthMode::Verify, ..config() });
    let login = |project: &str| {
        let body = json!({ "auth": {
            "identity": { "methods": ["password"], "password": { "user": {
                "name": "papercloud", "password": "papercloud",
                "domain": { "name": "papercloud" },
            } } },
            "scope": { "project": { "id": project } },
        } });
        send(&cloud, "POST", "/v3/auth/tokens", Some(&body))
    };
    let token = |answer: &Answer| answer.headers["x-subject-token"].to_str().unwrap().to_owned();
    let (first, second) = (login(PROJECT), login(PROJECT));
    assert_eq!(
        warnings(&second),
        ["resources: the oldest token of the scope was forgotten (--max-jobs)"]
    );
    let path = format!("/v3/{PROJECT}/jobs?offset=0&limit=10");
    let ask = |token: &str| send_text(&cloud, "GET", &path, &[("X-Auth-Token", token)], "").status;
    assert_eq!((ask(&token(&first)), ask(&token(&second))), (401, 200));
    let refused = login("another");
    assert_eq!(refused.text("/error_code"), "APIGW.0308");
    refused.expect(429);
}

#[test]
fn more_worlds_than_there_may_be_are_not_loaded() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("limits-world.json");
    let _ = std::fs::remove_file(&file);
    let saving = Config { state: Some(file.clone()), ..config() };
    let cloud = start(&saving);
    for project in ["one", "two", "three"] {
        look(&cloud, project).expect(200);
    }
    cloud.stop().expect("it saves");
    let saved = std::fs::read_to_string(&file).expect("a file");
    assert_eq!(json(&saved)["projects"].as_array().map(Vec::len), Some(3));
    let problem = PaperCloud::start_with(&Config { max_worlds: 1, ..saving });
    let problem = problem.map(drop).expect_err("it is refused").to_string();
    let said = "projects: there are 3, and --max-worlds is 1";
    assert!(problem.ends_with(said), "{problem}");
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), saved);
}

#[test]
fn finished_tasks_and_backups_make_room_and_others_do_not() {
    const TARGET: &str = "cf4a05df-1c38-47c5-bb5a-0a7b3673b3bd";
    let cloud = start(&Config { max_jobs: 2, ..config() });
    let call = |method: &str, path: &str, body: &Value| {
        let answer = send(&cloud, method, &format!("/v2/{PROJECT}{path}"), Some(body));
        cloud.world(PROJECT).advance(Duration::from_secs(10));
        answer
    };
    let network = json!({
        "name": "move", "vpc_id": "vpc", "subnet_id": "subnet", "security_group_id": "group",
    });
    let task = || call("POST", "/migration/instance", &network);
    let first = task().text("/instance_id");
    task().expect(200);
    let refused = task();
    assert!(refused.text("/error_msg").contains("at most 2 migration tasks"), "{}", refused.body);
    refused.expect(429);
    call("DELETE", "/migration-tasks/delete", &json!({ "task_id_list": [first] })).expect(200);
    let third = task();
    assert!(warnings(&third)[0].starts_with("resources: 1 finished"), "{third:?}");
    let third = text(&third.expect(200), "/instance_id");
    let import = json!({
        "task_name": "import", "migration_type": "backupfile_import",
        "migration_method": "full_amount_migration",
        "backup_files": { "file_source": "backup_record", "backup_id": "b" },
        "target_instance": { "id": TARGET },
    });
    let refused = call("POST", "/migration-task", &import);
    assert!(refused.text("/error_msg").contains("at most 2 migration tasks"), "{}", refused.body);
    let sides = json!({
        "migration_method": "incremental_migration", "resume_mode": "auto",
        "source_instance": { "id": "6b1c8f0e-52d7-4f3a-9a84-2e7d1c0b9a35" },
        "target_instance": { "id": TARGET },
    });
    call("POST", &format!("/migration/{third}/task"), &sides).expect(200);
    let backup = || call("POST", &format!("/instances/{TARGET}/backups"), &json!({}));
    let first = backup().expect(200)["backup_id"].clone();
    backup().expect(200);
    let third = backup();
    assert!(warnings(&third)[0].starts_with("resources: "), "{third:?}");
    let path = format!("/instances/{TARGET}/backups");
    let listed = call("GET", &path, &Value::Null).expect(200);
    assert_eq!(listed["total_num"], 2, "{listed:#}");
    assert!(!listed.to_string().contains(first.as_str().expect("an id")));
}

#[test]
fn worlds_are_listed_page_by_page() {
    let cloud = start(&config());
    for project in ["three", "one", "two"] {
        look(&cloud, project).expect(200);
    }
    let page = |query: &str| {
        let list = send(&cloud, "GET", &format!("/_paper/worlds{query}"), None).expect(200);
        let worlds = list["worlds"].as_array().expect("worlds").iter();
        let ids: Vec<_> = worlds.map(|world| text(world, "/project_id")).collect();
        (list["count"].clone(), ids.join(" "))
    };
    let expected = [
        ("", "one three two"),
        ("?limit=2", "one three"),
        ("?limit=2&marker=three", "two"),
        // A world that is gone, or never was, has its place in the order all the same.
        ("?marker=p", "three two"),
        ("?marker=two", ""),
        ("?marker=@account&limit=1", "one"),
        ("?limit=0", ""),
    ];
    for (query, ids) in expected {
        assert_eq!(page(query), (json!(3), ids.to_owned()), "{query}");
    }
    let refused = [
        ("?limit=-1", "limit must be a number, got \"-1\""),
        ("?limit=1&limit=2", "limit is there more than once"),
        ("?marker=%2F", "a project ID has 1 to 64 letters, digits, hyphens and underscores, got /"),
        ("?marked=one", "there is no parameter marked; did you mean marker?"),
        ("?limit=%ff", "the query has bytes that are not UTF-8"),
    ];
    for (query, reason) in refused {
        let refused = send(&cloud, "GET", &format!("/_paper/worlds{query}"), None).expect(400);
        assert_eq!(refused["error_code"], "PAPER.0400");
        assert!(text(&refused, "/error_msg").starts_with(reason), "{query}: {refused}");
    }
}

#[test]
fn what_is_refused_makes_no_world_and_evicts_none() {
    let cloud = start(&Config { max_worlds: 2, ..config() });
    cloud.world("one").freeze();
    cloud.world("two").label("of a test");
    for project in ["three", "four"] {
        let path = format!("/v3/{project}/dbcache/mappings");
        let refused = send_text(&cloud, "GET", &path, &[], "");
        assert_eq!(refused.status, 401);
        assert_eq!(warnings(&refused), <[&str; 0]>::default());
        // Its whole story is told all the same.
        let id = refused.headers["x-request-id"].to_str().expect("text").to_owned();
        let explained = send(&cloud, "GET", &format!("/_paper/requests/{id}"), None).expect(200);
        assert_eq!(
            (&explained["status"], &explained["project_id"]),
            (&json!(401), &json!("@account"))
        );
    }
    send(&cloud, "GET", "/v3/%7Bproject_id%7D/jobs", None).expect(400);
    assert_eq!(worlds(&cloud), ["one", "two"]);
}
